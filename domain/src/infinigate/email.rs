//! The e-mail address of a person who decides about a quote.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{self, Deserialize, Deserializer};

/// An e-mail address: plainly one, though nobody has checked that it exists.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

/// Text that is not an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not an e-mail address such as buyer@example.com")]
pub struct NotAnEmailAddress {
    given: String,
}

impl EmailAddress {
    /// Reads an address; surrounding blanks, and `mailto:` as some clients copy it, are ignored.
    ///
    /// # Errors
    /// When the text is not plainly one address.
    pub fn parse(text: &str) -> Result<Self, NotAnEmailAddress> {
        let trimmed = text.trim();
        let address = trimmed.strip_prefix("mailto:").unwrap_or(trimmed);
        if is_address(address) {
            Ok(Self(address.to_owned()))
        } else {
            Err(NotAnEmailAddress { given: text.chars().filter(|c| !c.is_control()).take(60).collect() })
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_address(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '@' | ',' | ';' | '<' | '>' | '"');
    let is_domain = domain.split('.').count() > 1 && domain.split('.').all(|label| !label.is_empty());
    !name.is_empty() && text.len() <= 254 && name.chars().all(is_plain) && is_domain && domain.chars().all(is_plain)
}

impl<'de> Deserialize<'de> for EmailAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl JsonSchema for EmailAddress {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "EmailAddress".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "string" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_plain_address_is_taken_and_everything_else_refused() {
        for good in ["buyer@example.com", " Büro@bücher.example ", "mailto:a.b+c@x.co.uk"] {
            assert!(EmailAddress::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "buyer",
            "@example.com",
            "a@b",
            "a@b..com",
            "a b@example.com",
            "a@example.com, b@example.com",
            "A <a@example.com>",
        ] {
            assert!(EmailAddress::parse(bad).is_err(), "{bad}");
        }
    }
}
