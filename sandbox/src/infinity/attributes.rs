//! The attributes (columns) of a board, their types and labels.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::call::{Answer, Call};
use super::fields::Fields;
use super::state::{Attribute, State, new_uuid, stamp};
use super::values::{self, CREATABLE};

/// `listAttributes`.
pub fn list(call: &mut Call) -> Answer {
    let board = call.board()?;
    call.list(&call.state.attributes, &board, |_| true, |attribute| show(call, attribute))
}

/// `getAttribute`.
pub fn get(call: &mut Call) -> Answer {
    let board = call.board()?;
    let attribute = call.found(&call.state.attributes, call.id("attribute_id"), &board)?;
    Ok(show(call, &attribute))
}

/// `createAttribute`: no folder shows it until its id is in the folder's `attribute_ids`.
pub fn create(call: &mut Call) -> Answer {
    let board = call.board()?;
    let siblings = call.state.attributes.iter().filter(|attribute| attribute.board == board);
    let sort_order = State::last_sort_order(siblings.map(|attribute| attribute.sort_order.as_str()));
    let mut fields = Fields::of(call.request);
    let name = fields.required("name");
    let kind = fields.required("type");
    fields.finish()?;
    let blank = Attribute {
        id: new_uuid(),
        board,
        name,
        default_data: empty_data(&kind),
        kind,
        settings: json!({}),
        sort_order,
        created: call.now,
        deleted: false,
    };
    write(call, blank)
}

/// `updateAttribute`: `settings` replaces what was there, labels included.
pub fn update(call: &mut Call) -> Answer {
    let board = call.board()?;
    let attribute = call.living(&call.state.attributes, call.id("attribute_id"), &board)?;
    write(call, attribute)
}

fn write(call: &mut Call, mut attribute: Attribute) -> Answer {
    let mut fields = Fields::of(call.request);
    if let Some(name) = fields.text("name") {
        attribute.name = name;
    }
    if let Some(kind) = fields.text("type") {
        if !CREATABLE.contains(&kind.as_str()) {
            fields.faults.invalid("type");
        }
        attribute.kind = kind;
    }
    if let Some(sort_order) = fields.sort_order() {
        attribute.sort_order = sort_order;
    }
    if let Some(settings) = fields.object("settings") {
        attribute.settings = read_settings(settings, &mut fields);
    }
    if let Some(data) = fields.get("default_data") {
        // Older callers always send "" and upstream takes it for every type.
        let empty = data.is_null() || data == "" || *data == empty_data(&attribute.kind);
        if !empty {
            values::check(call, &attribute, data, "default_data", &mut fields.faults);
        }
        attribute.default_data = data.clone();
    }
    fields.finish()?;
    call.state.attributes.put(attribute.clone());
    Ok(show(call, &attribute))
}

/// Labels are kept as a list, whichever of the two forms they came in; each needs an id of its own and a name.
fn read_settings(mut settings: Value, fields: &mut Fields) -> Value {
    let Some(labels) = settings.get_mut("labels") else {
        return settings;
    };
    if let Value::Object(keyed) = labels {
        let mut pairs: Vec<_> = keyed.iter().collect();
        pairs.sort_by_key(|(key, _)| key.parse::<u64>().unwrap_or(u64::MAX));
        let list = pairs.into_iter().map(|(_, label)| label.clone()).collect();
        *labels = Value::Array(list);
    }
    let Some(list) = labels.as_array() else {
        fields.faults.add("settings.labels", "The settings.labels must be an array.");
        return settings;
    };
    let mut seen = BTreeSet::new();
    for (place, label) in list.iter().enumerate() {
        let text = |key: &str| label.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let id = text("id").filter(|id| uuid::Uuid::parse_str(id).is_ok());
        if !id.is_some_and(|id| seen.insert(id.to_owned())) {
            fields.faults.add(&format!("settings.labels.{place}.id"), "The label id must be a UUID of its own.");
        }
        if text("name").is_none() {
            fields.faults.required(&format!("settings.labels.{place}.name"));
        }
    }
    settings
}

/// `deleteAttribute`: folders stop showing it; values that items hold for it are marked as deleted.
pub fn delete(call: &mut Call) -> Answer {
    let board = call.board()?;
    let mut attribute = call.living(&call.state.attributes, call.id("attribute_id"), &board)?;
    attribute.deleted = true;
    call.state.attributes.put(attribute.clone());
    for folder in call.state.folders.iter_mut().filter(|folder| folder.board == board) {
        folder.attributes.retain(|id| *id != attribute.id);
    }
    Ok(show(call, &attribute))
}

/// The empty form of a type's data.
fn empty_data(kind: &str) -> Value {
    match kind {
        "label" | "members" | "links" | "checklist" | "attachments" | values::TIME_TRACKING => json!([]),
        "checkbox" => json!(false),
        "text" | "longtext" | "email" | "phone" => json!(""),
        _ => Value::Null,
    }
}

/// An attribute as the API shows it.
pub fn show(call: &Call, attribute: &Attribute) -> Value {
    let mut settings = attribute.settings.clone();
    if call.switches.labels_as_object
        && let Some(labels) = settings.get_mut("labels")
        && let Some(list) = labels.as_array()
    {
        // As if the first label had been removed: PHP then writes keys from 1 on instead of a list.
        let keyed = list.iter().enumerate().map(|(place, label)| ((place + 1).to_string(), label.clone()));
        *labels = Value::Object(keyed.collect::<Map<_, _>>());
    }
    json!({
        "id": attribute.id, "object": "attribute", "name": attribute.name, "type": attribute.kind,
        "default_data": attribute.default_data, "settings": settings, "sort_order": attribute.sort_order,
        "created_at": stamp(attribute.created), "deleted": attribute.deleted,
    })
}
