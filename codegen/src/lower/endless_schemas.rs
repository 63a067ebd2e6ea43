//! Break schemas that are nothing but themselves: `A` is a choice of `A`, or `A` is `B` and `B` is `A`.
//!
//! A schema may hold itself in a property or a list. One that must first be itself has no form, and the generator would look
//! for it without end.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Draft;
use crate::schemas;

/// Replace each such named schema by one of anything.
pub fn apply(draft: &mut Draft) {
    let mut leads_to: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    schemas::each_named(&mut draft.document, &mut |name, schema| {
        let mut targets = BTreeSet::new();
        gather(schema, &mut targets);
        leads_to.insert(name.to_owned(), targets);
    });
    schemas::each_named(&mut draft.document, &mut |name, schema| {
        if reaches_itself(name, &leads_to) {
            *schema = json!({});
        }
    });
}

/// The named schemas that this one must be before it is anything.
fn gather(schema: &Value, targets: &mut BTreeSet<String>) {
    targets.extend(schemas::reference(schema).map(str::to_owned));
    for key in ["allOf", "oneOf", "anyOf"] {
        for part in schema.get(key).and_then(Value::as_array).into_iter().flatten() {
            gather(part, targets);
        }
    }
}

fn reaches_itself(name: &str, leads_to: &BTreeMap<String, BTreeSet<String>>) -> bool {
    let mut waiting: Vec<&String> = leads_to.get(name).into_iter().flatten().collect();
    let mut seen = BTreeSet::new();
    while let Some(next) = waiting.pop() {
        if next == name {
            return true;
        }
        if seen.insert(next) {
            waiting.extend(leads_to.get(next).into_iter().flatten());
        }
    }
    false
}
