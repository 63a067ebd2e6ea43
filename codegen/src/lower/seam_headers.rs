//! Drop the header parameters that the seam sets on every call, so that no caller has to think of them.

use serde_json::Value;

use super::Draft;
use crate::schemas;

/// Credentials, the API's version and the media types, in lower case. OpenAPI itself says to ignore three of them.
const SET_BY_THE_SEAM: [&str; 5] = ["accept", "api-key", "authorization", "content-type", "x-api-version"];

/// Drop those parameters from every operation.
pub fn apply(draft: &mut Draft) {
    schemas::each_operation(&mut draft.document, &mut |_, _, operation| {
        let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) else {
            return;
        };
        parameters.retain(|parameter| !is_header(parameter) || !is_set_by_the_seam(name(parameter)));
    });
}

fn is_header(parameter: &Value) -> bool {
    parameter.get("in").and_then(Value::as_str) == Some("header")
}

fn name(parameter: &Value) -> &str {
    parameter.get("name").and_then(Value::as_str).unwrap_or_default()
}

/// Whether the seam sets the header of that name.
pub fn is_set_by_the_seam(name: &str) -> bool {
    SET_BY_THE_SEAM.contains(&name.to_ascii_lowercase().as_str())
}
