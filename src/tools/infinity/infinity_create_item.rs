//! Create an item.
//!
//! A model knows names, upstream wants ids and one form for each type of attribute. Everything is worked out and
//! checked before the one request that writes, so that a half-right call leaves no half-filled item.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::api::ids::ItemId;
use crate::domain::infinity::drafts::{Draft, Wish};
use crate::domain::infinity::items::Wording;
use crate::domain::infinity::one_item::OneItem;
use crate::domain::infinity::place::Place;
use crate::tool::{Ctx, Result, tool};

/// Where the item goes, and what it holds.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// Id, name or path.
    folder_id: String,
    /// Item above, for a subitem.
    parent_id: Option<ItemId>,
    /// By attribute name or id: text, number, true/false, ISO date; labels and members by name, several as a list.
    values: Option<Map<String, Value>>,
    /// The same as `values`; also taken as a list of {name, value}.
    values_by_name: Option<Value>,
    /// Sets the board's name attribute.
    name: Option<String>,
    /// The same as `name`.
    title: Option<String>,
    /// Numeric position; default last.
    sort_order: Option<String>,
}

/// Create an item on a StartInfinity board.
///
/// Names do for every id. After outcome_unknown look with infinity_list_items before repeating.
#[tool(
    writes,
    undo = "infinity_archive_item",
    confirm = "Create an item (name {name}, values {values}) in the folder {folder_id} of the board {board_id}?"
)]
pub async fn infinity_create_item(ctx: &Ctx, args: Args) -> Result<OneItem> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let plan = |place: &Place| {
        let wording = Wording {
            values: args.values.as_ref(),
            values_by_name: args.values_by_name.as_ref(),
            names: [args.name.as_deref(), args.title.as_deref()],
        };
        let (parent, sort_order) = (args.parent_id.as_ref(), args.sort_order.as_deref());
        Draft::of(place, &Wish { folder: &args.folder_id, parent, wording, sort_order })
    };
    let (place, draft) = place.settle(ctx, plan).await?;
    draft.create(ctx, &place).await
}
