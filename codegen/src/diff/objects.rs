//! Compare objects: the properties that came, went or were renamed, what must be sent, and what else may be in them.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::Verdict::{Additive, Breaking, CannotTell, Cosmetic};
use super::spot::Spot;
use super::walk::{Side, Walk};

/// Compare the properties of both, and what they allow beyond them.
pub fn compare(walk: &mut Walk<'_>, old: &Map<String, Value>, new: &Map<String, Value>, spot: &Spot) {
    if is_free(old) && !is_free(new) && !properties(new).is_empty() {
        walk.note(spot, CannotTell, CannotTell, "could hold anything, and now has fields of its own");
        return;
    }
    let (before, now) = (properties(old), properties(new));
    let mut gone: Vec<&String> = before.keys().filter(|name| !now.contains_key(*name)).collect();
    let mut came: Vec<&String> = now.keys().filter(|name| !before.contains_key(*name)).collect();
    for (old_name, new_name) in renamed(walk, &gone, &came, &before, &now) {
        gone.retain(|name| **name != old_name);
        came.retain(|name| **name != new_name);
        let spot = Spot { new: spot.property(&new_name).new, ..spot.property(&old_name) };
        let what = format!("is gone; `{new_name}` came, which has the same form: renamed?");
        walk.note(&spot, Breaking, Breaking, what);
    }
    for name in gone {
        let what = if walk.side == Side::Request { "is no longer taken" } else { "is gone" };
        walk.note(&spot.property(name), Breaking, Breaking, what);
    }
    for name in came {
        match (walk.side, required(new).contains(name.as_str())) {
            (Side::Request, true) => walk.note(&spot.property(name), Breaking, Additive, "is new and must be sent"),
            (Side::Request, false) => walk.note(&spot.property(name), Additive, Additive, "is new and may be sent"),
            (Side::Answer | Side::Refusal, _) => walk.note(&spot.property(name), Additive, Additive, "is new"),
        }
    }
    for (name, property) in &before {
        if let Some(other) = now.get(name) {
            presence(walk, name, (old, new), spot);
            walk.compare(property, other, &spot.property(name));
        }
    }
    extras(walk, old, new, spot);
}

fn properties(fields: &Map<String, Value>) -> Map<String, Value> {
    fields.get("properties").and_then(Value::as_object).cloned().unwrap_or_default()
}

fn required(fields: &Map<String, Value>) -> BTreeSet<&str> {
    fields.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// An object of which nothing is said.
fn is_free(fields: &Map<String, Value>) -> bool {
    properties(fields).is_empty() && matches!(Extras::of(fields), Extras::Anything)
}

/// Pairs of a property that went and one that came, where each is the only one of its form.
fn renamed(
    walk: &Walk<'_>,
    gone: &[&String],
    came: &[&String],
    before: &Map<String, Value>,
    now: &Map<String, Value>,
) -> Vec<(String, String)> {
    let alike = |old: &String, new: &String| match (before.get(old), now.get(new)) {
        (Some(old), Some(new)) => walk.same(old, new),
        _ => false,
    };
    let mut pairs = Vec::new();
    for old in gone {
        let mut candidates = came.iter().filter(|new| alike(old, new));
        if let (Some(new), None) = (candidates.next(), candidates.next())
            && gone.iter().filter(|other| alike(other, new)).count() == 1
        {
            pairs.push(((*old).clone(), (*new).clone()));
        }
    }
    pairs
}

/// Whether a property that both have must be there. In answers nobody relies on it: all their fields are optional to us.
fn presence(walk: &mut Walk<'_>, name: &str, (old, new): (&Map<String, Value>, &Map<String, Value>), spot: &Spot) {
    let (must, may) = match walk.side {
        Side::Request => ("must now be sent", "need no longer be sent"),
        Side::Answer | Side::Refusal => ("is now always there", "may now be missing"),
    };
    match (required(old).contains(name), required(new).contains(name)) {
        (false, true) => walk.note(&spot.property(name), Breaking, Cosmetic, must),
        (true, false) => walk.note(&spot.property(name), Additive, Cosmetic, may),
        (true, true) | (false, false) => {}
    }
}

/// What an object may hold beside its properties.
enum Extras {
    Anything,
    Nothing,
    Of(Value),
}

impl Extras {
    fn of(fields: &Map<String, Value>) -> Self {
        match fields.get("additionalProperties") {
            None | Some(Value::Bool(true)) => Self::Anything,
            Some(Value::Bool(false)) => Self::Nothing,
            Some(Value::Object(schema)) if schema.is_empty() => Self::Anything,
            Some(schema) => Self::Of(schema.clone()),
        }
    }
}

fn extras(walk: &mut Walk<'_>, old: &Map<String, Value>, new: &Map<String, Value>, spot: &Spot) {
    // A map is all extras: with them goes its content.
    let is_map = properties(old).is_empty();
    let of_map = |otherwise| if is_map { Breaking } else { otherwise };
    match (Extras::of(old), Extras::of(new)) {
        (Extras::Anything, Extras::Anything) | (Extras::Nothing, Extras::Nothing) => {}
        (Extras::Anything | Extras::Of(_), Extras::Nothing) => {
            walk.note(spot, Breaking, of_map(Cosmetic), "allows no further fields any more");
        }
        (Extras::Nothing, Extras::Anything | Extras::Of(_)) => {
            walk.note(spot, Additive, Cosmetic, "may now hold further fields");
        }
        (Extras::Of(old), Extras::Of(new)) => walk.compare(&old, &new, &spot.values()),
        (Extras::Of(old), Extras::Anything) => walk.compare(&old, &json!({}), &spot.values()),
        (Extras::Anything, Extras::Of(new)) => walk.compare(&json!({}), &new, &spot.values()),
    }
}
