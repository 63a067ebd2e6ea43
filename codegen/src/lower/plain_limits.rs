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

/// The formats of whole numbers that name a width. A fraction has none: in the smaller one `0.1` would be sent as
/// `0.10000000149011612`.
const WIDTHS: [&str; 4] = ["int32", "int64", "uint32", "uint64"];

/// Drop those limits everywhere, and the formats of texts: a date the caller wrote is sent as it was written.
pub fn apply(draft: &mut Draft) {
    schemas::each(&mut draft.document, &mut |schema| {
        let Some(fields) = schema.as_object_mut() else {
            return;
        };
        for key in UNWIELDY {
            fields.remove(key);
        }
        // A whole number's format is its width; one that is no width says nothing a type could hold.
        let is_whole = fields.get("type").and_then(Value::as_str) == Some("integer");
        let format = fields.get("format").and_then(Value::as_str).unwrap_or_default();
        let is_width = is_whole && WIDTHS.contains(&format);
        let is_number = matches!(fields.get("type").and_then(Value::as_str), Some("integer" | "number" | "boolean"));
        if is_number && !is_width {
            fields.remove("format");
        }
        let is_text = fields.get("type").and_then(Value::as_str) == Some("string");
        // `binary` is not a shape of text: it marks a body that is sent as raw bytes.
        if is_text && fields.get("format").and_then(Value::as_str) != Some("binary") {
            fields.remove("format");
        }
    });
}
