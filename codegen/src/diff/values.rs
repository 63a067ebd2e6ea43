//! Compare what two schemas of one type say of their values: null, listed values, format, bounds, default.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Verdict::{Additive, Breaking, CannotTell, Cosmetic};
use super::spot::Spot;
use super::walk::{Side, Walk};

type Fields = Map<String, Value>;

/// A type in words.
pub fn in_words(kind: &str) -> &str {
    match kind {
        "string" => "text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "an object",
        "" => "anything",
        other => other,
    }
}

/// Compare everything but properties, elements and forms.
pub fn compare(walk: &mut Walk<'_>, old: &Fields, new: &Fields, spot: &Spot) {
    null(walk, old, new, spot);
    listed(walk, old, new, spot);
    known(walk, old, new, spot);
    format(walk, old, new, spot);
    default(walk, old, new, spot);
    pattern(walk, old, new, spot);
    multiple(walk, old, new, spot);
    for bound in BOUNDS {
        bounds(walk, bound, (old, new), spot);
    }
    for (key, words) in FLAGS {
        flag(walk, key, words, (old, new), spot);
    }
}

fn is(fields: &Fields, key: &str) -> bool {
    fields.get(key) == Some(&Value::Bool(true))
}

/// Every field of an answer may be null to us, so only requests feel it.
fn null(walk: &mut Walk<'_>, old: &Fields, new: &Fields, spot: &Spot) {
    // What is of no type may be anything, and saying that it may be null adds nothing to that.
    let of_any_type =
        |fields: &Fields| !["type", "enum", "oneOf", "anyOf"].iter().any(|word| fields.contains_key(*word));
    if of_any_type(old) && of_any_type(new) {
        return;
    }
    match (is(old, "nullable"), is(new, "nullable")) {
        (true, false) => walk.note(spot, Breaking, Cosmetic, "can no longer be null"),
        (false, true) => walk.note(spot, Additive, Cosmetic, "may now be null"),
        (true, true) | (false, false) => {}
    }
}

/// The values of an enum. Enums in answers are open to us: a new value is news, a lost one is nothing.
fn listed(walk: &mut Walk<'_>, old: &Fields, new: &Fields, spot: &Spot) {
    let values = |fields: &Fields| {
        let values = fields.get("enum").and_then(Value::as_array)?;
        // Null among the values is said by `nullable`.
        Some(values.iter().filter(|value| !value.is_null()).map(Value::to_string).collect::<BTreeSet<_>>())
    };
    match (values(old), values(new)) {
        (None, None) => {}
        (Some(_), None) => walk.note(spot, Additive, Additive, "is no longer limited to listed values"),
        (None, Some(now)) => {
            walk.note(spot, Breaking, Cosmetic, format!("is now limited to {}", joined(&now)));
        }
        (Some(before), Some(now)) => {
            let gone: BTreeSet<String> = before.difference(&now).cloned().collect();
            let came: BTreeSet<String> = now.difference(&before).cloned().collect();
            if !gone.is_empty() {
                walk.note(spot, Breaking, Cosmetic, format!("can no longer be {}", joined(&gone)));
            }
            if !came.is_empty() {
                walk.note(spot, Additive, Additive, format!("may now also be {}", joined(&came)));
            }
        }
    }
}

/// Values that are known where others may come.
fn known(walk: &mut Walk<'_>, old: &Fields, new: &Fields, spot: &Spot) {
    let values = |fields: &Fields| -> BTreeSet<String> {
        fields.get("x-known-values").and_then(Value::as_array).into_iter().flatten().map(Value::to_string).collect()
    };
    let (before, now) = (values(old), values(new));
    let came: BTreeSet<String> = now.difference(&before).cloned().collect();
    if !came.is_empty() {
        walk.note(spot, Additive, Additive, format!("is also known to be {}", joined(&came)));
    } else if before != now {
        walk.note(spot, Cosmetic, Cosmetic, "has fewer known values");
    }
}

fn joined(values: &BTreeSet<String>) -> String {
    values.iter().map(|value| format!("`{}`", value.trim_matches('"'))).collect::<Vec<_>>().join(", ")
}

/// The number formats only say how wide a number is.
fn format(walk: &mut Walk<'_>, old: &Fields, new: &Fields, spot: &Spot) {
    const WIDTHS: [&str; 4] = ["int32", "int64", "float", "double"];
    let text = |fields: &Fields| fields.get("format").and_then(Value::as_str).map(str::to_owned);
    let is_width = |format: &Option<String>| format.as_deref().is_none_or(|format| WIDTHS.contains(&format));
    let (before, now) = (text(old), text(new));
    if before == now {
        return;
    }
    // Answers keep their text whatever its format, but a tool that reads a date in it may read it wrongly.
    let answer = if is_width(&before) && is_width(&now) { Cosmetic } else { CannotTell };
    match (&before, &now) {
        (Some(before), None) => walk.note(spot, Additive, answer, format!("no longer has the format `{before}`")),
        (None, Some(now)) => walk.note(spot, Breaking, answer, format!("must now have the format `{now}`")),
        (Some(before), Some(now)) => {
            let widened = matches!((before.as_str(), now.as_str()), ("int32", "int64") | ("float", "double"));
            let request = if widened { Additive } else { Breaking };
            walk.note(spot, request, answer, format!("had the format `{before}`, has now `{now}`"));
        }
        (None, None) => {}
    }
}

/// Whether a tool relies on what happens when it leaves a value out, no document can say.
fn default(walk: &mut Walk<'_>, old: &Fields, new: &Fields, spot: &Spot) {
    match (old.get("default"), new.get("default")) {
        (Some(before), Some(now)) if before != now => {
            walk.note(spot, CannotTell, Cosmetic, format!("is now {now} when it is left out; it was {before}"));
        }
        (Some(before), None) => {
            walk.note(spot, CannotTell, Cosmetic, format!("is no longer {before} when it is left out"));
        }
        (None, Some(now)) => walk.note(spot, Additive, Cosmetic, format!("is {now} when it is left out")),
        (Some(_), Some(_)) | (None, None) => {}
    }
}

/// No comparison of two patterns tells which texts they tell apart.
fn pattern(walk: &mut Walk<'_>, old: &Fields, new: &Fields, spot: &Spot) {
    match (old.get("pattern"), new.get("pattern")) {
        (Some(before), None) => walk.note(spot, Additive, CannotTell, format!("need no longer match {before}")),
        (None, Some(now)) => walk.note(spot, Breaking, CannotTell, format!("must now match {now}")),
        (Some(before), Some(now)) if before != now => {
            walk.note(spot, CannotTell, CannotTell, format!("must now match {now}; it was {before}"));
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
}

fn multiple(walk: &mut Walk<'_>, old: &Fields, new: &Fields, spot: &Spot) {
    match (old.get("multipleOf"), new.get("multipleOf")) {
        (Some(before), None) => {
            walk.note(spot, Additive, Cosmetic, format!("need no longer be a multiple of {before}"))
        }
        (None, Some(now)) => walk.note(spot, Breaking, Cosmetic, format!("must now be a multiple of {now}")),
        (Some(before), Some(now)) if before != now => {
            walk.note(spot, CannotTell, Cosmetic, format!("must now be a multiple of {now}; it was {before}"));
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
}

/// Which end of a range a bound is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Upper,
    Lower,
}

const BOUNDS: [(&str, End, &str); 8] = [
    ("maximum", End::Upper, ""),
    ("minimum", End::Lower, ""),
    ("maxLength", End::Upper, " characters"),
    ("minLength", End::Lower, " characters"),
    ("maxItems", End::Upper, " elements"),
    ("minItems", End::Lower, " elements"),
    ("maxProperties", End::Upper, " fields"),
    ("minProperties", End::Lower, " fields"),
];

/// Answers are not held to their bounds.
fn bounds(walk: &mut Walk<'_>, (key, end, unit): (&str, End, &str), (old, new): (&Fields, &Fields), spot: &Spot) {
    // At least no characters is no bound.
    let limit = |fields: &Fields| {
        fields.get(key).and_then(Value::as_f64).filter(|limit| *limit != 0.0 || unit.is_empty() || end == End::Upper)
    };
    let words = if end == End::Upper { "at most" } else { "at least" };
    let (before, now) = (limit(old), limit(new));
    match (before, now) {
        (Some(before), None) => {
            walk.note(spot, Additive, Cosmetic, format!("is no longer limited to {words} {before}{unit}"));
        }
        (None, Some(now)) => walk.note(spot, Breaking, Cosmetic, format!("takes now {words} {now}{unit}")),
        (Some(before), Some(now)) if before.total_cmp(&now).is_ne() => {
            let tightened = (now < before) == (end == End::Upper);
            let request = if tightened { Breaking } else { Additive };
            walk.note(spot, request, Cosmetic, format!("takes now {words} {now}{unit}; it was {before}"));
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
}

const FLAGS: [(&str, [&str; 2]); 5] = [
    ("exclusiveMaximum", ["must now stay below its maximum", "may now reach its maximum"]),
    ("exclusiveMinimum", ["must now stay above its minimum", "may now reach its minimum"]),
    ("uniqueItems", ["may no longer hold an element twice", "may now hold an element twice"]),
    ("readOnly", ["can no longer be sent (`readOnly`)", "may now be sent (no longer `readOnly`)"]),
    ("writeOnly", ["is no longer answered (`writeOnly`)", "is now answered (no longer `writeOnly`)"]),
];

fn flag(walk: &mut Walk<'_>, key: &str, [set, unset]: [&str; 2], (old, new): (&Fields, &Fields), spot: &Spot) {
    let (tighter, looser) = match (key, walk.side) {
        ("writeOnly", Side::Request) => (Cosmetic, Cosmetic),
        ("writeOnly", Side::Answer | Side::Refusal) => (Breaking, Additive),
        (_, Side::Request) => (Breaking, Additive),
        (_, Side::Answer | Side::Refusal) => (Cosmetic, Cosmetic),
    };
    match (is(old, key), is(new, key)) {
        (false, true) => walk.note(spot, tighter, tighter, set),
        (true, false) => walk.note(spot, looser, looser, unset),
        (true, true) | (false, false) => {}
    }
}
