//! Amounts that are multiplied and added up: decimals of eight places, because floating point loses cents on the way.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};

use super::money::Amount;

/// How many of the smallest parts make one: prices of usage were seen with up to eight places.
const ONE: i128 = 100_000_000;
const CENT: i128 = ONE / 100;

/// A decimal of at most eight places.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Exact(i128);

impl Exact {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The decimal that upstream wrote: a JSON number's shortest writing is the one it came in.
    pub fn of(number: f64) -> Self {
        Self::read(&number.to_string()).unwrap_or_default()
    }

    /// A number in a text, with point or comma before the fraction; `1.234,50` and `1,234.50` are both read.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
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
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let parts = whole.checked_mul(ONE)?.checked_add(eight_places(fraction))?;
        Some(Self(if negative { -parts } else { parts }))
    }

    /// The product, rounded to the eighth place.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        Self(rounded(self.0.saturating_mul(other.0), ONE))
    }

    /// Rounded to the cent, halves away from zero, as invoices do it.
    #[must_use]
    pub fn to_the_cent(self) -> Self {
        Self(rounded(self.0, CENT).saturating_mul(CENT))
    }

    /// What was before so many percent were added, to the cent; nothing for a rate that takes all or more away.
    pub fn without_percent(self, percent: Self) -> Option<Self> {
        let hundred = 100 * ONE;
        let whole = hundred.checked_add(percent.0).filter(|whole| *whole > 0)?;
        Some(Self(rounded(self.0.checked_mul(hundred)?, whole)).to_the_cent())
    }

    /// Without its sign.
    #[must_use]
    pub fn magnitude(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// What part of `whole` this is, in percent with one place; nothing when the whole is nothing.
    pub fn percent_of(self, whole: Self) -> Option<Self> {
        if whole.0 == 0 {
            return None;
        }
        let tenths = rounded(self.0.saturating_mul(1_000), whole.0);
        Some(Self(tenths.saturating_mul(ONE / 10)))
    }

    /// As answers give it.
    pub fn amount(self) -> Amount {
        Amount::of(self.to_string().parse().unwrap_or_default())
    }

    /// As a table of money gives it: always with cents.
    pub fn money(self) -> String {
        let cents = rounded(self.0, CENT);
        let sign = if cents < 0 { "-" } else { "" };
        format!("{sign}{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
    }
}

/// The fraction's digits in parts of one, the ninth place rounding the eighth.
fn eight_places(fraction: &str) -> i128 {
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).map(|byte| i128::from(byte - b'0'));
    let nine = digits.take(9).fold(0, |sum, digit| sum * 10 + digit);
    rounded(nine, 10)
}

/// Division, halves away from zero.
fn rounded(number: i128, by: i128) -> i128 {
    let half = by.abs() / 2;
    let sign = number.signum() * by.signum();
    sign * ((number.abs().saturating_add(half)) / by.abs())
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (parts, one) = (self.0.unsigned_abs(), ONE.unsigned_abs());
        let fraction = format!("{:08}", parts % one);
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{sign}{}", parts / one),
            fraction => write!(f, "{sign}{}.{fraction}", parts / one),
        }
    }
}

impl Add for Exact {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Exact {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Exact {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl Sum for Exact {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Self::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Exact {
        Exact::read(text).unwrap()
    }

    #[test]
    fn what_floating_point_loses_is_kept() {
        let sum: Exact = std::iter::repeat_n(Exact::of(0.1), 1_000_000).sum();
        assert_eq!(sum, Exact::of(100_000.0));
        assert_eq!(Exact::of(0.1) + Exact::of(0.2), Exact::of(0.3));
        assert_eq!(Exact::of(0.00000001).to_string(), "0.00000001");
    }

    #[test]
    fn money_is_rounded_to_the_cent_away_from_zero() {
        for (quantity, price, cents) in
            [("3", "1.005", "3.02"), ("1", "2.675", "2.68"), ("1", "-2.675", "-2.68"), ("0.33333333", "9", "3.00")]
        {
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
            ("0.123456785", "0.12345679"),
        ] {
            assert_eq!(read(text).to_string(), expected, "{text}");
        }
        for bad in ["", "-", "2.35 EUR", "1e5", "NaN", ",", "one"] {
            assert_eq!(Exact::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_share_has_one_place_and_a_whole_of_nothing_has_no_shares() {
        assert_eq!(read("1").percent_of(read("3")).unwrap().to_string(), "33.3");
        assert_eq!(read("-1").percent_of(read("8")).unwrap().to_string(), "-12.5");
        assert_eq!(read("1").percent_of(Exact::ZERO), None);
    }

    #[test]
    fn amounts_and_money_show_the_same_number() {
        assert_eq!(serde_json::json!(read("1440.50").amount()).to_string(), "1440.5");
        assert_eq!((read("1440.5").money().as_str(), read("-0.5").money().as_str()), ("1440.50", "-0.50"));
    }
}
