//! An attribute in an answer: its type, its labels, and the folders that show it.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::attributes::Kind;
use super::labels;
use super::names::Rows;
use super::place::Place;
use infini_mcp_core::api::ids::AttributeId;
use infini_mcp_core::api::infinity::types;
use infini_mcp_core::tool::{Ctx, Result};

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
    /// Its choices: id, name, color.
    #[schemars(with = "Option<Rows>")]
    pub labels: Option<Vec<LabelRow>>,
    /// Folders that show it.
    pub folders: Vec<String>,
}

/// A choice.
#[derive(Debug, Serialize)]
pub struct LabelRow {
    id: String,
    name: String,
    color: Option<String>,
}

impl AttributeRow {
    /// Without what a list has no room for: colours, and labels past the thirtieth. Gives how many those are.
    pub fn shorten(&mut self) -> Option<usize> {
        let labels = self.labels.as_mut()?;
        let left_out = labels.len().saturating_sub(MOST_LABELS);
        labels.truncate(MOST_LABELS);
        labels.iter_mut().for_each(|label| label.color = None);
        (left_out > 0).then_some(left_out)
    }

    /// From an API row of this place.
    pub fn of(place: &Place, row: &types::Attribute) -> Self {
        let kind = Kind::of(row.type_.as_deref().unwrap_or_default());
        let folders = place.folders_showing(row.id.as_deref().unwrap_or_default());
        Self {
            id: row.id.clone(),
            name: row.name.clone(),
            kind: row.type_.clone(),
            labels: (kind == Kind::Label).then(|| labels_of(row)),
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

    fn row(attribute: Value) -> AttributeRow {
        let folders =
            json!([{ "id": "f1", "name": "Backlog", "attribute_ids": ["a1"] }, { "id": "f2", "name": "Leer" }]);
        let place = Place::of_rows(folders, json!([]), json!([]));
        AttributeRow::of(&place, &serde_json::from_value(attribute).unwrap())
    }

    #[test]
    fn a_row_tells_the_labels_and_the_folders_that_show_it() {
        let label = |at: usize| json!({ "id": format!("l{at}"), "name": format!("L {at}"), "color": "#111111" });
        let labels: Vec<Value> = (0..35).map(label).collect();
        let mut shown = row(json!({ "id": "a1", "name": "Status", "type": "label", "settings": { "labels": labels } }));
        assert_eq!((shown.labels.as_ref().unwrap().len(), &shown.folders), (35, &vec!["Backlog".to_owned()]));
        assert_eq!(shown.shorten(), Some(5));
        assert_eq!(json!(shown)["labels"][29], json!({ "id": "l29", "name": "L 29", "color": null }));
    }

    #[test]
    fn what_is_no_label_attribute_has_no_labels() {
        let mut shown = row(json!({ "id": "a9", "name": "Nr.", "type": "custom_id" }));
        assert_eq!((shown.shorten(), shown.labels.is_none(), shown.folders.len()), (None, true, 0));
    }
}
