//! List the attributes of a board.
//!
//! Attributes are a board's columns; labels are told with their names, since values are written by name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::infinity::types;
use crate::domain::infinity::attribute_rows::AttributeRow;
use crate::domain::infinity::attributes::Kind;
use crate::domain::infinity::pages::{Asked, Onward, paged};
use crate::domain::infinity::place::Place;
use crate::tool::{Ctx, Result, tool};

/// Which attributes.
#[derive(Deserialize, JsonSchema)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    #[serde(flatten)]
    page: Asked,
}

/// The attributes.
#[derive(Serialize, JsonSchema)]
pub struct Attributes {
    #[serde(flatten)]
    onward: Onward,
    /// The attributes.
    attributes: Vec<Row>,
}

/// One attribute.
#[derive(Serialize, JsonSchema)]
pub struct Row {
    #[serde(flatten)]
    attribute: AttributeRow,
    /// Items take values for it.
    writable: bool,
    /// Choices not told here.
    labels_left_out: Option<usize>,
}

impl Row {
    fn of(place: &Place, row: &types::Attribute) -> Self {
        let mut attribute = AttributeRow::of(place, row);
        let writable = Kind::of(row.type_.as_deref().unwrap_or_default()).is_writable();
        Self { labels_left_out: attribute.shorten(), attribute, writable }
    }
}

/// List the attributes (columns) of a StartInfinity board with types and labels.
///
/// Use before writing values. One in full: infinity_get_attribute.
#[tool(reads)]
pub async fn infinity_list_attributes(ctx: &Ctx, args: Args) -> Result<Attributes> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let paging = args.page.paging(ctx);
    let client = ctx.infinity()?;
    let list = client.list_attributes().workspace(&place.workspace.id).board_id(&place.board.id);
    let page = paged!(list, paging).send().await?.into_inner();
    let living = page.data.unwrap_or_default().into_iter().filter(|attribute| attribute.deleted != Some(true));
    let attributes: Vec<Row> = living.map(|attribute| Row::of(&place, &attribute)).collect();
    let onward = Onward::of(&paging, attributes.len(), page.has_more, page.after, page.before);
    Ok(Attributes { onward, attributes })
}
