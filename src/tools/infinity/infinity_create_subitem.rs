//! Create a subitem.
//!
//! A subitem is an item with another one above it; upstream wants its folder all the same.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::api::ids::ItemId;
use crate::domain::infinity::drafts::{Draft, Wish};
use crate::domain::infinity::items::Wording;
use crate::domain::infinity::one_item::OneItem;
use crate::domain::infinity::place::Place;
use crate::tool::{Ctx, Result, tool};

/// Below which item, and what it holds.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// Id, name or path.
    folder_id: String,
    /// Id of the item above.
    parent_item_id: ItemId,
    /// Values by attribute name or id, as in infinity_create_item.
    values: Option<Map<String, Value>>,
    /// The same as `values`.
    values_by_name: Option<Value>,
    /// The subitem's name.
    name: Option<String>,
    /// The same as `name`.
    title: Option<String>,
    /// Numeric position.
    sort_order: Option<String>,
}

/// Create a StartInfinity item below another item.
///
/// Like infinity_create_item, but the item above is required.
#[tool(
    writes,
    undo = "infinity_archive_item",
    confirm = "Create a subitem (name {name}, values {values}) of the item {parent_item_id} on the board {board_id}?"
)]
pub async fn infinity_create_subitem(ctx: &Ctx, args: Args) -> Result<OneItem> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let plan = |place: &Place| {
        let wording = Wording {
            values: args.values.as_ref(),
            values_by_name: args.values_by_name.as_ref(),
            names: [args.name.as_deref(), args.title.as_deref()],
        };
        let (parent, sort_order) = (Some(&args.parent_item_id), args.sort_order.as_deref());
        Draft::of(place, &Wish { folder: &args.folder_id, parent, wording, sort_order })
    };
    let (place, draft) = place.settle(ctx, plan).await?;
    draft.create(ctx, &place).await
}
