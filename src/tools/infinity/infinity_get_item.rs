//! Get one item.
//!
//! A list shows what fits; here is everything an item holds, each id that stands for a name as the name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ids::ItemId;
use crate::domain::infinity::one_item::{self, OneItem};
use crate::domain::infinity::place::Place;
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
    /// Without effect.
    #[expect(dead_code, reason = "callers of an older server send it")]
    expand: Option<Vec<String>>,
}

/// The whole item.
#[derive(Serialize, JsonSchema)]
pub struct Answer {
    #[serde(flatten)]
    item: OneItem,
    /// Position among its siblings.
    sort_order: Option<String>,
}

/// Get one StartInfinity item with all its values.
///
/// Use after infinity_list_items. Comments: infinity_list_comments.
#[tool(reads)]
pub async fn infinity_get_item(ctx: &Ctx, args: Args) -> Result<Answer> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let item = one_item::fetch(ctx, &place, &args.item_id).await?;
    let archived = (item.deleted == Some(true)).then(|| "The item is archived.".to_owned());
    Ok(Answer { item: OneItem::of(&place, &item, archived.into_iter().collect()), sort_order: item.sort_order })
}
