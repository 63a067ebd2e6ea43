//! Drop the limits that generated types hold badly; tools check them before a call, and the sandbox after it.

use serde_json::Value;

use super::Draft;
use crate::schemas;

/// Limits that cost more in a generated type than they give: bounds become `NonZero` integers that take no literal, unique
/// items a set that no JSON value can join, fixed lengths an array, a pattern a regular expression engine at run time, a
/// title a second name for a type, and a default something that is sent though nobody said it.
const UNWIELDY: [&str; 12] = [
    "default",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "title",
    "discriminator",
];

/// Drop those limits everywhere, and the formats of texts: a date the caller wrote is sent as it was written.
pub fn apply(draft: &mut Draft) {
    schemas::each(&mut draft.document, &mut |schema| {
        let Some(fields) = schema.as_object_mut() else {
            return;
        };
        for key in UNWIELDY {
            fields.remove(key);
        }
        let is_text = fields.get("type").and_then(Value::as_str) == Some("string");
        // `binary` is not a shape of text: it marks a body that is sent as raw bytes.
        if is_text && fields.get("format").and_then(Value::as_str) != Some("binary") {
            fields.remove("format");
        }
    });
}
