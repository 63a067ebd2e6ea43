//! Values as upstream keeps them, turned into what a person would read: names for ids, text for HTML.

use serde_json::{Map, Value, json};

use crate::infinity::attributes::{Attribute, Kind};
use crate::infinity::dates;
use crate::infinity::names::Named;
use crate::infinity::place::Place;
use infini_mcp_core::api::infinity::types;
use infini_mcp_core::tool::text::{Foreign, from_html};

/// The values of one item as `{attribute name: readable value}`, without deleted and empty ones.
///
/// A value of an attribute that the board does not have stays as it is, under the attribute's id.
pub fn read(place: &Place, values: &[types::Value]) -> Map<String, Value> {
    let mut shown_values = Map::new();
    for value in values.iter().filter(|value| value.deleted != Some(true)) {
        let Some(id) = attribute_id(value) else { continue };
        let data = value.data.as_ref().unwrap_or(&Value::Null);
        let (key, readable) = match place.attribute_of_id(id) {
            Some(attribute) => (attribute.key.clone(), shown(place, attribute, data)),
            None => (id.to_owned(), Some(data.clone()).filter(|data| !is_empty(data))),
        };
        if let Some(readable) = readable {
            shown_values.insert(key, readable);
        }
    }
    shown_values
}

/// Upstream may name the attribute only inside the attribute that it sends along.
fn attribute_id(value: &types::Value) -> Option<&str> {
    let inner = || value.attribute.as_ref().and_then(|attribute| attribute.id.as_deref());
    value.attribute_id.as_deref().or_else(inner)
}

/// What an item holds for an attribute, as upstream keeps it.
pub fn data_of<'a>(item: &'a types::Item, attribute: &str) -> Option<&'a Value> {
    let is_living = |value: &&types::Value| value.deleted != Some(true) && attribute_id(value) == Some(attribute);
    item.values.iter().flatten().find(is_living)?.data.as_ref()
}

/// One value in words; nothing when it is empty.
pub fn shown(place: &Place, attribute: &Attribute, data: &Value) -> Option<Value> {
    if is_empty(data) {
        return None;
    }
    let readable = match &attribute.kind {
        Kind::Label => labels(attribute, data),
        Kind::Members => each(data, |id| member(place, id)),
        Kind::CreatedBy => member(place, data),
        Kind::Longtext => longtext(data),
        Kind::Date | Kind::CreatedAt | Kind::UpdatedAt => {
            data.as_str().map_or_else(|| data.clone(), |text| json!(dates::shown(text)))
        }
        Kind::SourceFolder => data.as_str().map_or_else(|| data.clone(), |id| json!(place.folder_name(id).name)),
        Kind::Links => each(data, link),
        Kind::Checklist => each(data, |step| pick(step, &[("name", "name"), ("done", "done")])),
        Kind::Attachments => {
            each(data, |file| pick(file, &[("id", "id"), ("name", "original_name"), ("link", "link")]))
        }
        Kind::Number | Kind::Progress | Kind::Rating | Kind::Vote | Kind::CustomId => number(data),
        Kind::Text
        | Kind::Email
        | Kind::Phone
        | Kind::Checkbox
        | Kind::Reference
        | Kind::TimeTracking
        | Kind::Other(_) => data.clone(),
    };
    Some(readable)
}

fn is_empty(data: &Value) -> bool {
    match data {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn each(data: &Value, show: impl Fn(&Value) -> Value) -> Value {
    match data {
        Value::Array(list) => list.iter().map(show).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => show(data),
    }
}

/// One name where only one label may be chosen, else a list; a label that is gone keeps its id.
fn labels(attribute: &Attribute, data: &Value) -> Value {
    let name = |id: &Value| {
        let label = attribute.labels.iter().find(|label| Some(label.id()) == id.as_str());
        label.map_or_else(|| id.clone(), |label| json!(label.name))
    };
    match (data.as_array().map(Vec::as_slice), attribute.multiple) {
        (Some([only]), Some(false)) => name(only),
        _ => each(data, name),
    }
}

/// The name of a user, who may come as an id, or as an object where the author was asked for in full.
fn member(place: &Place, user: &Value) -> Value {
    let id = user.as_i64().or_else(|| user.as_str()?.parse().ok()).or_else(|| user.get("id")?.as_i64());
    let name = id.and_then(|id| place.member_name(id)).or_else(|| user.get("name")?.as_str());
    name.map_or_else(|| user.clone(), |name| json!(name))
}

fn longtext(data: &Value) -> Value {
    let text = data.as_str().map(from_html).filter(|text| !text.is_empty());
    text.and_then(|text| serde_json::to_value(Foreign::text(&text)).ok()).unwrap_or_else(|| data.clone())
}

/// A link whose name says nothing new is its address alone.
fn link(link: &Value) -> Value {
    let text = |field: &str| link.get(field).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
    match (text("name"), text("url")) {
        (Some(name), Some(url)) if name != url => json!({ "name": name, "url": url }),
        (_, Some(url)) => json!(url),
        (_, None) => link.clone(),
    }
}

/// A float without a fraction is shown as the whole number it is.
fn number(data: &Value) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match data.as_f64() {
        Some(float) if data.is_f64() && float.fract() == 0.0 && float.abs() < EXACT => json!(float as i64),
        _ => data.clone(),
    }
}

/// The parts of an object that matter, as `(shown as, called upstream)`; other kinds of values stay as they are.
fn pick(value: &Value, parts: &[(&str, &str)]) -> Value {
    let Value::Object(map) = value else { return value.clone() };
    let part = |(shown, upstream): &(&str, &str)| Some(((*shown).to_owned(), map.get(*upstream)?.clone()));
    Value::Object(parts.iter().filter_map(part).filter(|(_, part)| !part.is_null()).collect())
}
