//! Article numbers as a caller lists them, of either kind.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{self, Deserialize, Deserializer};

use infini_mcp_core::tool::input::WITHOUT_COMMA;

/// How many articles one call may look up.
pub const MOST: usize = 50;
/// The longest number; real ones have some twenty characters.
const LONGEST: usize = 60;

/// One to fifty article numbers, each once, in the caller's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skus(Vec<String>);

impl Skus {
    /// Reads the numbers; surrounding blanks are ignored, and so is a number given twice.
    ///
    /// # Errors
    /// When there are none, too many, or one is plainly no article number.
    pub fn parse(list: &[String]) -> Result<Self, String> {
        let mut skus: Vec<String> = Vec::new();
        for sku in list.iter().flat_map(|entry| entry.split(',')) {
            let sku = one(sku)?;
            if !skus.iter().any(|known| known.eq_ignore_ascii_case(&sku)) {
                skus.push(sku);
            }
        }
        match skus.len() {
            1..=MOST => Ok(Self(skus)),
            count => Err(format!("needs 1 to {MOST} article numbers, but it has {count}")),
        }
    }

    /// The numbers.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }
}

/// One article number.
///
/// # Errors
/// When it is plainly none.
pub fn one(text: &str) -> Result<String, String> {
    let sku = text.trim();
    let is_plain =
        !sku.is_empty() && sku.chars().count() <= LONGEST && !sku.chars().any(|c| c.is_control() || c == ',');
    if is_plain {
        return Ok(sku.to_owned());
    }
    let given: String = sku.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    Err(format!("{given:?} is not an article number: it has 1 to {LONGEST} characters and no comma"))
}

impl<'de> Deserialize<'de> for Skus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&Vec::<String>::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl JsonSchema for Skus {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Skus".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "array", "minItems": 1, "maxItems": MOST,
            "items": { "type": "string", "pattern": WITHOUT_COMMA } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: &[&str]) -> Result<Skus, String> {
        Skus::parse(&list.iter().map(|sku| (*sku).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_number_given_twice_is_looked_up_once() {
        assert_eq!(read(&[" 200417 ", "tp-m,TP-M"]).unwrap().as_slice(), ["200417", "tp-m"]);
    }

    #[test]
    fn none_too_many_and_odd_ones_are_refused_in_words() {
        assert!(read(&[]).unwrap_err().contains("1 to 50"));
        assert!(read(&["A,,B"]).unwrap_err().contains("not an article number"));
        assert!(read(&["x\ny"]).unwrap_err().contains("not an article number"));
        let many: Vec<String> = (0..51).map(|number| number.to_string()).collect();
        assert!(Skus::parse(&many).unwrap_err().contains("it has 51"));
    }
}
