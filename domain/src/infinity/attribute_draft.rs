//! An attribute as it will be: its settings put together and its default checked before anything is sent.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{self, Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use super::attributes::{Attribute, Kind};
use super::names::quoted;
use super::place::Place;
use super::refusal::Refusal;
use super::{attribute_rows, labels, values};
use infini_mcp_core::api::infinity::types;

/// The types an attribute can be created with.
const CREATABLE: [&str; 18] = [
    "attachments",
    "checkbox",
    "created_at",
    "created_by",
    "date",
    "email",
    "label",
    "links",
    "longtext",
    "members",
    "number",
    "phone",
    "progress",
    "rating",
    "source_folder",
    "text",
    "updated_at",
    "vote",
];

/// A type an attribute can be created with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreatableType(&'static str);

impl CreatableType {
    /// The word upstream has for it.
    pub fn word(self) -> &'static str {
        self.0
    }
}

impl<'de> Deserialize<'de> for CreatableType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = String::deserialize(deserializer)?;
        let known = CREATABLE.into_iter().find(|word| *word == given.trim().to_lowercase());
        known.map(Self).ok_or_else(|| de::Error::custom(format!("must be one of {}", CREATABLE.join(", "))))
    }
}

impl JsonSchema for CreatableType {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CreatableType".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string", "enum": CREATABLE })
    }
}

/// What a caller says of an attribute besides its name and type.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wording<'a> {
    /// Settings as upstream has them; labels may lack ids.
    pub settings: Option<&'a Map<String, Value>>,
    /// Labels to add.
    pub labels: &'a [Value],
    /// What items hold without a value of their own, in words.
    pub default_data: Option<&'a Value>,
}

/// What is to be sent of it.
#[derive(Debug, Default)]
pub struct Draft {
    /// The whole settings, where any are said.
    pub settings: Option<types::AttributeSettingsWrite>,
    /// The default, where it is said.
    pub default_data: Option<Value>,
    /// Labels that are there and will not be any more.
    pub lost_labels: Vec<String>,
}

impl Draft {
    /// Works out `wording` for the attribute `row`, which has its new name and type but its old settings.
    ///
    /// # Errors
    /// When a label, a setting or the default does not fit.
    pub fn of(place: &Place, row: types::Attribute, wording: Wording<'_>) -> Result<Self, Refusal> {
        let old = attribute_rows::settings(&row);
        let kind = Kind::of(row.type_.as_deref().unwrap_or_default());
        let settings = settings(&kind, &old, wording)?;
        let lost_labels = match settings.as_ref().and_then(|settings| settings.labels.as_deref()) {
            Some(labels) => labels::lost(&labels::kept(old.labels.as_ref()), labels),
            None => Vec::new(),
        };
        let settings_then = settings.as_ref().map_or(old, |settings| types::AttributeSettings {
            labels: settings.labels.as_ref().map(|labels| json!(labels)),
            multiple: settings.multiple,
            extra: settings.extra.clone(),
        });
        let default_data = match wording.default_data {
            Some(given) => Some(default(place, types::Attribute { settings: Some(settings_then), ..row }, given)?),
            None => None,
        };
        Ok(Self { settings, default_data, lost_labels })
    }
}

fn default(place: &Place, row: types::Attribute, given: &Value) -> Result<Value, Refusal> {
    // An attribute that is still to be made has no id, and a default does not need one.
    let row = types::Attribute { id: row.id.or_else(|| Some("new".to_owned())), ..row };
    match Attribute::of(row) {
        Some(attribute) => values::default(place, &attribute, given).map_err(|refusal| refusal.about("default_data")),
        None => Ok(given.clone()),
    }
}

/// The settings to send: upstream replaces them whole, so what is not mentioned is sent back as it was.
fn settings(
    kind: &Kind,
    old: &types::AttributeSettings,
    wording: Wording<'_>,
) -> Result<Option<types::AttributeSettingsWrite>, Refusal> {
    if wording.settings.is_none() && wording.labels.is_empty() {
        return Ok(None);
    }
    let old_labels = labels::kept(old.labels.as_ref());
    let (mut new_labels, mut multiple, mut extra) = (old_labels.clone(), old.multiple, old.extra.clone());
    for (key, value) in wording.settings.into_iter().flatten() {
        match key.as_str() {
            "labels" => new_labels = labels::replaced(&old_labels, value)?,
            "multiple" => multiple = truth(value)?,
            _ => drop(extra.insert(key.clone(), value.clone())),
        }
    }
    new_labels = labels::added(new_labels, wording.labels)?;
    let may_have_labels = *kind == Kind::Label;
    if !may_have_labels && !new_labels.is_empty() && old_labels.is_empty() {
        return Err(Refusal::of_value(
            "Only an attribute of the type label has labels.",
            "Leave the labels out, or give the type label.",
        ));
    }
    let labels = (may_have_labels || !new_labels.is_empty()).then_some(new_labels);
    Ok(Some(types::AttributeSettingsWrite { labels, multiple, extra }))
}

fn truth(value: &Value) -> Result<Option<bool>, Refusal> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(truth) => Ok(Some(*truth)),
        other => {
            let text = format!("`settings.multiple` is {}.", quoted(&other.to_string()));
            Err(Refusal::of_value(text, "It takes true or false."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place::of_rows(json!([]), json!([]), json!([{ "id": 7, "name": "Ana Souza" }]))
    }

    fn row(row: Value) -> types::Attribute {
        serde_json::from_value(row).unwrap()
    }

    #[test]
    fn settings_that_are_not_mentioned_are_sent_back_even_those_nobody_knows() {
        let old = row(json!({ "type": "label", "settings": {
            "multiple": true, "style": "chips", "labels": [{ "id": "a", "name": "Done", "icon": "tick" }] } }));
        let wished = [json!("Waiting")];
        let draft = Draft::of(&place(), old.clone(), Wording { labels: &wished, ..Default::default() }).unwrap();
        let sent = json!(draft.settings);
        assert_eq!((&sent["multiple"], &sent["style"]), (&json!(true), &json!("chips")));
        assert_eq!(sent["labels"][0], json!({ "id": "a", "name": "Done", "icon": "tick" }));
        assert_eq!((&sent["labels"][1]["name"], draft.lost_labels.len()), (&json!("Waiting"), 0));
        let given = json!({ "multiple": false }).as_object().cloned();
        let draft = Draft::of(&place(), old, Wording { settings: given.as_ref(), ..Default::default() }).unwrap();
        assert_eq!(
            (&json!(draft.settings)["multiple"], &json!(draft.settings)["style"]),
            (&json!(false), &json!("chips"))
        );
    }

    #[test]
    fn a_default_is_said_in_words_and_may_be_one_of_the_new_labels() {
        let wished = [json!("Offen")];
        let default = json!("offen");
        let wording = Wording { labels: &wished, default_data: Some(&default), ..Default::default() };
        let draft = Draft::of(&place(), row(json!({ "type": "label", "name": "Stand" })), wording).unwrap();
        let id = draft.settings.unwrap().labels.unwrap().remove(0).id;
        assert_eq!(draft.default_data, Some(json!([id])));
        let default = json!("Ana Souza");
        let wording = Wording { default_data: Some(&default), ..Default::default() };
        let draft = Draft::of(&place(), row(json!({ "type": "members" })), wording).unwrap();
        assert_eq!(draft.default_data, Some(json!([7])));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let wished = [json!("A")];
        let labels = Wording { labels: &wished, ..Default::default() };
        assert!(Draft::of(&place(), row(json!({ "type": "text" })), labels).is_err());
        let many = json!("many");
        let default = Wording { default_data: Some(&many), ..Default::default() };
        assert!(Draft::of(&place(), row(json!({ "type": "number" })), default).is_err());
        let given = json!({ "multiple": "perhaps" }).as_object().cloned();
        let settings = Wording { settings: given.as_ref(), ..Default::default() };
        assert!(Draft::of(&place(), row(json!({ "type": "label" })), settings).is_err());
    }
}
