//! Leave each operation exactly one answer: `2XX`, with the type of its first JSON success or without content.

use serde_json::{Value, json};

use super::Draft;
use super::media_types::JSON;
use crate::schemas;

/// Fold all successes into one and drop the errors, which the seam reads itself.
///
/// progenitor panics on several success or error types. A success without content (204) beside one with JSON folds into the
/// JSON one: the operations table says that such an answer may be empty.
pub fn apply(draft: &mut Draft) {
    schemas::each_operation(&mut draft.document, &mut |_, _, operation| {
        let answer = match first_json_success(operation.get("responses")) {
            Some(schema) => json!({ "description": "", "content": { JSON: { "schema": schema } } }),
            None => json!({ "description": "" }),
        };
        operation.insert("responses".to_owned(), json!({ "2XX": answer }));
    });
}

/// The schema of the first success, by status, that has a JSON body.
pub fn first_json_success(responses: Option<&Value>) -> Option<&Value> {
    successes(responses).into_iter().find_map(|response| response.get("content")?.get(JSON)?.get("schema"))
}

/// The successes in the order of their statuses; `2XX` after the exact ones, `default` only where nothing else succeeds.
pub fn successes(responses: Option<&Value>) -> Vec<&Value> {
    let Some(responses) = responses.and_then(Value::as_object) else {
        return Vec::new();
    };
    let mut found: Vec<(&String, &Value)> = responses.iter().filter(|(status, _)| status.starts_with('2')).collect();
    found.sort_by_key(|(status, _)| *status);
    if found.is_empty() {
        found.extend(responses.iter().filter(|(status, _)| *status == "default"));
    }
    found.into_iter().map(|(_, response)| response).collect()
}
