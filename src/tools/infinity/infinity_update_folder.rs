//! Change a folder.
//!
//! Upstream replaces the list of attributes a folder shows; whoever names one more would hide all others. So what is
//! named here is added to what is shown, unless the caller asks for the list to be replaced.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::ids::{AttributeId, FolderId};
use crate::api::infinity::types::{Folder, FolderUpdate};
use crate::domain::infinity::change::Change;
use crate::domain::infinity::folder_rows::{self, FolderDetail};
use crate::domain::infinity::looks;
use crate::domain::infinity::pictures::Pictures;
use crate::domain::infinity::place::Place;
use crate::domain::infinity::refusal::Refusal;
use crate::tool::{Ctx, Result, tool};

/// Which folder, and what becomes different.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// Id, name or path.
    folder_id: String,
    /// Its new name.
    name: Option<String>,
    /// Colour as #RRGGBB, or none.
    #[serde(default)]
    color: Change<String>,
    /// Folder above; none for top level.
    #[serde(default)]
    parent_id: Change<String>,
    /// Attributes to show as well, ids or names.
    attribute_ids: Option<Vec<String>>,
    /// true: show only attribute_ids, in this order.
    replace_attributes: Option<bool>,
    /// Numeric position.
    sort_order: Option<String>,
    /// JSON, as upstream has them.
    #[schemars(extend("x-announced" = "string"))]
    settings: Option<Map<String, Value>>,
}

/// The folder as it is now.
#[derive(Serialize, JsonSchema)]
pub struct Updated {
    #[serde(flatten)]
    folder: FolderDetail,
    /// What to know.
    notes: Option<Vec<String>>,
}

/// What is to be sent, but for the attributes to add, which depend on what the folder shows by then.
struct Plan {
    folder: FolderId,
    body: FolderUpdate,
    add: Vec<AttributeId>,
}

/// Change a StartInfinity folder or the attributes it shows.
///
/// What is left out stays; attribute_ids are added to those shown.
#[tool(
    writes,
    idempotent,
    undo = "infinity_update_folder with the former values",
    confirm = "Change the folder {folder_id} of the board {board_id} (name {name}, parent {parent_id}, attributes {attribute_ids})?"
)]
pub async fn infinity_update_folder(ctx: &Ctx, args: Args) -> Result<Updated> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let (place, plan) = place.settle(ctx, |place| Plan::of(place, &args)).await?;
    let Plan { folder, mut body, add } = plan;
    if !add.is_empty() {
        let now = folder_rows::read(ctx, &place, &folder).await?;
        body.attribute_ids = folder_rows::joined(&now, &add);
        if is_empty(&body) {
            let note = "The folder shows these attributes already; nothing was changed.".to_owned();
            return Ok(Updated { folder: FolderDetail::of(&place, &now), notes: Some(vec![note]) });
        }
    }
    let row = send(ctx, &place, &folder, body).await?;
    Ok(Updated { folder: FolderDetail::of(&place, &row), notes: None })
}

async fn send(ctx: &Ctx, place: &Place, folder: &FolderId, body: FolderUpdate) -> Result<Folder> {
    let client = ctx.infinity()?;
    let update = client.update_folder().workspace(&place.workspace.id).board_id(&place.board.id).folder_id(folder);
    let told = update.body(body).send().await;
    ctx.memory::<Pictures>().forget_layouts();
    Ok(told?.into_inner())
}

impl Plan {
    fn of(place: &Place, args: &Args) -> Result<Self> {
        let folder = place.folder(&args.folder_id)?;
        let named = args.attribute_ids.as_ref().map(|given| place.attributes(given)).transpose()?;
        let named: Option<Vec<AttributeId>> =
            named.map(|named| named.into_iter().map(|attribute| attribute.id.clone()).collect());
        let replaces = args.replace_attributes == Some(true);
        if replaces && named.is_none() {
            let text = "`replace_attributes` is true, but `attribute_ids` is missing.";
            return Err(Refusal::of_value(text, "Name the attributes to show; an empty list shows none.").into());
        }
        let (only, add) = if replaces { (named, None) } else { (None, named) };
        let body = FolderUpdate {
            name: args.name.as_deref().map(looks::name).transpose()?,
            color: args.color.sent_as(looks::colour)?,
            parent_id: args.parent_id.sent_as(|given| above(place, &folder.id, given))?,
            attribute_ids: only.map(|only| only.iter().map(AttributeId::to_string).collect()),
            sort_order: args.sort_order.as_deref().map(looks::sort_order).transpose()?,
            settings: args.settings.clone(),
        };
        let add = add.unwrap_or_default();
        if add.is_empty() && is_empty(&body) {
            let hint = "Give name, color, parent_id, attribute_ids, sort_order or settings.";
            return Err(Refusal::of_value("Nothing that could be changed was given.", hint).into());
        }
        Ok(Self { folder: folder.id.clone(), body, add })
    }
}

/// The id of the folder to move into, which must not lie inside the one that is moved.
fn above(place: &Place, moved: &FolderId, given: &str) -> std::result::Result<String, Refusal> {
    let above = place.folder(given)?;
    let inside = place.folder_of_id(moved.as_str()).map(|moved| place.below(moved)).unwrap_or_default();
    if above.id == *moved || inside.iter().any(|folder| folder.id == above.id) {
        let text = format!("`parent_id`: the folder {} cannot lie in itself.", above.path);
        return Err(Refusal::of_value(text, "Choose a folder outside of it, or none for the top level."));
    }
    Ok(above.id.to_string())
}

fn is_empty(body: &FolderUpdate) -> bool {
    let FolderUpdate { attribute_ids, color, name, parent_id, settings, sort_order } = body;
    attribute_ids.is_none()
        && color.is_none()
        && name.is_none()
        && parent_id.is_none()
        && settings.is_none()
        && sort_order.is_none()
}
