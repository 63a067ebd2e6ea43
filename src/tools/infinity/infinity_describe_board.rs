//! Describe a board.
//!
//! One call gives all that writing to a board takes, where its folders, attributes and members would be three lists full
//! of ids.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::infinity::describe::Description;
use crate::domain::infinity::place::Place;
use crate::tool::{Ctx, Result, tool};

/// Which board.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
}

/// Describe a StartInfinity board: folders, attributes, labels and members, and how each value is written.
///
/// Use once before writing to an unknown board. Its items: infinity_list_items or infinity_search_items.
#[tool(reads, toolset = bulk)]
pub async fn infinity_describe_board(ctx: &Ctx, args: Args) -> Result<Description> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    Ok(Description::of(&place))
}
