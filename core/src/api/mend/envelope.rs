//! The list of a page under another name than the documented one, so that a full page never reads as an empty one.

use serde_json::{Map, Value};

use super::path::Path;
use super::report::Report;
use crate::api::drift::Kind;
use crate::api::shape::Shape;

/// What the list of a page is called by one service or another.
const NAMES: [&str; 8] = ["data", "items", "list", "records", "result", "results", "rows", "value"];

/// Whether a field may be the list of a page.
pub(super) fn is_list_name(name: &str) -> bool {
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Gives the list its documented name, takes it out where the document has it bare, and puts a bare one into its page.
///
/// Only when there is exactly one list it can be, and nothing under the documented name.
pub(super) fn rename(shape: &Shape, value: &mut Value, report: &mut Report) {
    if let (Value::Array(_), Shape::Object(_), Some(Place::Field(name))) = (&*value, shape, documented(shape)) {
        let list = value.take();
        *value = Value::Object(Map::from_iter([(name.to_owned(), list)]));
        report.count(Path::root().field(name), Kind::Converted);
        return;
    }
    let Value::Object(map) = value else { return };
    let documented = match documented(shape) {
        Some(Place::Field(name)) if map.get(name).is_none_or(Value::is_null) => Some(name),
        Some(Place::Bare) => None,
        Some(Place::Field(_)) | None => return,
    };
    let mut lists = map.iter().filter(|(name, inside)| is_list_name(name) && inside.is_array()).map(|(name, _)| name);
    let (Some(found), None) = (lists.next().cloned(), lists.next()) else { return };
    let Some(list) = map.remove(&found) else { return };
    report.count(Path::root().field(&found), Kind::Converted);
    match documented {
        Some(name) => {
            map.insert(name.to_owned(), list);
        }
        None => *value = list,
    }
}

/// Where the document has the list.
enum Place {
    Field(&'static str),
    Bare,
}

fn documented(shape: &Shape) -> Option<Place> {
    match shape {
        Shape::List(_) => Some(Place::Bare),
        Shape::BareOr { object, .. } => documented(object).filter(|place| matches!(place, Place::Field(_))),
        Shape::Object(fields) => {
            let mut lists = fields.iter().filter(|field| matches!(field.shape, Shape::List(_)));
            match (lists.next(), lists.next()) {
                (Some(only), None) if is_list_name(only.name) => Some(Place::Field(only.name)),
                _ => None,
            }
        }
        Shape::Any | Shape::Text { .. } | Shape::Number | Shape::Integer | Shape::Boolean | Shape::Map(_) => None,
    }
}
