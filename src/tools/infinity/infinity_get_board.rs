//! Read one board.
//!
//! A board keeps only the numbers of those who may open it; people know each other by name.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::infinity::board_rows::BoardDetail;
use crate::domain::infinity::directory;
use crate::tool::{Ctx, Result, tool};

/// Which board.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
}

/// Get a StartInfinity board and who may open it.
///
/// Its structure: infinity_list_folders, infinity_list_attributes.
#[tool(reads)]
pub async fn infinity_get_board(ctx: &Ctx, args: Args) -> Result<BoardDetail> {
    let workspace = directory::workspace(ctx, args.workspace_id.as_deref()).await?;
    let board = directory::board(ctx, &workspace, &args.board_id).await?;
    let client = ctx.infinity()?;
    let read = client.get_board().workspace(&workspace.id).board_id(&board.id);
    let (row, members) = futures::join!(read.send(), directory::members(ctx, &workspace));
    Ok(BoardDetail::of(&row?.into_inner(), &members?.rows))
}
