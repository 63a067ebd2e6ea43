//! Change where a hook posts to, or what it listens to.
//!
//! Upstream replaces the list of events, so the old one is told in the answer: it may be wanted back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::ids::{BoardId, HookId, WorkspaceId};
use crate::api::infinity::types;
use crate::domain::infinity::hooks::{self, Hook, HookRow};
use crate::domain::infinity::{directory, web_address};
use crate::tool::schema::AnyAsText;
use crate::tool::{Code, Ctx, Details, Error, Result, tool};

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

/// What a person decides about.
#[derive(Serialize)]
pub struct Shown {
    board: String,
    url: String,
    events: Vec<Value>,
    url_before: String,
    events_before: Vec<Value>,
    #[serde(skip)]
    others: Option<String>,
    #[serde(skip)]
    ids: (WorkspaceId, BoardId, HookId),
    #[serde(skip)]
    body: types::HookUpdate,
    #[serde(skip)]
    notes: Vec<String>,
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
/// What is left out stays; `events` replaces the list that infinity_list_hooks shows. Asks first.
#[tool(
    destroys,
    idempotent,
    preview = preview,
    details = details,
    undo = "infinity_update_hook with url_before and events_before",
    toolset = hooks,
    confirm = "From now on, post what happens on the whole board {hook.board} ({hook.events}) to {hook.url}, and no longer ({hook.events_before}) to {hook.url_before}? Whoever runs that address reads it."
)]
pub async fn infinity_update_hook(ctx: &Ctx, _args: Args, hook: Shown) -> Result<Updated> {
    let (workspace, board, id) = &hook.ids;
    let client = ctx.infinity()?;
    let update = client.update_hook().workspace(workspace).board_id(board).hook_id(id);
    let updated = update.body(hook.body).send().await?.into_inner();
    Ok(Updated {
        hook: HookRow::of(&updated),
        url_before: hook.url_before,
        events_before: hook.events_before,
        notes: Some(hook.notes).filter(|notes| !notes.is_empty()),
    })
}

/// Works out what would be sent where from now on, and whether it is sent there already.
async fn preview(ctx: &Ctx, args: &Args) -> Result<Shown> {
    let address = args.url.as_deref().map(web_address::read).transpose()?;
    let events = args.events.as_deref().map(hooks::events).transpose()?;
    if address.is_none() && events.is_none() {
        return Err(Error::new(Code::InvalidArguments, "Nothing to change was given. Nothing was sent.")
            .with_hint("Give url or events."));
    }
    let workspace = directory::workspace(ctx, args.workspace_id.as_deref()).await?;
    let board = directory::board(ctx, &workspace, &args.board_id).await?;
    let before = Hook::find(ctx, &workspace, &board, &args.hook_id).await?;
    let (url, mut notes) = address.map_or((None, Vec::new()), |address| (Some(address.url), address.notes));
    let target = url.clone().unwrap_or_else(|| before.url.clone());
    let others = hooks::told_of_others(&Hook::posting_to(ctx, &workspace, &board, &target, Some(&before.id)).await?);
    notes.extend(others.clone());
    Ok(Shown {
        board: board.name,
        url: target,
        events: events.as_deref().map_or_else(|| before.events.clone(), hooks::wanted),
        url_before: before.url,
        events_before: before.events,
        others,
        ids: (workspace.id, board.id, before.id),
        body: types::HookUpdate { events, url },
        notes,
    })
}

/// The whole address and every event, before and after, and the hooks that post there already.
fn details(_args: &Args, shown: &Shown) -> Details {
    let mut details = hooks::details(&shown.board, &shown.url, &shown.events, shown.others.as_deref());
    details.fact("Address so far", Some(&shown.url_before));
    details.fact("Events so far", Some(&hooks::in_words(&shown.events_before)));
    details
}
