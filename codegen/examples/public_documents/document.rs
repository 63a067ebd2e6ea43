//! What a document says of its operations, read without any of the generator's rules.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::methods::Method;

/// The seam sets these; they are no parameters of a method.
const SET_BY_THE_SEAM: [&str; 5] = ["accept", "api-key", "authorization", "content-type", "x-api-version"];

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// One operation of the document.
pub struct Operation {
    /// The HTTP method, in small letters.
    pub method: String,
    /// The path with `{}` for each parameter.
    pub url: String,
    /// Query parameters, and whether they are required.
    query: BTreeMap<String, bool>,
    /// Header parameters, and whether they are required.
    headers: BTreeMap<String, bool>,
    has_body: bool,
}

impl Operation {
    /// What the generated method does otherwise.
    pub fn differences(&self, method: &Method) -> Vec<String> {
        let mut found = Vec::new();
        let mut compare = |what: &str, ours: &BTreeMap<String, bool>, theirs: &BTreeMap<String, bool>| {
            if ours != theirs {
                found.push(format!("{} {}: {what} {ours:?}, but the method sends {theirs:?}", self.method, self.url));
            }
        };
        compare("query", &self.query, &method.query);
        compare("headers", &self.headers, &method.headers);
        if self.has_body != method.has_body {
            found.push(format!("{} {}: a body is lost or made up", self.method, self.url));
        }
        if self.url.matches("{}").count() != method.path_parameters {
            found.push(format!("{} {}: not every path parameter is required", self.method, self.url));
        }
        found
    }
}

/// Every operation that the document describes.
pub fn operations(document: &Value) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        let item = resolved(document, item);
        for method in METHODS {
            if let Some(operation) = item.get(method).filter(|operation| operation.is_object()) {
                found.push(Operation {
                    method: method.to_owned(),
                    url: with_blanks(path),
                    query: parameters(document, item, operation, "query"),
                    headers: parameters(document, item, operation, "header"),
                    has_body: operation.get("requestBody").is_some_and(|body| has_content(resolved(document, body))),
                });
            }
        }
    }
    found
}

fn has_content(body: &Value) -> bool {
    body.get("content").and_then(Value::as_object).is_some_and(|content| !content.is_empty())
}

fn parameters(document: &Value, item: &Value, operation: &Value, place: &str) -> BTreeMap<String, bool> {
    let mut found = BTreeMap::new();
    for holder in [item, operation] {
        for parameter in holder.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            let parameter = resolved(document, parameter);
            let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
            let is_the_seams = place == "header" && SET_BY_THE_SEAM.contains(&name.to_ascii_lowercase().as_str());
            if parameter.get("in").and_then(Value::as_str) == Some(place) && !is_the_seams {
                let required = parameter.get("required") == Some(&Value::Bool(true));
                found.insert(name.split_whitespace().collect(), required);
            }
        }
    }
    found
}

fn resolved<'a>(document: &'a Value, mut part: &'a Value) -> &'a Value {
    for _ in 0..8 {
        let reference = part.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
        match reference.and_then(|pointer| document.pointer(&pointer.replace("%7B", "{").replace("%7D", "}"))) {
            Some(target) => part = target,
            None => return part,
        }
    }
    part
}

/// `/items/{id}` as `/items/{}`, without white space, as the code is compared.
fn with_blanks(path: &str) -> String {
    let mut blanked = String::new();
    let mut inside = false;
    for letter in path.chars().filter(|letter| !letter.is_whitespace()) {
        if !inside || letter == '}' {
            blanked.push(letter);
        }
        inside = (inside || letter == '{') && letter != '}';
    }
    blanked
}
