//! Subscribe an address to what happens on a board.
//!
//! The secret is given once, in the answer to this call, because nobody could check deliveries without it; after
//! that it is never shown again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::ids::{BoardId, WorkspaceId};
use crate::api::infinity::types;
use crate::domain::infinity::directory;
use crate::domain::infinity::hooks::{self, Hook, HookRow};
use crate::domain::infinity::web_address::{self, Address};
use crate::tool::schema::AnyAsText;
use crate::tool::{Ctx, Details, Result, tool};

/// What to listen to, and where to post it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// https address to post to.
    url: String,
    /// item.created, value.updated, comment.created…, or JSON {event, data}.
    #[schemars(with = "Vec<AnyAsText>")]
    events: Vec<Value>,
}

/// What a person decides about.
#[derive(Serialize)]
pub struct Shown {
    url: String,
    events: Vec<Value>,
    board: String,
    #[serde(skip)]
    ids: (WorkspaceId, BoardId),
    #[serde(skip)]
    address: Address,
    #[serde(skip)]
    sent: Vec<types::HookEventWrite>,
    #[serde(skip)]
    others: Option<String>,
}

/// The new hook.
#[derive(Serialize, JsonSchema)]
pub struct Created {
    #[serde(flatten)]
    hook: HookRow,
    /// Its secret; shown this once.
    secret: Option<String>,
    /// What to know.
    notes: Vec<String>,
}

/// Create a webhook for a StartInfinity board.
///
/// Posts content of the whole board to the address, so use one the person trusts. For all values take value.created
/// and value.updated. Asks first.
#[tool(
    destroys,
    preview = preview,
    details = details,
    undo = "infinity_delete_hook",
    toolset = hooks,
    confirm = "From now on, post what happens on the whole board {hook.board} ({hook.events}) to {hook.url}? Whoever runs that address reads it."
)]
pub async fn infinity_create_hook(ctx: &Ctx, _args: Args, hook: Shown) -> Result<Created> {
    let (workspace, board) = &hook.ids;
    let client = ctx.infinity()?;
    let body = types::HookCreate { events: hook.sent, url: hook.address.url };
    let made = client.create_hook().workspace(workspace).board_id(board).body(body).send().await?.into_inner();
    let mut notes = hook.address.notes;
    notes.extend(hook.others);
    if made.secret.is_some() {
        notes.insert(
            0,
            "Keep the secret now: it is not shown again. How deliveries are signed is not documented.".to_owned(),
        );
    }
    notes.push(
        "The address must answer 200 at once; after repeated failures StartInfinity silently stops posting.".to_owned(),
    );
    Ok(Created { hook: HookRow::of(&made), secret: made.secret, notes })
}

/// Works out what would be sent where, and whether it is sent there already.
async fn preview(ctx: &Ctx, args: &Args) -> Result<Shown> {
    let (address, sent) = (web_address::read(&args.url)?, hooks::events(&args.events)?);
    let workspace = directory::workspace(ctx, args.workspace_id.as_deref()).await?;
    let board = directory::board(ctx, &workspace, &args.board_id).await?;
    let others = hooks::told_of_others(&Hook::posting_to(ctx, &workspace, &board, &address.url, None).await?);
    Ok(Shown {
        url: address.url.clone(),
        events: hooks::wanted(&sent),
        board: board.name,
        ids: (workspace.id, board.id),
        address,
        sent,
        others,
    })
}

/// The whole address and every event, and the hooks that post there already.
fn details(_args: &Args, shown: &Shown) -> Details {
    hooks::details(&shown.board, &shown.url, &shown.events, shown.others.as_deref())
}
