//! Where an answer is an object around one object called `data`, type what is inside; the seam takes the wrapping off.

use serde_json::{Value, json};

use super::Draft;
use crate::schemas;

/// Replace such an answer by its `data`. A list under `data` stays: it is a page, and its company may come later.
pub fn apply(draft: &mut Draft) {
    let shared = draft.document.clone();
    schemas::each_operation(&mut draft.document, &mut |_, _, operation| {
        for (_, response) in operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
            for (_, media_type) in response.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten() {
                if let Some(schema) = media_type.get_mut("schema")
                    && let Some(inside) = inside(schema, &shared)
                {
                    *schema = inside;
                }
            }
        }
    });
}

fn inside(schema: &Value, shared: &Value) -> Option<Value> {
    let wrapper = schemas::resolved(shared, schema)?;
    let properties = wrapper.get("properties")?.as_object()?;
    let data = properties.get("data").filter(|_| properties.len() == 1)?;
    let is_plain = ["allOf", "oneOf", "anyOf"].iter().all(|key| wrapper.get(key).is_none());
    let target = schemas::resolved(shared, data)?;
    let is_object = target.get("properties").is_some_and(Value::is_object)
        || (target.get("type") == Some(&json!("object")) && target.get("additionalProperties").is_none());
    // Data within data would be unwrapped twice by the seam's rule, or not at all.
    let holds_data = target.pointer("/properties/data").is_some();
    (is_plain && is_object && !holds_data).then(|| data.clone())
}
