//! Remove a hook.
//!
//! Whatever listens at its address stops hearing of the board, so the address is shown before.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::ids::{BoardId, HookId, WorkspaceId};
use crate::domain::infinity::directory;
use crate::domain::infinity::hooks::Hook;
use crate::tool::{Ctx, Result, tool};

/// Which hook.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// Hook id or address.
    hook_id: String,
}

/// What would be deleted.
#[derive(Serialize)]
pub struct Shown {
    url: String,
    events: Vec<Value>,
    board: String,
    #[serde(skip)]
    ids: (WorkspaceId, BoardId, HookId),
}

/// The hook that is gone.
#[derive(Serialize, JsonSchema)]
pub struct Deleted {
    /// Hook id.
    id: String,
    /// Where it posted to.
    url: String,
    /// What it listened to.
    events: Vec<Value>,
    /// Always true.
    deleted: bool,
}

/// Delete a webhook of a StartInfinity board.
///
/// Its address hears of the board no more, and its secret is lost.
#[tool(
    destroys,
    preview = preview,
    undo = "infinity_create_hook with the same url and events; the secret is another one then",
    toolset = hooks,
    confirm = "Stop posting the events {hook.events} of the board {hook.board} to {hook.url}? Its secret is lost for good."
)]
pub async fn infinity_delete_hook(ctx: &Ctx, _args: Args, hook: Shown) -> Result<Deleted> {
    let (workspace, board, id) = &hook.ids;
    ctx.infinity()?.delete_hook().workspace(workspace).board_id(board).hook_id(id).send().await?;
    Ok(Deleted { id: id.to_string(), url: hook.url, events: hook.events, deleted: true })
}

/// Reads what would be deleted.
async fn preview(ctx: &Ctx, args: &Args) -> Result<Shown> {
    let workspace = directory::workspace(ctx, args.workspace_id.as_deref()).await?;
    let board = directory::board(ctx, &workspace, &args.board_id).await?;
    let hook = Hook::find(ctx, &workspace, &board, &args.hook_id).await?;
    Ok(Shown { url: hook.url, events: hook.events, board: board.name, ids: (workspace.id, board.id, hook.id) })
}
