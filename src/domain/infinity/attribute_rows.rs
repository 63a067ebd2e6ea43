//! An attribute in an answer: its type, its labels, and the folders that show it.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::attributes::Kind;
use super::labels;
use super::place::Place;
use crate::api::ids::AttributeId;
use crate::api::infinity::types;
use crate::tool::{Ctx, Result};

/// Labels that a row tells.
const MOST_LABELS: usize = 30;

/// An attribute.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AttributeRow {
    /// Attribute id.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Items take values for it.
    pub writable: bool,
    /// Its choices.
    pub labels: Option<Vec<LabelRow>>,
    /// Choices not told here.
    pub labels_left_out: Option<usize>,
    /// Folders that show it.
    pub folders: Vec<String>,
}

/// A choice.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LabelRow {
    /// Label id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// #RRGGBB.
    pub color: Option<String>,
}

impl AttributeRow {
    /// From an API row of this place, short enough for a list.
    pub fn of(place: &Place, row: &types::Attribute) -> Self {
        let mut row = Self::whole(place, row);
        let left_out = row.labels.as_ref().map_or(0, |labels| labels.len().saturating_sub(MOST_LABELS));
        if let Some(labels) = &mut row.labels {
            labels.truncate(MOST_LABELS);
            labels.iter_mut().for_each(|label| label.color = None);
        }
        row.labels_left_out = (left_out > 0).then_some(left_out);
        row
    }

    /// With every label.
    pub fn whole(place: &Place, row: &types::Attribute) -> Self {
        let kind = Kind::of(row.type_.as_deref().unwrap_or_default());
        let folders = place.folders_showing(row.id.as_deref().unwrap_or_default());
        Self {
            id: row.id.clone(),
            name: row.name.clone(),
            kind: row.type_.clone(),
            writable: kind.is_writable(),
            labels: (kind == Kind::Label).then(|| labels_of(row)),
            labels_left_out: None,
            folders: folders.into_iter().map(|folder| place.folder_name(folder.id.as_str()).name).collect(),
        }
    }
}

/// The settings of an attribute, empty where upstream sends none.
pub fn settings(row: &types::Attribute) -> types::AttributeSettings {
    let none = || types::AttributeSettings { labels: None, multiple: None, extra: Map::new() };
    row.settings.clone().unwrap_or_else(none)
}

fn labels_of(row: &types::Attribute) -> Vec<LabelRow> {
    let labels = labels::kept(settings(row).labels.as_ref());
    let color = |color: Value| color.as_str().map(str::to_owned);
    labels
        .into_iter()
        .map(|label| LabelRow { id: label.id, name: label.name, color: label.color.and_then(color) })
        .collect()
}

/// The attribute as it is now, and not as it was when its board was last looked at.
///
/// # Errors
/// Those of the request.
pub async fn read(ctx: &Ctx, place: &Place, attribute: &AttributeId) -> Result<types::Attribute> {
    let client = ctx.infinity()?;
    let read = client.get_attribute().workspace(&place.workspace.id).board_id(&place.board.id).attribute_id(attribute);
    Ok(read.send().await?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(attribute: Value) -> Value {
        let folders =
            json!([{ "id": "f1", "name": "Backlog", "attribute_ids": ["a1"] }, { "id": "f2", "name": "Leer" }]);
        let place = Place::of_rows(folders, json!([]), json!([]));
        json!(AttributeRow::of(&place, &serde_json::from_value(attribute).unwrap()))
    }

    #[test]
    fn a_row_tells_the_labels_and_the_folders_that_show_it() {
        let labels: Vec<Value> =
            (0..35).map(|at| json!({ "id": format!("l{at}"), "name": format!("L {at}") })).collect();
        let shown = row(json!({ "id": "a1", "name": "Status", "type": "label", "settings": { "labels": labels } }));
        assert_eq!((shown["labels"].as_array().unwrap().len(), &shown["labels_left_out"]), (30, &json!(5)));
        assert_eq!((&shown["folders"], &shown["writable"]), (&json!(["Backlog"]), &json!(true)));
    }

    #[test]
    fn what_fills_itself_is_not_writable_and_has_no_labels() {
        let shown = row(json!({ "id": "a9", "name": "Nr.", "type": "custom_id" }));
        assert_eq!(
            (&shown["writable"], &shown["labels"], &shown["folders"]),
            (&json!(false), &json!(null), &json!([]))
        );
    }
}
