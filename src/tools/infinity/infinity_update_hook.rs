//! Change where a hook posts to, or what it listens to.
//!
//! Upstream replaces the list of events, so the old one is told in the answer: it may be wanted back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::infinity::types;
use crate::domain::infinity::hooks::{self, Hook, HookRow};
use crate::domain::infinity::{directory, web_address};
use crate::tool::schema::AnyAsText;
use crate::tool::{Code, Ctx, Error, Result, tool};

/// Which hook, and what of it becomes another.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// Hook id or address.
    hook_id: String,
    /// New https address.
    url: Option<String>,
    /// Events, replacing all.
    #[schemars(with = "Option<Vec<AnyAsText>>")]
    events: Option<Vec<Value>>,
}

/// The hook as it is now.
#[derive(Serialize, JsonSchema)]
pub struct Updated {
    #[serde(flatten)]
    hook: HookRow,
    /// Address before.
    url_before: String,
    /// Events before.
    events_before: Vec<Value>,
    /// What to know.
    notes: Option<Vec<String>>,
}

/// Change a webhook of a StartInfinity board.
///
/// What is left out stays; `events` replaces the list that infinity_list_hooks shows.
#[tool(
    writes,
    idempotent,
    undo = "infinity_update_hook with url_before and events_before",
    toolset = hooks,
    confirm = "Change the hook {hook_id} of the board {board_id} (url {url}, events {events})?"
)]
pub async fn infinity_update_hook(ctx: &Ctx, args: Args) -> Result<Updated> {
    let address = args.url.as_deref().map(web_address::read).transpose()?;
    let events = args.events.as_deref().map(hooks::events).transpose()?;
    if address.is_none() && events.is_none() {
        return Err(Error::new(Code::InvalidArguments, "Nothing to change was given. Nothing was sent.")
            .with_hint("Give url or events."));
    }
    let workspace = directory::workspace(ctx, args.workspace_id.as_deref()).await?;
    let board = directory::board(ctx, &workspace, &args.board_id).await?;
    let before = Hook::find(ctx, &workspace, &board, &args.hook_id).await?;
    let (url, notes) = address.map(|address| (address.url, address.notes)).unzip();
    let client = ctx.infinity()?;
    let update = client.update_hook().workspace(&workspace.id).board_id(&board.id).hook_id(&before.id);
    let hook = update.body(types::HookUpdate { events, url }).send().await?.into_inner();
    let notes = notes.filter(|notes| !notes.is_empty());
    Ok(Updated { hook: HookRow::of(&hook), url_before: before.url, events_before: before.events, notes })
}
