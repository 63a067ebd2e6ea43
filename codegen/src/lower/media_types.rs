//! Leave one media type in each body: JSON where there is a choice.

use serde_json::{Map, Value, json};

use super::Draft;
use crate::schemas;

/// Strip `charset` and other parameters of media types, prefer JSON, and give JSON without a schema the schema of anything.
pub fn apply(draft: &mut Draft) {
    schemas::each_operation(&mut draft.document, &mut |_, _, operation| {
        if let Some(body) = operation.get_mut("requestBody") {
            settle(body);
            settle_raw(body);
        }
        for (_, response) in operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
            settle_json(response);
            settle(response);
        }
    });
}

/// The media type that is read as typed JSON.
pub const JSON: &str = "application/json";

/// Which media type to keep when there are several, best first. What is not named here comes last, by name.
const PREFERENCE: [&str; 5] =
    [JSON, "application/x-www-form-urlencoded", "application/octet-stream", "text/plain", "multipart/form-data"];

/// An answer in a dialect of JSON (`application/hal+json`) is read as JSON, and so is one in `*/*` that has fields or rows,
/// which is how some frameworks write it. Requests keep their type: it is sent as a header.
fn settle_json(response: &mut Value) {
    let Some(content) = response.get_mut("content").and_then(Value::as_object_mut) else {
        return;
    };
    for (name, media_type) in std::mem::take(content) {
        let bare = bare_name(&name);
        let has_form = media_type.get("schema").is_some_and(|schema| {
            schema.get("$ref").is_some()
                || ["object", "array"].iter().any(|kind| schema.get("type") == Some(&json!(kind)))
        });
        if bare.ends_with("+json") || (bare == "*/*" && has_form) {
            content.entry(JSON).or_insert(media_type);
        } else if bare == JSON {
            // The plain type wins over its dialects, in whichever order they stand.
            content.insert(JSON.to_owned(), media_type);
        } else {
            content.insert(name, media_type);
        }
    }
}

/// Bytes and plain text have one form each, whatever their schema adds.
fn settle_raw(body: &mut Value) {
    for (name, media_type) in body.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten() {
        let form = match name.as_str() {
            "application/octet-stream" => json!({ "type": "string", "format": "binary" }),
            "text/plain" => json!({ "type": "string" }),
            _ => continue,
        };
        if let Some(fields) = media_type.as_object_mut() {
            fields.insert("schema".to_owned(), form);
        }
    }
}

fn settle(carrier: &mut Value) {
    let Some(Value::Object(content)) = carrier.get_mut("content") else {
        return;
    };
    let mut plain = Map::new();
    for (name, media_type) in std::mem::take(content) {
        // Two spellings of one type (with and without a charset) are one type; the first is as good as the second.
        plain.entry(bare_name(&name)).or_insert(media_type);
    }
    // Web pages and problem reports appear beside JSON in success answers by mistake only.
    let best = plain.keys().min_by_key(|name| (rank(name), (*name).clone())).cloned();
    if let Some((name, mut media_type)) = best.and_then(|name| plain.remove_entry(&name)) {
        if let Some(fields) = media_type.as_object_mut() {
            fields.remove("encoding");
            if name == JSON {
                fields.entry("schema").or_insert_with(|| json!({}));
            }
        }
        content.insert(name, media_type);
    }
}

fn rank(name: &str) -> usize {
    PREFERENCE.iter().position(|preferred| *preferred == name).unwrap_or(PREFERENCE.len())
}

fn bare_name(name: &str) -> String {
    name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
