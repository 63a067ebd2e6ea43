//! Makes an answer fit its document, so that one odd value never costs the whole answer.
//!
//! What is certainly the same value in another form is brought into the documented one; what does not fit is left out;
//! everything that differs is reported. After this the typed decoding cannot fail: every field of an answer type may be
//! absent or null, so only values of a wrong kind could make it.

use serde_json::{Map, Number, Value};

use super::drift::Kind;
use super::shape::{Field, Shape};

mod envelope;
mod fits;
mod path;
mod report;

pub(super) use fits::fits;
pub(super) use path::Path;
pub(super) use report::Report;

/// Changes `value` until it fits `shape`. Nothing when it cannot fit at all, for example a text instead of an object.
pub(super) fn mend(shape: &Shape, value: &mut Value) -> Option<Report> {
    let mut report = Report::default();
    unwrap_data(shape, value, &mut report);
    envelope::rename(shape, value, &mut report);
    fit(shape, value, Path::root(), &mut report).then_some(report)
}

/// Fits one value. False, and the value as it was, when it is of another kind altogether.
fn fit(shape: &Shape, value: &mut Value, at: Path<'_>, report: &mut Report) -> bool {
    match shape {
        Shape::Any => true,
        Shape::Text { known } => text(known, value, at, report),
        Shape::Number => convert(value, at, report, Value::is_number, number),
        Shape::Integer => convert(value, at, report, Value::is_i64, integer),
        Shape::Boolean => convert(value, at, report, Value::is_boolean, boolean),
        Shape::List(inner) => list(inner, value, at, report),
        Shape::Object(fields) => object(fields, value, at, report),
        Shape::Map(inner) => dictionary(inner, value, at, report),
        Shape::BareOr { property, bare, object } => bare_or(property, bare, object, value, at, report),
    }
}

/// Leaves a value of the right kind alone, and replaces another when it certainly means the same.
fn convert(
    value: &mut Value,
    at: Path<'_>,
    report: &mut Report,
    is_right: fn(&Value) -> bool,
    same: fn(&Value) -> Option<Value>,
) -> bool {
    if is_right(value) {
        return true;
    }
    let Some(converted) = same(value) else { return false };
    *value = converted;
    report.count(at, Kind::Converted);
    true
}

fn text(known: &[&str], value: &mut Value, at: Path<'_>, report: &mut Report) -> bool {
    let fits = convert(value, at, report, Value::is_string, |other| match other {
        Value::Number(number) => Some(number.to_string().into()),
        Value::Bool(yes) => Some(yes.to_string().into()),
        Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
    });
    if !known.is_empty() && value.as_str().is_some_and(|text| !known.contains(&text)) {
        report.count(at, Kind::UnknownValue);
    }
    fits
}

/// Only the JSON way of writing a number is certain; `1.234,50` could mean two things.
fn number(value: &Value) -> Option<Value> {
    serde_json::from_str::<Number>(value.as_str()?.trim()).ok().map(Value::Number)
}

fn integer(value: &Value) -> Option<Value> {
    /// Above this, a fraction-less float need not be the number that was meant.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let number = if value.is_number() { value.clone() } else { number(value)? };
    if number.is_i64() {
        return Some(number);
    }
    let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= EXACT)?;
    #[expect(clippy::cast_possible_truncation, reason = "a whole number within the bounds above")]
    let whole = float as i64;
    Some(whole.into())
}

fn boolean(value: &Value) -> Option<Value> {
    let word = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_ascii_lowercase(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    match word.as_str() {
        "true" | "1" => Some(Value::Bool(true)),
        "false" | "0" => Some(Value::Bool(false)),
        _ => None,
    }
}

fn list(inner: &Shape, value: &mut Value, at: Path<'_>, report: &mut Report) -> bool {
    convert(value, at, report, Value::is_array, list_of_object);
    if is_lone_element(inner, value) {
        *value = Value::Array(vec![value.take()]);
        report.count(at, Kind::Converted);
    }
    let Value::Array(elements) = value else { return false };
    let mut index = 0;
    elements.retain_mut(|element| {
        let here = at.index(index);
        index += 1;
        keep(inner, element, here, report)
    });
    true
}

/// PHP writes a list with gaps as an object whose keys are the indexes, and an empty dictionary as an empty list.
fn list_of_object(value: &Value) -> Option<Value> {
    let mut numbered: Vec<(u64, Value)> = Vec::new();
    for (key, element) in value.as_object()? {
        numbered.push((key.parse().ok()?, element.clone()));
    }
    numbered.sort_by_key(|(index, _)| *index);
    Some(numbered.into_iter().map(|(_, element)| element).collect())
}

/// A list of one may come without its list: an object most of whose fields are those of an element.
fn is_lone_element(inner: &Shape, value: &Value) -> bool {
    let (Shape::Object(fields), Value::Object(map)) = (inner, value) else { return false };
    let known = map.keys().filter(|key| fields.iter().any(|field| field.name == key.as_str())).count();
    known > 0 && known * 2 >= map.len()
}

/// Whether an element of a list or dictionary may stay: there, the types have no place for null.
fn keep(inner: &Shape, element: &mut Value, at: Path<'_>, report: &mut Report) -> bool {
    if element.is_null() && !matches!(inner, Shape::Any) {
        report.count(at, Kind::UnexpectedNull);
        return false;
    }
    let fits = fit(inner, element, at, report);
    if !fits {
        report.unfitting(at, name(inner), element);
    }
    fits
}

fn object(fields: &[Field], value: &mut Value, at: Path<'_>, report: &mut Report) -> bool {
    convert(value, at, report, Value::is_object, object_of_list);
    let Value::Object(map) = value else { return false };
    let mut met = 0;
    for field in fields {
        let Some(value) = map.get_mut(field.name) else {
            if field.required {
                report.count(at.field(field.name), Kind::MissingField);
            }
            continue;
        };
        met += 1;
        let here = at.field(field.name);
        if value.is_null() {
            if !field.nullable && !matches!(field.shape, Shape::Any) {
                report.count(here, Kind::UnexpectedNull);
            }
        } else if !fit(field.shape, value, here, report) {
            report.unfitting(here, name(field.shape), value);
            *value = Value::Null;
        }
    }
    if met < map.len() {
        for unknown in map.keys().filter(|key| fields.iter().all(|field| field.name != key.as_str())) {
            report.count(at.field(unknown), Kind::UnknownField);
        }
    }
    true
}

/// PHP writes an empty dictionary as an empty list; and an object may come in a list of one.
fn object_of_list(value: &Value) -> Option<Value> {
    match value.as_array()?.as_slice() {
        [] => Some(Value::Object(Map::new())),
        [Value::Object(only)] => Some(Value::Object(only.clone())),
        _ => None,
    }
}

fn is_empty_list(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
}

fn dictionary(inner: &Shape, value: &mut Value, at: Path<'_>, report: &mut Report) -> bool {
    convert(value, at, report, Value::is_object, |value| object_of_list(value).filter(|_| is_empty_list(value)));
    let Value::Object(map) = value else { return false };
    map.retain(|key, element| keep(inner, element, at.key(key), report));
    true
}

fn bare_or(property: &str, bare: &Shape, full: &Shape, value: &mut Value, at: Path<'_>, report: &mut Report) -> bool {
    let is_numbered = || {
        matches!(bare, Shape::List(_))
            && value.as_object().is_some_and(|map| !map.is_empty())
            && list_of_object(value).is_some()
    };
    if value.is_object() && !is_numbered() {
        return fit(full, value, at, report);
    }
    if !fit(bare, value, at, report) {
        return fit(full, value, at, report);
    }
    let inside = value.take();
    *value = Value::Object(Map::from_iter([(property.to_owned(), inside)]));
    true
}

/// Some routes in some versions wrap the object they answer in `data`.
fn unwrap_data(shape: &Shape, value: &mut Value, report: &mut Report) {
    let Value::Object(map) = value else { return };
    let fields: &[Field] = match shape {
        Shape::Object(fields) => fields,
        Shape::BareOr { object: Shape::Object(fields), .. } => fields,
        Shape::List(_) => &[],
        Shape::BareOr { .. }
        | Shape::Any
        | Shape::Text { .. }
        | Shape::Number
        | Shape::Integer
        | Shape::Boolean
        | Shape::Map(_) => return,
    };
    let inside_fits = match map.get("data") {
        Some(Value::Object(_)) => !matches!(shape, Shape::List(_)),
        Some(Value::Array(_)) => matches!(shape, Shape::List(_)),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => false,
    };
    let is_documented = fields.iter().any(|field| field.name == "data" || map.contains_key(field.name));
    if inside_fits
        && !is_documented
        && let Some(inside) = map.remove("data")
    {
        *value = inside;
        report.count(Path::root().field("data"), Kind::Converted);
    }
}

/// The documented form, in a word for the person.
fn name(shape: &Shape) -> &'static str {
    match shape {
        Shape::Any => "anything",
        Shape::Text { .. } => "text",
        Shape::Number => "number",
        Shape::Integer => "whole number",
        Shape::Boolean => "true or false",
        Shape::List(_) => "list",
        Shape::Object(_) | Shape::BareOr { .. } => "object",
        Shape::Map(_) => "dictionary",
    }
}

#[cfg(test)]
mod decoding;
#[cfg(test)]
mod tests;
