//! Archive an item.
//!
//! The API can archive and cannot bring back, so a person sees the item's name and how many items hang below it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ids::ItemId;
use crate::domain::infinity::items::ItemRow;
use crate::domain::infinity::place::Place;
use crate::domain::infinity::{one_item, subitems};
use crate::tool::{Ctx, Result, tool};

/// Which item.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// The item's id.
    item_id: ItemId,
}

/// What would be archived.
#[derive(Serialize)]
pub struct Shown {
    title: String,
    folder: Option<String>,
    subitems: String,
}

/// What was archived.
#[derive(Serialize, JsonSchema)]
pub struct Archived {
    /// Item id.
    id: String,
    /// Its name.
    title: String,
    /// True once archived.
    archived: bool,
    /// What to know about it.
    note: String,
}

/// Archive a StartInfinity item.
///
/// Cannot be undone here. To change it: infinity_update_item.
#[tool(
    destroys,
    idempotent,
    preview = preview,
    confirm = "Archive the item {item.title} from {item.folder} of the board {board_id}, which has {item.subitems}? The API cannot restore it."
)]
pub async fn infinity_archive_item(ctx: &Ctx, args: Args, item: Shown) -> Result<Archived> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let client = ctx.infinity()?;
    let delete = client.delete_item().workspace(&place.workspace.id).board_id(&place.board.id);
    delete.item_id(&args.item_id).send().await?;
    let note = format!("It had {}; StartInfinity does not say what becomes of those.", item.subitems);
    Ok(Archived { id: args.item_id.to_string(), title: item.title, archived: true, note })
}

/// Reads the item, and counts what hangs below it as far as that is cheap.
async fn preview(ctx: &Ctx, args: &Args) -> Result<Shown> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let item = one_item::fetch_living(ctx, &place, &args.item_id).await?;
    let folder = item.folder_id.as_deref().and_then(|id| place.folder_of_id(id)).map(|folder| folder.id.clone());
    let below = subitems::below(ctx, &place, &args.item_id, folder.as_ref()).await?;
    let least = if below.complete { "" } else { "at least " };
    let row = ItemRow::of(&place, &item);
    Ok(Shown {
        title: row.title.unwrap_or_else(|| args.item_id.to_string()),
        folder: row.folder,
        subitems: format!("{least}{} subitems in its folder", below.items.len()),
    })
}
