//! Amounts of money and of pieces: exact decimals, because floating point loses cents on the way.

use std::borrow::Cow;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

/// A number of money, pieces or percent. What is beyond the largest decimal stays the largest: nothing here can fail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(Decimal);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);
    /// The largest; a limit this high is none.
    pub const MAX: Self = Self(Decimal::MAX);

    /// The decimal that was written: the shortest text of a JSON number is the one it came in.
    pub fn of(number: f64) -> Self {
        let largest = if number < 0.0 { Decimal::MIN } else { Decimal::MAX };
        match number.to_string().parse() {
            Ok(decimal) => Self(decimal),
            Err(_) if number.is_nan() => Self::ZERO,
            Err(_) => Self(largest),
        }
    }

    /// A number in a text, with point or comma before the fraction; `1.234,50` and `1,234.50` are both read.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = match digits.rfind(['.', ',']) {
            Some(at) => (digits.get(..at)?, digits.get(at + 1..)?),
            None => (digits, ""),
        };
        let whole: String = whole.chars().filter(|character| !matches!(character, '.' | ',')).collect();
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !is_number(&whole) || !is_number(fraction) {
            return None;
        }
        format!("{sign}{whole:0>1}.{fraction:0<1}").parse().ok().map(Self)
    }

    /// The product with all its places; rounding is the business of whoever knows how.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        Self(self.0.saturating_mul(other.0))
    }

    /// Rounded to the cent, halves away from zero, as invoices do it.
    #[must_use]
    pub fn to_the_cent(self) -> Self {
        self.to_places(2)
    }

    /// Rounded to so many places after the point, halves away from zero.
    #[must_use]
    pub fn to_places(self, places: u32) -> Self {
        Self(self.0.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero))
    }

    /// Without its sign.
    #[must_use]
    pub fn magnitude(self) -> Self {
        Self(self.0.abs())
    }

    /// What was before so many percent were added, to the cent; nothing for a rate that takes all or more away.
    pub fn without_percent(self, percent: Self) -> Option<Self> {
        let whole =
            Decimal::ONE_HUNDRED.checked_add(percent.0).filter(|whole| whole.is_sign_positive() && !whole.is_zero())?;
        let before = self.0.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(whole)?;
        Some(Self(before).to_the_cent())
    }

    /// What part of `whole` this is, in percent with one place; nothing when the whole is nothing.
    pub fn percent_of(self, whole: Self) -> Option<Self> {
        let share = self.0.saturating_mul(Decimal::ONE_HUNDRED).checked_div(whole.0)?;
        Some(Self(share).to_places(1))
    }

    /// In ten-thousandths, as the ledger keeps sums; what has more places is rounded.
    pub fn ten_thousandths(self) -> i64 {
        let beyond = if self.0.is_sign_negative() { i64::MIN } else { i64::MAX };
        let parts = Self(self.0.saturating_mul(Decimal::from(10_000))).to_places(0);
        parts.0.to_i64().unwrap_or(beyond)
    }

    /// The sum that the ledger keeps as this many ten-thousandths.
    pub fn of_ten_thousandths(parts: i64) -> Self {
        Self(Decimal::new(parts, 4))
    }

    /// The same.
    #[must_use]
    pub fn amount(self) -> Self {
        self
    }

    /// The floating point number that is nearest, for pictures.
    pub fn number(self) -> f64 {
        self.0.to_string().parse().unwrap_or_default()
    }

    /// The sum in words. A currency that nobody named is never guessed.
    pub fn with_currency(self, currency: &str) -> String {
        let currency = if currency.is_empty() { "(no currency named)" } else { currency };
        format!("{} {currency}", self.money())
    }

    /// As sentences and tables of money give it: with cents, and with more places where it has them.
    pub fn money(self) -> String {
        let mut exact = self.0.normalize();
        if exact.scale() < 2 {
            exact.rescale(2);
        }
        exact.to_string()
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.normalize(), f)
    }
}

impl Add for Amount {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Amount {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Amount {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Self::add)
    }
}

/// A JSON number; a whole one is written without a fraction.
impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.to_i64().filter(|_| self.0.fract().is_zero()) {
            Some(whole) => serializer.serialize_i64(whole),
            None => serializer.serialize_f64(self.number()),
        }
    }
}

impl JsonSchema for Amount {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "number" })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Amount {
        Amount::read(text).unwrap()
    }

    /// An integer of the smallest parts, as the decimal it stands for.
    fn decimal(parts: i128, places: u32) -> String {
        let one = 10_u128.pow(places);
        let (sign, size) = (if parts < 0 { "-" } else { "" }, parts.unsigned_abs());
        format!("{sign}{}.{:0width$}", size / one, size % one, width = places as usize)
    }

    /// Division, halves away from zero.
    fn rounded(parts: i128, by: i128) -> i128 {
        parts.signum() * ((parts.abs() + by / 2) / by)
    }

    proptest! {
        #[test]
        fn a_line_costs_what_integers_say(pieces in -100_000_000_i128..100_000_000, price in -100_000_000_000_i128..100_000_000_000) {
            // Pieces in ten-thousandths, a price of eight places: twelve places to be rounded once.
            let line = Amount::of(decimal(pieces, 4).parse().unwrap()).times(Amount::of(decimal(price, 8).parse().unwrap()));
            let cents = rounded(pieces * price, 10_000_000_000);
            prop_assert_eq!(line.to_the_cent(), read(&decimal(cents, 2)));
        }

        #[test]
        fn sums_of_cents_lose_none(cents in proptest::collection::vec(-1_000_000_000_i128..1_000_000_000, 0..60)) {
            let sum: Amount = cents.iter().map(|cents| Amount::of(*cents as f64 / 100.0)).sum();
            prop_assert_eq!(sum, read(&decimal(cents.iter().sum(), 2)));
            prop_assert_eq!(sum.money(), decimal(cents.iter().sum(), 2));
        }

        #[test]
        fn the_ledger_keeps_the_same_sum(parts in any::<i64>()) {
            prop_assert_eq!(Amount::of_ten_thousandths(parts).ten_thousandths(), parts);
        }

        #[test]
        fn a_json_number_stays_the_one_it_was(cents in -1_000_000_000_000_i64..1_000_000_000_000) {
            let number: f64 = decimal(cents.into(), 2).parse().unwrap();
            prop_assert_eq!(Amount::of(number).number(), number);
            prop_assert_eq!(Amount::of(number).to_string(), number.to_string());
        }

        #[test]
        fn no_number_is_beyond_it(one in any::<f64>(), other in any::<f64>()) {
            let (one, other) = (Amount::of(one), Amount::of(other));
            let all = [one + other, one - other, -one, one.times(other), one.magnitude(), one.to_the_cent()];
            prop_assert!(all.iter().all(|amount| *amount <= Amount::MAX));
            let _ = (one.percent_of(other), one.money(), one.number(), one.ten_thousandths(), json!(one));
        }
    }

    #[test]
    fn money_is_rounded_once_and_away_from_zero() {
        for (quantity, price, cents) in [
            ("1", "1.005", "1.01"),
            ("3", "1.005", "3.02"),
            ("1", "2.675", "2.68"),
            ("1", "-2.675", "-2.68"),
            ("0.33333333", "9", "3.00"),
            // Rounded to eight places first, it would be a cent more.
            ("0.00000001", "499999.9", "0.00"),
            ("0.004999999", "0.9999999999", "0.00"),
        ] {
            assert_eq!(read(quantity).times(read(price)).to_the_cent().money(), cents, "{quantity} x {price}");
        }
    }

    #[test]
    fn numbers_are_read_with_point_and_with_comma() {
        for (text, expected) in [
            ("2.35", "2.35"),
            (" 2,35 ", "2.35"),
            ("1.234,5", "1234.5"),
            ("1,234.50", "1234.5"),
            ("-7", "-7"),
            (".5", "0.5"),
            ("5.", "5"),
            ("0.123456785", "0.123456785"),
        ] {
            assert_eq!(read(text).to_string(), expected, "{text}");
        }
        for bad in ["", "-", "2.35 EUR", "1e5", "NaN", ",", "one"] {
            assert_eq!(Amount::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_no_decimal_holds_is_the_largest_or_nothing() {
        assert_eq!((Amount::of(1e300), Amount::of(f64::NEG_INFINITY)), (Amount::MAX, -Amount::MAX));
        assert_eq!((Amount::of(1e-300), Amount::of(f64::NAN)), (Amount::ZERO, Amount::ZERO));
        assert_eq!(Amount::of(1e-8).to_string(), "0.00000001");
        assert_eq!(Amount::MAX.ten_thousandths(), i64::MAX);
    }

    #[test]
    fn a_share_has_one_place_and_a_whole_of_nothing_has_no_shares() {
        assert_eq!(read("1").percent_of(read("3")).unwrap().to_string(), "33.3");
        assert_eq!(read("-1").percent_of(read("8")).unwrap().to_string(), "-12.5");
        assert_eq!(read("1").percent_of(Amount::ZERO), None);
    }

    #[test]
    fn answers_and_sentences_show_the_same_number() {
        assert_eq!(
            json!([Amount::of(1614.0), Amount::of(0.00000001), Amount::of(-2.5), read("1440.50"), read("-0")])
                .to_string(),
            "[1614,1e-8,-2.5,1440.5,0]"
        );
        for (number, money) in
            [("1440.5", "1440.50"), ("-0.5", "-0.50"), ("3", "3.00"), ("0.005", "0.005"), ("-0", "0.00")]
        {
            assert_eq!(read(number).money(), money);
        }
    }
}
