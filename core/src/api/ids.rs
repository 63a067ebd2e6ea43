//! Ids of upstream things as types of their own, so that none can be swapped for another or break out of a path.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{self, Deserialize, Deserializer, Visitor};

/// Text that cannot be an id, with what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a {what}: {rule}")]
pub struct InvalidId {
    what: &'static str,
    given: String,
    rule: &'static str,
}

/// The form an id's text must have.
struct Form {
    what: &'static str,
    rule: &'static str,
    longest: usize,
    allows: fn(char) -> bool,
}

impl Form {
    /// The one parsing function of all ids: trims, and refuses whatever is not plainly an id.
    fn parse(&self, text: &str) -> Result<String, InvalidId> {
        let id = text.trim();
        let length = id.chars().count();
        let plain = id.chars().all(|c| (self.allows)(c) && !c.is_control());
        if (1..=self.longest).contains(&length) && plain && id != "." && id != ".." {
            return Ok(id.to_owned());
        }
        let given = id.chars().filter(|c| !c.is_control()).take(60).collect();
        Err(InvalidId { what: self.what, given, rule: self.rule })
    }
}

/// Accepts a string, or the number that a client made of one.
struct IdText;

impl Visitor<'_> for IdText {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id as text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $form:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The id as upstream writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Reads an id; surrounding blanks are ignored.
            ///
            /// # Errors
            /// When the text has a form no such id has; the message says what is allowed.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                const FORM: Form = $form;
                FORM.parse(text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(&text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = InvalidId;
            fn try_from(text: &str) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl From<&$name> for String {
            fn from(id: &$name) -> String {
                id.0.clone()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = deserializer.deserialize_any(IdText)?;
                Self::parse(&text).map_err(de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                schemars::json_schema!({ "type": "string" })
            }
        }
    };
}

/// An id that StartInfinity writes as a whole number.
macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        id!($(#[$doc])* $name, Form { what: $what, rule: "it is a whole number, 1 to 18 digits", longest: 18, allows: |c| c.is_ascii_digit() });

        impl From<&$name> for i64 {
            fn from(id: &$name) -> i64 {
                // At most 18 digits always fit, so the fallback is never taken.
                id.0.parse().unwrap_or_default()
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> i64 {
                i64::from(&id)
            }
        }
    };
}

/// An id that StartInfinity writes as a short code or a UUID.
macro_rules! code_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        id!($(#[$doc])* $name, Form { what: $what, rule: "it has 1 to 64 letters, digits, `-` or `_`", longest: 64, allows: |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_') });
    };
}

id!(
    /// The number of an Infinigate invoice, credit memo, quote or order, such as `RE2600123`.
    DocumentNumber,
    Form {
        what: "document number",
        rule: "it has 1 to 50 letters, digits, blanks or `.`, `_`, `-`, `+`, `(`, `)`",
        longest: 50,
        allows: |c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '(' | ')' | ' '),
    }
);

number_id!(
    /// A StartInfinity workspace.
    WorkspaceId, "workspace id");
number_id!(
    /// A StartInfinity user, also as a member of a workspace.
    UserId, "user id");
number_id!(
    /// An uploaded StartInfinity file.
    AttachmentId, "attachment id");
code_id!(
    /// A StartInfinity board, such as `LA1dW8i1TTK`.
    BoardId, "board id");
code_id!(
    /// A StartInfinity folder.
    FolderId, "folder id");
code_id!(
    /// A StartInfinity item.
    ItemId, "item id");
code_id!(
    /// A StartInfinity attribute (a column of a board).
    AttributeId, "attribute id");
code_id!(
    /// One choice of a StartInfinity label attribute.
    LabelId, "label id");
code_id!(
    /// A StartInfinity comment.
    CommentId, "comment id");
code_id!(
    /// A saved StartInfinity view.
    ViewId, "view id");
code_id!(
    /// A link between two StartInfinity items.
    ReferenceId, "reference id");
code_id!(
    /// A StartInfinity webhook subscription.
    HookId, "hook id");
code_id!(
    /// A StartInfinity time entry.
    TimeEntryId, "time entry id");

/// The GUID of an Infinigate document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct DocumentGuid(uuid::Uuid);

impl DocumentGuid {
    /// Reads a GUID in any of its usual spellings.
    ///
    /// # Errors
    /// When the text is not a GUID.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let given = || text.chars().filter(|c| !c.is_control()).take(60).collect();
        uuid::Uuid::parse_str(text.trim()).map(Self).map_err(|_| InvalidId {
            what: "document GUID",
            given: given(),
            rule: "it looks like 6f1c1c5e-2f0b-4c64-9d0e-2f4b8a6f7c11",
        })
    }

    /// The GUID itself.
    pub fn uuid(self) -> uuid::Uuid {
        self.0
    }
}

impl TryFrom<String> for DocumentGuid {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        Self::parse(&text)
    }
}

impl From<DocumentGuid> for String {
    fn from(id: DocumentGuid) -> String {
        id.0.to_string()
    }
}

impl From<DocumentGuid> for uuid::Uuid {
    fn from(id: DocumentGuid) -> uuid::Uuid {
        id.0
    }
}

impl fmt::Display for DocumentGuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for DocumentGuid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

impl JsonSchema for DocumentGuid {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "DocumentGuid".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_could_leave_its_place_in_a_path_is_refused_by_name() {
        for bad in ["", " ", ".", "..", "../x", "a/b", "a\\b", "a?b", "a#b", "a%2fb", "a\u{0}b", "a\nb"] {
            let error = DocumentNumber::parse(bad).unwrap_err();
            assert!(error.to_string().contains("is not a document number: it has"), "{bad:?}: {error}");
            assert!(BoardId::parse(bad).is_err(), "{bad:?}");
            assert!(WorkspaceId::parse(bad).is_err(), "{bad:?}");
            assert!(DocumentGuid::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn ids_arrive_as_text_or_as_the_number_a_client_made_of_it() {
        assert_eq!(serde_json::from_str::<WorkspaceId>("669").unwrap().as_str(), "669");
        assert_eq!(serde_json::from_str::<WorkspaceId>("\" 669 \"").unwrap().as_str(), "669");
        assert_eq!(serde_json::from_str::<DocumentNumber>("4711").unwrap().as_str(), "4711");
        assert!(serde_json::from_str::<WorkspaceId>("-1").is_err());
        assert_eq!(i64::from(&WorkspaceId::parse("52593").unwrap()), 52_593);
    }

    #[test]
    fn an_overlong_id_is_refused() {
        assert!(DocumentNumber::parse(&"x".repeat(51)).is_err());
        assert!(BoardId::parse(&"x".repeat(64)).is_ok());
        assert!(BoardId::parse(&"x".repeat(65)).is_err());
    }

    #[test]
    fn the_schema_of_an_id_is_a_plain_string() {
        let schema = schemars::schema_for!(ItemId);
        assert_eq!(schema.get("type").and_then(|kind| kind.as_str()), Some("string"));
    }
}
