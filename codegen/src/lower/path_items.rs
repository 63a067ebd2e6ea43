//! Put each path's operations at the path, where a document keeps them elsewhere and refers to them.

use serde_json::Value;

use super::Draft;
use crate::{LeftOut, schemas};

/// Replace a path that is a reference by what it refers to, and name the path whose operations are not in this document.
///
/// A `$ref` beside operations is one more place to look: the operations at the path itself win, as later readers of the
/// specification settled it.
pub fn apply(draft: &mut Draft) {
    let shared = draft.document.clone();
    let mut missing = Vec::new();
    let paths = draft.document.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        if let Err(reason) = settle(item, &shared) {
            missing.push(LeftOut { operation: path.clone(), reason });
        }
    }
    draft.left_out.extend(missing);
}

fn settle(item: &mut Value, shared: &Value) -> Result<(), String> {
    const LONGEST_CHAIN: usize = 8;
    for _ in 0..LONGEST_CHAIN {
        let Some(reference) = item.get("$ref").and_then(Value::as_str).map(str::to_owned) else {
            return Ok(());
        };
        let target = schemas::at_pointer(shared, item).and_then(Value::as_object).cloned();
        let Some(fields) = item.as_object_mut() else {
            return Ok(());
        };
        fields.remove("$ref");
        let Some(target) = target else {
            return Err(format!("the path refers to `{reference}`, which is not in the document"));
        };
        for (key, value) in target {
            fields.entry(key).or_insert(value);
        }
    }
    Err("the path refers to itself".to_owned())
}
