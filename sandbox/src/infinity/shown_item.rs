//! How an item is shown, with as much of it as the caller asked for.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::attachments;
use super::attributes;
use super::call::Call;
use super::folders;
use super::state::{Attribute, Item, stamp};
use super::values::TIME_TRACKING;

/// Which parts of an item come along.
#[derive(Debug, Clone, Copy, Default)]
pub struct Expansion {
    values: bool,
    attribute: bool,
    folder: bool,
    author: bool,
}

impl Expansion {
    /// What an item operation's `expand[]` asks for; `values.attribute` implies `values`.
    pub fn asked(call: &Call) -> Self {
        let asked = call.expansions();
        let attribute = asked.contains("values.attribute");
        Self {
            values: attribute || asked.contains("values"),
            attribute,
            folder: asked.contains("folder"),
            author: asked.contains("created_by"),
        }
    }

    /// What comes along after a create or an update.
    pub fn after_write(call: &Call) -> Self {
        Self { values: call.switches.values_in_write_answers, ..Self::default() }
    }

    /// The item of a comment: with or without its values.
    pub fn of_comment(values: bool) -> Self {
        Self { values, ..Self::default() }
    }
}

/// An item as the API shows it.
pub fn show(call: &Call, item: &Item, expansion: Expansion) -> Value {
    let mut shown = json!({
        "id": item.id, "object": "item", "folder_id": item.folder, "parent_id": item.parent,
        "created_at": stamp(item.created), "created_by": call.author(item.author, expansion.author),
        "sort_order": item.sort_order, "deleted": item.deleted,
    });
    if let Some(fields) = shown.as_object_mut() {
        if expansion.values {
            fields.insert("values".to_owned(), show_values(call, item, expansion.attribute));
        }
        if expansion.folder {
            let folder = call.state.folders.get(&item.folder).map_or(Value::Null, folders::show);
            fields.insert("folder".to_owned(), folder);
        }
    }
    shown
}

fn show_values(call: &Call, item: &Item, expand_attribute: bool) -> Value {
    let mut shown = Vec::new();
    for entry in &item.values {
        if let Some(attribute) = call.state.attributes.get(&entry.attribute) {
            let data = show_data(call, attribute, &entry.data);
            shown.push(show_value(call, item, attribute, Some(&entry.id), data, expand_attribute));
        }
    }
    let attached = call.state.folders.get(&item.folder).map_or(&[][..], |folder| folder.attributes.as_slice());
    for attribute in attached.iter().filter_map(|id| call.state.attributes.get(id)) {
        if let Some(data) = automatic(item, attribute) {
            shown.push(show_value(call, item, attribute, None, data, expand_attribute));
        }
    }
    Value::Array(shown)
}

fn show_value(
    call: &Call,
    item: &Item,
    attribute: &Attribute,
    id: Option<&str>,
    data: Value,
    expand_attribute: bool,
) -> Value {
    let mut shown = Map::new();
    shown.insert("object".to_owned(), json!("value"));
    if call.version.is_legacy() || call.switches.value_ids {
        // Automatic values have no row of their own; the attribute's id stands in so that the field never lacks.
        shown.insert("id".to_owned(), json!(id.unwrap_or(&attribute.id)));
        shown.insert("item_id".to_owned(), json!(item.id));
    }
    shown.insert("attribute_id".to_owned(), json!(attribute.id));
    shown.insert("data".to_owned(), data);
    shown.insert("deleted".to_owned(), json!(attribute.deleted));
    if expand_attribute {
        shown.insert("attribute".to_owned(), attributes::show(call, attribute));
    }
    Value::Object(shown)
}

/// What the service itself fills in. References are not among it: they are never shown inline.
fn automatic(item: &Item, attribute: &Attribute) -> Option<Value> {
    match attribute.kind.as_str() {
        "created_at" => Some(json!(stamp(item.created))),
        "updated_at" => Some(json!(stamp(item.updated))),
        "created_by" => Some(json!(item.author)),
        "source_folder" => Some(json!(item.folder)),
        "custom_id" => Some(json!(item.number)),
        TIME_TRACKING => Some(json!([])),
        _ => None,
    }
}

/// Attachments are stored as ids and read with their present link.
fn show_data(call: &Call, attribute: &Attribute, data: &Value) -> Value {
    if attribute.kind != "attachments" {
        return data.clone();
    }
    let entries = data.as_array().map_or(&[][..], Vec::as_slice);
    let shown = entries.iter().map(|entry| {
        let id = entry.get("id").and_then(Value::as_u64).map(|id| Cow::Owned::<str>(id.to_string()));
        let known = id.and_then(|id| call.state.attachments.get(&id));
        known.map_or_else(|| entry.clone(), |attachment| attachments::show(call, attachment))
    });
    Value::Array(shown.collect())
}
