//! An argument that may be left out, emptied with null, or given: what most arguments cannot tell apart.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// What a caller wants of something that may also be nothing. Its schema has no type, for only then a null arrives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Change<T> {
    /// Left out: it stays as it is.
    #[default]
    Keep,
    /// Null: it shall be nothing.
    Empty,
    /// It shall be this.
    To(T),
}

impl<T: AsRef<str>> Change<T> {
    /// The form of a request's body: nothing, null, or the id.
    pub fn sent(&self) -> Option<Value> {
        match self {
            Self::Keep => None,
            Self::Empty => Some(Value::Null),
            Self::To(id) => Some(Value::from(id.as_ref())),
        }
    }

    /// Whether anything shall change.
    pub fn is_wanted(&self) -> bool {
        !matches!(self, Self::Keep)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Change<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or(Self::Empty, Self::To))
    }
}

impl<T> JsonSchema for Change<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Change".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ids::ItemId;
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
        assert_eq!(sent(json!({ "parent": "i1" })), Some(json!("i1")));
        assert!(serde_json::from_value::<Sample>(json!({ "parent": "../x" })).is_err());
    }
}
