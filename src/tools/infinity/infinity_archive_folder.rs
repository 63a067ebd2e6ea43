//! Archive a folder.
//!
//! Upstream has no way back and does not say what becomes of the content, so a person sees first what hangs below.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinity::content;
use crate::domain::infinity::folders;
use crate::domain::infinity::pictures::Pictures;
use crate::domain::infinity::place::Place;
use crate::tool::{Ctx, Result, tool};

/// Which folder.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// Id, name or path.
    folder_id: String,
}

/// What a person decides about.
#[derive(Serialize)]
pub struct Shown {
    board: String,
    folder: String,
    folder_id: String,
    subfolders: Vec<String>,
    subfolder_count: usize,
    items: String,
    #[serde(skip)]
    found: (Place, folders::Folder),
}

/// What was archived.
#[derive(Serialize, JsonSchema)]
pub struct Archived {
    /// Folder id.
    id: String,
    /// Its name.
    name: String,
    /// It is gone.
    archived: bool,
    /// Subfolders it had.
    subfolders: Vec<String>,
    /// Items in all of them.
    items: String,
}

/// Archive a StartInfinity folder with what hangs below it.
///
/// There is no way back; to keep items, move them first. Asks first.
#[tool(
    destroys,
    idempotent,
    preview = preview,
    confirm = "Archive the folder {shown.folder} of the board {shown.board}, with {shown.subfolder_count} subfolders and {shown.items} items in all? What becomes of them is not documented, and nothing here can bring the folder back."
)]
pub async fn infinity_archive_folder(ctx: &Ctx, _args: Args, shown: Shown) -> Result<Archived> {
    let (place, folder) = shown.found;
    let client = ctx.infinity()?;
    let delete = client.delete_folder().workspace(&place.workspace.id).board_id(&place.board.id).folder_id(&folder.id);
    let told = delete.send().await;
    ctx.memory::<Pictures>().forget_layouts();
    let archived = told?.into_inner().deleted != Some(false);
    Ok(Archived {
        id: folder.id.to_string(),
        name: folder.name,
        archived,
        subfolders: shown.subfolders,
        items: shown.items,
    })
}

async fn preview(ctx: &Ctx, args: &Args) -> Result<Shown> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let (place, folder) = place.settle(ctx, |place| Ok(place.folder(&args.folder_id)?.clone())).await?;
    let content = content::of(ctx, &place, &folder).await?;
    Ok(Shown {
        board: place.board.name.clone(),
        folder: folder.path.clone(),
        folder_id: folder.id.to_string(),
        subfolder_count: content.subfolders.len(),
        subfolders: content.subfolders,
        items: content.items,
        found: (place, folder),
    })
}
