//! Holds one answer against its schema, down to every value, and notes what differs and where the document says otherwise.

use serde_json::{Map, Value};

use super::document::{Document, escaped};
use super::drift::{Contradicted, Drift, kind_of};
use crate::api::drift::Kind;

/// Deeper answers are not looked into.
const DEEPEST: usize = 32;

/// One answer under comparison.
pub(super) struct Comparison<'a> {
    pub(super) document: &'a Document,
    pub(super) operation: &'a str,
    pub(super) drift: &'a mut Drift,
}

impl Comparison<'_> {
    /// Compares a whole answer; gives what was compared, unwrapped where it came wrapped.
    pub(super) fn answer<'v>(&mut self, schema: &str, answer: &'v Value) -> &'v Value {
        let (home, _) = self.document.home(schema);
        let inside = self.wrapped(&home, answer).unwrap_or(answer);
        self.value(schema, inside, "", 0);
        inside
    }

    /// What is inside, where the service wraps an object that its document gives bare.
    fn wrapped<'v>(&self, home: &str, answer: &'v Value) -> Option<&'v Value> {
        let name = self.document.wrapper()?;
        let map = answer.as_object().filter(|map| !map.contains_key("id"))?;
        let is_documented = self.document.fields(home).properties.contains_key(name);
        map.get(name).filter(|inside| inside.is_object() && !is_documented)
    }

    /// Compares one value with the schema at `site`; `place` is where in the answer it is.
    fn value(&mut self, site: &str, value: &Value, place: &str, depth: usize) {
        let (home, nullable) = self.document.home(site);
        let node = self.document.at(&home);
        let says_nothing = kind(node).is_none() && alternatives(node).is_none();
        if depth > DEEPEST || says_nothing {
            return;
        }
        if value.is_null() {
            if !nullable {
                self.note(site, Kind::UnexpectedNull, None, place, value);
            }
            return;
        }
        if let Some((word, count)) = alternatives(node) {
            return self.one_of(&home, word, count, value, place, depth);
        }
        if !kind(node).is_some_and(|kind| fits(kind, value)) {
            if !also_sent(node, value) {
                self.note(&home, Kind::Unfitting, None, place, value);
            }
            return;
        }
        match value {
            Value::String(word) => self.word(&home, word, place, value),
            Value::Array(list) => {
                list.iter().for_each(|element| {
                    self.value(&format!("{home}/items"), element, &format!("{place}/*"), depth + 1)
                });
            }
            Value::Object(map) => self.object(&home, map, place, depth),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The alternative that is of the value's kind judges it.
    fn one_of(&mut self, home: &str, word: &str, count: usize, value: &Value, place: &str, depth: usize) {
        let sites = (0..count).map(|index| format!("{home}/{word}/{index}"));
        let mut fitting = sites.filter(|site| {
            let (branch, _) = self.document.home(site);
            let node = self.document.at(&branch);
            kind(node).is_none_or(|kind| fits(kind, value))
        });
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => self.value(&only, value, place, depth + 1),
            // Two of one kind cannot be told apart without trying; no document here has them.
            (Some(_), Some(_)) => {}
            (None, _) if also_sent(self.document.at(home), value) => {}
            (None, _) => self.note(home, Kind::Unfitting, None, place, value),
        }
    }

    fn word(&mut self, home: &str, word: &str, place: &str, value: &Value) {
        let node = self.document.at(home);
        let known = node.get("enum").or_else(|| node.get("x-known-values")).and_then(Value::as_array);
        if known.is_some_and(|known| !known.iter().any(|one| one == word)) {
            self.note(home, Kind::UnknownValue, None, place, value);
        }
    }

    fn object(&mut self, home: &str, map: &Map<String, Value>, place: &str, depth: usize) {
        let fields = self.document.fields(home);
        for (name, value) in map {
            let below = format!("{place}/{}", escaped(name));
            match (fields.properties.get(name), &fields.others, &fields.home) {
                (Some(site), _, _) => self.value(site, value, &below, depth + 1),
                (None, Some(site), _) => self.value(site, value, &format!("{place}/*"), depth + 1),
                (None, None, Some(owner)) if is_identifier(name) => {
                    self.note(owner, Kind::UnknownField, Some(name), &below, value);
                }
                // A name that is none is data, as in a dictionary; it is not shown.
                (None, None, Some(owner)) => self.note(owner, Kind::UnknownField, None, &format!("{place}/*"), value),
                // The document describes no field at all: anything may come.
                (None, None, None) => {}
            }
        }
        for (name, owner) in fields.required.iter().filter(|(name, _)| !map.contains_key(*name)) {
            self.note(owner, Kind::MissingField, Some(name), &format!("{place}/{}", escaped(name)), &Value::Null);
        }
    }

    fn note(&mut self, schema: &str, kind: Kind, field: Option<&str>, place: &str, value: &Value) {
        let what = Contradicted { schema: schema.to_owned(), kind, field: field.map(str::to_owned) };
        self.drift.note(what, self.operation, place, value);
    }
}

/// The kind a schema asks for; nothing when it says nothing.
fn kind(node: &Value) -> Option<&str> {
    match node.get("type").and_then(Value::as_str) {
        None if node.get("properties").is_some() || node.get("allOf").is_some() => Some("object"),
        kind => kind,
    }
}

fn fits(kind: &str, value: &Value) -> bool {
    match kind {
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        kind => kind_of(value) == kind,
    }
}

/// Whether an earlier fix says that the service sends this kind, too.
fn also_sent(node: &Value, value: &Value) -> bool {
    let kinds = node.get("x-also-sent-as").and_then(Value::as_array).into_iter().flatten();
    kinds.filter_map(Value::as_str).any(|kind| fits(kind, value))
}

/// The keyword of the alternatives, and how many there are.
fn alternatives(node: &Value) -> Option<(&'static str, usize)> {
    ["oneOf", "anyOf"].into_iter().find_map(|word| Some((word, node.get(word)?.as_array()?.len())))
}

/// Whether a key looks like the name of a field rather than like data.
fn is_identifier(name: &str) -> bool {
    let is_first = |first: char| first.is_ascii_alphabetic() || first == '_' || first == '$';
    name.len() <= 64
        && name.starts_with(is_first)
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-$".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Document {
        let text = json!({ "x-may-be-wrapped-in": "data", "paths": { "/things": { "get": { "operationId": "listThings",
            "responses": { "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } } } } } },
            "components": { "schemas": {
                "Base": { "type": "object", "required": ["id"], "properties": { "id": { "type": "integer" } } },
                "Thing": { "allOf": [{ "$ref": "#/components/schemas/Base" }, { "type": "object", "properties": {
                    "kind": { "type": "string", "x-known-values": ["a"], "nullable": true },
                    "who": { "oneOf": [{ "type": "integer" }, { "$ref": "#/components/schemas/Base" }] },
                    "bag": { "type": "object", "additionalProperties": { "type": "string" } },
                    "free": { "type": "object", "additionalProperties": true },
                    "up": { "$ref": "#/components/schemas/Base" } } }] } } } });
        Document::read(&text.to_string()).unwrap()
    }

    fn found(answer: Value) -> Vec<(String, Kind)> {
        let (document, mut drift) = (document(), Drift::default());
        let readings = document.readings();
        let mut comparison = Comparison { document: &document, operation: "listThings", drift: &mut drift };
        comparison.answer(&readings[0].schema, &answer);
        drift.differences().into_iter().map(|difference| (difference.pointer, difference.kind)).collect()
    }

    #[test]
    fn an_answer_as_documented_differs_in_nothing() {
        for who in [json!(1), json!({ "id": 2 })] {
            let thing = json!({ "id": 1.0, "kind": null, "who": who, "bag": { "x": "y" }, "free": { "any": [1] } });
            assert_eq!(found(thing.clone()), []);
            assert_eq!(found(json!({ "data": thing })), [], "one that is wrapped is unwrapped");
        }
    }

    #[test]
    fn every_kind_of_difference_is_found_at_its_place() {
        let thing = json!({ "kind": "b", "who": "me", "bag": { "k": 1 }, "up": null, "more": 1, "ada@example.com": 2 });
        assert_eq!(
            found(thing),
            [
                ("/*".to_owned(), Kind::UnknownField),
                ("/bag/*".to_owned(), Kind::Unfitting),
                ("/id".to_owned(), Kind::MissingField),
                ("/kind".to_owned(), Kind::UnknownValue),
                ("/more".to_owned(), Kind::UnknownField),
                ("/up".to_owned(), Kind::UnexpectedNull),
                ("/who".to_owned(), Kind::Unfitting),
            ]
        );
    }
}
