//! The differences met, gathered by what in the document they contradict.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::api::drift::Kind;

/// New words of a field that are told apart; more are no closed set.
const MOST_WORDS: usize = 20;

/// What of the document is contradicted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Contradicted {
    /// Pointer to the schema.
    pub(super) schema: String,
    pub(super) kind: Kind,
    /// The field, where the schema is an object's and one field of it is meant.
    pub(super) field: Option<String>,
}

/// What came instead.
#[derive(Debug, Clone, Default)]
pub(super) struct Came {
    /// Where and how often: operation and place in the answer.
    pub(super) places: BTreeMap<(String, String), u64>,
    /// The kinds of the values.
    pub(super) kinds: BTreeSet<&'static str>,
    /// The kinds of the elements, where lists came.
    pub(super) elements: BTreeSet<&'static str>,
    /// The words, where words came that the document does not list.
    pub(super) words: BTreeSet<String>,
    /// The first value, cut and hushed.
    pub(super) example: String,
}

/// Everything that differs at one service.
#[derive(Debug, Default)]
pub struct Drift {
    pub(super) found: BTreeMap<Contradicted, Came>,
}

/// One difference, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The document's operation id.
    pub operation: String,
    /// JSON pointer into the answer; `*` stands for any list index or dictionary key.
    pub pointer: String,
    /// What differs.
    pub kind: Kind,
    /// How often.
    pub count: u64,
    /// The first value, cut, so that nobody's data are shown whole.
    pub example: String,
}

impl Drift {
    /// Notes one difference.
    pub(super) fn note(&mut self, what: Contradicted, operation: &str, place: &str, value: &Value) {
        let came = self.found.entry(what).or_default();
        if came.places.is_empty() {
            came.example = hushed(value);
        }
        *came.places.entry((operation.to_owned(), place.to_owned())).or_default() += 1;
        came.kinds.insert(kind_of(value));
        came.elements.extend(value.as_array().into_iter().flatten().map(kind_of));
        if let Some(word) = value.as_str().filter(|_| came.words.len() <= MOST_WORDS) {
            came.words.insert(word.to_owned());
        }
    }

    /// How many differences were met, those of one kind and place counted one by one.
    pub(super) fn met(&self) -> u64 {
        self.found.values().flat_map(|came| came.places.values()).sum()
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The differences by operation and place.
    pub fn differences(&self) -> Vec<Difference> {
        let mut differences: Vec<Difference> = self
            .found
            .iter()
            .flat_map(|(what, came)| {
                came.places.iter().map(|((operation, pointer), count)| Difference {
                    operation: operation.clone(),
                    pointer: pointer.clone(),
                    kind: what.kind,
                    count: *count,
                    example: came.example.clone(),
                })
            })
            .collect();
        differences.sort_by(|one, other| (&one.operation, &one.pointer).cmp(&(&other.operation, &other.pointer)));
        differences
    }
}

/// The kind of a JSON value, in the words of schemas.
pub(super) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Enough of a value to recognise it by, and too little to learn it: live answers are full of people.
fn hushed(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "true or false".to_owned(),
        Value::Number(number) => format!("a number of {} characters", number.to_string().len()),
        Value::String(text) => {
            let length = text.chars().count();
            // Of a short text, its beginning would be most of it.
            let shown: String = text.chars().take(if length > 8 { 3 } else { 1 }).collect();
            format!("{:?}… ({length} characters)", crate::tool::text::clean(&shown))
        }
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::Object(fields) => format!("an object of {} fields", fields.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_value_is_shown_whole() {
        assert_eq!(hushed(&json!("lena.brandt@example.com")), "\"len\"… (23 characters)");
        assert_eq!(hushed(&json!("Ada")), "\"A\"… (3 characters)");
        assert_eq!(hushed(&json!(4711)), "a number of 4 characters");
        assert_eq!(hushed(&json!({ "iban": "DE00" })), "an object of 1 fields");
    }
}
