//! List the folders of a board.
//!
//! Upstream sends all levels in one flat list; the path says which of two folders called "Backlog" is which.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinity::folder_rows::FolderRow;
use crate::domain::infinity::pages::{Asked, Onward, paged};
use crate::domain::infinity::place::Place;
use crate::tool::{Ctx, Result, tool};

/// Which folders.
#[derive(Deserialize, JsonSchema)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    #[serde(flatten)]
    page: Asked,
}

/// The folders.
#[derive(Serialize, JsonSchema)]
pub struct Folders {
    #[serde(flatten)]
    onward: Onward,
    /// Folders of all levels.
    folders: Vec<Row>,
}

/// One folder.
#[derive(Serialize, JsonSchema)]
pub struct Row {
    #[serde(flatten)]
    folder: FolderRow,
    /// Attributes it shows.
    attribute_count: usize,
}

/// List the folders of a StartInfinity board, all levels.
///
/// What one shows: infinity_get_folder; its items: infinity_list_items.
#[tool(reads)]
pub async fn infinity_list_folders(ctx: &Ctx, args: Args) -> Result<Folders> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let paging = args.page.paging(ctx);
    let client = ctx.infinity()?;
    let list = client.list_folders().workspace(&place.workspace.id).board_id(&place.board.id);
    let page = paged!(list, paging).send().await?.into_inner();
    let living = page.data.unwrap_or_default().into_iter().filter(|folder| folder.deleted != Some(true));
    let folders: Vec<Row> = living
        .map(|folder| Row {
            attribute_count: folder.attribute_ids.as_ref().map_or(0, Vec::len),
            folder: FolderRow::of(&place, &folder),
        })
        .collect();
    let onward = Onward::of(&paging, folders.len(), page.has_more, page.after, page.before);
    Ok(Folders { onward, folders })
}
