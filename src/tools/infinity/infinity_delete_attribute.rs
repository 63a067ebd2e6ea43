//! Delete an attribute.
//!
//! A column goes with everything that items hold in it, and nothing brings it back; so a person is asked first.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ids::AttributeId;
use crate::domain::infinity::attribute_rows::{self, AttributeRow};
use crate::domain::infinity::pictures::Pictures;
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

/// What a person decides about.
#[derive(Serialize)]
pub struct Shown {
    board: String,
    folder_count: usize,
    attribute: AttributeRow,
    #[serde(skip)]
    found: (Place, AttributeId),
}

/// What was deleted.
#[derive(Serialize, JsonSchema)]
pub struct Deleted {
    /// Attribute id.
    id: String,
    /// Its name.
    name: Option<String>,
    /// It is gone.
    deleted: bool,
    /// Folders that showed it.
    folders: Vec<String>,
}

/// Delete a StartInfinity attribute with the values of all items.
///
/// There is no way back; to only hide it: infinity_update_folder. Asks first.
#[tool(
    destroys,
    idempotent,
    preview = preview,
    confirm = "Delete the attribute {shown.attribute.name} ({shown.attribute.type}) from the board {shown.board}? {shown.folder_count} folders show it. The values of all items for it are lost, and nothing can bring them back."
)]
pub async fn infinity_delete_attribute(ctx: &Ctx, _args: Args, shown: Shown) -> Result<Deleted> {
    let (place, id) = shown.found;
    let client = ctx.infinity()?;
    let delete = client.delete_attribute().workspace(&place.workspace.id).board_id(&place.board.id).attribute_id(&id);
    let told = delete.send().await;
    ctx.memory::<Pictures>().forget_layouts();
    let deleted = told?.into_inner().deleted != Some(false);
    Ok(Deleted { id: id.to_string(), name: shown.attribute.name, deleted, folders: shown.attribute.folders })
}

async fn preview(ctx: &Ctx, args: &Args) -> Result<Shown> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let (place, id) = place.settle(ctx, |place| Ok(place.attribute(&args.attribute_id)?.id.clone())).await?;
    let attribute = AttributeRow::of(&place, &attribute_rows::read(ctx, &place, &id).await?);
    Ok(Shown { board: place.board.name.clone(), folder_count: attribute.folders.len(), attribute, found: (place, id) })
}
