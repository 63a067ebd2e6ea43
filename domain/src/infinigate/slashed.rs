//! Dates between slashes, which put the month first in America and the day first elsewhere.

use chrono::NaiveDate;

use super::years::{self, is_plausible};

/// Which number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `8/31/2026`.
    MonthFirst,
    /// `31/8/2026`.
    DayFirst,
}

/// A date between slashes whose order is not known yet; a time after it means nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slashed {
    first: u32,
    second: u32,
    year: i32,
}

impl Slashed {
    /// The three numbers of `8/31/2026 12:00:00 AM`; a year of two digits is of this century.
    pub fn read(text: &str) -> Option<Self> {
        let date = text.split_whitespace().next()?;
        let mut parts = date.split('/');
        let (Some(first), Some(second), Some(last), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        // A time may be stuck to it as in ISO 8601.
        let last = last.split(['T', 't']).next()?;
        let number = |text: &str| text.parse().ok().filter(|_| text.len() <= 2);
        Some(Self { first: number(first)?, second: number(second)?, year: years::read(last)? })
    }

    /// The day it is if written so, unless no document can be of that year.
    pub fn in_order(self, order: Order) -> Option<NaiveDate> {
        let (month, day) = match order {
            Order::MonthFirst => (self.first, self.second),
            Order::DayFirst => (self.second, self.first),
        };
        NaiveDate::from_ymd_opt(self.year, month, day).filter(|day| is_plausible(*day))
    }

    /// The day, where only one order makes one.
    pub fn certain(self) -> Option<NaiveDate> {
        match (self.in_order(Order::MonthFirst), self.in_order(Order::DayFirst)) {
            (Some(one), Some(other)) => (one == other).then_some(one),
            (one, other) => one.or(other),
        }
    }

    /// Whether the year is one that documents can be of.
    pub(super) fn may_be_a_date(self) -> bool {
        NaiveDate::from_ymd_opt(self.year, 1, 1).is_some_and(is_plausible)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certain(text: &str) -> Option<String> {
        Slashed::read(text)?.certain().map(|day| day.to_string())
    }

    #[test]
    fn the_order_is_certain_where_only_one_makes_a_date() {
        assert_eq!(certain("12/31/2026 12:00:00 AM").as_deref(), Some("2026-12-31"));
        assert_eq!(certain("31/12/26").as_deref(), Some("2026-12-31"));
        assert_eq!(certain("8/8/2026").as_deref(), Some("2026-08-08"));
        for uncertain in ["3/4/2026", "13/13/2026", "1/1/0001", "2026/08/01", "8/31", "a/b/2026"] {
            assert_eq!(certain(uncertain), None, "{uncertain}");
        }
    }
}
