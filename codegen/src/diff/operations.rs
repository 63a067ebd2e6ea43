//! Compare one operation with what it became: its id, its place, and what is said about it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Verdict::{Additive, Breaking, CannotTell, Cosmetic};
use super::pairs::Pair;
use super::reading::{Operation, template};
use super::walk::{Found, TEXT};
use super::{Change, answers, bodies, parameters, security};

/// Keys of an operation that only people read.
const TEXTS: [&str; 4] = ["summary", "description", "externalDocs", "tags"];

/// The operations without a generated method, in the old document and in the new one.
type WithoutMethod = (BTreeMap<String, String>, BTreeMap<String, String>);

/// All differences of a pair.
pub fn changes(pair: &Pair<'_>, without_method: &WithoutMethod) -> Vec<Change> {
    match pair {
        Pair::Gone(old) => vec![Change {
            verdict: Breaking,
            operation: Some(old.id().to_owned()),
            old: Some(place(*old, "")),
            new: None,
            shared: None,
            what: format!("the operation {} is gone", old.id()),
        }],
        Pair::Came(new) => vec![Change {
            verdict: Additive,
            operation: Some(new.id().to_owned()),
            old: None,
            new: Some(place(*new, "")),
            shared: None,
            what: format!("the operation {} is new", new.id()),
        }],
        Pair::Both(old, new) => both(*old, *new, without_method),
    }
}

fn both(old: Operation<'_>, new: Operation<'_>, (before, now): &WithoutMethod) -> Vec<Change> {
    let mut found = identity(old, new);
    match (before.get(old.id()), now.get(new.id())) {
        (None, Some(reason)) => found.push(whole(Breaking, format!("will have no generated method: {reason}"))),
        (Some(_), None) => found.push(whole(Additive, "will have a generated method".to_owned())),
        (Some(_), Some(_)) | (None, None) => {}
    }
    found.extend(parameters::compare(old, new));
    found.extend(bodies::compare(old, new));
    found.extend(answers::compare(old, new));
    found.extend(security::compare(old, new));
    found.extend(remarks(old, new));
    let change = |found: Found| Change {
        verdict: found.verdict,
        operation: Some(old.id().to_owned()),
        old: Some(place(old, &found.old)),
        new: Some(place(new, &found.new)),
        shared: found.shared,
        what: found.what,
    };
    found.into_iter().map(change).collect()
}

fn place(operation: Operation<'_>, part: &str) -> String {
    if part.is_empty() { operation.label() } else { format!("{}, {part}", operation.label()) }
}

fn whole(verdict: super::Verdict, what: String) -> Found {
    Found { verdict, old: String::new(), new: String::new(), shared: None, what }
}

fn identity(old: Operation<'_>, new: Operation<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    if old.id() != new.id() {
        found.push(whole(Breaking, format!("the operation {} is now called {}", old.id(), new.id())));
    }
    if template(old.path) != template(new.path) {
        found.push(whole(Breaking, format!("the operation {} moved to {}", old.id(), new.label())));
    } else if old.method != new.method {
        found.push(whole(Breaking, format!("the operation {} is now a {}", old.id(), new.method.to_ascii_uppercase())));
    }
    found
}

fn remarks(old: Operation<'_>, new: Operation<'_>) -> Vec<Found> {
    let (before, now) = (old.other_fields(), new.other_fields());
    let mut found = Vec::new();
    if old.own_servers() != new.own_servers() {
        found.push(whole(CannotTell, "has other servers than the rest of the document".to_owned()));
    }
    if TEXTS.iter().any(|key| before.get(key) != now.get(key)) {
        found.push(whole(Cosmetic, TEXT.to_owned()));
    }
    let deprecated = |operation: Operation<'_>| operation.get("deprecated") == Some(&Value::Bool(true));
    match (deprecated(old), deprecated(new)) {
        (false, true) => found.push(whole(Cosmetic, "is now marked as deprecated: plan for its removal".to_owned())),
        (true, false) => found.push(whole(Cosmetic, "is no longer marked as deprecated".to_owned())),
        (true, true) | (false, false) => {}
    }
    let keys: BTreeSet<&&str> = before.keys().chain(now.keys()).collect();
    for key in keys.into_iter().filter(|key| before.get(*key) != now.get(*key)) {
        match *key {
            "deprecated" => {}
            key if TEXTS.contains(&key) => {}
            // We receive nothing that upstream sends of itself.
            "callbacks" => found.push(whole(Cosmetic, "has other callbacks".to_owned())),
            "x-alternate-path" => {
                found.push(whole(CannotTell, "has another alternate path (`x-alternate-path`)".to_owned()));
            }
            key if key.starts_with("x-") => {}
            key => found.push(whole(CannotTell, format!("says something else under `{key}`"))),
        }
    }
    found
}
