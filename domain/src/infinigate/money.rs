//! Amounts and currencies as answers give them.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

/// A number of money, pieces or percent; a whole one is written without a fraction.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Amount(f64);

impl Amount {
    /// The number as it came.
    pub fn of(number: f64) -> Self {
        Self(number)
    }

    /// Rounded to the cent, for what was multiplied or added up here.
    pub fn to_the_cent(number: f64) -> Self {
        Self((number * 100.0).round() / 100.0)
    }

    /// The number.
    pub fn number(self) -> f64 {
        self.0
    }
}

/// Beyond this, a floating point number no longer holds every whole number.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.fract() == 0.0 && self.0.abs() < LARGEST_WHOLE {
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

impl JsonSchema for Amount {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "number" })
    }
}

/// The currency, where one was named.
///
/// Other clients read an empty one as EUR; for a Swiss reseller that would be a wrong price, so it stays empty here.
pub fn currency(code: Option<String>) -> Option<String> {
    code.map(|code| code.trim().to_ascii_uppercase()).filter(|code| !code.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn whole_amounts_have_no_fraction_and_others_keep_theirs() {
        assert_eq!(
            json!([Amount::of(1614.0), Amount::of(0.00000001), Amount::of(-2.5)]).to_string(),
            "[1614,1e-8,-2.5]"
        );
        assert_eq!(json!(Amount::to_the_cent(3.0 * 1.005)).to_string(), "3.01");
    }

    #[test]
    fn a_currency_is_never_guessed() {
        assert_eq!(currency(Some(" eur ".into())).as_deref(), Some("EUR"));
        assert_eq!(currency(Some(String::new())), None);
    }
}
