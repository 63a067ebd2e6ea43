//! Find the shared schemas that are the same in both documents with all they lead to, so that nobody has to walk them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::schemas;

/// The names of those schemas.
pub fn untouched(old: &Value, new: &Value) -> BTreeSet<String> {
    let named = |document: &Value| document.pointer("/components/schemas").and_then(Value::as_object).cloned();
    let (before, now) = (named(old).unwrap_or_default(), named(new).unwrap_or_default());
    let mut same: BTreeMap<&String, &Value> =
        before.iter().filter(|(name, schema)| now.get(*name) == Some(schema)).collect();
    // What leads to a schema that is not the same is not either; that may go through several others.
    loop {
        let names: BTreeSet<String> = same.keys().map(|name| (*name).clone()).collect();
        same.retain(|_, schema| leads_only_to(&names, schema));
        if same.len() == names.len() {
            return names;
        }
    }
}

/// Whether every reference in a schema names one of these.
pub fn leads_only_to(names: &BTreeSet<String>, schema: &Value) -> bool {
    match schema {
        Value::Object(fields) => {
            let leads_there = match fields.get("$ref") {
                Some(Value::String(_)) => schemas::reference(schema).is_some_and(|name| names.contains(name)),
                _ => true,
            };
            leads_there && fields.values().all(|inner| leads_only_to(names, inner))
        }
        Value::Array(items) => items.iter().all(|inner| leads_only_to(names, inner)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}
