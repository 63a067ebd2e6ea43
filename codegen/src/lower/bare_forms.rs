//! Where upstream may answer a bare value or an object around it, type the object; the seam wraps the bare one.

use serde_json::{Value, json};

use super::Draft;
use crate::schemas;

/// Replace `oneOf: [bare, object]` beside `x-bare-as` by the object.
pub fn apply(draft: &mut Draft) {
    schemas::each(&mut draft.document, &mut |schema| {
        let Some((_, object)) = split(schema) else {
            return;
        };
        let object = object.clone();
        let nullable = schema.get("nullable") == Some(&json!(true));
        *schema = if nullable { json!({ "allOf": [object], "nullable": true }) } else { object };
    });
}

/// The bare form and the object form of a schema with `x-bare-as`.
///
/// The object is the reference to a named schema, or else the alternative that is an object; conventionally the last.
pub fn split(schema: &Value) -> Option<(&Value, &Value)> {
    schema.get("x-bare-as")?.as_str()?;
    let [first, second] = schema.get("oneOf")?.as_array()?.as_slice() else {
        return None;
    };
    let is_object = |form: &Value| form.get("$ref").is_some() || form.get("type") == Some(&json!("object"));
    if is_object(first) && !is_object(second) { Some((second, first)) } else { Some((first, second)) }
}
