//! Leave out, by name and with a reason, the operations that a generated method could not send as the document says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::operation_ids::essence;
use super::{Draft, take_out};
use crate::schemas::{self, NAMED};

/// Body types that a generated method can send.
const SENDABLE: [&str; 4] =
    ["application/json", "application/x-www-form-urlencoded", "application/octet-stream", "text/plain"];

/// Names that the generated builder needs for itself.
const RESERVED: [&str; 3] = ["send", "new", "bodymap"];

/// Take out each operation for which a reason is found.
pub fn apply(draft: &mut Draft) {
    let missing = Missing::of(&draft.document);
    let mut reasons = Vec::new();
    for (path, method, operation) in schemas::operations(&draft.document) {
        let reason = method_reason(method).or_else(|| reason(path, operation)).or_else(|| missing.reason(operation));
        if let (Some(id), Some(reason)) = (operation.get("operationId").and_then(Value::as_str), reason) {
            reasons.push((id.to_owned(), reason));
        }
    }
    for (id, reason) in reasons {
        take_out(draft, &id, reason);
    }
}

fn reason(path: &str, operation: &Map<String, Value>) -> Option<String> {
    path_reason(path)
        .or_else(|| outside_reason(operation))
        .or_else(|| body_reason(operation.get("requestBody")))
        .or_else(|| parameters(operation).find_map(parameter_reason))
        .or_else(|| name_reason(operation))
}

/// The HTTP client has no function for these two.
fn method_reason(method: &str) -> Option<String> {
    matches!(method, "options" | "trace").then(|| format!("method {}", method.to_ascii_uppercase()))
}

/// Paths that the generated client would write otherwise than the document does.
fn path_reason(path: &str) -> Option<String> {
    if path.contains('#') {
        return Some("the path has a `#`, which ends what is sent".to_owned());
    }
    if path.contains("//") {
        return Some("the path has an empty segment".to_owned());
    }
    let is_plain = |name: &str| name.chars().all(|letter| letter.is_alphanumeric() || "_-.$".contains(letter));
    let mut odd = path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
    let odd = odd.find(|name| name.is_empty() || !is_plain(name))?;
    Some(format!("the path parameter `{odd}` is no single segment"))
}

/// A shared part that is not in the document: it would have said what is sent.
fn outside_reason(operation: &Map<String, Value>) -> Option<String> {
    let body = operation.get("requestBody").into_iter();
    let answers = operation.get("responses").and_then(Value::as_object).into_iter().flat_map(|all| all.values());
    let reference = parameters(operation).chain(body).chain(answers).find_map(|part| part.get("$ref")?.as_str())?;
    Some(not_there(reference))
}

fn not_there(reference: &str) -> String {
    format!("it refers to `{reference}`, which is not in the document")
}

/// Which references lead, directly or through named schemas, to one that is not there.
struct Missing {
    known: BTreeSet<String>,
    broken: BTreeMap<String, String>,
}

impl Missing {
    fn of(document: &Value) -> Self {
        let named = document.pointer("/components/schemas").and_then(Value::as_object);
        let all: Vec<(&String, Vec<String>)> =
            named.into_iter().flatten().map(|(name, schema)| (name, references(schema))).collect();
        let known = all.iter().map(|(name, _)| (*name).clone()).collect();
        let mut missing = Self { known, broken: BTreeMap::new() };
        loop {
            let before = missing.broken.len();
            for (name, targets) in &all {
                if let Some(reference) = missing.among(targets) {
                    missing.broken.insert((*name).clone(), reference);
                }
            }
            if missing.broken.len() == before {
                return missing;
            }
        }
    }

    fn among(&self, references: &[String]) -> Option<String> {
        references.iter().find_map(|reference| match reference.strip_prefix(NAMED) {
            Some(name) if self.known.contains(name) => self.broken.get(name).cloned(),
            _ => Some(reference.clone()),
        })
    }

    fn reason(&self, operation: &Map<String, Value>) -> Option<String> {
        let written: Vec<String> = written_in_place(operation).into_iter().flat_map(references).collect();
        self.among(&written).map(|reference| not_there(&reference))
    }
}

fn written_in_place(operation: &Map<String, Value>) -> Vec<&Value> {
    let answers = operation.get("responses").and_then(Value::as_object).into_iter().flat_map(Map::values);
    let carriers = operation.get("requestBody").into_iter().chain(answers);
    let media_types = carriers.filter_map(|carrier| carrier.get("content")?.as_object()).flat_map(Map::values);
    media_types.chain(parameters(operation)).filter_map(|holder| holder.get("schema")).collect()
}

fn references(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    schemas::within(&mut schema.clone(), &mut |inner| {
        found.extend(inner.get("$ref").and_then(Value::as_str).map(str::to_owned));
    });
    found
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
    if name.is_empty() {
        return Some("a parameter has no name".to_owned());
    }
    if !matches!(place, "path" | "query" | "header" | "cookie") {
        return Some(format!("parameter `{name}` is in `{place}`, which OpenAPI 3 does not know"));
    }
    if place == "header" && !name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.!$&+^|~".contains(letter))
    {
        return Some(format!("no header can be called `{name}`"));
    }
    match (place, text(parameter, "style")) {
        ("cookie", _) => Some(format!("cookie parameter `{name}`")),
        ("query", "deepObject" | "pipeDelimited" | "spaceDelimited") => {
            Some(format!("query parameter `{name}` in style {}", text(parameter, "style")))
        }
        ("path", "matrix" | "label") => Some(format!("path parameter `{name}` in style {}", text(parameter, "style"))),
        ("query", _) if kind == "object" => Some(format!("query parameter `{name}` is an object")),
        ("path" | "header", _) if structured => Some(format!("{place} parameter `{name}` is not a single value")),
        _ if parameter.get("content").is_some() => Some(format!("{place} parameter `{name}` is sent in a media type")),
        _ if parameter.get("schema").is_none() => Some(format!("{place} parameter `{name}` has no schema")),
        ("query", _) if is_deep(parameter) => Some(format!("query parameter `{name}` is a list of more than values")),
        ("query", _) if kind == "array" && parameter.get("explode") == Some(&json!(false)) => {
            Some(format!("query parameter `{name}` joins its values with commas"))
        }
        _ => None,
    }
}

fn is_deep(parameter: &Value) -> bool {
    let items = parameter.pointer("/schema/items");
    items.is_some_and(|items| matches!(text(items, "type"), "object" | "array"))
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
