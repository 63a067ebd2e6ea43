//! Read one attribute.
//!
//! The list tells what an attribute takes; this also tells what it holds by itself and how it is set.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::infinity::attribute_rows::{self, AttributeRow};
use crate::domain::infinity::attributes::Kind;
use crate::domain::infinity::place::Place;
use crate::tool::{Ctx, Result, tool};

/// Which attribute.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// Id or name.
    attribute_id: String,
}

/// The attribute.
#[derive(Serialize, JsonSchema)]
pub struct Attribute {
    #[serde(flatten)]
    attribute: AttributeRow,
    /// Items take values for it.
    writable: bool,
    /// Several labels allowed.
    multiple: Option<bool>,
    /// Of items without a value.
    #[schemars(extend("x-long-text" = true))]
    default_data: Option<Value>,
    /// Other settings.
    settings: Option<Map<String, Value>>,
    /// Order on the board.
    sort_order: Option<String>,
}

/// Get a StartInfinity attribute with its labels and settings.
///
/// Use before infinity_update_attribute.
#[tool(reads)]
pub async fn infinity_get_attribute(ctx: &Ctx, args: Args) -> Result<Attribute> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let (place, id) = place.settle(ctx, |place| Ok(place.attribute(&args.attribute_id)?.id.clone())).await?;
    let row = attribute_rows::read(ctx, &place, &id).await?;
    let attribute = AttributeRow::of(&place, &row);
    let settings = attribute_rows::settings(&row);
    Ok(Attribute {
        attribute,
        writable: Kind::of(row.type_.as_deref().unwrap_or_default()).is_writable(),
        multiple: settings.multiple,
        default_data: row.default_data,
        settings: Some(settings.extra).filter(|settings| !settings.is_empty()),
        sort_order: row.sort_order,
    })
}
