//! Writes fixes: what would have to stand in `specs/<service>/fixes/` for the document to say what the service sends.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::document::{Document, escaped};
use super::drift::{Came, Contradicted, Drift};
use crate::api::drift::Kind;

/// More new words than this are no closed set, so that listing them would not help.
const MOST_WORDS: usize = 20;

/// One fix, ready to be put beside the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// Its name without the number in front.
    pub name: String,
    /// The file's content.
    pub text: String,
}

/// What is contradicted, and what came instead.
type Met<'a> = (&'a Contradicted, &'a Came);

/// What can be said about a fix before its steps.
struct Draft {
    name: String,
    sentence: String,
    why: String,
    until: &'static str,
    /// How often, at which operations.
    seen: String,
    steps: Vec<(&'static str, String, Option<Value>)>,
}

impl Drift {
    /// The fixes, in the order in which they must be applied; `day` is when the answers came, and `confidence` the word of
    /// this document for what was seen in real answers. Differences that only a person can settle have none.
    pub fn fixes(&self, document: &Document, day: &str, confidence: &str) -> Vec<Fix> {
        let mut grouped: BTreeMap<(usize, usize, &str), Vec<Met<'_>>> = BTreeMap::new();
        for (what, came) in &self.found {
            grouped.entry((rank(what.kind), what.schema.len(), &what.schema)).or_default().push((what, came));
        }
        let drafts = grouped.values().filter_map(|group| draft(document, group, confidence));
        drafts.map(|draft| draft.written(day)).collect()
    }

    /// The differences for which there is no fix, by the schema they contradict.
    pub fn unfixable(&self, document: &Document) -> Vec<String> {
        let is_fixable = |what: &Contradicted, came: &Came| draft(document, &[(what, came)], "").is_some();
        let lost = self.found.iter().filter(|(what, came)| !is_fixable(what, came));
        lost.map(|(what, _)| what.schema.clone()).collect()
    }
}

/// A fix that adds fields tests the whole set of them, because a patch cannot test that one is absent; it comes before
/// those that change what is inside, and outer ones before inner ones.
fn rank(kind: Kind) -> usize {
    match kind {
        Kind::UnknownField => 0,
        Kind::MissingField => 1,
        Kind::Unfitting | Kind::Converted => 2,
        Kind::UnknownValue => 3,
        Kind::UnexpectedNull => 4,
    }
}

fn draft(document: &Document, group: &[Met<'_>], confidence: &str) -> Option<Draft> {
    let (first, _) = group.first()?;
    let node = document.at(&first.schema);
    let place = &first.schema;
    let owner = owner(place);
    let mut draft = match first.kind {
        Kind::UnknownField => more_fields(place, node, group, &owner, confidence)?,
        Kind::MissingField => fewer_required(place, node, group, &owner)?,
        Kind::Unfitting | Kind::Converted => other_kinds(place, node, group, &owner)?,
        Kind::UnknownValue => more_words(place, node, group, &owner)?,
        Kind::UnexpectedNull => null_allowed(place, node, &owner)?,
    };
    draft.seen = seen(group);
    Some(draft)
}

fn more_fields(place: &str, node: &Value, group: &[Met<'_>], owner: &str, confidence: &str) -> Option<Draft> {
    node.get("properties")?;
    let mut steps = Vec::new();
    let mut names = Vec::new();
    for (what, came) in group {
        let Some(name) = &what.field else { continue };
        names.push(name.as_str());
        let schema = described(came, confidence);
        let path = format!("{place}/properties/{}", escaped(name));
        steps.push(("absent", path.clone(), None));
        steps.push(("add", path, Some(schema)));
    }
    (!names.is_empty()).then(|| Draft {
        name: format!("{}-has-more-fields", slug(owner)),
        sentence: format!("{owner} comes with fields that the document does not have: {}.", names.join(", ")),
        why: "Live answers carry these fields; without this they are left out of the typed answers and count as drift."
            .into(),
        until: "the vendor's document describes them",
        seen: String::new(),
        steps,
    })
}

fn fewer_required(place: &str, node: &Value, group: &[Met<'_>], owner: &str) -> Option<Draft> {
    let required = node.get("required")?.as_array()?;
    let absent: Vec<&str> = group.iter().filter_map(|(what, _)| what.field.as_deref()).collect();
    let left: Vec<&Value> =
        required.iter().filter(|name| name.as_str().is_none_or(|name| !absent.contains(&name))).collect();
    let path = format!("{place}/required");
    let change =
        if left.is_empty() { ("remove", path.clone(), None) } else { ("replace", path.clone(), Some(json!(left))) };
    Some(Draft {
        name: format!("{}-may-lack-fields", slug(owner)),
        sentence: format!("{owner} comes without {}, which the document promises.", absent.join(", ")),
        why: "Live answers lack what the document requires; without this every such answer counts as drift.".into(),
        until: "live answers always carry them, or the vendor's document makes them optional",
        seen: String::new(),
        steps: vec![("test", path, Some(json!(required))), change],
    })
}

/// Tools keep the documented type: the seam brings the other form into it where the meaning is certain.
fn other_kinds(place: &str, node: &Value, group: &[Met<'_>], owner: &str) -> Option<Draft> {
    let known = node.get("x-also-sent-as").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut kinds: Vec<Value> = known.clone();
    kinds.extend(group.iter().flat_map(|(_, came)| came.kinds.iter()).map(|kind| json!(kind)));
    let mut steps = vec![guard(place, node)?];
    steps.push(("add", format!("{place}/x-also-sent-as"), Some(json!(kinds))));
    let shown: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
    Some(Draft {
        name: format!("{}-comes-in-another-form", slug(owner)),
        sentence: format!("{owner} also comes as {}.", shown.join(" or ")),
        why: "Live answers hold another kind of value than documented. `x-also-sent-as` says which; the typed answers bring it into the documented form where the meaning is certain, and leave it out with a note where it is not.".into(),
        until: "live answers have the documented form, or the vendor's document describes the other",
        seen: String::new(),
        steps,
    })
}

fn more_words(place: &str, node: &Value, group: &[Met<'_>], owner: &str) -> Option<Draft> {
    let list = ["enum", "x-known-values"].into_iter().find(|list| node.get(list).is_some())?;
    let words: Vec<&String> = group.iter().flat_map(|(_, came)| came.words.iter()).collect();
    if words.len() > MOST_WORDS || !words.iter().all(|word| is_word(word)) {
        return None;
    }
    let mut steps = vec![("test", format!("{place}/{list}"), node.get(list).cloned())];
    steps.extend(words.iter().map(|word| ("add", format!("{place}/{list}/-"), Some(json!(word)))));
    Some(Draft {
        name: format!("{}-has-more-values", slug(owner)),
        sentence: format!("{owner} has values that the document does not name."),
        why: "Live answers use these values; without this each of them counts as drift.".into(),
        until: "the vendor's document names them",
        seen: String::new(),
        steps,
    })
}

fn null_allowed(place: &str, node: &Value, owner: &str) -> Option<Draft> {
    let mut steps = vec![guard(place, node)?];
    match node.get("$ref") {
        // Beside a reference nothing else counts, so the reference is wrapped.
        Some(_) => steps.push(("replace", place.to_owned(), Some(json!({ "allOf": [node], "nullable": true })))),
        None => steps.push(("add", format!("{place}/nullable"), Some(json!(true)))),
    }
    Some(Draft {
        name: format!("{}-may-be-null", slug(owner)),
        sentence: format!("{owner} may be null, which the document does not allow."),
        why: "Live answers hold null here; without this each of them counts as drift.".into(),
        until: "live answers hold no null here, or the vendor's document allows it",
        seen: String::new(),
        steps,
    })
}

/// Tests what the fix relies on, and as little else as possible, so that fixes do not disturb each other.
fn guard(place: &str, node: &Value) -> Option<(&'static str, String, Option<Value>)> {
    let word =
        ["type", "$ref", "allOf", "oneOf", "anyOf", "properties"].into_iter().find(|word| node.get(word).is_some())?;
    Some(("test", format!("{place}/{word}"), node.get(word).cloned()))
}

/// What is known of a field from its values alone.
fn described(came: &Came, confidence: &str) -> Value {
    let kinds: Vec<&str> = came.kinds.iter().copied().filter(|kind| *kind != "null").collect();
    let mut schema = of_kinds(&kinds);
    if kinds == ["array"] {
        let elements: Vec<&str> = came.elements.iter().copied().collect();
        schema.insert("items".to_owned(), Value::Object(of_kinds(&elements)));
    }
    schema.insert("nullable".to_owned(), json!(true));
    schema.insert("x-confidence".to_owned(), json!(confidence));
    schema.insert("description".to_owned(), json!("Seen in live answers; what it means is not documented."));
    Value::Object(schema)
}

/// The schema of values of these kinds; one that says nothing when they are too different.
fn of_kinds(kinds: &[&str]) -> Map<String, Value> {
    let schema = match kinds {
        ["object"] => json!({ "type": "object", "additionalProperties": true }),
        ["integer", "number"] => json!({ "type": "number" }),
        [one] if *one != "null" => json!({ "type": one }),
        _ => json!({}),
    };
    schema.as_object().cloned().unwrap_or_default()
}

/// `listQuotes, /result/*/x: 3 times`, for each place.
fn seen(group: &[Met<'_>]) -> String {
    let mut places: Vec<String> = group
        .iter()
        .flat_map(|(_, came)| came.places.iter())
        .map(|((operation, pointer), count)| format!("{operation} at {pointer} ({count} times)"))
        .collect();
    let rest = places.len().saturating_sub(6);
    places.truncate(6);
    if rest > 0 {
        places.push(format!("and {rest} more places"));
    }
    places.join(", ")
}

/// What a schema's pointer is about, in a few words: `QuoteDetail header`.
fn owner(pointer: &str) -> String {
    let words = ["", "components", "schemas", "properties", "paths", "get", "responses", "content", "schema", "allOf"];
    let steps = pointer.split('/').filter(|step| !words.contains(step) && step.parse::<u32>().is_err());
    let steps: Vec<String> = steps.map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    let steps = steps.iter().filter(|step| *step != "application/json").map(String::as_str);
    steps.collect::<Vec<_>>().join(" ")
}

fn slug(words: &str) -> String {
    let mut slug = String::new();
    for letter in words.chars() {
        if letter.is_ascii_uppercase() && slug.ends_with(|last: char| last.is_ascii_lowercase()) {
            slug.push('-');
        }
        let letter = letter.to_ascii_lowercase();
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_matches('-').chars().take(60).collect()
}

/// Whether a text looks like a word of a closed set rather than like somebody's data.
fn is_word(text: &str) -> bool {
    text.len() <= 40
        && !text.is_empty()
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || " _-/".contains(letter))
}

impl Draft {
    fn written(self, day: &str) -> Fix {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let mut text = format!("# {}\n", self.sentence);
        let seen = format!("infini-mcp doctor --live, {day}: {}", self.seen);
        for (key, value) in [("why", self.why.as_str()), ("seen", &seen), ("until", self.until)] {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{key} = {}", quoted(value));
        }
        for (op, path, value) in self.steps {
            let _ = write!(text, "\n[[patch]]\nop = {}\npath = {}\n", quoted(op), quoted(&path));
            if let Some(value) = value {
                let json = format!("{value:#}");
                // Literal text, unless the value itself holds what would end it.
                let json = if json.contains("'''") { quoted(&json) } else { format!("'''\n{json}\n'''") };
                let _ = writeln!(text, "json = {json}");
            }
        }
        Fix { name: self.name, text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fix_is_named_after_what_it_is_about() {
        assert_eq!(owner("/components/schemas/QuoteDetail/properties/header"), "QuoteDetail header");
        assert_eq!(slug("QuoteDetail header"), "quote-detail-header");
        assert_eq!(slug(&owner("/paths/~1profile/get/responses/200/content/application~1json/schema")), "profile");
    }

    #[test]
    fn what_is_known_of_a_new_field_follows_from_its_values() {
        let of = |kinds: &[&'static str], elements: &[&'static str]| {
            let came = Came {
                kinds: kinds.iter().copied().collect(),
                elements: elements.iter().copied().collect(),
                ..Came::default()
            };
            described(&came, "production")
        };
        assert_eq!(of(&["integer", "number"], &[])["type"], "number");
        assert_eq!(of(&["string", "null"], &[])["type"], "string");
        assert_eq!(of(&["string", "object"], &[]).get("type"), None);
        assert_eq!(of(&["array"], &["object"])["items"]["type"], "object");
        assert_eq!(of(&["array"], &[])["items"], json!({}));
    }
}
