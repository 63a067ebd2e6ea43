//! Give every form that becomes a Rust type a name of its own.
//!
//! The generator derives names for what is written in place, and where two come out alike it silently takes the first type for
//! both. Here the names are the ones it would derive, but no two are alike.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::Draft;
use super::operation_ids::essence;
use crate::schemas::{self, NAMED};

/// Move each such form among the named schemas, and leave a reference in its place.
pub fn apply(draft: &mut Draft) {
    let document = &mut draft.document;
    let mut named = Named::default();
    schemas::each_named(document, &mut |name, _| {
        named.taken.insert(essence(name));
    });
    schemas::each_named(document, &mut |name, schema| named.descend(schema, name));
    schemas::each_operation(document, &mut |_, _, operation| named.visit(operation));
    if named.moved.is_empty() {
        return;
    }
    if let Some(fields) = document.as_object_mut() {
        let components = fields.entry("components").or_insert_with(|| json!({}));
        let schemas = components.as_object_mut().map(|parts| parts.entry("schemas").or_insert_with(|| json!({})));
        if let Some(schemas) = schemas.and_then(Value::as_object_mut) {
            schemas.extend(named.moved);
        }
    }
}

#[derive(Default)]
struct Named {
    taken: BTreeSet<String>,
    moved: BTreeMap<String, Value>,
}

impl Named {
    fn visit(&mut self, operation: &mut Map<String, Value>) {
        let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
            if let Some(schema) = parameter.get_mut("schema") {
                self.settle(schema, &joined(&id, &name));
            }
        }
        for (key, suffix) in [("requestBody", "Body"), ("responses", "Response")] {
            let carriers: Vec<&mut Value> = match operation.get_mut(key) {
                Some(body) if key == "requestBody" => vec![body],
                Some(Value::Object(responses)) => responses.values_mut().collect(),
                _ => Vec::new(),
            };
            for carrier in carriers {
                let content = carrier.get_mut("content").and_then(Value::as_object_mut);
                for (_, media_type) in content.into_iter().flatten() {
                    if let Some(schema) = media_type.get_mut("schema") {
                        self.settle(schema, &joined(&id, suffix));
                    }
                }
            }
        }
    }

    /// Name what is inside, then the schema itself if it needs a name.
    fn settle(&mut self, schema: &mut Value, name: &str) {
        self.descend(schema, name);
        if !becomes_a_type(schema) {
            return;
        }
        let name = self.free(name);
        let mut form = std::mem::take(schema);
        let nullable = form.as_object_mut().and_then(|fields| fields.remove("nullable")).is_some();
        let reference = json!({ "$ref": format!("{NAMED}{name}") });
        *schema = if nullable { json!({ "allOf": [reference], "nullable": true }) } else { reference };
        self.moved.insert(name, form);
    }

    fn descend(&mut self, schema: &mut Value, name: &str) {
        let Some(fields) = schema.as_object_mut() else {
            return;
        };
        for (key, value) in fields {
            match key.as_str() {
                "properties" => {
                    for (property, inner) in value.as_object_mut().into_iter().flatten() {
                        self.settle(inner, &joined(name, property));
                    }
                }
                "items" => self.settle(value, &joined(name, "Item")),
                "additionalProperties" if value.is_object() => self.settle(value, &joined(name, "Value")),
                "allOf" if value.as_array().is_some_and(|parts| parts.len() == 1) => {
                    value.as_array_mut().into_iter().flatten().for_each(|inner| self.settle(inner, name));
                }
                "oneOf" | "anyOf" | "allOf" => {
                    for (place, inner) in value.as_array_mut().into_iter().flatten().enumerate() {
                        self.settle(inner, &joined(name, &format!("Variant{place}")));
                    }
                }
                _ => {}
            }
        }
    }

    fn free(&mut self, name: &str) -> String {
        let base = if essence(name).is_empty() { "Unnamed" } else { name };
        let mut candidate = base.to_owned();
        let mut count = 2;
        while !self.taken.insert(essence(&candidate)) {
            candidate = format!("{base}{count}");
            count += 1;
        }
        candidate
    }
}

/// Objects with fields, texts with a rule, and compositions; not single values, lists, maps, or what has a name already.
fn becomes_a_type(schema: &Value) -> bool {
    let has = |key: &str| schema.get(key).is_some();
    let closed = schema.get("additionalProperties") == Some(&json!(false));
    let is_wrapper = schema.get("allOf").and_then(Value::as_array).is_some_and(|parts| parts.len() == 1);
    has("properties")
        || closed
        || has("oneOf")
        || has("anyOf")
        || (has("allOf") && !is_wrapper)
        || ["enum", "minLength", "maxLength"].iter().any(|key| has(key))
}

/// `create_item` and `sort-by` are `CreateItemSortBy`.
fn joined(name: &str, part: &str) -> String {
    let words = part.split(|letter: char| !letter.is_alphanumeric());
    let head = words_capitalised(name.split(|letter: char| !letter.is_alphanumeric()));
    head + &words_capitalised(words)
}

fn words_capitalised<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words
        .flat_map(|word| {
            let mut letters = word.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            first.chain(letters).collect::<Vec<_>>()
        })
        .collect()
}
