//! Change an item.
//!
//! Upstream writes the attributes it is given and leaves the others alone, so only what was said is sent; whatever is
//! wrong with it is found before anything is.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::api::ids::{FolderId, ItemId};
use crate::api::infinity::types;
use crate::domain::infinity::change::Change;
use crate::domain::infinity::items::Wording;
use crate::domain::infinity::one_item::{OneItem, completed};
use crate::domain::infinity::place::Place;
use crate::domain::infinity::{subitems, values};
use crate::tool::{Ctx, Error, Result, tool};

/// Which item, and what shall be different.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// The item's id.
    item_id: ItemId,
    /// Folder to move it to, id, name or path.
    folder_id: Option<String>,
    /// Id of the item above; none makes it top level.
    #[serde(default)]
    parent_id: Change<ItemId>,
    /// Values by attribute name or id, as in infinity_create_item; null empties one.
    values: Option<Map<String, Value>>,
    /// Numeric position.
    sort_order: Option<String>,
}

/// The folder and the values to send.
fn plan(place: &Place, args: &Args) -> Result<(Option<FolderId>, Vec<types::ItemValueWrite>)> {
    let folder = args.folder_id.as_deref().map(|given| place.folder(given)).transpose()?;
    let wording = Wording { values: args.values.as_ref(), ..Wording::default() };
    let values = values::write(place, &wording.said(place, folder)?)?;
    Ok((folder.map(|folder| folder.id.clone()), values))
}

/// Change values of a StartInfinity item, or move it.
///
/// Only what is given changes. To remove it: infinity_archive_item.
#[tool(
    writes,
    idempotent,
    undo = "infinity_update_item with the earlier values",
    confirm = "Change the item {item_id} of the board {board_id} (values {values}, folder {folder_id}, parent {parent_id})?"
)]
pub async fn infinity_update_item(ctx: &Ctx, args: Args) -> Result<OneItem> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let (place, (folder, values)) = place.settle(ctx, |place| plan(place, &args)).await?;
    if folder.is_none() && values.is_empty() && !args.parent_id.is_wanted() && args.sort_order.is_none() {
        return Err(Error::of_argument("values", "nothing to change was given")
            .with_hint("Give at least one of values, folder_id, parent_id and sort_order."));
    }
    let target = folder.clone();
    let body = types::ItemUpdate {
        folder_id: folder.map(String::from),
        parent_id: args.parent_id.sent(),
        sort_order: args.sort_order,
        values: Some(values.clone()).filter(|values| !values.is_empty()),
    };
    let left = match &target {
        Some(folder) => subitems::left_behind(ctx, &place, &args.item_id, folder).await?,
        None => None,
    };
    let client = ctx.infinity()?;
    let update = client.update_item().workspace(&place.workspace.id).board_id(&place.board.id);
    let sent = update.item_id(&args.item_id).body(body).send().await;
    let item = sent.map_err(|error| values::refused(&place, &values, error))?.into_inner();
    Ok(OneItem::of(&place, &completed(item, &values), left.into_iter().collect()))
}
