//! Give every operation an id of its own, derived from its method and path where the document has none or repeats one.

use std::collections::BTreeSet;

use serde_json::json;

use super::Draft;
use crate::schemas;

/// Names that the generated client needs for itself: its own methods, and what its builders are made of.
const RESERVED: [&str; 20] = [
    "apiversion",
    "baseurl",
    "bytestream",
    "client",
    "clienthooks",
    "clientinfo",
    "clone",
    "error",
    "exec",
    "inner",
    "new",
    "newwithclient",
    "operationinfo",
    "option",
    "post",
    "pre",
    "requestbuilderext",
    "responsevalue",
    "result",
    "string",
];

/// Name the nameless and tell twins apart. Ids that differ only in case or punctuation count as twins, since they would
/// become the same Rust name; so does one that reads like a name of the generated client.
pub fn apply(draft: &mut Draft) {
    let mut taken: BTreeSet<String> = RESERVED.iter().map(|name| (*name).to_owned()).collect();
    schemas::each_operation(&mut draft.document, &mut |path, method, operation| {
        let given = operation.get("operationId").and_then(|id| id.as_str()).unwrap_or_default().to_owned();
        if !essence(&given).is_empty() && taken.insert(essence(&given)) {
            return;
        }
        let mut id = derived(method, path);
        let mut count = 2;
        while !taken.insert(essence(&id)) {
            id = format!("{}_{count}", derived(method, path));
            count += 1;
        }
        operation.insert("operationId".to_owned(), json!(id));
    });
}

/// What is left of an id when case and punctuation do not count.
pub fn essence(id: &str) -> String {
    id.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `GET /boards/{board_id}/items` is `get_boards_by_board_id_items`.
fn derived(method: &str, path: &str) -> String {
    let mut words = vec![method.to_owned()];
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        let word: String =
            segment.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
        let word = word.trim_matches('_').to_owned();
        words.push(if segment.starts_with('{') { format!("by_{word}") } else { word });
    }
    words.join("_")
}
