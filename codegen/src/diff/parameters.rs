//! Compare the parameters of an operation.

use serde_json::{Map, Value};

use super::Verdict::{Additive, Breaking, CannotTell, Cosmetic};
use super::flat::kind;
use super::reading::{Operation, Part, identity, placeholders, template};
use super::spot::Spot;
use super::walk::{Found, Side, Walk};
use crate::lower::seam_headers;

/// Compare what may and must be sent beside the body.
pub fn compare(old: Operation<'_>, new: Operation<'_>) -> Vec<Found> {
    let mut walk = Walk::new(old.document(), new.document(), Side::Request);
    let mut came = new.parameters();
    let mut gone = Vec::new();
    let mut pairs = Vec::new();
    for parameter in old.parameters() {
        match came.iter().position(|other| is_same(&parameter, other, (old, new))) {
            Some(place) => pairs.push((parameter, came.remove(place))),
            None => gone.push(parameter),
        }
    }
    for (one, other) in &pairs {
        pair(&mut walk, one, other);
    }
    for parameter in gone {
        match successor(&walk, &parameter, &came) {
            Some(place) => {
                let other = came.remove(place);
                succession(&mut walk, &parameter, &other);
            }
            None => left(&mut walk, &parameter),
        }
    }
    for parameter in came {
        arrived(&mut walk, &parameter);
    }
    walk.found
}

fn name(parameter: &Value) -> &str {
    parameter.get("name").and_then(Value::as_str).unwrap_or_default()
}

fn location(parameter: &Value) -> &str {
    parameter.get("in").and_then(Value::as_str).unwrap_or_default()
}

fn words(parameter: &Value) -> String {
    format!("{} parameter `{}`", location(parameter), name(parameter))
}

fn spot(one: &Part<'_>, other: &Part<'_>) -> Spot {
    Spot::parts(&words(one.fields), &words(other.fields)).within(one.shared)
}

fn is_required(parameter: &Value) -> bool {
    parameter.get("required") == Some(&Value::Bool(true)) || location(parameter) == "path"
}

/// Headers that the seam sets on every call: no tool has to know whether they are compulsory.
fn is_set_by_the_seam(parameter: &Value) -> bool {
    location(parameter) == "header" && seam_headers::is_set_by_the_seam(name(parameter))
}

/// The same place and name; in a path that kept its form, the same position.
fn is_same(one: &Part<'_>, other: &Part<'_>, (old, new): (Operation<'_>, Operation<'_>)) -> bool {
    let position = |operation: Operation<'_>, part: &Part<'_>| {
        placeholders(operation.path).iter().position(|placeholder| *placeholder == name(part.fields))
    };
    let in_path = location(one.fields) == "path" && location(other.fields) == "path";
    if in_path && template(old.path) == template(new.path) && position(old, one).is_some() {
        return position(old, one) == position(new, other);
    }
    identity(one.fields) == identity(other.fields)
}

fn pair(walk: &mut Walk<'_>, one: &Part<'_>, other: &Part<'_>) {
    let spot = spot(one, other);
    if identity(one.fields) != identity(other.fields) {
        // The address stays the same; the generated method and whoever calls it do not.
        let what = format!("is now called `{}`: calls stay the same, the code has to name it anew", name(other.fields));
        walk.note(&spot, Breaking, Breaking, what);
    }
    if !is_set_by_the_seam(other.fields) {
        match (is_required(one.fields), is_required(other.fields)) {
            (false, true) => walk.note(&spot, Breaking, Breaking, "must now be sent"),
            (true, false) => walk.note(&spot, Additive, Additive, "need no longer be sent"),
            (true, true) | (false, false) => {}
        }
    }
    manner(walk, one.fields, other.fields, &spot);
    match (one.fields.get("schema"), other.fields.get("schema")) {
        (None, None) => {}
        (old, new) => {
            let anything = Value::Object(Map::new());
            walk.compare(old.unwrap_or(&anything), new.unwrap_or(&anything), &spot);
        }
    }
    about(walk, one.fields, other.fields, &spot);
}

/// How the value is written into the request.
fn manner(walk: &mut Walk<'_>, one: &Value, other: &Value, spot: &Spot) {
    let structured = |walk: &Walk<'_>| {
        let fields = one.get("schema").map(|schema| walk.old_fields(schema)).unwrap_or_default();
        matches!(kind(&fields), "array" | "object" | "")
    };
    if (style(one), explodes(one)) != (style(other), explodes(other)) && structured(walk) {
        walk.note(spot, Breaking, Breaking, "is now written in another way (`style`, `explode`)");
    } else if style(one) != style(other) {
        walk.note(spot, CannotTell, CannotTell, format!("has now the style `{}`", style(other)));
    }
}

fn style(parameter: &Value) -> &str {
    let by_place = if matches!(location(parameter), "query" | "cookie") { "form" } else { "simple" };
    parameter.get("style").and_then(Value::as_str).unwrap_or(by_place)
}

fn explodes(parameter: &Value) -> bool {
    parameter.get("explode").and_then(Value::as_bool).unwrap_or(style(parameter) == "form")
}

/// What is said of the parameter beside its schema.
fn about(walk: &mut Walk<'_>, one: &Value, other: &Value, spot: &Spot) {
    const READ: [&str; 6] = ["name", "in", "required", "schema", "style", "explode"];
    let rest = |parameter: &Value| {
        let mut rest = parameter.as_object().cloned().unwrap_or_default();
        rest.retain(|key, _| !READ.contains(&key.as_str()));
        rest
    };
    walk.remarks(&rest(one), &rest(other), spot);
}

/// What a parameter that went became: the same name in another place, or the only new one of its form.
fn successor(walk: &Walk<'_>, parameter: &Part<'_>, came: &[Part<'_>]) -> Option<usize> {
    let moved = came.iter().position(|other| name(other.fields) == name(parameter.fields));
    moved.or_else(|| {
        let schema = |part: &Part<'_>| part.fields.get("schema").cloned().unwrap_or_default();
        let mut alike = came.iter().enumerate().filter(|(_, other)| {
            location(other.fields) == location(parameter.fields)
                && is_required(other.fields) == is_required(parameter.fields)
                && walk.same(&schema(parameter), &schema(other))
        });
        match (alike.next(), alike.next()) {
            (Some((place, _)), None) => Some(place),
            _ => None,
        }
    })
}

fn succession(walk: &mut Walk<'_>, one: &Part<'_>, other: &Part<'_>) {
    let what = if name(one.fields) == name(other.fields) {
        format!("is now a {} parameter", location(other.fields))
    } else {
        format!("is gone; `{}` came, which has the same form: renamed?", name(other.fields))
    };
    walk.note(&spot(one, other), Breaking, Breaking, what);
}

fn left(walk: &mut Walk<'_>, parameter: &Part<'_>) {
    let verdict = if is_set_by_the_seam(parameter.fields) { Cosmetic } else { Breaking };
    walk.note(&spot(parameter, parameter), verdict, verdict, "is no longer taken");
}

fn arrived(walk: &mut Walk<'_>, parameter: &Part<'_>) {
    // The three that OpenAPI says to ignore, wherever they are written.
    let is_of_http = matches!(identity(parameter.fields).1.as_str(), "accept" | "authorization" | "content-type");
    let (verdict, what) = match is_required(parameter.fields) {
        _ if location(parameter.fields) == "header" && is_of_http => (Cosmetic, "is new; the seam sends it"),
        true => (Breaking, "is new and must be sent"),
        false => (Additive, "is new and may be sent"),
    };
    walk.note(&spot(parameter, parameter), verdict, verdict, what);
}
