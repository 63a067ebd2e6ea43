//! Unwrap an `allOf` around one schema, unless it is there to say that the schema may be null.

use serde_json::{Value, json};

use super::Draft;
use crate::schemas;

/// Replace a wrapper of one by what it wraps. A nullable one keeps only `allOf`, `nullable` and its description, from which
/// the generator makes an `Option` of the named type.
pub fn apply(draft: &mut Draft) {
    schemas::each(&mut draft.document, &mut |schema| {
        let Some([only]) = schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) else {
            return;
        };
        if schema.get("properties").is_some() {
            return;
        }
        let only = only.clone();
        let nullable = schema.get("nullable") == Some(&json!(true));
        let description = schema.get("description").cloned();
        let mut unwrapped = if nullable { nullable_form(only) } else { only };
        if let (Some(fields), Some(description)) = (unwrapped.as_object_mut(), description)
            && !fields.contains_key("$ref")
        {
            fields.entry("description").or_insert(description);
        }
        *schema = unwrapped;
    });
}

/// A reference cannot say of itself that it may be null; what is written in place can.
fn nullable_form(mut only: Value) -> Value {
    if only.get("type").is_none() {
        return json!({ "allOf": [only], "nullable": true });
    }
    if let Some(fields) = only.as_object_mut() {
        fields.insert("nullable".to_owned(), json!(true));
    }
    only
}
