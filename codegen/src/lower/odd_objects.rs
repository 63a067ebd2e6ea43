//! Drop what does not belong on an object or a list: progenitor panics on an object with a `format`.

use serde_json::{Value, json};

use super::Draft;
use crate::schemas;

/// Drop `format` and text limits from objects and lists, and give a list without `items` items of any kind.
pub fn apply(draft: &mut Draft) {
    schemas::each(&mut draft.document, &mut |schema| {
        let Some(fields) = schema.as_object_mut() else {
            return;
        };
        let kind = fields.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        if kind == "object" || kind == "array" {
            for key in ["format", "minLength", "maxLength"] {
                fields.remove(key);
            }
        }
        if kind == "array" {
            fields.entry("items").or_insert_with(|| json!({}));
        }
    });
}
