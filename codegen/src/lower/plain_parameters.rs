//! Settle each parameter as one value or a list of values, which is all that an address or a header can carry.

use serde_json::{Map, Value, json};

use super::Draft;
use crate::schemas;

/// Follow references, and write a choice between single values as a text: on the wire they are all text.
///
/// What turns out to be an object, or a list of lists, is left for `leave_out` to name.
pub fn apply(draft: &mut Draft) {
    let shared = draft.document.clone();
    schemas::each_operation(&mut draft.document, &mut |_, _, operation| {
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(schema) = parameter.get_mut("schema")
                && let Some(plain) = plain(&shared, schema, 0)
            {
                *schema = plain;
            }
        }
    });
}

fn plain(shared: &Value, schema: &Value, depth: usize) -> Option<Value> {
    // A choice of itself has no form; `endless_schemas` has not run yet.
    const DEEPEST: usize = 3;
    if depth > DEEPEST {
        return Some(json!({ "type": "object" }));
    }
    let target = schemas::resolved(shared, schema)?;
    let Some(fields) = target.as_object().cloned() else {
        return Some(json!({ "type": "string" }));
    };
    if kind(&fields) == Some("array") {
        let items = fields.get("items").cloned().unwrap_or_else(|| json!({}));
        let items = if is_list(shared, &items) { items } else { plain(shared, &items, depth + 1)? };
        return Some(json!({ "type": "array", "items": items }));
    }
    if kind(&fields) == Some("object") {
        return Some(json!({ "type": "object" }));
    }
    if let Some(choices) = choices(&fields) {
        return choice(shared, choices, depth + 1);
    }
    // A named list of values keeps its name and so its type.
    let named = schemas::unwrapped(schema);
    let may_be_null = fields.get("nullable") == Some(&json!(true));
    if fields.contains_key("enum") && schemas::reference(named).is_some() && !may_be_null {
        return Some(named.clone());
    }
    Some(single(&fields))
}

fn choices(fields: &Map<String, Value>) -> Option<&Vec<Value>> {
    ["oneOf", "anyOf"].iter().find_map(|key| fields.get(*key)?.as_array())
}

/// A choice that allows a list takes the list: one value is a list of one.
fn choice(shared: &Value, choices: &[Value], depth: usize) -> Option<Value> {
    let plains: Vec<Value> = choices.iter().filter_map(|choice| plain(shared, choice, depth)).collect();
    let is = |kind: &str| plains.iter().find(|plain| plain.get("type") == Some(&json!(kind))).cloned();
    if let Some(object) = is("object") {
        return Some(object);
    }
    if is("array").is_some() {
        return Some(json!({ "type": "array", "items": { "type": "string" } }));
    }
    match plains.as_slice() {
        [only] => Some(only.clone()),
        _ => Some(json!({ "type": "string" })),
    }
}

/// One value without what does not belong to it; a parameter is absent rather than null.
fn single(fields: &Map<String, Value>) -> Value {
    let kind = kind(fields).unwrap_or("string");
    let mut plain = Map::from_iter([("type".to_owned(), json!(kind))]);
    for key in ["enum", "format", "minLength", "maxLength", "description"] {
        if let Some(value) = fields.get(key) {
            plain.insert(key.to_owned(), value.clone());
        }
    }
    Value::Object(plain)
}

fn is_list(shared: &Value, schema: &Value) -> bool {
    schemas::resolved(shared, schema).is_some_and(|target| target.get("type") == Some(&json!("array")))
}

/// The type it has, or the one its other words speak of.
fn kind(fields: &Map<String, Value>) -> Option<&str> {
    const KNOWN: [&str; 6] = ["string", "integer", "number", "boolean", "array", "object"];
    match fields.get("type").and_then(Value::as_str) {
        Some(kind) if KNOWN.contains(&kind) => Some(kind),
        Some(_) => None,
        None if fields.contains_key("items") => Some("array"),
        None if fields.contains_key("properties") || fields.contains_key("allOf") => Some("object"),
        None => None,
    }
}
