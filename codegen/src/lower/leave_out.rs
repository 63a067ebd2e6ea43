//! Leave out, by name and with a reason, the operations that a generated method could not send as the document says.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::operation_ids::essence;
use super::{Draft, take_out};
use crate::schemas;

/// Body types that a generated method can send.
const SENDABLE: [&str; 4] =
    ["application/json", "application/x-www-form-urlencoded", "application/octet-stream", "text/plain"];

/// Names that the generated builder needs for itself.
const RESERVED: [&str; 3] = ["send", "new", "bodymap"];

/// Take out each operation for which a reason is found.
pub fn apply(draft: &mut Draft) {
    let mut reasons = Vec::new();
    for (_, _, operation) in schemas::operations(&draft.document) {
        if let (Some(id), Some(reason)) = (operation.get("operationId").and_then(Value::as_str), reason(operation)) {
            reasons.push((id.to_owned(), reason));
        }
    }
    for (id, reason) in reasons {
        take_out(draft, &id, reason);
    }
}

fn reason(operation: &Map<String, Value>) -> Option<String> {
    body_reason(operation.get("requestBody"))
        .or_else(|| parameters(operation).find_map(parameter_reason))
        .or_else(|| name_reason(operation))
}

fn body_reason(body: Option<&Value>) -> Option<String> {
    let content = body?.get("content")?.as_object()?;
    let kind = content.keys().find(|kind| !SENDABLE.contains(&kind.as_str()))?;
    Some(if kind.starts_with("multipart/") { "multipart body".to_owned() } else { format!("{kind} body") })
}

fn parameter_reason(parameter: &Value) -> Option<String> {
    let name = text(parameter, "name");
    let place = text(parameter, "in");
    let kind = parameter.get("schema").map_or("", |schema| text(schema, "type"));
    let structured = matches!(kind, "object" | "array");
    match (place, text(parameter, "style")) {
        ("cookie", _) => Some(format!("cookie parameter `{name}`")),
        ("query", "deepObject" | "pipeDelimited" | "spaceDelimited") => {
            Some(format!("query parameter `{name}` in style {}", text(parameter, "style")))
        }
        ("path", "matrix" | "label") => Some(format!("path parameter `{name}` in style {}", text(parameter, "style"))),
        ("query", _) if kind == "object" => Some(format!("query parameter `{name}` is an object")),
        ("path" | "header", _) if structured => Some(format!("{place} parameter `{name}` is not a single value")),
        _ if parameter.get("schema").is_none() => Some(format!("{place} parameter `{name}` has no schema")),
        ("query", _) if kind == "array" && parameter.get("explode") == Some(&json!(false)) => {
            Some(format!("query parameter `{name}` joins its values with commas"))
        }
        _ => None,
    }
}

/// Each parameter becomes a method of the builder, so two that read alike cannot both be there.
fn name_reason(operation: &Map<String, Value>) -> Option<String> {
    let mut taken: BTreeSet<String> = RESERVED.iter().map(|name| (*name).to_owned()).collect();
    if operation.contains_key("requestBody") {
        taken.insert("body".to_owned());
    }
    parameters(operation)
        .map(|parameter| text(parameter, "name"))
        .find(|name| !taken.insert(essence(name)))
        .map(|name| format!("parameter `{name}` reads like another name of its builder"))
}

fn parameters(operation: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    operation.get("parameters").and_then(Value::as_array).into_iter().flatten()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
