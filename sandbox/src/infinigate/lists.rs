//! Cutting lists into pages, and the two forms a list may come in.

use serde_json::{Value, json};

use super::switches::{ListShape, Switches};
use crate::service::{Reply, Request};

/// The rows that `Take` and `Skip` ask for. `count` is the number of all rows, not of those on the page.
pub(super) fn page(rows: Vec<Value>, request: &Request, shape: ListShape, switches: &Switches) -> Reply {
    let number = |name: &str| request.query(name).and_then(|text| text.parse::<usize>().ok());
    let count = rows.len();
    let take = number("Take").unwrap_or(usize::MAX).min(switches.max_take.unwrap_or(usize::MAX));
    let rows: Vec<Value> = rows.into_iter().skip(number("Skip").unwrap_or(0)).take(take).collect();
    Reply::json(
        200,
        match shape {
            ListShape::Paged => json!({ "count": count, "result": rows }),
            ListShape::Array => Value::Array(rows),
        },
    )
}

/// Leaves out every field without a value.
pub(super) fn drop_nulls(node: &mut Value) {
    match node {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(drop_nulls);
        }
        Value::Array(children) => children.iter_mut().for_each(drop_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
