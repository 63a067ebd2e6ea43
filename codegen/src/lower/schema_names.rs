//! Give every schema that is referred to a name of its own among the named schemas, whatever place or name it had.
//!
//! Documents refer into each other's middle (`#/paths/…/schema`, `#/components/schemas/Item/properties/id`), keep schemas in
//! `$defs`, and use names that end a reference early or become one Rust name (`Item.v1`, `Item_V1`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::Draft;
use super::operation_ids::essence;
use crate::schemas::{self, NAMED, Side};

/// Rename what needs it, move what is elsewhere, and redirect the references. A reference that leads nowhere stays as it is.
pub fn apply(draft: &mut Draft) {
    let document = &mut draft.document;
    bring_home_definitions(document);
    let mut names = Names::of(document);
    // What is moved may refer to what is yet to be moved.
    let mut before = usize::MAX;
    while names.waiting() != before {
        before = names.waiting();
        collect(document, &mut names);
        names.settle(document);
    }
    redirect(document, &names.new);
    if let Some(named) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        let old = std::mem::take(named);
        named.extend(old.into_iter().map(|(name, schema)| (names.renamed.get(&name).cloned().unwrap_or(name), schema)));
    }
}

/// The names in use, and the references that shall say something else.
struct Names {
    taken: BTreeSet<String>,
    renamed: BTreeMap<String, String>,
    new: BTreeMap<String, String>,
    elsewhere: BTreeSet<String>,
}

impl Names {
    fn of(document: &Value) -> Self {
        let mut names =
            Self { taken: BTreeSet::new(), renamed: BTreeMap::new(), new: BTreeMap::new(), elsewhere: BTreeSet::new() };
        let named = document.pointer("/components/schemas").and_then(Value::as_object);
        for name in named.into_iter().flatten().map(|(name, _)| name) {
            let right = names.free(name);
            if right != *name {
                names.renamed.insert(name.clone(), right);
            }
        }
        names
    }

    /// The name itself where it will do, or the nearest that will.
    fn free(&mut self, name: &str) -> String {
        let plain: String = name
            .chars()
            .map(|letter| if matches!(letter, '/' | '~' | '%' | '#' | '\'') { '_' } else { letter })
            .collect();
        let base = if essence(&plain).is_empty() { "Unnamed".to_owned() } else { plain };
        let mut candidate = base.clone();
        let mut count = 2;
        while !self.taken.insert(essence(&candidate)) {
            candidate = format!("{base}_{count}");
            count += 1;
        }
        candidate
    }

    fn waiting(&self) -> usize {
        self.new.len()
    }

    fn settle(&mut self, document: &mut Value) {
        for reference in std::mem::take(&mut self.elsewhere) {
            let Some(target) = schemas::at_pointer(document, &json!({ "$ref": reference })).cloned() else {
                continue;
            };
            if let Some(name) = self.known(&reference, document) {
                self.new.insert(reference, name);
                continue;
            }
            let name = self.free(&name_of(&reference));
            insert(document, &name, target);
            self.new.insert(reference, name);
        }
    }

    /// A named schema, its name spelt as a pointer spells it.
    fn known(&self, reference: &str, document: &Value) -> Option<String> {
        let raw = schemas::percent_decoded(reference.strip_prefix(NAMED)?);
        if raw.contains('/') {
            return None;
        }
        let name = raw.replace("~1", "/").replace("~0", "~");
        document.pointer("/components/schemas")?.get(&name)?;
        Some(self.renamed.get(&name).cloned().unwrap_or(name))
    }
}

/// `#/components/schemas/Item/properties/id` is called `ItemId`, `#/paths/~1items/get/…/schema` is `ItemsGet…`.
fn name_of(reference: &str) -> String {
    const SAYS_NOTHING: [&str; 10] = [
        "components",
        "schemas",
        "schema",
        "properties",
        "paths",
        "content",
        "$defs",
        "definitions",
        "responses",
        "parameters",
    ];
    schemas::percent_decoded(reference)
        .split('/')
        .skip(1)
        .filter(|part| !SAYS_NOTHING.contains(part))
        .map(|part| part.replace("~1", "/").replace("~0", "~"))
        .flat_map(|part| part.split(|letter: char| !letter.is_alphanumeric()).map(capitalised).collect::<Vec<_>>())
        .collect()
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Note every reference that is not the plain name of a named schema with that very name.
fn collect(document: &mut Value, names: &mut Names) {
    let mut met = Vec::new();
    schemas::each(document, &mut |schema| {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            met.push(reference.to_owned());
        }
    });
    let plain = |reference: &str, names: &Names| {
        reference
            .strip_prefix(NAMED)
            .is_some_and(|name| !name.contains(['/', '~', '%']) && !names.renamed.contains_key(name))
    };
    for reference in met {
        if !plain(&reference, names) && !names.new.contains_key(&reference) && reference.starts_with('#') {
            names.elsewhere.insert(reference);
        }
    }
}

fn redirect(document: &mut Value, new: &BTreeMap<String, String>) {
    schemas::each(document, &mut |schema| {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(|reference| new.get(reference));
        if let Some(target) = name.map(|name| format!("{NAMED}{name}"))
            && let Some(fields) = schema.as_object_mut()
        {
            fields.insert("$ref".to_owned(), Value::from(target));
        }
    });
}

fn insert(document: &mut Value, name: &str, schema: Value) {
    let Some(fields) = document.as_object_mut() else {
        return;
    };
    let components = fields.entry("components").or_insert_with(|| json!({}));
    let Some(components) = components.as_object_mut() else {
        return;
    };
    let named = components.entry("schemas").or_insert_with(|| json!({}));
    if let Some(named) = named.as_object_mut() {
        named.insert(name.to_owned(), schema);
    }
}

/// Many generators write `#/$defs/X` and mean the `$defs` of the schema around it. Where the document itself has no such
/// place, that is the only thing it can mean.
fn bring_home_definitions(document: &mut Value) {
    let mut found = Map::new();
    let mut gather = |schema: &mut Value| {
        for key in ["$defs", "definitions"] {
            for (name, definition) in schema.get(key).and_then(Value::as_object).into_iter().flatten() {
                found.entry(format!("{key}/{name}")).or_insert_with(|| definition.clone());
            }
        }
    };
    schemas::each_named(document, &mut |_, schema| gather(schema));
    for side in [Side::Request, Side::Answer] {
        schemas::each_written_in_place(document, side, &mut gather);
    }
    let Some(fields) = document.as_object_mut() else {
        return;
    };
    for (place, definition) in found {
        if let Some((key, name)) = place.split_once('/')
            && let Some(holder) = fields.entry(key).or_insert_with(|| json!({})).as_object_mut()
        {
            holder.entry(name).or_insert(definition);
        }
    }
}
