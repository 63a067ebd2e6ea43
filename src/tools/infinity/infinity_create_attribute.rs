//! Create an attribute.
//!
//! A new attribute is on the board but in no folder, where nobody sees it; so folders can be named in the same call.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::ids::AttributeId;
use crate::api::infinity::types::{Attribute, AttributeCreate};
use crate::domain::infinity::attribute_draft::{CreatableType, Draft, Wording};
use crate::domain::infinity::attribute_rows::AttributeRow;
use crate::domain::infinity::folder_rows;
use crate::domain::infinity::folders::FolderName;
use crate::domain::infinity::looks;
use crate::domain::infinity::pictures::Pictures;
use crate::domain::infinity::place::Place;
use crate::tool::schema::AnyAsText;
use crate::tool::{Ctx, Error, Result, tool};

/// Where, and what it is like.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// Attribute name.
    name: String,
    /// What it holds.
    #[serde(rename = "type")]
    kind: CreatableType,
    /// What items hold without a value.
    #[schemars(with = "Option<AnyAsText>")]
    default_data: Option<Value>,
    /// JSON, as upstream has them, e.g. multiple.
    #[schemars(extend("x-announced" = "string"))]
    settings: Option<Map<String, Value>>,
    /// Label choices: names, or JSON {name, color}.
    #[schemars(with = "Option<Vec<AnyAsText>>")]
    labels: Option<Vec<Value>>,
    /// Folders to show it: ids, names or paths.
    folder_ids: Option<Vec<String>>,
}

/// The new attribute.
#[derive(Serialize, JsonSchema)]
pub struct Created {
    #[serde(flatten)]
    attribute: AttributeRow,
    /// What to know.
    notes: Option<Vec<String>>,
}

/// Create an attribute (column) on a StartInfinity board.
///
/// Folders show it only when named here.
#[tool(
    writes,
    undo = "infinity_delete_attribute",
    confirm = "Create the attribute {name} ({type}) on the board {board_id}, shown in {folder_ids}?"
)]
pub async fn infinity_create_attribute(ctx: &Ctx, args: Args) -> Result<Created> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let (place, (body, folders)) = place.settle(ctx, |place| plan(place, &args)).await?;
    let client = ctx.infinity()?;
    let create = client.create_attribute().workspace(&place.workspace.id).board_id(&place.board.id);
    let told = create.body(body).send().await;
    ctx.memory::<Pictures>().forget_layouts();
    let row = told?.into_inner();
    let (shown, notes) = show(ctx, &place, &row, folders).await;
    ctx.memory::<Pictures>().forget_layouts();
    let attribute = AttributeRow { folders: shown, ..AttributeRow::of(&place, &row) };
    Ok(Created { attribute, notes: Some(notes).filter(|notes| !notes.is_empty()) })
}

fn plan(place: &Place, args: &Args) -> Result<(AttributeCreate, Vec<FolderName>)> {
    let folders = place.folders(args.folder_ids.as_deref().unwrap_or_default())?;
    let folders = folders.into_iter().map(|folder| place.folder_name(folder.id.as_str())).collect();
    let name = looks::name(&args.name)?;
    let blank =
        Attribute { name: Some(name.clone()), type_: Some(args.kind.word().to_owned()), ..Attribute::default() };
    let wording = Wording {
        settings: args.settings.as_ref(),
        labels: args.labels.as_deref().unwrap_or_default(),
        default_data: args.default_data.as_ref(),
    };
    let Draft { settings, default_data, .. } = Draft::of(place, blank, wording)?;
    let type_ = args.kind.word().try_into().map_err(Error::internal)?;
    Ok((AttributeCreate { default_data, name, settings, type_ }, folders))
}

/// Lets folders show it. It exists by then, so a folder that fails is told and the call does not fail as a whole.
async fn show(ctx: &Ctx, place: &Place, row: &Attribute, folders: Vec<FolderName>) -> (Vec<String>, Vec<String>) {
    if folders.is_empty() {
        return (Vec::new(), vec!["No folder shows it yet; infinity_update_folder adds it to one.".to_owned()]);
    }
    let (mut shown, mut notes) = (Vec::new(), Vec::new());
    for folder in folders {
        match show_in(ctx, place, row, &folder).await {
            Ok(()) => shown.push(folder.name),
            Err(error) => notes.push(format!(
                "The attribute was created, but the folder {} may not show it: {error} infinity_update_folder can add it.",
                folder.name
            )),
        }
    }
    (shown, notes)
}

async fn show_in(ctx: &Ctx, place: &Place, row: &Attribute, folder: &FolderName) -> Result<()> {
    let attribute = AttributeId::parse(row.id.as_deref().unwrap_or_default()).map_err(Error::internal)?;
    let folder = folder.id.as_str().try_into().map_err(Error::internal)?;
    folder_rows::show(ctx, place, &folder, &attribute).await
}
