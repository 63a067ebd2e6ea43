//! Read one view with its settings.
//!
//! The settings are of free form, so whoever wants to change them reads them here and sends them back changed.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::infinity::place::Place;
use crate::domain::infinity::views::{View, WholeView};
use crate::tool::{Ctx, Result, tool};

/// Which view.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// View id, name, or folder / name.
    view_id: String,
}

/// Get a saved view of a StartInfinity board with its settings.
///
/// Use before infinity_update_view. The items themselves: infinity_list_items.
#[tool(reads, toolset = views)]
pub async fn infinity_get_view(ctx: &Ctx, args: Args) -> Result<WholeView> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let view = View::find(ctx, &place, &args.view_id).await?;
    let client = ctx.infinity()?;
    let read = client.get_views().workspace(&place.workspace.id).board_id(&place.board.id).view_id(&view.id);
    Ok(WholeView::of(&place, read.send().await?.into_inner()))
}
