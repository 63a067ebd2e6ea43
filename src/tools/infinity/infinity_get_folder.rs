//! Read one folder.
//!
//! What a folder shows decides which values of its items a person sees, so the attributes are told by name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::infinity::folder_rows::{self, FolderDetail};
use crate::domain::infinity::folders::FolderName;
use crate::domain::infinity::names::Rows;
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

/// The folder.
#[derive(Serialize, JsonSchema)]
pub struct Folder {
    #[serde(flatten)]
    folder: FolderDetail,
    /// Folders in it: id, name.
    #[schemars(with = "Rows")]
    subfolders: Vec<FolderName>,
    /// Order among siblings.
    sort_order: Option<String>,
    /// As upstream has them.
    settings: Option<Map<String, Value>>,
}

/// Get a StartInfinity folder with the attributes it shows.
///
/// To let it show more: infinity_update_folder.
#[tool(reads)]
pub async fn infinity_get_folder(ctx: &Ctx, args: Args) -> Result<Folder> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let (place, found) = place.settle(ctx, |place| Ok(place.folder(&args.folder_id)?.clone())).await?;
    let row = folder_rows::read(ctx, &place, &found.id).await?;
    let subfolders = place.below(&found).into_iter().map(|folder| place.folder_name(folder.id.as_str())).collect();
    Ok(Folder {
        folder: FolderDetail::of(&place, &row),
        subfolders,
        sort_order: row.sort_order,
        settings: row.settings.filter(|settings| !settings.is_empty()),
    })
}
