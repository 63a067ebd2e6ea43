//! Make one object of the objects that `allOf` puts together, so that no field is lost or asked for twice.
//!
//! The generator's own merging yields a type without a value where two parts speak of one property in different words.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::Draft;
use crate::schemas::{self, Side};

/// Merge every `allOf` of objects. In an answer, one that is not of objects only becomes anything.
pub fn apply(draft: &mut Draft) {
    let shared = draft.document.clone();
    for side in [Side::Request, Side::Answer] {
        schemas::each_on(&mut draft.document, side, &mut |schema| {
            if !has_parts(schema) {
                return;
            }
            let mut whole = Whole::default();
            if whole.take(schema, &shared) {
                *schema = whole.written(schema);
            } else if side == Side::Answer {
                let description = schema.get("description").cloned();
                *schema = description.map_or_else(|| json!({}), |text| json!({ "description": text }));
            }
        });
    }
}

/// Several parts, or one with properties beside it. One alone is a wrapper, which `single_wrappers` takes off.
fn has_parts(schema: &Value) -> bool {
    match schema.get("allOf").and_then(Value::as_array) {
        Some(parts) => parts.len() > 1 || schema.get("properties").is_some(),
        None => false,
    }
}

/// What the parts say together.
#[derive(Default)]
struct Whole {
    properties: Map<String, Value>,
    required: BTreeSet<String>,
    further: Option<Value>,
    taken: BTreeSet<String>,
}

impl Whole {
    /// Take a part and its parts; `false` when one of them is no object.
    fn take(&mut self, part: &Value, shared: &Value) -> bool {
        if let Some(name) = schemas::reference(part) {
            if !self.taken.insert(name.to_owned()) {
                return true;
            }
            let target = shared.get("components").and_then(|components| components.get("schemas")?.get(name));
            return target.is_some_and(|target| self.take(target, shared));
        }
        let is_object = part.get("type").is_none_or(|kind| kind == &json!("object"));
        let is_choice = ["oneOf", "anyOf", "enum", "$ref"].iter().any(|key| part.get(key).is_some());
        if !is_object || is_choice {
            return false;
        }
        self.take_own(part);
        let inner: Vec<Value> = part.get("allOf").and_then(Value::as_array).cloned().unwrap_or_default();
        inner.iter().all(|inner| self.take(inner, shared))
    }

    fn take_own(&mut self, part: &Value) {
        for (name, property) in part.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let said = self.properties.get(name);
            let agreed = said.is_none_or(|said| form(said) == form(property));
            // Two forms for one property: whatever fits both can be said as plain JSON only.
            let settled = if agreed { property.clone() } else { json!({}) };
            self.properties.insert(name.clone(), settled);
        }
        let required = part.get("required").and_then(Value::as_array).into_iter().flatten();
        self.required.extend(required.filter_map(Value::as_str).map(str::to_owned));
        let further = part.get("additionalProperties").filter(|further| **further != json!(false));
        self.further = self.further.take().or_else(|| further.cloned());
    }

    fn written(self, schema: &Value) -> Value {
        let mut fields = Map::from_iter([("type".to_owned(), json!("object"))]);
        if !self.properties.is_empty() {
            fields.insert("properties".to_owned(), Value::Object(self.properties));
        }
        if !self.required.is_empty() {
            fields.insert("required".to_owned(), json!(self.required));
        }
        if let Some(further) = self.further {
            fields.insert("additionalProperties".to_owned(), further);
        }
        for key in ["description", "nullable"] {
            if let Some(value) = schema.get(key) {
                fields.insert(key.to_owned(), value.clone());
            }
        }
        Value::Object(fields)
    }
}

/// A property without the words that say nothing of its form.
fn form(property: &Value) -> Value {
    let mut form = property.clone();
    if let Some(fields) = form.as_object_mut() {
        fields.retain(|key, _| !matches!(key.as_str(), "description" | "readOnly"));
    }
    form
}
