//! Give requests their own copy of a schema that answers use too: answers are read loosely, requests written strictly.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Draft;
use super::operation_ids::essence;
use crate::schemas::{self, NAMED, Side};

/// Copy each schema used on both sides. The answer keeps the name; the request's copy is called `<Name>Request`.
pub fn apply(draft: &mut Draft) {
    let document = &mut draft.document;
    let asked = schemas::reachable(document, Side::Request);
    let answered = schemas::reachable(document, Side::Answer);

    let mut taken = BTreeSet::new();
    schemas::each_named(document, &mut |name, _| {
        taken.insert(essence(name));
    });
    let mut copies = BTreeMap::new();
    for name in asked.intersection(&answered) {
        let mut copy = format!("{name}Request");
        while !taken.insert(essence(&copy)) {
            copy.push_str("Copy");
        }
        copies.insert(name.clone(), copy);
    }
    for (name, copy) in &copies {
        let schema = schemas::named(document, name).cloned().unwrap_or_default();
        if let Some(named) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
            named.insert(copy.clone(), schema);
        }
    }
    schemas::each_written_in_place(document, Side::Request, &mut |schema| {
        schemas::within(schema, &mut |inner| redirect(inner, &copies));
    });
    schemas::each_named(document, &mut |name, schema| {
        let of_request = copies.values().any(|copy| copy == name) || !answered.contains(name);
        if of_request {
            schemas::within(schema, &mut |inner| redirect(inner, &copies));
        }
    });
}

fn redirect(schema: &mut Value, copies: &BTreeMap<String, String>) {
    if let Some(copy) = schemas::reference(schema).and_then(|name| copies.get(name)) {
        let target = format!("{NAMED}{copy}");
        *schema = json!({ "$ref": target });
    }
}
