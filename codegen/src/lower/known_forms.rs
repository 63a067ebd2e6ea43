//! Keep of each schema the words that a generated type can hold, in the form they must have; a word it cannot hold says nothing.
//!
//! Documentation generators leave titles, examples, extensions and half-finished keywords behind. One of wrong form would make
//! the whole document unreadable to the generator's model of it.

use serde_json::{Map, Value, json};

use super::Draft;
use crate::schemas;

/// Words that are kept as they are, if they have the right form.
const KEPT: [&str; 14] = [
    "additionalProperties",
    "allOf",
    "anyOf",
    "description",
    "enum",
    "format",
    "items",
    "maxLength",
    "minLength",
    "nullable",
    "oneOf",
    "properties",
    "readOnly",
    "required",
];

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// Tidy every schema, the inner ones too.
pub fn apply(draft: &mut Draft) {
    schemas::each(&mut draft.document, &mut tidy);
}

fn tidy(schema: &mut Value) {
    let Some(fields) = schema.as_object_mut() else {
        // `true` allows anything, and nothing can be sent where `false` stands; neither has a type of its own.
        *schema = json!({});
        return;
    };
    if let Some(reference) = fields.get("$ref").filter(|reference| reference.is_string()).cloned() {
        *schema = json!({ "$ref": reference });
        return;
    }
    settle_pattern_properties(fields);
    settle_type(fields);
    fields.retain(|key, value| (key == "type" || KEPT.contains(&key.as_str())) && has_its_form(key, value));
    settle_choices(fields);
    settle_single_choices(fields);
    settle_required(fields);
    settle_enum(fields);
}

fn has_its_form(key: &str, value: &Value) -> bool {
    match key {
        "additionalProperties" => value.is_boolean() || value.is_object(),
        "allOf" | "anyOf" | "oneOf" => value.as_array().is_some_and(|parts| !parts.is_empty()),
        "description" | "format" | "type" => value.is_string(),
        "enum" | "required" => value.is_array(),
        "maxLength" | "minLength" => value.as_u64().is_some_and(|length| u32::try_from(length).is_ok()),
        "nullable" | "readOnly" => *value == Value::Bool(true),
        "properties" => value.as_object().is_some_and(|properties| !properties.is_empty()),
        _ => true,
    }
}

/// Names that follow a pattern cannot be fields: an object that has them takes any further name.
fn settle_pattern_properties(fields: &mut Map<String, Value>) {
    if fields.get("patternProperties").and_then(Value::as_object).is_some_and(|patterns| !patterns.is_empty()) {
        fields.insert("additionalProperties".to_owned(), json!(true));
    }
}

fn settle_type(fields: &mut Map<String, Value>) {
    if fields.get("type").and_then(Value::as_str).is_some_and(|kind| !TYPES.contains(&kind)) {
        fields.remove("type");
    }
    if fields.get("type").is_none() {
        let kind = if fields.get("properties").is_some_and(Value::is_object) {
            "object"
        } else if fields.get("items").is_some_and(Value::is_object) {
            "array"
        } else {
            return;
        };
        let is_choice = ["allOf", "oneOf", "anyOf"].iter().any(|key| fields.contains_key(*key));
        if !is_choice {
            fields.insert("type".to_owned(), json!(kind));
        }
    }
    if fields.get("type") == Some(&json!("array")) && !fields.get("items").is_some_and(Value::is_object) {
        fields.insert("items".to_owned(), json!({}));
    }
}

/// A choice of one is no choice.
fn settle_single_choices(fields: &mut Map<String, Value>) {
    for key in ["oneOf", "anyOf"] {
        let is_alone = fields.get(key).and_then(Value::as_array).is_some_and(|choices| choices.len() == 1);
        if is_alone
            && !fields.contains_key("allOf")
            && let Some(choice) = fields.remove(key)
        {
            fields.insert("allOf".to_owned(), choice);
        }
    }
}

/// A choice whose alternatives only say what is required with what is a check, not a form.
fn settle_choices(fields: &mut Map<String, Value>) {
    for key in ["oneOf", "anyOf"] {
        let is_check = |choice: &Value| {
            choice.as_object().is_some_and(|choice| {
                choice.contains_key("required")
                    && choice.keys().all(|key| matches!(key.as_str(), "required" | "description" | "title" | "not"))
            })
        };
        if fields.get(key).and_then(Value::as_array).is_some_and(|choices| choices.iter().all(is_check)) {
            fields.remove(key);
        }
    }
}

fn settle_required(fields: &mut Map<String, Value>) {
    let Some(names) = fields.get("required").and_then(Value::as_array) else {
        return;
    };
    let mut names: Vec<String> = names.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    fields.insert("required".to_owned(), json!(names));
}

/// Null among the values means that the value may be null; values of another type than the schema's cannot be listed.
fn settle_enum(fields: &mut Map<String, Value>) {
    let Some(Value::Array(mut values)) = fields.remove("enum") else {
        return;
    };
    let before = values.len();
    values.retain(|value| !value.is_null());
    if values.len() < before {
        fields.insert("nullable".to_owned(), json!(true));
    }
    let kind = fields.get("type").and_then(Value::as_str).map(str::to_owned);
    let all_texts = values.iter().all(Value::is_string);
    match kind.as_deref() {
        _ if values.is_empty() => {}
        None if all_texts => {
            fields.insert("type".to_owned(), json!("string"));
            fields.insert("enum".to_owned(), Value::Array(values));
        }
        Some("string") if all_texts => {
            fields.insert("enum".to_owned(), Value::Array(values));
        }
        // A number or a truth value is sent as it is; a list of the known ones would be one more thing to keep in step.
        _ => {}
    }
}
