//! Where an answer may have one of several shapes, take it as it comes.

use serde_json::{Value, json};

use super::Draft;
use crate::schemas::{self, Side};

/// Replace a choice in an answer by anything at all.
///
/// The generated choice would take the first alternative whose fields fit. Answers have only optional fields, so the first
/// would always fit, and the fields of the others would be lost.
pub fn apply(draft: &mut Draft) {
    schemas::each_on(&mut draft.document, Side::Answer, &mut |schema| {
        if ["oneOf", "anyOf", "not"].iter().any(|key| schema.get(key).is_some()) {
            let description = schema.get("description").cloned();
            *schema = json!({});
            if let (Some(fields), Some(description)) = (schema.as_object_mut(), description) {
                fields.insert("description".to_owned(), Value::clone(&description));
            }
        }
    });
}
