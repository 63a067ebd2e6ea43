//! Link one item to another.
//!
//! StartInfinity never shows links again, so the answer's id is kept here: without it a link could not be removed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::infinity::types;
use crate::domain::infinity::attributes::Kind;
use crate::domain::infinity::links::{Link, LinkRow};
use crate::domain::infinity::made_here::{self, Spot};
use crate::domain::infinity::named_item::NamedItem;
use crate::domain::infinity::place::Place;
use crate::domain::infinity::purpose;
use crate::tool::{Ctx, Result, tool};

/// Which items, and by which attribute.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// Attribute, if several.
    attribute_id: Option<String>,
    /// Holding item, id or title.
    from_item_id: String,
    /// Target item, id or title.
    to_item_id: String,
    /// Target board, if another.
    to_board_id: Option<String>,
}

/// The new link.
#[derive(Serialize, JsonSchema)]
pub struct Created {
    #[serde(flatten)]
    link: LinkRow,
    /// What to know.
    note: Option<String>,
}

/// Link a StartInfinity item to another one.
///
/// One call a target; item values cannot hold links. infinity_list_references shows those made here.
#[tool(
    writes,
    undo = "infinity_delete_reference",
    toolset = references,
    progress,
    confirm = "Link the item {from_item_id} to {to_item_id} (attribute {attribute_id}, board {board_id})?"
)]
pub async fn infinity_create_reference(ctx: &Ctx, args: Args) -> Result<Created> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let choose = |place: &Place| {
        let attribute = purpose::attribute(place, args.attribute_id.as_deref(), &Kind::Reference, "references")?;
        Ok(attribute.clone())
    };
    let (place, attribute) = place.settle(ctx, choose).await?;
    let from = NamedItem::find(ctx, &place, &args.from_item_id).await?;
    let to = match args.to_board_id.as_deref().filter(|board| !board.trim().is_empty()) {
        Some(board) => {
            let there = Place::open(ctx, Some(place.workspace.id.as_str()), board).await?;
            NamedItem::find(ctx, &there, &args.to_item_id).await?
        }
        None => NamedItem::find_or_trust(ctx, &place, &args.to_item_id).await?,
    };
    let body = types::ReferenceCreate {
        attribute_id: attribute.id.to_string(),
        from_item_id: from.id.to_string(),
        to_item_id: to.id.to_string(),
    };
    let client = ctx.infinity()?;
    let create = client.create_reference().workspace(&place.workspace.id).board_id(&place.board.id).body(body);
    let id = create.send().await?.into_inner().id;
    let link = Link::between(Spot::now(&place, &attribute), &from, &to);
    let note = made_here::keep(ctx, id.as_deref(), &link).await?;
    Ok(Created { link: LinkRow::of(id, link), note })
}
