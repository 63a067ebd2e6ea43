//! Delete a view.
//!
//! People may work with it every day, so they are shown which one it is before it goes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ids::{BoardId, ViewId, WorkspaceId};
use crate::domain::infinity::place::Place;
use crate::domain::infinity::views::{View, ViewRow};
use crate::tool::{Ctx, Result, tool};

/// Which view.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// View id or name.
    view_id: String,
}

/// What would be deleted.
#[derive(Serialize)]
pub struct Shown {
    #[serde(flatten)]
    view: ViewRow,
    board: String,
    #[serde(skip)]
    ids: (WorkspaceId, BoardId, ViewId),
}

/// The view that is gone.
#[derive(Serialize, JsonSchema)]
pub struct Deleted {
    /// View id.
    id: Option<String>,
    /// View name.
    name: Option<String>,
    /// Always true.
    deleted: bool,
}

/// Delete a saved view of a StartInfinity board.
///
/// For everybody, without undo; folder and items stay.
#[tool(
    destroys,
    preview = preview,
    undo = "infinity_create_view with the settings infinity_get_view showed before",
    toolset = views,
    confirm = "Delete the view {view.name} ({view.type}) of the folder {view.folder} of the board {view.board} for everybody? It cannot be restored; the items stay."
)]
pub async fn infinity_delete_view(ctx: &Ctx, _args: Args, view: Shown) -> Result<Deleted> {
    let (workspace, board, id) = &view.ids;
    ctx.infinity()?.delete_view().workspace(workspace).board_id(board).view_id(id).send().await?;
    Ok(Deleted { id: view.view.id, name: view.view.name, deleted: true })
}

/// Reads what would be deleted.
async fn preview(ctx: &Ctx, args: &Args) -> Result<Shown> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let found = View::find(ctx, &place, &args.view_id).await?;
    let view = ViewRow::of(&place, &found.row);
    Ok(Shown { view, board: place.board.name, ids: (place.workspace.id, place.board.id, found.id) })
}
