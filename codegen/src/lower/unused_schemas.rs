//! Drop the schemas that nothing leads to any more, so that no dead types are generated.

use serde_json::Value;

use super::Draft;
use crate::schemas::{self, Side};

/// Keep only the named schemas that some request or answer uses.
pub fn apply(draft: &mut Draft) {
    let document = &mut draft.document;
    let mut used = schemas::reachable(document, Side::Request);
    used.extend(schemas::reachable(document, Side::Answer));
    if let Some(named) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        named.retain(|name, _| used.contains(name));
    }
}
