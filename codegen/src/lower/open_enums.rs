//! Let answers hold values that nobody knew of: an enum, a format, a pattern or a limit in an answer becomes a plain value.

use serde_json::Value;

use super::Draft;
use crate::schemas::{self, Side};

/// What narrows a value. A generated type that holds any of these refuses the whole answer over one new value.
const NARROWING: [&str; 8] =
    ["enum", "format", "minLength", "maxLength", "default", "multipleOf", "minProperties", "maxProperties"];

/// Drop from answers everything that narrows a value within its type; requests keep theirs.
pub fn apply(draft: &mut Draft) {
    schemas::each_on(&mut draft.document, Side::Answer, &mut |schema| {
        if let Some(fields) = schema.as_object_mut() {
            // An enum may be written without a type; its values tell it.
            if let (None, Some(kind)) = (fields.get("type"), fields.get("enum").and_then(type_of_values)) {
                fields.insert("type".to_owned(), Value::from(kind));
            }
            for key in NARROWING {
                fields.remove(key);
            }
        }
    });
}

fn type_of_values(values: &Value) -> Option<&'static str> {
    values.as_array()?.iter().all(Value::is_string).then_some("string")
}
