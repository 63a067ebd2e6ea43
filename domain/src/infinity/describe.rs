//! A board described for a model that is about to write to it, kept short enough for a conversation.

use std::collections::{BTreeMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::attributes::{Attribute, Kind};
use super::columns::tokens;
use super::folders::Folder;
use super::place::Place;
use infini_mcp_core::api::ids::AttributeId;

/// Tokens the description may cost.
const MOST: usize = 3_600;
/// Labels and members that are shown when all of them do not fit.
const FEW: usize = 15;

/// All a model needs to write to a board.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Description {
    /// Board id.
    board_id: String,
    /// Board name.
    board: String,
    /// Workspace id.
    workspace_id: String,
    /// The attribute that names items.
    name_attribute: Option<String>,
    /// Where items lie.
    folders: Vec<FolderLine>,
    /// What items hold.
    attributes: Vec<AttributeLine>,
    /// How each type is written.
    how_to_write: BTreeMap<String, &'static str>,
    /// Who can be named.
    members: Vec<String>,
    /// What was left out to be short.
    notes: Option<Vec<String>>,
}

/// One folder.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct FolderLine {
    /// Folder id.
    id: String,
    /// Its path.
    path: String,
    /// Attributes it shows.
    shows: Option<Vec<String>>,
    /// Attributes it does not show.
    hides: Option<Vec<String>>,
    /// The attribute that names its items, where it is another one than elsewhere.
    name_attribute: Option<String>,
}

/// One attribute.
#[derive(Debug, Clone, Serialize, JsonSchema)]
struct AttributeLine {
    /// Attribute name.
    name: String,
    /// Attribute id.
    id: Option<String>,
    /// Its type.
    r#type: String,
    /// Labels it takes.
    labels: Option<Vec<String>>,
    /// Whether several labels may be chosen.
    multiple: Option<bool>,
}

/// What may be left out, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Depth {
    All,
    FewMembers,
    FewLabels,
    NoAttributeIds,
    NoFolderContents,
    FewFolders,
}

impl Description {
    /// As much as fits.
    pub fn of(place: &Place) -> Self {
        let depths = [Depth::All, Depth::FewMembers, Depth::FewLabels, Depth::NoAttributeIds, Depth::NoFolderContents];
        let fitting =
            depths.into_iter().map(|depth| Self::at(place, depth)).find(|description| description.cost() <= MOST);
        fitting.unwrap_or_else(|| Self::at(place, Depth::FewFolders))
    }

    fn cost(&self) -> usize {
        serde_json::to_string(self).map_or(usize::MAX, |text| tokens(&text))
    }

    fn at(place: &Place, depth: Depth) -> Self {
        let attributes = place.attributes_in(None);
        let mut notes = Vec::new();
        let members = few(
            place.member_names(),
            depth >= Depth::FewMembers,
            "members; infinity_list_workspace_members lists them",
            &mut notes,
        );
        let line = |attribute: &&Attribute| attribute_line(attribute, depth, &mut notes);
        let attribute_lines = attributes.iter().map(line).collect();
        if depth >= Depth::NoAttributeIds {
            notes.push("The ids of the attributes are left out; their names do as well.".to_owned());
        }
        if depth >= Depth::NoFolderContents {
            notes.push("Which attributes a folder shows is left out; infinity_get_folder tells.".to_owned());
        }
        let name = place.name_attribute(None).map(|attribute| attribute.key.clone());
        let line = |folder: &Folder| FolderLine {
            name_attribute: place
                .name_attribute(Some(folder))
                .map(|one| one.key.clone())
                .filter(|key| Some(key) != name.as_ref()),
            ..folder_line(folder, &attributes, depth)
        };
        let folders = place.all_folders().iter().map(line).collect();
        let folders = few(folders, depth >= Depth::FewFolders, "folders; infinity_list_folders lists them", &mut notes);
        Self {
            board_id: place.board.id.to_string(),
            board: place.board.name.clone(),
            workspace_id: place.workspace.id.to_string(),
            name_attribute: name,
            folders,
            attributes: attribute_lines,
            how_to_write: attributes
                .iter()
                .map(|attribute| (attribute.kind.word().to_owned(), rule(&attribute.kind)))
                .collect(),
            members,
            notes: Some(notes).filter(|notes| !notes.is_empty()),
        }
    }
}

/// All of a list, or its first few and a note about the others.
fn few<T>(list: Vec<T>, is_short: bool, what: &str, notes: &mut Vec<String>) -> Vec<T> {
    let all = list.len();
    if !is_short || all <= FEW {
        return list;
    }
    notes.push(format!("Only {FEW} of {all} {what}."));
    list.into_iter().take(FEW).collect()
}

fn attribute_line(attribute: &Attribute, depth: Depth, notes: &mut Vec<String>) -> AttributeLine {
    let labels: Vec<String> = attribute.labels.iter().map(|label| label.name.clone()).collect();
    let what = format!("labels of {}; infinity_get_attribute lists them", attribute.key);
    let labels = few(labels, depth >= Depth::FewLabels, &what, notes);
    let is_label = attribute.kind == Kind::Label;
    AttributeLine {
        name: attribute.key.clone(),
        id: (depth < Depth::NoAttributeIds).then(|| attribute.id.to_string()),
        r#type: attribute.kind.word().to_owned(),
        labels: is_label.then_some(labels),
        multiple: attribute.multiple.filter(|_| is_label),
    }
}

/// Names the attributes a folder shows or those it hides, whichever are fewer.
fn folder_line(folder: &Folder, attributes: &[&Attribute], depth: Depth) -> FolderLine {
    let shown: HashSet<&str> = folder.attribute_ids.iter().map(|id| id.as_str()).collect();
    let hides: Vec<&Attribute> =
        attributes.iter().copied().filter(|attribute| !shown.contains(attribute.id.as_str())).collect();
    // In the order of display.
    let of_id = |id: &AttributeId| attributes.iter().copied().find(|attribute| attribute.id == *id);
    let shows: Vec<&Attribute> = folder.attribute_ids.iter().filter_map(of_id).collect();
    let names = |list: Vec<&Attribute>| Some(list.iter().map(|attribute| attribute.key.clone()).collect());
    let (shows, hides) = match shows.len() <= hides.len() {
        _ if depth >= Depth::NoFolderContents => (None, None),
        true => (names(shows), None),
        false => (None, names(hides)),
    };
    FolderLine { id: folder.id.to_string(), path: folder.path.clone(), shows, hides, name_attribute: None }
}

/// How values of a type are written.
fn rule(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Longtext => "text or simple HTML",
        Kind::Email => "address such as a@example.com",
        Kind::Phone => "digits, blanks and -, such as +49 931 555010",
        Kind::Checkbox => "true or false",
        Kind::Number => "number",
        Kind::Progress => "number, usually 0 to 100",
        Kind::Rating => "whole number, usually 0 to 5",
        Kind::Vote => "whole number",
        Kind::Date => "2026-05-04 or 2026-05-04T09:00:00Z",
        Kind::Label => "name of a label, or a list where multiple",
        Kind::Members => "list of names",
        Kind::Links => "list of addresses or {url, name}",
        Kind::Checklist => "list of {name, done}",
        Kind::Attachments => "list of ids of uploaded files",
        Kind::Reference => "with infinity_create_reference",
        Kind::TimeTracking => "with infinity_create_time_entry",
        Kind::CreatedAt | Kind::UpdatedAt | Kind::CreatedBy | Kind::SourceFolder | Kind::CustomId => "read only",
        Kind::Other(_) => "as StartInfinity keeps it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn big(folders: usize, labels: usize) -> Place {
        let label =
            |number: usize| json!({ "id": format!("l{number}"), "name": format!("Hersteller Nummer {number}") });
        let mut attributes: Vec<Value> = (0..40).map(|number| json!({ "id": format!("8b935736-943f-458a-a511-80fe04bd89{number:02}"), "name": format!("Attribut {number}"), "type": "text" })).collect();
        attributes.push(json!({ "id": "a-label", "name": "Hersteller", "type": "label", "settings": { "multiple": true, "labels": (0..labels).map(label).collect::<Vec<_>>() } }));
        let folders: Vec<Value> = (0..folders).map(|number| json!({ "id": format!("f{number}"), "name": format!("Ordner {number}"), "attribute_ids": ["a-label"] })).collect();
        let members: Vec<Value> = (1..60)
            .map(|number| json!({ "id": number, "name": format!("Vorname{number} Nachname{number}") }))
            .collect();
        Place::of_rows(json!(folders), json!(attributes), json!(members))
    }

    #[test]
    fn a_big_board_stays_within_its_tokens_and_says_what_is_left_out() {
        for (folders, labels) in [(5, 200), (60, 100), (1_000, 300)] {
            let description = Description::of(&big(folders, labels));
            let text = serde_json::to_string(&description).unwrap();
            let real = tiktoken_rs::o200k_base().unwrap().encode_ordinary(&text).len();
            assert!(real < 4_000, "{folders} folders and {labels} labels: {real} tokens");
            assert!(description.notes.is_some());
        }
    }

    #[test]
    fn a_small_board_is_described_whole() {
        let attributes = json!([{ "id": "a1", "name": "Name", "type": "text" }, { "id": "a2", "name": "Status", "type": "label", "settings": { "multiple": false, "labels": [{ "id": "l1", "name": "Done" }] } }]);
        let folders = json!([{ "id": "f1", "name": "Alle", "attribute_ids": ["a1", "a2"] }, { "id": "f2", "name": "Neu", "parent_id": "f1", "attribute_ids": ["a1"] }]);
        let place = Place::of_rows(folders, attributes, json!([{ "id": 1, "name": "Ana" }]));
        let told = serde_json::to_value(Description::of(&place)).unwrap();
        assert_eq!(told["folders"][1]["path"], "Alle / Neu");
        assert_eq!((&told["folders"][0]["hides"], &told["folders"][1]["shows"]), (&json!([]), &json!(["Name"])));
        assert_eq!(told["attributes"][1]["labels"], json!(["Done"]));
        assert_eq!(told["how_to_write"]["label"], "name of a label, or a list where multiple");
        assert_eq!((&told["members"], &told["notes"]), (&json!(["Ana"]), &Value::Null));
    }
}
