//! Walk two schemas side by side and note what differs, whichever way they are cut into shared parts.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::flat::{self, flat};
use super::reading::Document;
use super::spot::Spot;
use super::{Verdict, choices, objects, values};
use crate::schemas;

/// Which way the values of a schema travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What we send: what upstream no longer takes breaks.
    Request,
    /// What upstream answers: the decoding is lenient, so only what is gone or of another type breaks.
    Answer,
    /// What upstream answers to a mistake: the seam reads it by hand, so nobody can tell what a change does.
    Refusal,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// How grave it is.
    pub verdict: Verdict,
    /// Where in the old document, below its operation.
    pub old: String,
    /// Where in the new document.
    pub new: String,
    /// See [`Spot::shared`].
    pub shared: Option<String>,
    /// What is different, as the end of a sentence that begins with the place.
    pub what: String,
}

/// What texts that read differently are called; reports count them instead of listing them.
pub const TEXT: &str = "reads differently";

/// Two documents compared, and what was found so far.
pub struct Walk<'a> {
    old: Document<'a>,
    new: Document<'a>,
    /// Which way what is compared travels.
    pub side: Side,
    /// What was found.
    pub found: Vec<Found>,
    /// The pairs of references being compared right now: meeting one again closes a circle.
    open: Vec<(String, String)>,
    /// The shared parts already compared with themselves; their changes are told once.
    done: BTreeSet<String>,
}

impl<'a> Walk<'a> {
    /// Nothing compared yet.
    pub fn new(old: Document<'a>, new: Document<'a>, side: Side) -> Self {
        Self { old, new, side, found: Vec::new(), open: Vec::new(), done: BTreeSet::new() }
    }

    /// Note a difference, with what it means for what we send and for what we are answered.
    pub fn note(&mut self, spot: &Spot, request: Verdict, answer: Verdict, what: impl Into<String>) {
        let verdict = match (self.side, answer) {
            (Side::Request, _) => request,
            (Side::Answer, _) => answer,
            (Side::Refusal, Verdict::Breaking | Verdict::CannotTell) => Verdict::CannotTell,
            (Side::Refusal, Verdict::Additive | Verdict::Cosmetic) => Verdict::Cosmetic,
        };
        let Spot { old, new, shared } = spot.clone();
        self.found.push(Found { verdict, old, new, shared, what: what.into() });
    }

    /// Compare two schemas.
    pub fn compare(&mut self, old: &Value, new: &Value, spot: &Spot) {
        if self.is_identical(old, new) {
            return;
        }
        let pair = (flat::refers(old) && flat::refers(new)).then(|| (old.to_string(), new.to_string()));
        if let Some(pair) = &pair {
            if self.open.contains(pair) || (pair.0 == pair.1 && !self.done.insert(pair.0.clone())) {
                return;
            }
            self.open.push(pair.clone());
        }
        let spot = spot.within(schemas::reference(old));
        self.forms(&flat(self.old, old), &flat(self.new, new), &spot);
        if pair.is_some() {
            self.open.pop();
        }
    }

    /// Whether two schemas are the same word for word, with all they lead to.
    pub fn is_identical(&self, old: &Value, new: &Value) -> bool {
        old == new && self.old.is_untouched(old)
    }

    /// Whether two schemas say the same of values, whatever their texts say.
    pub fn same(&self, old: &Value, new: &Value) -> bool {
        let mut apart = Walk::new(self.old, self.new, self.side);
        apart.open.clone_from(&self.open);
        apart.compare(old, new, &Spot::part(""));
        apart.found.iter().all(|found| found.verdict == Verdict::Cosmetic)
    }

    /// The fields of a schema of the old document, with what it is put together from in one place.
    pub fn old_fields(&self, schema: &Value) -> Map<String, Value> {
        flat(self.old, schema)
    }

    /// The same for the new document.
    pub fn new_fields(&self, schema: &Value) -> Map<String, Value> {
        flat(self.new, schema)
    }

    fn forms(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, spot: &Spot) {
        self.texts(old, new, spot);
        if choices::compare(self, old, new, spot) == choices::Then::Stop {
            return;
        }
        let (before, now) = (flat::kind(old), flat::kind(new));
        if before != now {
            let what = format!("was {}, is now {}", values::in_words(before), values::in_words(now));
            let request = if now.is_empty() { Verdict::Additive } else { Verdict::Breaking };
            let answer = if before.is_empty() { Verdict::CannotTell } else { Verdict::Breaking };
            self.note(spot, request, answer, what);
            return;
        }
        values::compare(self, old, new, spot);
        objects::compare(self, old, new, spot);
        match (old.get("items"), new.get("items")) {
            (None, None) => {}
            (old, new) => {
                let anything = Value::Object(Map::new());
                self.compare(old.unwrap_or(&anything), new.unwrap_or(&anything), &spot.elements());
            }
        }
        self.whatever_else(old, new, spot);
    }

    /// Compare what is said of a parameter, a body or an answer beside its schemas.
    pub fn remarks(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, spot: &Spot) {
        self.texts(old, new, spot);
        self.whatever_else(old, new, spot);
    }

    /// Compare the texts of a body or an answer, whose other keys are compared elsewhere or only link to other operations.
    pub fn texts_of(&mut self, old: &Value, new: &Value, spot: &Spot) {
        const COMPARED: [&str; 4] = ["content", "headers", "required", "links"];
        let rest = |value: &Value| {
            let mut rest = value.as_object().cloned().unwrap_or_default();
            rest.retain(|key, _| !COMPARED.contains(&key.as_str()));
            rest
        };
        self.remarks(&rest(old), &rest(new), spot);
    }

    /// The old document and the new one.
    pub fn documents(&self) -> (Document<'a>, Document<'a>) {
        (self.old, self.new)
    }

    fn texts(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, spot: &Spot) {
        if flat::TEXTS.iter().any(|key| old.get(*key) != new.get(*key)) {
            self.note(spot, Verdict::Cosmetic, Verdict::Cosmetic, TEXT);
        }
        let deprecated = |fields: &Map<String, Value>| fields.get("deprecated") == Some(&Value::Bool(true));
        match (deprecated(old), deprecated(new)) {
            (false, true) => self.note(spot, Verdict::Cosmetic, Verdict::Cosmetic, "is now marked as deprecated"),
            (true, false) => self.note(spot, Verdict::Cosmetic, Verdict::Cosmetic, "is no longer marked as deprecated"),
            (true, true) | (false, false) => {}
        }
    }

    /// A change nobody here understands is never taken for a harmless one.
    fn whatever_else(&mut self, old: &Map<String, Value>, new: &Map<String, Value>, spot: &Spot) {
        let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for key in keys.into_iter().filter(|key| !flat::is_understood(key) && old.get(*key) != new.get(*key)) {
            self.note(
                spot,
                Verdict::CannotTell,
                Verdict::CannotTell,
                format!("says something else under `{key}`, which this comparison does not understand"),
            );
        }
    }
}
