//! Keep of the document only what a method is made of, so that a fault in the rest harms nobody.

use serde_json::{Map, Value, json};

use super::Draft;
use crate::schemas;

/// Of an operation, what is sent and answered, and its prose.
const OPERATION: [&str; 6] = ["description", "operationId", "parameters", "requestBody", "responses", "summary"];

/// Of a parameter, what decides how it is written into the request, and its prose.
const PARAMETER: [&str; 7] = ["description", "explode", "in", "name", "required", "schema", "style"];

/// Drop servers, tags, security, examples and extensions, and make prose of descriptions.
pub fn apply(draft: &mut Draft) {
    let document = &mut draft.document;
    let version = document.pointer("/info/version").map(header_text).unwrap_or_default();
    let schemas_kept = document.pointer_mut("/components/schemas").map(Value::take);
    if let Some(fields) = document.as_object_mut() {
        fields.retain(|key, _| matches!(key.as_str(), "openapi" | "paths"));
        fields.insert("info".to_owned(), json!({ "title": "", "version": version }));
        if let Some(schemas) = schemas_kept {
            fields.insert("components".to_owned(), json!({ "schemas": schemas }));
        }
    }
    schemas::each_operation(document, &mut |_, _, operation| {
        operation.retain(|key, _| OPERATION.contains(&key.as_str()));
        settle_prose(operation, &["summary", "description"]);
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(fields) = parameter.as_object_mut() {
                fields.retain(|key, _| PARAMETER.contains(&key.as_str()));
                settle_prose(fields, &["description"]);
            }
        }
        if let Some(body) = operation.get_mut("requestBody").and_then(Value::as_object_mut) {
            body.retain(|key, _| matches!(key.as_str(), "content" | "description" | "required"));
            settle_prose(body, &["description"]);
        }
        each_media_type(operation, &mut |media_type| media_type.retain(|key, _| key == "schema"));
    });
    schemas::each(document, &mut |schema| {
        if let Some(fields) = schema.as_object_mut() {
            settle_prose(fields, &["description"]);
        }
    });
}

fn each_media_type(operation: &mut Map<String, Value>, visit: &mut dyn FnMut(&mut Map<String, Value>)) {
    let body = operation.get_mut("requestBody").and_then(|body| body.get_mut("content"));
    for (_, media_type) in body.and_then(Value::as_object_mut).into_iter().flatten() {
        media_type.as_object_mut().into_iter().for_each(&mut *visit);
    }
}

/// The client sends the version as a header, which holds visible ASCII only.
fn header_text(version: &Value) -> String {
    let text = version.as_str().map_or_else(|| version.to_string(), str::to_owned);
    text.chars().filter(char::is_ascii_graphic).collect()
}

fn settle_prose(fields: &mut Map<String, Value>, keys: &[&str]) {
    for key in keys {
        match fields.get(*key).and_then(Value::as_str).map(prose) {
            Some(text) if !text.is_empty() => {
                fields.insert((*key).to_owned(), json!(text));
            }
            _ => {
                fields.remove(*key);
            }
        }
    }
}

/// HTML and Markdown as plain sentences. An indented or fenced passage in a comment would be compiled as an example, and a
/// letter that turns the direction of reading is an error to the compiler.
fn prose(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut in_tag = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let begins_tag = letter == '<'
            && letters.peek().is_some_and(|next| next.is_ascii_alphabetic() || *next == '/' || *next == '!');
        in_tag = begins_tag || in_tag;
        if !in_tag && !is_unseen(letter) {
            plain.push(letter);
        }
        if in_tag && letter == '>' {
            in_tag = false;
            plain.push(' ');
        }
    }
    plain
        .split("\n\n")
        .map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|paragraph| !paragraph.is_empty())
        .collect::<Vec<_>>()
        .join("\n\n")
        .replace("*/", "* /")
        .replace("/*", "/ *")
        .replace("```", "'''")
        .replace("~~~", "'''")
}

fn is_unseen(letter: char) -> bool {
    let turns_direction = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns_direction || (letter.is_control() && letter != '\n' && letter != '\t')
}
