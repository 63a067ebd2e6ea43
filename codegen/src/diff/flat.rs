//! Put a schema together from its references and its `allOf`, so that two cuts of one shape are seen to be the same.

use serde_json::{Map, Value, json};

use super::reading::Document;

/// A schema put together from more layers than this is put together from itself.
const DEEPEST: usize = 24;

/// Keys that only people read.
pub const TEXTS: [&str; 7] = ["title", "description", "summary", "example", "examples", "externalDocs", "xml"];

/// Keys that some part of the comparison looks at, beside [`TEXTS`].
const UNDERSTOOD: [&str; 30] = [
    "type",
    "nullable",
    "enum",
    "format",
    "default",
    "pattern",
    "multipleOf",
    "uniqueItems",
    "maximum",
    "minimum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "maxItems",
    "minItems",
    "maxProperties",
    "minProperties",
    "readOnly",
    "writeOnly",
    "deprecated",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "oneOf",
    "anyOf",
    "x-known-values",
    "x-confidence",
    "x-source",
];

/// Our own extensions that change how a value is read or sent.
const EXTENSIONS_THAT_COUNT: [&str; 1] = ["x-bare-as"];

/// Whether some part of the comparison looks at the key, or nobody needs to.
pub fn is_understood(key: &str) -> bool {
    let is_remark = key.starts_with("x-") && !EXTENSIONS_THAT_COUNT.contains(&key);
    is_remark || UNDERSTOOD.contains(&key) || TEXTS.contains(&key)
}

/// Whether a schema leads elsewhere before it says anything of its own.
pub fn refers(schema: &Value) -> bool {
    let parts = ["allOf", "oneOf", "anyOf"].iter().filter_map(|key| schema.get(key)?.as_array()).flatten();
    schema.get("$ref").is_some() || parts.into_iter().any(refers)
}

/// The fields of a schema, with those of what it refers to and of its `allOf` among them.
///
/// Where two of its parts say different things under one key, both stay, under `allOf`.
pub fn flat(document: Document<'_>, schema: &Value) -> Map<String, Value> {
    let mut all = Map::new();
    gather(document, schema, 0, &mut all);
    all
}

fn gather(document: Document<'_>, schema: &Value, depth: usize, all: &mut Map<String, Value>) {
    let Some(fields) = schema.as_object() else {
        // `false` allows nothing; `true` and absence allow anything.
        if schema == &json!(false) {
            add(all, "not", &json!({}));
        }
        return;
    };
    if depth > DEEPEST {
        add(all, "allOf", schema);
        return;
    }
    if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
        match document.target(reference) {
            Some(target) => gather(document, target, depth + 1, all),
            None => add(all, "$ref", &json!(reference)),
        }
    }
    for part in fields.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        gather(document, part, depth + 1, all);
    }
    for (key, value) in fields {
        match (key.as_str(), value.as_array().map(Vec::as_slice)) {
            ("$ref" | "allOf", _) => {}
            // A choice of one is that one.
            ("oneOf" | "anyOf", Some([only])) => gather(document, only, depth + 1, all),
            _ => add(all, key, value),
        }
    }
}

fn add(all: &mut Map<String, Value>, key: &str, value: &Value) {
    let Some(known) = all.get_mut(key) else {
        all.insert(key.to_owned(), value.clone());
        return;
    };
    match key {
        _ if known == value => {}
        "properties" => merge_properties(known, value),
        "required" => merge_required(known, value),
        "nullable" => *known = json!(true),
        // The outer words are about this use; they come last.
        _ if TEXTS.contains(&key) || key.starts_with("x-") || key == "deprecated" => *known = value.clone(),
        _ => disagree(all, key, value),
    }
}

fn merge_properties(known: &mut Value, more: &Value) {
    let (Some(known), Some(more)) = (known.as_object_mut(), more.as_object()) else { return };
    for (name, property) in more {
        match known.get_mut(name) {
            Some(other) if other != property => *other = json!({ "allOf": [other, property] }),
            Some(_) => {}
            None => {
                known.insert(name.clone(), property.clone());
            }
        }
    }
}

fn merge_required(known: &mut Value, more: &Value) {
    let (Some(known), Some(more)) = (known.as_array_mut(), more.as_array()) else { return };
    for name in more {
        if !known.contains(name) {
            known.push(name.clone());
        }
    }
}

/// Both hold; what they mean together is left to a person.
fn disagree(all: &mut Map<String, Value>, key: &str, value: &Value) {
    let both = all.entry("allOf").or_insert_with(|| json!([]));
    if let Some(both) = both.as_array_mut() {
        both.push(json!({ key: value }));
    }
}

/// The type of a flat schema, also where it only follows from the other keys; empty for anything.
pub fn kind(fields: &Map<String, Value>) -> &str {
    let is_text =
        || fields.get("enum").and_then(Value::as_array).is_some_and(|values| values.iter().all(Value::is_string));
    match fields.get("type").and_then(Value::as_str) {
        Some(kind) => kind,
        None if fields.contains_key("properties") => "object",
        None if fields.contains_key("items") => "array",
        None if is_text() => "string",
        None => "",
    }
}
