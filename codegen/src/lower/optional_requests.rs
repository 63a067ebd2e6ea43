//! Let a request say all that its document allows: leave a field out, send null, or send an empty list.

use serde_json::{Value, json};

use super::Draft;
use crate::schemas::{self, Side};

/// Loosen the optional properties of requests where the generated type would say less than the document.
///
/// An optional list would not be sent when empty, which is how a caller clears it: it becomes an `Option` of a list. An
/// optional property that may be null would be left out when null, which is how a caller unsets it: it becomes an `Option` of
/// any JSON, where `None` is absent and `Some(Value::Null)` is null. A reference keeps its type, and so cannot be sent as null.
/// What is `readOnly` is never required of a request.
pub fn apply(draft: &mut Draft) {
    schemas::each_on(&mut draft.document, Side::Request, &mut |schema| {
        drop_what_is_only_read(schema);
        let required: Vec<String> = schema
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
            .unwrap_or_default();
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        for (_, property) in properties.into_iter().flatten().filter(|(name, _)| !required.contains(name)) {
            loosen(property);
        }
    });
}

/// A property that is only answered cannot be asked for, though `required` names it for the sake of answers.
fn drop_what_is_only_read(schema: &mut Value) {
    let properties = schema.get("properties").and_then(Value::as_object);
    let only_read: Vec<String> = properties
        .into_iter()
        .flatten()
        .filter(|(_, property)| property.get("readOnly") == Some(&json!(true)))
        .map(|(name, _)| name.clone())
        .collect();
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| name.as_str().is_none_or(|name| !only_read.iter().any(|other| other == name)));
    }
}

fn loosen(property: &mut Value) {
    let is_list_or_map = matches!(property.get("type").and_then(Value::as_str), Some("array" | "object"));
    let is_plain = !is_list_or_map && property.get("allOf").is_none();
    if is_plain && property.get("nullable") == Some(&json!(true)) {
        let description = property.get("description").cloned();
        *property = description.map_or_else(|| json!({}), |text| json!({ "description": text }));
    } else if property.get("$ref").is_some() {
        // It may refer to a list.
        *property = json!({ "allOf": [property], "nullable": true });
    } else if let (true, Some(fields)) = (is_list_or_map, property.as_object_mut()) {
        fields.insert("nullable".to_owned(), json!(true));
    }
}
