//! Take an object as a map where two of its properties would become the same Rust field, such as `+1` and `-1`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Draft;
use super::operation_ids::essence;
use crate::schemas;

/// Open such an object: a map holds both names as they are.
pub fn apply(draft: &mut Draft) {
    schemas::each(&mut draft.document, &mut |schema| {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            return;
        };
        let mut seen = BTreeSet::new();
        if properties.keys().map(|name| essence(name)).all(|name| !name.is_empty() && seen.insert(name)) {
            return;
        }
        let mut open = json!({ "type": "object", "additionalProperties": {} });
        for key in ["description", "nullable"] {
            if let (Some(value), Some(fields)) = (schema.get(key), open.as_object_mut()) {
                fields.insert(key.to_owned(), value.clone());
            }
        }
        *schema = open;
    });
}
