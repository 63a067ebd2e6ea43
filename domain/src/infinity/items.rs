//! Items as answers show them, and the drafts of new ones.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::dates;
use super::directory::Board;
use super::folders::Folder;
use super::names::Named;
use super::place::Place;
use super::refusal::Refusal;
use super::values::{self, Said};
use infini_mcp_core::api::infinity::types;
use infini_mcp_core::tool::Result;

/// One item in words.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ItemRow {
    /// Item id.
    pub id: Option<String>,
    /// The item's name.
    pub title: Option<String>,
    /// Folder name.
    pub folder: Option<String>,
    /// Folder id.
    pub folder_id: Option<String>,
    /// The item above it.
    pub parent_id: Option<String>,
    /// When it was made.
    pub created_at: Option<String>,
    /// Who made it.
    pub created_by: Option<String>,
    /// By attribute name, without empty ones.
    #[schemars(extend("x-long-text" = true))]
    pub values: Map<String, Value>,
    /// Under which key the values repeat the title.
    #[serde(skip)]
    pub title_key: Option<String>,
}

impl ItemRow {
    /// An item with everything that came along, the title among the values too.
    pub fn of(place: &Place, item: &types::Item) -> Self {
        let folder = item.folder_id.as_deref().and_then(|id| place.folder_of_id(id));
        let values = values::read(place, item.values.as_deref().unwrap_or_default());
        let title_key = place.name_attribute(folder).map(|attribute| attribute.key.clone());
        Self {
            id: item.id.clone(),
            title: title_key.as_ref().and_then(|key| values.get(key)?.as_str()).map(|title| title.trim().to_owned()),
            folder: item.folder_id.as_deref().map(|id| place.folder_name(id).name),
            folder_id: item.folder_id.clone(),
            parent_id: item.parent_id.clone(),
            created_at: item.created_at.as_deref().map(dates::shown),
            created_by: item.created_by.as_ref().and_then(|author| author_name(place, author)),
            values,
            title_key,
        }
    }

    /// Without the values that repeat what the row says elsewhere.
    #[must_use]
    pub fn without_repetitions(mut self, place: &Place) -> Self {
        let title_key = self.title_key.clone();
        self.values.retain(|key, _| {
            let repeats = || place.attribute_by_key(key).is_some_and(|attribute| attribute.kind.repeats_the_item());
            Some(key) != title_key.as_ref() && !repeats()
        });
        self
    }
}

/// The name of an item's author: upstream sends an id, or the user where that was asked for.
fn author_name(place: &Place, author: &types::User) -> Option<String> {
    let known = author.id.and_then(|id| place.member_name(id)).map(str::to_owned);
    known.or_else(|| author.name.clone()).or_else(|| author.id.map(|id| id.to_string()))
}

/// Where a person sees an item.
pub fn url(board: &Board, folder: &str, item: &str) -> String {
    format!("https://app.startinfinity.com/b/{}/{folder}/{item}", board.id)
}

/// What a caller says of the values of an item, in the ways that clients know.
#[derive(Debug, Default)]
pub struct Wording<'a> {
    /// `values`: an object keyed by attribute id or name.
    pub values: Option<&'a Map<String, Value>>,
    /// `values_by_name`: the same, or a list of `{name, value}`, or either as JSON text.
    pub values_by_name: Option<&'a Value>,
    /// `name` and `title`: the item's name.
    pub names: [Option<&'a str>; 2],
}

impl Wording<'_> {
    /// All values said, the name under the attribute that gives items of `folder` their name.
    ///
    /// # Errors
    /// When `values_by_name` has another form, when the names differ, when the board has no text attribute.
    pub fn said(&self, place: &Place, folder: Option<&Folder>) -> Result<Vec<Said>> {
        let mut said = Vec::new();
        said.extend(self.name(place, folder)?);
        said.extend(
            self.values
                .into_iter()
                .flatten()
                .map(|(attribute, value)| Said { attribute: attribute.clone(), value: value.clone() }),
        );
        if let Some(values) = self.values_by_name {
            said.extend(by_name(values).ok_or_else(|| {
                Refusal::of_value(
                    "`values_by_name` is neither an object nor a list of {name, value}.",
                    "Give an object keyed by attribute name, or use `values`.",
                )
            })?);
        }
        Ok(said)
    }

    fn name(&self, place: &Place, folder: Option<&Folder>) -> Result<Option<Said>> {
        let mut names = self.names.into_iter().flatten().filter(|name| !name.trim().is_empty());
        let (Some(name), other) = (names.next(), names.next()) else { return Ok(None) };
        if other.is_some_and(|other| other != name) {
            return Err(Refusal::of_value(
                "`name` and `title` differ.",
                "Both mean the item's name: give one of them.",
            )
            .into());
        }
        let attribute = place.name_attribute(folder).ok_or_else(|| {
            Refusal::of_value(
                "This board has no text attribute, so its items have no name.",
                "Leave `name` out and set other attributes in `values`.",
            )
        })?;
        Ok(Some(Said { attribute: attribute.id().to_owned(), value: Value::from(name) }))
    }
}

fn by_name(values: &Value) -> Option<Vec<Said>> {
    match values {
        Value::Null => Some(Vec::new()),
        Value::String(text) if text.trim().is_empty() => Some(Vec::new()),
        Value::String(text) => {
            serde_json::from_str::<Value>(text).ok().filter(|read| !read.is_string()).and_then(|read| by_name(&read))
        }
        Value::Object(map) => Some(
            map.iter().map(|(attribute, value)| Said { attribute: attribute.clone(), value: value.clone() }).collect(),
        ),
        Value::Array(list) => list.iter().map(pair).collect(),
        Value::Bool(_) | Value::Number(_) => None,
    }
}

fn pair(entry: &Value) -> Option<Said> {
    let attribute = ["name", "attribute", "attribute_name", "attribute_id", "id"]
        .iter()
        .find_map(|field| entry.get(field)?.as_str())?;
    let value = ["value", "data"].iter().find_map(|field| entry.get(field)).cloned().unwrap_or_default();
    Some(Said { attribute: attribute.to_owned(), value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn place() -> Place {
        let attributes = json!([
            { "id": "a1", "name": "Ort", "type": "text" }, { "id": "a2", "name": "Firma", "type": "text" }, { "id": "a3", "name": "Angelegt", "type": "created_at" },
        ]);
        let folders = json!([{ "id": "f1", "name": "Backlog", "attribute_ids": ["a2", "a1", "a3"] }, { "id": "f2", "name": "Alt", "attribute_ids": [] }]);
        Place::of_rows(folders, attributes, json!([{ "id": 1975, "name": "Jürgen Großmann" }]))
    }

    #[test]
    fn the_title_is_the_first_text_of_the_folder_and_is_not_repeated() {
        let item = json!({
            "id": "i1", "folder_id": "f1", "created_at": "2026-05-04T09:00:00.000000Z", "created_by": { "id": 1975 },
            "values": [{ "attribute_id": "a1", "data": "Graz" }, { "attribute_id": "a2", "data": " Alpen AG" }, { "attribute_id": "a3", "data": "2026-05-04" }],
        });
        let row = ItemRow::of(&place(), &serde_json::from_value(item).unwrap()).without_repetitions(&place());
        assert_eq!(row.title.as_deref(), Some("Alpen AG"));
        assert_eq!(row.created_by.as_deref(), Some("Jürgen Großmann"));
        assert_eq!(Value::Object(row.values), json!({ "Ort": "Graz" }));
    }

    #[test]
    fn values_by_name_is_understood_in_all_its_forms() {
        let place = place();
        let said = |values: Value| {
            let wording = Wording { values_by_name: Some(&values), ..Wording::default() };
            wording
                .said(&place, None)
                .map(|said| said.into_iter().map(|said| (said.attribute, said.value)).collect::<Vec<_>>())
        };
        let wanted = vec![("Ort".to_owned(), json!("Graz"))];
        assert_eq!(said(json!({ "Ort": "Graz" })).unwrap(), wanted);
        assert_eq!(said(json!([{ "name": "Ort", "value": "Graz" }])).unwrap(), wanted);
        assert_eq!(said(json!("[{\"attribute_id\":\"Ort\",\"data\":\"Graz\"}]")).unwrap(), wanted);
        assert!(said(json!("")).unwrap().is_empty());
        assert!(said(json!("Graz")).unwrap_err().to_string().contains("values_by_name"));
    }

    #[test]
    fn two_names_must_be_one() {
        let place = place();
        let wording = |name, title| Wording { names: [Some(name), Some(title)], ..Wording::default() };
        assert_eq!(wording("A", "A").said(&place, place.folder_of_id("f1")).unwrap().len(), 1);
        assert!(wording("A", "B").said(&place, None).is_err());
    }
}
