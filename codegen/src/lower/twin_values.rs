//! Open an enum whose values would become the same Rust name, such as `name` and `-name`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Draft;
use super::operation_ids::essence;
use crate::schemas;

/// Turn an enum into a plain value when two of its values differ only in case or punctuation, or one has no letters at all.
pub fn apply(draft: &mut Draft) {
    schemas::each(&mut draft.document, &mut |schema| {
        let Some(fields) = schema.as_object_mut() else {
            return;
        };
        let Some(values) = fields.get("enum").and_then(Value::as_array) else {
            return;
        };
        let mut seen = BTreeSet::new();
        let mut texts = values.iter().filter_map(Value::as_str).map(essence);
        if !texts.all(|text| !text.is_empty() && seen.insert(text)) {
            fields.remove("enum");
        }
    });
}
