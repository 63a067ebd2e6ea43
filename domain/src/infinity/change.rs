//! An argument that may be left out, emptied with null, or given: what most arguments cannot tell apart.

use std::borrow::Cow;

use infini_mcp_core::tool::schema::AnyAsText;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// What a caller wants of something that may also be nothing. It announces a text, and its schema has no type, for only
/// then a null arrives. Goes with `#[serde(default)]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Change<T> {
    /// Left out: it stays as it is.
    #[default]
    Keep,
    /// `none` or null: it shall be nothing.
    Empty,
    /// It shall be this.
    To(T),
}

impl<T> Change<T> {
    /// Whether anything shall change.
    pub fn is_wanted(&self) -> bool {
        !matches!(self, Self::Keep)
    }
}

impl<T: AsRef<str>> Change<T> {
    /// The new text, when there is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::To(text) => Some(text.as_ref()),
            Self::Keep | Self::Empty => None,
        }
    }

    /// The form of a request's body: nothing, null, or the text.
    pub fn sent(&self) -> Option<Value> {
        match self {
            Self::Keep => None,
            Self::Empty => Some(Value::Null),
            Self::To(id) => Some(Value::from(id.as_ref())),
        }
    }

    /// The same, with what `read` makes of the text.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn sent_as<R: Into<Value>, E>(&self, read: impl FnOnce(&str) -> Result<R, E>) -> Result<Option<Value>, E> {
        match self.text() {
            Some(text) => read(text).map(|read| Some(read.into())),
            None => Ok(self.sent()),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = match Value::deserialize(deserializer)? {
            Value::Null => return Ok(Self::Empty),
            // Many clients send an empty text for what a person left out.
            Value::String(text) if text.trim().is_empty() => return Ok(Self::Keep),
            Value::String(text) if is_none(&text) => return Ok(Self::Empty),
            Value::Number(number) => Value::String(number.to_string()),
            text @ Value::String(_) => text,
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                return Err(D::Error::custom("must be a text, or none"));
            }
        };
        serde_json::from_value(given).map(Self::To).map_err(D::Error::custom)
    }
}

/// The word for nothing, from clients that can only send texts.
pub fn is_none(text: &str) -> bool {
    ["none", "null"].iter().any(|word| text.trim().eq_ignore_ascii_case(word))
}

impl<T> JsonSchema for Change<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Change".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        AnyAsText::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use infini_mcp_core::api::ids::ItemId;
    use serde_json::json;

    #[derive(Deserialize)]
    struct Sample {
        #[serde(default)]
        parent: Change<ItemId>,
    }

    #[test]
    fn left_out_null_and_given_are_three_things() {
        let sent = |json: Value| serde_json::from_value::<Sample>(json).unwrap().parent.sent();
        assert_eq!(sent(json!({})), None);
        assert_eq!(sent(json!({ "parent": null })), Some(Value::Null));
        assert_eq!(sent(json!({ "parent": "None" })), Some(Value::Null));
        assert_eq!(sent(json!({ "parent": "i1" })), Some(json!("i1")));
        assert!(serde_json::from_value::<Sample>(json!({ "parent": "../x" })).is_err());
    }

    #[test]
    fn an_empty_text_is_left_out_and_a_number_is_a_text() {
        let read = |value: Value| serde_json::from_value::<Change<String>>(value);
        assert_eq!(read(json!(" ")).unwrap(), Change::Keep);
        assert_eq!(read(json!(7)).unwrap(), Change::To("7".into()));
        assert!(read(json!(["a"])).unwrap_err().to_string().contains("a text, or none"));
    }
}
