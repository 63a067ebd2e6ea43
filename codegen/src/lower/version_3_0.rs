//! Say in OpenAPI 3.0 what a 3.1 document says, since progenitor reads only 3.0.

use serde_json::{Map, Value, json};

use super::Draft;
use crate::schemas;

/// Rewrite the 3.1 forms; a 3.0 document has none of them and stays as it is.
pub fn apply(draft: &mut Draft) {
    let document = &mut draft.document;
    let version = document.get("openapi").and_then(Value::as_str).unwrap_or_default();
    if version.starts_with("3.0.") {
        return;
    }
    if let Some(fields) = document.as_object_mut() {
        fields.insert("openapi".to_owned(), json!("3.0.3"));
        fields.remove("webhooks");
        fields.remove("jsonSchemaDialect");
    }
    each_schema_anywhere(document, &mut |schema| {
        if let Some(fields) = schema.as_object_mut() {
            null_type(fields);
            null_choice(fields);
            exclusive(fields, "exclusiveMinimum", "minimum");
            exclusive(fields, "exclusiveMaximum", "maximum");
            constant(fields);
            example(fields);
            reference_with_company(fields);
        }
    });
}

/// Shared parameters and responses are not in their places yet, so schemas are found by the key that holds them.
fn each_schema_anywhere(value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    schemas::each_named(value, &mut |_, schema| schemas::within(schema, visit));
    each_under_schema_key(value, visit);
}

fn each_under_schema_key(value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each_under_schema_key(item, visit)),
        Value::Object(fields) => {
            for (key, inner) in fields {
                match key.as_str() {
                    "schema" => schemas::within(inner, visit),
                    // Named schemas were visited already; examples may hold anything.
                    "schemas" | "example" | "examples" => {}
                    _ => each_under_schema_key(inner, visit),
                }
            }
        }
        _ => {}
    }
}

/// `type: [string, "null"]` becomes `type: string, nullable: true`; several real types become any type.
fn null_type(fields: &mut Map<String, Value>) {
    let Some(Value::Array(types)) = fields.get("type") else {
        if fields.get("type") == Some(&json!("null")) {
            fields.remove("type");
            fields.insert("nullable".to_owned(), json!(true));
        }
        return;
    };
    let real: Vec<Value> = types.iter().filter(|kind| *kind != &json!("null")).cloned().collect();
    if real.len() < types.len() {
        fields.insert("nullable".to_owned(), json!(true));
    }
    match real.as_slice() {
        [only] => {
            fields.insert("type".to_owned(), only.clone());
        }
        // What is said of one of the types must not be taken for a rule about all.
        _ => fields.retain(|key, _| matches!(key.as_str(), "description" | "nullable") || key.starts_with("x-")),
    }
}

/// A choice with `type: "null"` becomes the other choices, nullable.
fn null_choice(fields: &mut Map<String, Value>) {
    for key in ["oneOf", "anyOf"] {
        let Some(Value::Array(choices)) = fields.get_mut(key) else {
            continue;
        };
        let before = choices.len();
        choices.retain(|choice| !is_null(choice));
        if choices.len() == before {
            continue;
        }
        let rest = choices.clone();
        fields.insert("nullable".to_owned(), json!(true));
        if let [only] = rest.as_slice() {
            fields.remove(key);
            fields.insert("allOf".to_owned(), json!([only]));
        }
    }
}

fn is_null(choice: &Value) -> bool {
    choice.get("type") == Some(&json!("null"))
        || choice.get("const") == Some(&Value::Null)
        || choice.get("enum") == Some(&json!([null]))
}

/// `exclusiveMinimum: 0` becomes `minimum: 0, exclusiveMinimum: true`.
fn exclusive(fields: &mut Map<String, Value>, flag: &str, bound: &str) {
    if let Some(limit) = fields.get(flag).filter(|limit| limit.is_number()).cloned() {
        fields.insert(bound.to_owned(), limit);
        fields.insert(flag.to_owned(), json!(true));
    }
}

/// `const: x` becomes an enum of one.
fn constant(fields: &mut Map<String, Value>) {
    if let Some(value) = fields.remove("const") {
        let kind = match &value {
            Value::String(_) => Some("string"),
            Value::Bool(_) => Some("boolean"),
            Value::Number(number) if number.is_f64() => Some("number"),
            Value::Number(_) => Some("integer"),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        };
        if let (Some(kind), None) = (kind, fields.get("type")) {
            fields.insert("type".to_owned(), json!(kind));
        }
        fields.insert("enum".to_owned(), json!([value]));
    }
}

/// `examples: [a, b]` becomes `example: a`.
fn example(fields: &mut Map<String, Value>) {
    // A property may be called `examples` too; only a list is the keyword.
    if let Some(Value::Array(examples)) = fields.get("examples") {
        if let Some(first) = examples.first().cloned() {
            fields.entry("example").or_insert(first);
        }
        fields.remove("examples");
    }
}

/// 3.0 ignores what stands beside a `$ref`; wrapped in `allOf` it counts.
fn reference_with_company(fields: &mut Map<String, Value>) {
    if fields.len() > 1
        && fields.get("$ref").is_some_and(Value::is_string)
        && let Some(reference) = fields.remove("$ref")
    {
        fields.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
    }
}
