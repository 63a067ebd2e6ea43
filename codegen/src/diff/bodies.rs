//! Compare what is sent in the body of a request, and find the media type a body is sent or read in.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Verdict::{Additive, Breaking, CannotTell, Cosmetic};
use super::reading::Operation;
use super::spot::Spot;
use super::walk::{Found, Side, Walk};
use crate::lower::media_types;

/// Compare the request bodies.
pub fn compare(old: Operation<'_>, new: Operation<'_>) -> Vec<Found> {
    let mut walk = Walk::new(old.document(), new.document(), Side::Request);
    let spot = Spot::part("body");
    let is_required = |body: &Value| body.get("required") == Some(&Value::Bool(true));
    match (old.body(), new.body()) {
        (None, None) => {}
        (Some(_), None) => walk.note(&spot, Breaking, Breaking, "is no longer taken"),
        (None, Some(body)) if is_required(body.fields) => {
            walk.note(&spot, Breaking, Breaking, "is new and must be sent");
        }
        (None, Some(_)) => walk.note(&spot, Additive, Additive, "is new and may be sent"),
        (Some(one), Some(other)) => {
            let spot = spot.within(one.shared);
            match (is_required(one.fields), is_required(other.fields)) {
                (false, true) => walk.note(&spot, Breaking, Breaking, "must now be sent"),
                (true, false) => walk.note(&spot, Additive, Additive, "need no longer be sent"),
                (true, true) | (false, false) => {}
            }
            content(&mut walk, one.fields, other.fields, &spot);
            walk.texts_of(one.fields, other.fields, &spot);
        }
    }
    walk.found
}

/// Compare what is in a body, in the media type we use.
pub fn content(walk: &mut Walk<'_>, old: &Value, new: &Value, spot: &Spot) {
    let (before, now) = (types(old), types(new));
    let Some((used, old)) = best(&before) else {
        if let Some((kind, _)) = best(&now) {
            walk.note(spot, CannotTell, Additive, format!("had no documented content, has now {kind}"));
        }
        return;
    };
    for kind in now.keys().filter(|kind| !before.contains_key(*kind)) {
        walk.note(spot, Additive, Additive, format!("may now also be {kind}"));
    }
    for kind in before.keys().filter(|kind| *kind != used && !now.contains_key(*kind)) {
        walk.note(spot, Cosmetic, Cosmetic, format!("can no longer be {kind}, which we do not use"));
    }
    match (now.get(used), best(&now)) {
        (Some(new), best) => {
            if let Some((preferred, _)) = best.filter(|(kind, _)| *kind != used) {
                let what = format!("will be {preferred} instead of {used}, which the generator prefers");
                walk.note(spot, CannotTell, CannotTell, what);
            }
            schemas(walk, old, new, spot);
        }
        (None, Some((kind, _))) => walk.note(spot, Breaking, Breaking, format!("was {used}, is now {kind}")),
        (None, None) => walk.note(spot, Breaking, Breaking, format!("was {used}, has now no documented content")),
    }
}

fn schemas(walk: &mut Walk<'_>, old: &Value, new: &Value, spot: &Spot) {
    let anything = json!({});
    let schema = |media_type: &Value| media_type.get("schema").cloned().unwrap_or(anything.clone());
    let (before, now) = (schema(old), schema(new));
    if walk.is_identical(&before, &now) {
        // Nothing to say, and no wrapper to look for.
    } else if let Some(wrapper) = wrapper(walk, &before, &now) {
        walk.note(spot, Breaking, Breaking, format!("is now wrapped: what it was is under `{wrapper}`"));
    } else if let Some(wrapper) = wrapper_before(walk, &before, &now) {
        walk.note(
            spot,
            Breaking,
            Breaking,
            format!("is no longer wrapped: what was under `{wrapper}` is now all of it"),
        );
    } else {
        walk.compare(&before, &now, spot);
    }
    if old.get("encoding") != new.get("encoding") {
        walk.note(spot, CannotTell, Cosmetic, "has its fields encoded in another way");
    }
    if ["example", "examples"].iter().any(|key| old.get(key) != new.get(key)) {
        walk.note(spot, Cosmetic, Cosmetic, super::walk::TEXT);
    }
}

/// The property of the new schema that holds what the old one was, when the old one has none of that name.
fn wrapper(walk: &Walk<'_>, old: &Value, new: &Value) -> Option<String> {
    let (before, now) = (walk.old_fields(old), walk.new_fields(new));
    let had = before.get("properties").and_then(Value::as_object);
    let properties = now.get("properties")?.as_object()?;
    let is_wrapper =
        |name: &String, inner: &Value| !had.is_some_and(|had| had.contains_key(name)) && walk.same(old, inner);
    properties.iter().find(|(name, inner)| is_wrapper(name, inner)).map(|(name, _)| name.clone())
}

fn wrapper_before(walk: &Walk<'_>, old: &Value, new: &Value) -> Option<String> {
    let (before, now) = (walk.old_fields(old), walk.new_fields(new));
    let has = now.get("properties").and_then(Value::as_object);
    let properties = before.get("properties")?.as_object()?;
    let is_wrapper =
        |name: &String, inner: &Value| !has.is_some_and(|has| has.contains_key(name)) && walk.same(inner, new);
    properties.iter().find(|(name, inner)| is_wrapper(name, inner)).map(|(name, _)| name.clone())
}

/// The media types of a body, without charset and other parameters.
fn types(body: &Value) -> BTreeMap<String, &Value> {
    let content = body.get("content").and_then(Value::as_object);
    let mut types = BTreeMap::new();
    for (name, media_type) in content.into_iter().flatten() {
        types.entry(media_types::bare_name(name)).or_insert(media_type);
    }
    types
}

/// The one that the generator keeps.
fn best<'a>(types: &'a BTreeMap<String, &'a Value>) -> Option<(&'a String, &'a Value)> {
    let (name, media_type) = types.iter().min_by_key(|(name, _)| (media_types::rank(name), (*name).clone()))?;
    Some((name, media_type))
}
