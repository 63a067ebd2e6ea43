//! Write the surface: one sorted line an operation, which a reviewer reads instead of the generated code.

use serde_json::{Map, Value};

use crate::LeftOut;
use crate::lower::bare_forms;
use crate::lower::one_answer::{first_json_success, successes};
use crate::operations::may_be_empty;
use crate::schemas;

/// The lines of `surface.txt`, for example
/// `listItems GET /boards/{board}/items ?after ?expand[] -> ItemPage`.
///
/// Path parameters are in the path; query parameters follow, with `?` where they may be absent; then headers, the body's
/// type after `<-`, the answer's type after `->`, and why there is no generated method, if there is none.
pub fn lines(document: &Value, left_out: &[LeftOut]) -> String {
    let mut lines: Vec<String> = schemas::operations(document)
        .into_iter()
        .map(|(path, method, operation)| line(path, method, operation, left_out))
        .collect();
    let paths = left_out.iter().filter(|left_out| left_out.operation.starts_with('/'));
    lines.extend(paths.map(|path| format!("{} (left out: {})", path.operation, path.reason)));
    lines.sort();
    lines.into_iter().flat_map(|line| [line, "\n".to_owned()]).collect()
}

fn line(path: &str, method: &str, operation: &Map<String, Value>, left_out: &[LeftOut]) -> String {
    let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
    let mut words = vec![id.to_owned(), method.to_ascii_uppercase(), path.to_owned()];
    if let Some(other) = operation.get("x-alternate-path").and_then(Value::as_str) {
        words.push(format!("(or {other})"));
    }
    words.extend(parameters(operation, "query", ""));
    words.extend(parameters(operation, "header", "header:"));
    words.extend(parameters(operation, "cookie", "cookie:"));
    words.extend(body(operation).map(|body| format!("<- {body}")));
    words.push(format!("-> {}", answer(operation.get("responses"))));
    if let Some(left_out) = left_out.iter().find(|left_out| left_out.operation == id) {
        words.push(format!("(left out: {})", left_out.reason));
    }
    words.join(" ")
}

fn parameters(operation: &Map<String, Value>, place: &str, prefix: &str) -> Vec<String> {
    let all = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let mut found: Vec<(String, bool)> = all
        .filter(|parameter| parameter.get("in").and_then(Value::as_str) == Some(place))
        .filter_map(|parameter| {
            let required = parameter.get("required") == Some(&Value::Bool(true));
            Some((parameter.get("name")?.as_str()?.to_owned(), required))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(name, required)| format!("{}{prefix}{name}", if required { "" } else { "?" })).collect()
}

fn body(operation: &Map<String, Value>) -> Option<String> {
    let (kind, media_type) = operation.get("requestBody")?.get("content")?.as_object()?.iter().next()?;
    let name = media_type.get("schema").map_or_else(|| "any".to_owned(), type_name);
    Some(if kind == "application/json" { name } else { format!("{name} as {kind}") })
}

fn answer(responses: Option<&Value>) -> String {
    if let Some(schema) = first_json_success(responses) {
        let or_nothing = if may_be_empty(responses) { " or nothing" } else { "" };
        return format!("{}{or_nothing}", type_name(schema));
    }
    successes(responses)
        .into_iter()
        .find_map(|response| response.get("content")?.as_object()?.keys().next().cloned())
        .unwrap_or_else(|| "nothing".to_owned())
}

fn type_name(schema: &Value) -> String {
    if let Some(name) = schemas::reference(schema) {
        return name.to_owned();
    }
    if let Some((bare, object)) = bare_forms::split(schema) {
        return format!("{}|{}", type_name(object), type_name(bare));
    }
    if let Some([only]) = schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        return type_name(only);
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("array") => format!("[{}]", schema.get("items").map_or_else(|| "any".to_owned(), type_name)),
        Some(kind) => kind.to_owned(),
        None => "any".to_owned(),
    }
}
