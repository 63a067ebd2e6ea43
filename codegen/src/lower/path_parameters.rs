//! Make path parameters agree with the path's template, since progenitor panics where they do not.

use serde_json::{Map, Value, json};

use super::Draft;
use crate::schemas;

/// Drop path parameters that the template does not name, add those it names and nobody declared, and require them all.
pub fn apply(draft: &mut Draft) {
    schemas::each_operation(&mut draft.document, &mut |path, _, operation| {
        let wanted = names(path);
        let mut parameters = declared(operation);
        parameters.retain(|parameter| !in_path(parameter) || wanted.iter().any(|name| is_called(parameter, name)));
        for name in wanted {
            if !parameters.iter().any(|parameter| in_path(parameter) && is_called(parameter, name)) {
                parameters.push(json!({ "name": name, "in": "path", "schema": { "type": "string" } }));
            }
        }
        for fields in parameters.iter_mut().filter(|parameter| in_path(parameter)).filter_map(Value::as_object_mut) {
            fields.insert("required".to_owned(), json!(true));
        }
        if parameters.is_empty() {
            operation.remove("parameters");
        } else {
            operation.insert("parameters".to_owned(), Value::Array(parameters));
        }
    });
}

fn declared(operation: &Map<String, Value>) -> Vec<Value> {
    operation.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default()
}

fn in_path(parameter: &Value) -> bool {
    parameter.get("in") == Some(&json!("path"))
}

fn is_called(parameter: &Value, name: &str) -> bool {
    parameter.get("name").and_then(Value::as_str) == Some(name)
}

/// The names between braces, in order.
fn names(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}
