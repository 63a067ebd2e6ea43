//! Create a view of a folder.
//!
//! Only the name of the kind is known of the forms a view can have, so settings are passed on as they are given.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::api::infinity::types;
use crate::domain::infinity::place::Place;
use crate::domain::infinity::views::{self, WholeView};
use crate::tool::{Ctx, Result, tool};

/// Which folder it shows, and how.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// Id, name or path.
    folder_id: String,
    /// View name.
    name: String,
    /// list, table, calendar, column, or another.
    r#type: String,
    /// Numeric position.
    sort_order: Option<String>,
    /// JSON, the settings of a similar view.
    #[schemars(extend("x-announced" = "string"))]
    settings: Option<Map<String, Value>>,
}

/// Create a saved view of a StartInfinity folder.
///
/// Settings have no documented form: copy those of a similar view from infinity_get_view.
#[tool(
    writes,
    undo = "infinity_delete_view",
    toolset = views,
    confirm = "Create the view {name} ({type}) of the folder {folder_id} of the board {board_id}?"
)]
pub async fn infinity_create_view(ctx: &Ctx, args: Args) -> Result<WholeView> {
    let (name, kind) = (views::name(&args.name)?, views::kind(&args.r#type)?);
    let sort_order = views::position(args.sort_order.as_deref())?;
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let (place, folder) = place.settle(ctx, |place| Ok(place.folder(&args.folder_id)?.id.clone())).await?;
    let body = types::ViewCreate {
        folder_id: folder.to_string(),
        name,
        type_: kind.clone(),
        sort_order,
        settings: args.settings,
    };
    let client = ctx.infinity()?;
    let create = client.create_view().workspace(&place.workspace.id).board_id(&place.board.id).body(body);
    Ok(WholeView::of(&place, create.send().await?.into_inner()).noting_kind(Some(&kind)))
}
