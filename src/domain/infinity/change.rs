//! An argument that can be left out, given, or given as null to take away what is there.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{self, Deserialize, Deserializer};
use serde_json::Value;

/// What a call says of a text that something may have. Goes with `#[serde(default)]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Change {
    /// Nothing: it stays as it is.
    #[default]
    Keep,
    /// Null: it is taken away.
    Clear,
    /// A new one.
    Set(String),
}

impl Change {
    /// The new text, when there is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Set(text) => Some(text),
            Self::Keep | Self::Clear => None,
        }
    }

    /// The value to send: nothing, null, or what `read` makes of the text.
    ///
    /// # Errors
    /// Those of `read`.
    pub fn sent<T: Into<Value>, E>(&self, read: impl FnOnce(&str) -> Result<T, E>) -> Result<Option<Value>, E> {
        match self {
            Self::Keep => Ok(None),
            Self::Clear => Ok(Some(Value::Null)),
            Self::Set(text) => read(text).map(|read| Some(read.into())),
        }
    }
}

impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Null => Ok(Self::Clear),
            // Many clients send an empty text for what a person left out.
            Value::String(text) if text.trim().is_empty() => Ok(Self::Keep),
            Value::String(text) => Ok(Self::Set(text)),
            Value::Number(number) => Ok(Self::Set(number.to_string())),
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(de::Error::custom("must be a text, or null")),
        }
    }
}

/// Without a type, since a schema with one would not let null through.
impl JsonSchema for Change {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Change".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        Schema::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn null_takes_away_and_an_empty_text_is_left_out() {
        let read = |value: Value| serde_json::from_value::<Change>(value);
        assert_eq!(read(json!(null)).unwrap(), Change::Clear);
        assert_eq!(read(json!(" ")).unwrap(), Change::Keep);
        assert_eq!(read(json!(7)).unwrap(), Change::Set("7".into()));
        assert!(read(json!(["a"])).unwrap_err().to_string().contains("a text, or null"));
    }
}
