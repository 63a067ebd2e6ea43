//! Let every property of an answer be absent or null, so that one missing field does not lose the rest.

use serde_json::{Value, json};

use super::Draft;
use crate::schemas::{self, Side};

/// Drop `required`, make each property nullable, and ignore fields nobody described.
///
/// Nullable matters for lists too: an optional list would be read as an empty one when absent, but not when null.
pub fn apply(draft: &mut Draft) {
    let document = &mut draft.document;
    schemas::each_on(document, Side::Answer, &mut |schema| {
        let Some(fields) = schema.as_object_mut() else {
            return;
        };
        fields.remove("required");
        let Some(properties) = fields.get_mut("properties").and_then(Value::as_object_mut) else {
            return;
        };
        properties.values_mut().for_each(make_nullable);
        // A typed map beside named fields would make a stray field of another type fatal; one of anything is kept.
        if fields.get("additionalProperties") != Some(&json!({})) {
            fields.insert("additionalProperties".to_owned(), json!(true));
        }
    });
    // A named schema that is itself nullable would become a type around an Option; its users are nullable already.
    let answered = schemas::reachable(document, Side::Answer);
    schemas::each_named(document, &mut |name, schema| {
        if let (true, Some(fields)) = (answered.contains(name), schema.as_object_mut()) {
            fields.remove("nullable");
        }
    });
}

fn make_nullable(property: &mut Value) {
    if property.get("$ref").is_some() {
        *property = json!({ "allOf": [property], "nullable": true });
    } else if let Some(fields) = property.as_object_mut() {
        fields.insert("nullable".to_owned(), json!(true));
    }
}
