//! Change an attribute.
//!
//! Upstream replaces settings as a whole; whoever sends one new label loses all others. So they are read first, and what
//! is not mentioned is sent back as it was.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::infinity::types::{Attribute, AttributeUpdate};
use crate::domain::infinity::attribute_draft::{CreatableType, Draft, Wording};
use crate::domain::infinity::attribute_rows::{self, AttributeRow};
use crate::domain::infinity::looks;
use crate::domain::infinity::pictures::Pictures;
use crate::domain::infinity::place::Place;
use crate::domain::infinity::refusal::Refusal;
use crate::tool::schema::AnyAsText;
use crate::tool::{Ctx, Error, Result, tool};

/// Which attribute, and what becomes different.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// Id or name.
    attribute_id: String,
    /// Its new name.
    name: Option<String>,
    /// New type, as for infinity_create_attribute.
    #[serde(rename = "type")]
    // Spelt out once, in the other tool: eighteen words are too dear for what is hardly ever changed.
    #[schemars(with = "Option<String>")]
    kind: Option<CreatableType>,
    /// What items hold without a value; null empties it.
    #[schemars(with = "Option<AnyAsText>")]
    default_data: Option<Value>,
    /// JSON, as upstream has them; labels here replace all.
    #[schemars(extend("x-announced" = "string"))]
    settings: Option<Map<String, Value>>,
    /// Labels to add: names, or JSON {name, color}.
    #[schemars(with = "Option<Vec<AnyAsText>>")]
    add_labels: Option<Vec<Value>>,
}

/// The attribute as it is now.
#[derive(Serialize, JsonSchema)]
pub struct Updated {
    #[serde(flatten)]
    attribute: AttributeRow,
    /// What to know.
    notes: Option<Vec<String>>,
}

/// Change a StartInfinity attribute: name, type, default, settings, or add labels.
///
/// What is left out stays. To show it: infinity_update_folder.
#[tool(
    writes,
    idempotent,
    undo = "infinity_update_attribute with the former values",
    confirm = "Change the attribute {attribute_id} of the board {board_id} (name {name}, type {type}, settings {settings}, new labels {add_labels})?"
)]
pub async fn infinity_update_attribute(ctx: &Ctx, args: Args) -> Result<Updated> {
    args.must_say_something()?;
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let (place, id) = place.settle(ctx, |place| Ok(place.attribute(&args.attribute_id)?.id.clone())).await?;
    let now = attribute_rows::read(ctx, &place, &id).await?;
    let (body, notes) = plan(&place, &args, now)?;
    let client = ctx.infinity()?;
    let update = client.update_attribute().workspace(&place.workspace.id).board_id(&place.board.id).attribute_id(&id);
    let told = update.body(body).send().await;
    ctx.memory::<Pictures>().forget_layouts();
    let attribute = AttributeRow::of(&place, &told?.into_inner());
    Ok(Updated { attribute, notes: Some(notes).filter(|notes| !notes.is_empty()) })
}

impl Args {
    fn must_say_something(&self) -> Result<()> {
        let says_nothing = self.name.is_none()
            && self.kind.is_none()
            && self.default_data.is_none()
            && self.settings.is_none()
            && self.add_labels.as_ref().is_none_or(Vec::is_empty);
        if says_nothing {
            let hint = "Give name, type, default_data, settings or add_labels.";
            return Err(Refusal::of_value("Nothing that could be changed was given.", hint).into());
        }
        Ok(())
    }
}

/// What to send, and what to tell about it.
fn plan(place: &Place, args: &Args, now: Attribute) -> Result<(AttributeUpdate, Vec<String>)> {
    let mut notes = Vec::new();
    let name = args.name.as_deref().map(looks::name).transpose()?;
    let kind = args.kind.map(CreatableType::word);
    if kind.is_some_and(|kind| now.type_.as_deref() != Some(kind)) {
        notes.push("The type changed; StartInfinity does not say what becomes of the values there are.".to_owned());
    }
    let then = Attribute { type_: kind.map(str::to_owned).or_else(|| now.type_.clone()), ..now };
    let wording = Wording {
        settings: args.settings.as_ref(),
        labels: args.add_labels.as_deref().unwrap_or_default(),
        default_data: args.default_data.as_ref(),
    };
    let Draft { settings, default_data, lost_labels } = Draft::of(place, then, wording)?;
    if !lost_labels.is_empty() {
        notes.push(format!("Removed, though items may still hold them: {}.", lost_labels.join(", ")));
    }
    let type_ = kind.map(|kind| kind.try_into().map_err(Error::internal)).transpose()?;
    Ok((AttributeUpdate { default_data, name, settings, sort_order: None, type_ }, notes))
}
