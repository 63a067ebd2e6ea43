//! The attributes of a board: its columns, what each can hold, and the choices of those that have choices.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use super::names::{Named, fold};
use infini_mcp_core::api::ids::{AttributeId, LabelId};
use infini_mcp_core::api::infinity::types;

/// What an attribute holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// One line of text.
    Text,
    /// HTML.
    Longtext,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// Yes or no.
    Checkbox,
    /// A number.
    Number,
    /// A number within the bounds of the attribute's settings.
    Progress,
    /// A whole number within the bounds of the attribute's settings.
    Rating,
    /// A whole number.
    Vote,
    /// A moment.
    Date,
    /// One or several of the attribute's labels.
    Label,
    /// Members of the workspace.
    Members,
    /// Addresses with names.
    Links,
    /// Steps that are done or not.
    Checklist,
    /// Uploaded files.
    Attachments,
    /// When the item was made; filled in by StartInfinity.
    CreatedAt,
    /// When the item was last changed; filled in by StartInfinity.
    UpdatedAt,
    /// Who made the item; filled in by StartInfinity.
    CreatedBy,
    /// The item's folder; filled in by StartInfinity.
    SourceFolder,
    /// A running number; filled in by StartInfinity.
    CustomId,
    /// Links to other items, which have calls of their own.
    Reference,
    /// Time entries, which have calls of their own. The exact word for this type is not known.
    TimeTracking,
    /// A type that came after this was written.
    Other(String),
}

impl Kind {
    /// The kind of a type as upstream names it.
    pub fn of(word: &str) -> Self {
        match word {
            "text" => Self::Text,
            "longtext" => Self::Longtext,
            "email" => Self::Email,
            "phone" => Self::Phone,
            "checkbox" => Self::Checkbox,
            "number" => Self::Number,
            "progress" => Self::Progress,
            "rating" => Self::Rating,
            "vote" => Self::Vote,
            "date" => Self::Date,
            "label" => Self::Label,
            "members" => Self::Members,
            "links" => Self::Links,
            "checklist" => Self::Checklist,
            "attachments" => Self::Attachments,
            "created_at" => Self::CreatedAt,
            "updated_at" => Self::UpdatedAt,
            "created_by" => Self::CreatedBy,
            "source_folder" => Self::SourceFolder,
            "custom_id" => Self::CustomId,
            "reference" | "references" => Self::Reference,
            "time_tracking" | "timetracking" | "time-tracking" => Self::TimeTracking,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Whether an item's value for it is written as a value; the others fill themselves or have calls of their own.
    pub fn is_writable(&self) -> bool {
        !matches!(
            self,
            Self::CreatedAt
                | Self::UpdatedAt
                | Self::CreatedBy
                | Self::SourceFolder
                | Self::CustomId
                | Self::Reference
                | Self::TimeTracking
        )
    }

    /// The type as upstream names it.
    pub fn word(&self) -> &str {
        match self {
            Self::Text => "text",
            Self::Longtext => "longtext",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Checkbox => "checkbox",
            Self::Number => "number",
            Self::Progress => "progress",
            Self::Rating => "rating",
            Self::Vote => "vote",
            Self::Date => "date",
            Self::Label => "label",
            Self::Members => "members",
            Self::Links => "links",
            Self::Checklist => "checklist",
            Self::Attachments => "attachments",
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::CreatedBy => "created_by",
            Self::SourceFolder => "source_folder",
            Self::CustomId => "custom_id",
            Self::Reference => "reference",
            Self::TimeTracking => "time_tracking",
            Self::Other(word) => word,
        }
    }

    /// Whether its values are long, so that lists show them last.
    pub fn is_bulky(&self) -> bool {
        matches!(self, Self::Longtext | Self::Links | Self::Checklist | Self::Attachments | Self::Other(_))
    }

    /// Whether it repeats what every item says of itself.
    pub fn repeats_the_item(&self) -> bool {
        matches!(self, Self::CreatedAt | Self::CreatedBy | Self::SourceFolder)
    }
}

/// An attribute in an answer about something else.
#[derive(Debug, Clone, Serialize)]
pub struct AttributeName {
    /// Attribute id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// One choice of a label attribute.
#[derive(Debug, Clone)]
pub struct Label {
    /// Its id.
    pub id: LabelId,
    /// What a person sees.
    pub name: String,
}

impl Named for Label {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// One column of a board.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Its id.
    pub id: AttributeId,
    /// What a person sees.
    pub name: String,
    /// The name under which its values are shown: with the id behind it where another attribute has the same name.
    pub key: String,
    /// What it holds.
    pub kind: Kind,
    /// The choices of a label attribute.
    pub labels: Vec<Label>,
    /// Whether several labels may be chosen, where that is said.
    pub multiple: Option<bool>,
}

impl Named for Attribute {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn full_name(&self) -> &str {
        &self.key
    }
}

impl Attribute {
    /// From an API row; nothing when it has no usable id.
    pub fn of(row: types::Attribute) -> Option<Self> {
        let id = AttributeId::parse(&row.id?).ok()?;
        let name = row.name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| id.to_string());
        let settings = row.settings;
        Some(Self {
            id,
            key: name.trim().to_owned(),
            name,
            kind: Kind::of(row.type_.as_deref().unwrap_or_default()),
            multiple: settings.as_ref().and_then(|settings| settings.multiple),
            labels: settings.and_then(|settings| settings.labels).map(|labels| labels_of(&labels)).unwrap_or_default(),
        })
    }
}

/// The labels of a settings object: a list, or what PHP writes for a list with gaps, an object keyed by position.
pub fn labels_of(labels: &Value) -> Vec<Label> {
    let mut rows: Vec<(u64, &Value)> = match labels {
        Value::Array(rows) => rows.iter().map(|row| (0, row)).collect(),
        Value::Object(rows) => rows.iter().map(|(at, row)| (at.parse().unwrap_or(u64::MAX), row)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    rows.sort_by_key(|(at, _)| *at);
    let label = |row: &Value| {
        let text = |field: &str| row.get(field).and_then(Value::as_str);
        let id = LabelId::parse(text("id")?).ok()?;
        Some(Label { name: text("name").unwrap_or(id.as_str()).to_owned(), id })
    };
    rows.into_iter().filter_map(|(_, row)| label(row)).collect()
}

/// Gives namesakes keys that differ.
pub fn tell_apart(attributes: &mut [Attribute]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for attribute in attributes.iter() {
        *seen.entry(fold(&attribute.name)).or_default() += 1;
    }
    for attribute in
        attributes.iter_mut().filter(|attribute| seen.get(&fold(&attribute.name)).is_some_and(|count| *count > 1))
    {
        attribute.key = format!("{} ({})", attribute.name.trim(), attribute.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn labels_are_read_from_a_list_and_from_an_object_keyed_by_position() {
        let names = |labels: Value| labels_of(&labels).into_iter().map(|label| label.name).collect::<Vec<_>>();
        assert_eq!(
            names(json!([{ "id": "b", "name": "B" }, { "id": "a", "name": "A" }, { "name": "no id" }])),
            ["B", "A"]
        );
        assert_eq!(names(json!({ "10": { "id": "b", "name": "B" }, "2": { "id": "a" } })), ["a", "B"]);
        assert!(names(json!("labels")).is_empty());
    }

    #[test]
    fn attributes_with_one_name_get_keys_of_their_own() {
        let row = |id: &str, name: &str| {
            Attribute::of(types::Attribute { id: Some(id.into()), name: Some(name.into()), ..blank() }).unwrap()
        };
        let mut attributes = [row("a1", "Status"), row("a2", " status"), row("a3", "Name")];
        tell_apart(&mut attributes);
        let keys: Vec<&str> = attributes.iter().map(|attribute| attribute.key.as_str()).collect();
        assert_eq!(keys, ["Status (a1)", "status (a2)", "Name"]);
    }

    fn blank() -> types::Attribute {
        serde_json::from_value(json!({})).unwrap()
    }
}
