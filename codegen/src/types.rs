//! Keep the names of our types, whatever another document calls them, and also where it names none.
//!
//! Documentation generators write every schema in its place. `types.toml` says where each named schema of the document stood
//! when it was last written; a later document is given these names at the same places before anything else is made of it,
//! so that fixes still find what they mend, and tools the types they use. Nothing but names changes: a schema is put under
//! a name that several places share only if it says the same at all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::schemas::{self, NAMED};
use crate::{Error, place};

/// The file beside the document, which only the command writes.
pub const FILE_NAME: &str = "types.toml";

const HEADING: &str = "\
# Where the named schemas stand in the document, so that they keep their names in one that writes them elsewhere, or in
# their places. Written by `cargo codegen write`; see docs/regenerating.md.
[types]
";

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Types {
    types: BTreeMap<String, String>,
}

/// What only people read, and what is no part of a type's form.
const WORDS_FOR_PEOPLE: [&str; 6] = ["description", "title", "example", "examples", "externalDocs", "deprecated"];

/// Name the schemas of a document as the service's `types.toml` says, if it has one.
///
/// # Errors
/// [`Error::Malformed`] when the file is not TOML of this form.
pub fn apply(document: &mut Value, spec_dir: &Path) -> Result<(), Error> {
    let file = spec_dir.join(FILE_NAME);
    if !file.exists() {
        return Ok(());
    }
    let text = fs::read_to_string(&file).map_err(|cause| Error::Unreadable { path: file.clone(), cause })?;
    let read: Types =
        toml::from_str(&text).map_err(|error| Error::Malformed { path: file, detail: error.to_string() })?;
    name_all(document, &read.types);
    Ok(())
}

/// The text of `types.toml` for a document.
pub fn text(document: &Value) -> String {
    let lines = found(document).into_iter().map(|(place, name)| format!("{} = {}\n", json!(place), json!(name)));
    std::iter::once(HEADING.to_owned()).chain(lines).collect()
}

/// Each place of the document where a named schema stands, seen from an operation or from another named schema.
fn found(document: &Value) -> BTreeMap<String, String> {
    let (mut found, mut seen) = (BTreeMap::new(), BTreeSet::new());
    let mut waiting: Vec<(String, Value)> = place::roots(document)
        .into_iter()
        .filter_map(|(place, pointer)| Some((place, document.pointer(&pointer)?.clone())))
        .collect();
    while let Some((at, schema)) = waiting.pop() {
        let inner = schemas::unwrapped(&schema);
        if let Some(name) = schemas::reference(inner) {
            found.insert(at, name.to_owned());
            if seen.insert(name.to_owned())
                && let Some(named) = document.pointer(&format!("/components/schemas/{}", place::escaped(name)))
            {
                waiting.extend(place::parts(named).into_iter().map(|(part, of)| (format!("{name}{part}"), of.clone())));
            }
        } else {
            waiting.extend(place::parts(inner).into_iter().map(|(part, of)| (format!("{at}{part}"), of.clone())));
        }
    }
    found
}

fn name_all(document: &mut Value, types: &BTreeMap<String, String>) {
    let roots: BTreeMap<String, String> = place::roots(document).into_iter().collect();
    // Operations first: what they answer with is more often whole than what is shown inside something else.
    let mut namer = Namer { document, forms: BTreeMap::new() };
    let mut waiting = Vec::new();
    for (at, name) in types {
        match place::beginning(at, roots.keys().map(String::as_str)) {
            Some((root, rest)) => drop(roots.get(root).map(|pointer| namer.name(pointer, rest, name))),
            None => waiting.push((at, name)),
        }
    }
    // A type may be inside one whose place is found later, so this goes on while it brings something to light.
    loop {
        let before = waiting.len();
        waiting.retain(|(at, name)| match place::beginning(at, types.values().map(String::as_str)) {
            Some((owner, rest)) => !namer.name(&place::named(owner), rest, name),
            None => true,
        });
        if waiting.len() == before {
            break;
        }
    }
}

struct Namer<'a> {
    document: &'a mut Value,
    /// What each type said before parts of it were named.
    forms: BTreeMap<String, Value>,
}

impl Namer<'_> {
    /// Gives the schema at this place its name. False when there is none at the place.
    fn name(&mut self, start: &str, path: &str, name: &str) -> bool {
        let Some(pointer) = place::follow(self.document, start, path) else { return false };
        let Some(schema) = self.document.pointer(&pointer).cloned() else { return false };
        match schemas::reference(&schema).map(str::to_owned) {
            Some(theirs) if theirs != name => self.rename(&theirs, name),
            Some(_) => {}
            None => self.give(&pointer, schema, name),
        }
        true
    }

    /// Moves what is written in place under the name, or refers to the name where the same is there already.
    fn give(&mut self, pointer: &str, schema: Value, name: &str) {
        let (plain, may_be_null) = without_null(schema);
        if !plain.is_object() || plain.as_object().is_some_and(Map::is_empty) {
            return;
        }
        let form = form_of(&plain);
        let is_same = match self.forms.get(name) {
            Some(known) => *known == form,
            None if self.is_taken(name) => false,
            None => {
                self.forms.insert(name.to_owned(), form);
                self.insert(name, plain);
                true
            }
        };
        if let Some(there) = self.document.pointer_mut(pointer).filter(|_| is_same) {
            *there = reference_to(name, may_be_null);
        }
    }

    /// Calls a named schema otherwise, wherever it is referred to.
    fn rename(&mut self, theirs: &str, ours: &str) {
        if self.is_taken(ours) {
            return;
        }
        let named = self.document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
        if let Some(schema) = named.and_then(|named| named.remove(theirs)) {
            self.insert(ours, schema);
            redirect(self.document, &format!("{NAMED}{theirs}"), &format!("{NAMED}{ours}"));
        }
    }

    fn is_taken(&self, name: &str) -> bool {
        self.document.pointer(&place::named(name)).is_some()
    }

    fn insert(&mut self, name: &str, schema: Value) {
        let fields = self.document.as_object_mut();
        let parts = fields.map(|fields| fields.entry("components").or_insert_with(|| json!({})));
        let parts =
            parts.and_then(Value::as_object_mut).map(|parts| parts.entry("schemas").or_insert_with(|| json!({})));
        if let Some(schemas) = parts.and_then(Value::as_object_mut) {
            schemas.insert(name.to_owned(), schema);
        }
    }
}

/// A schema without its leave to be null, in the words of 3.0 and of 3.1, and whether it had it.
fn without_null(mut schema: Value) -> (Value, bool) {
    let Some(fields) = schema.as_object_mut() else { return (schema, false) };
    let mut may_be_null = fields.remove("nullable") == Some(Value::Bool(true));
    if let Some(kinds) = fields.get_mut("type").and_then(Value::as_array_mut) {
        let before = kinds.len();
        kinds.retain(|kind| kind != "null");
        may_be_null |= kinds.len() < before;
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            fields.insert("type".to_owned(), only);
        }
    }
    (schema, may_be_null)
}

fn reference_to(name: &str, may_be_null: bool) -> Value {
    let reference = json!({ "$ref": format!("{NAMED}{name}") });
    if may_be_null { json!({ "allOf": [reference], "nullable": true }) } else { reference }
}

/// What a schema says apart from words for people, to tell whether two say the same.
fn form_of(schema: &Value) -> Value {
    let mut form = schema.clone();
    schemas::within(&mut form, &mut |inner| {
        if let Some(fields) = inner.as_object_mut() {
            fields.retain(|key, _| !WORDS_FOR_PEOPLE.contains(&key.as_str()) && !key.starts_with("x-"));
        }
    });
    form
}

fn redirect(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields {
                if key == "$ref" && inner.as_str() == Some(from) {
                    *inner = Value::from(to);
                } else {
                    redirect(inner, from, to);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| redirect(inner, from, to)),
        _ => {}
    }
}
