//! Put shared parameters, request bodies and responses in their places, so that later rules need not follow references.

use serde_json::{Map, Value};

use super::Draft;
use crate::schemas;

/// Replace references to everything but schemas by what they refer to, and hand a path's parameters to its operations.
pub fn apply(draft: &mut Draft) {
    let document = &mut draft.document;
    let shared = document.clone();

    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for (_, item) in paths.into_iter().flatten() {
        if let Some(item) = item.as_object_mut() {
            hand_down_parameters(item, &shared);
            // Neither changes what is sent or answered, and both hide schemas from the rules.
            item.retain(|key, _| schemas::METHODS.contains(&key.as_str()));
        }
    }
    schemas::each_operation(document, &mut |_, _, operation| {
        operation.remove("callbacks");
        operation.get_mut("requestBody").into_iter().for_each(|body| resolve(body, &shared));
        for (_, response) in operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
            resolve(response, &shared);
        }
    });
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        components.retain(|key, _| matches!(key.as_str(), "schemas" | "securitySchemes"));
    }
}

fn hand_down_parameters(item: &mut Map<String, Value>, shared: &Value) {
    let of_path = parameters(item, shared);
    for method in schemas::METHODS {
        let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) else {
            continue;
        };
        let mut own = parameters(operation, shared);
        for parameter in &of_path {
            if !own.iter().any(|other| identity(other) == identity(parameter)) {
                own.push(parameter.clone());
            }
        }
        if !own.is_empty() {
            operation.insert("parameters".to_owned(), Value::Array(own));
        }
    }
}

fn parameters(holder: &Map<String, Value>, shared: &Value) -> Vec<Value> {
    let mut found = holder.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
    found.iter_mut().for_each(|parameter| resolve(parameter, shared));
    found
}

/// A parameter is known by its name and its place; an operation's own wins over its path's.
fn identity(parameter: &Value) -> (Option<&Value>, Option<&Value>) {
    (parameter.get("name"), parameter.get("in"))
}

/// Follow a reference within the document. A chain that runs in a circle, or out of the document, is left for `leave_out`.
fn resolve(part: &mut Value, shared: &Value) {
    const LONGEST_CHAIN: usize = 8;
    for _ in 0..LONGEST_CHAIN {
        let Some(target) = schemas::at_pointer(shared, part).cloned() else {
            return;
        };
        *part = target;
    }
}
