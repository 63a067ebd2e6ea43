//! Create a folder.
//!
//! A folder shows nothing but what it is told to show, so attributes are taken by name and an empty choice is pointed out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::api::infinity::types::FolderCreate;
use crate::domain::infinity::folder_rows::FolderDetail;
use crate::domain::infinity::looks;
use crate::domain::infinity::pictures::Pictures;
use crate::domain::infinity::place::Place;
use crate::tool::{Ctx, Result, tool};

/// Where, and what it is like.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// Folder name.
    name: String,
    /// Colour as #RRGGBB.
    color: Option<String>,
    /// Folder above; default top level.
    parent_id: Option<String>,
    /// Attributes to show, ids or names.
    attribute_ids: Option<Vec<String>>,
    /// Numeric position.
    sort_order: Option<String>,
    /// JSON, as upstream has them.
    #[schemars(extend("x-announced" = "string"))]
    settings: Option<Map<String, Value>>,
}

/// The new folder.
#[derive(Serialize, JsonSchema)]
pub struct Created {
    #[serde(flatten)]
    folder: FolderDetail,
    /// What to know.
    notes: Option<Vec<String>>,
}

/// Create a folder on a StartInfinity board.
///
/// It shows only the attributes named here.
#[tool(writes, undo = "infinity_archive_folder", confirm = "Create the folder {name} on the board {board_id}?")]
pub async fn infinity_create_folder(ctx: &Ctx, args: Args) -> Result<Created> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let (place, body) = place.settle(ctx, |place| body(place, &args)).await?;
    let client = ctx.infinity()?;
    let create = client.create_folder().workspace(&place.workspace.id).board_id(&place.board.id);
    let told = create.body(body).send().await;
    ctx.memory::<Pictures>().forget_layouts();
    let row = told?.into_inner();
    let is_bare = row.attribute_ids.as_ref().is_none_or(Vec::is_empty);
    let note = "The folder shows no attributes yet; infinity_update_folder with attribute_ids adds them.".to_owned();
    Ok(Created { folder: FolderDetail::of(&place, &row), notes: is_bare.then(|| vec![note]) })
}

fn body(place: &Place, args: &Args) -> Result<FolderCreate> {
    let shown = args.attribute_ids.as_ref().map(|given| place.attributes(given)).transpose()?;
    let parent = args.parent_id.as_deref().map(|given| place.folder(given)).transpose()?;
    Ok(FolderCreate {
        name: looks::name(&args.name)?,
        color: args.color.as_deref().map(looks::colour).transpose()?.map(Value::from),
        parent_id: parent.map(|folder| json!(folder.id)),
        attribute_ids: shown.map(|shown| shown.into_iter().map(|attribute| attribute.id.to_string()).collect()),
        sort_order: args.sort_order.as_deref().map(looks::sort_order).transpose()?,
        settings: args.settings.clone(),
    })
}
