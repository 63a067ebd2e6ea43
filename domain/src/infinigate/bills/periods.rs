//! Spans of days: the service periods of usage, which come in two writings, with the periods of reports.

use chrono::{Days, NaiveDate};

use crate::infinigate::dates;
use crate::infinigate::period::{self, no_date};
use crate::infinigate::slashed::{Order, Slashed};
use crate::months;
use infini_mcp_core::tool::{Error, Result};

/// Days from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaySpan {
    /// The first day.
    pub first: NaiveDate,
    /// The last day.
    pub last: NaiveDate,
}

impl DaySpan {
    /// The span, unless it ends before it begins.
    pub fn of(first: NaiveDate, last: NaiveDate) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// A period as text, mostly German: `01.08.2026 - 31.08.2026`, also among other words.
    pub fn in_words(text: &str) -> Option<Self> {
        let of = |(first, last): (&str, &str)| Self::of(dates::day(first)?, dates::day(last)?);
        if let Some(period) = [" - ", " – ", " bis "].iter().find_map(|between| of(text.split_once(between)?)) {
            return Some(period);
        }
        let is_between = |sign: char| sign.is_whitespace() || ['-', '–', '—', '(', ')', ',', ';', ':'].contains(&sign);
        let words = text.split(is_between).filter(|word| word.contains('.'));
        let days: Vec<NaiveDate> = words.filter_map(dates::day).collect();
        let [first, last] = days.as_slice() else { return None };
        Self::of(*first, *last)
    }

    /// The months before the one that `today` lies in.
    pub fn full_months_before(today: NaiveDate, months: u32) -> Self {
        let this_month = months::first_of(today);
        let first = months::before(this_month, months).unwrap_or(this_month);
        Self { first, last: this_month.pred_opt().unwrap_or(this_month) }
    }

    /// The bounds a caller gives, a day or a month each. Without an end it is `today`; without anything the twelve full
    /// months before it.
    ///
    /// # Errors
    /// `invalid_arguments` when a bound is no date, or they are the wrong way round.
    pub fn asked(from: Option<&str>, to: Option<&str>, today: NaiveDate) -> Result<Self> {
        let bounds = |field: &str, text: &str| period::span(text).ok_or_else(|| no_date(field, text));
        let from = from.map(|text| bounds("date_from", text)).transpose()?.map(|(first, _)| first);
        let to = to.map(|text| bounds("date_to", text)).transpose()?.map(|(_, last)| last);
        let (first, last) = match (from, to) {
            (None, None) => return Ok(Self::full_months_before(today, 12)),
            (Some(first), to) => (first, to.unwrap_or(today)),
            (None, Some(last)) => (months::start_of_term(last, 12).unwrap_or(last), last),
        };
        Self::of(first, last).ok_or_else(|| {
            Error::of_argument("date_from", &format!("{first} is after `date_to`, which is {last}"))
                .with_hint("Swap `date_from` and `date_to`.")
        })
    }

    /// The month a caller names as `2026-10`; without one, the last full month before `today`.
    ///
    /// # Errors
    /// `invalid_arguments` when it is no month.
    pub fn month(text: Option<&str>, today: NaiveDate) -> Result<Self> {
        let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
            return Ok(Self::full_months_before(today, 1));
        };
        let (day, _) = period::span(text).ok_or_else(|| no_date("month", text))?;
        Ok(Self { first: months::first_of(day), last: months::last_of(day) })
    }

    /// From today on, so many days ahead.
    pub fn from_today(today: NaiveDate, days: u32) -> Self {
        Self { first: today, last: today }.widened(0, u64::from(days))
    }

    /// Longer by so many days at either end.
    #[must_use]
    pub fn widened(self, before: u64, after: u64) -> Self {
        Self {
            first: self.first.checked_sub_days(Days::new(before)).unwrap_or(self.first),
            last: self.last.checked_add_days(Days::new(after)).unwrap_or(self.last),
        }
    }

    /// Whether a day lies within.
    pub fn holds(self, day: NaiveDate) -> bool {
        self.first <= day && day <= self.last
    }

    /// How many days it has.
    pub fn days(self) -> i64 {
        (self.last - self.first).num_days() + 1
    }
}

/// A day as usage writes it, the American way with a time that means nothing: `6/1/2026 12:00:00 AM`. What cannot be
/// American is read as it can be.
pub fn american(text: &str) -> Option<NaiveDate> {
    let american = || Slashed::read(text)?.in_order(Order::MonthFirst);
    american().or_else(|| dates::day(text))
}

/// Both ends of a period as usage writes them: in the American order, unless one of them cannot be read so.
pub fn american_pair(first: Option<&str>, last: Option<&str>) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let is_german = |text: &str| {
        Slashed::read(text)
            .is_some_and(|date| date.in_order(Order::MonthFirst).is_none() && date.in_order(Order::DayFirst).is_some())
    };
    let order = if [first, last].into_iter().flatten().any(is_german) { Order::DayFirst } else { Order::MonthFirst };
    let day = |text: &str| match Slashed::read(text) {
        Some(date) => date.in_order(order).or_else(|| date.certain()),
        None => dates::day(text),
    };
    (first.and_then(day), last.and_then(day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn span(first: &str, last: &str) -> DaySpan {
        DaySpan::of(day(first), day(last)).unwrap()
    }

    #[test]
    fn the_two_writings_of_a_service_period_are_read() {
        assert_eq!(american("6/1/2026 12:00:00 AM"), Some(day("2026-06-01")));
        assert_eq!(american("12/31/2026"), Some(day("2026-12-31")));
        assert_eq!(american("2026-06-01T00:00:00"), Some(day("2026-06-01")));
        assert_eq!(american("8/1/26"), Some(day("2026-08-01")));
        assert_eq!(american("31/12/2026 12:00:00 AM"), Some(day("2026-12-31")), "no month has that number");
        assert_eq!((american("1/1/0001 12:00:00 AM"), american("soon")), (None, None));
        assert_eq!(DaySpan::in_words("01.08.2026 - 31.08.2026"), Some(span("2026-08-01", "2026-08-31")));
        assert_eq!(DaySpan::in_words("01.08.2026–31.08.2026"), Some(span("2026-08-01", "2026-08-31")));
        assert_eq!(DaySpan::in_words("01.08.26 - 31.08.26"), Some(span("2026-08-01", "2026-08-31")));
        assert_eq!(DaySpan::in_words("2026-08-01 bis 2026-08-31"), Some(span("2026-08-01", "2026-08-31")));
        assert_eq!(DaySpan::in_words("Standort Köln 01.08.2026 - 31.08.2026"), Some(span("2026-08-01", "2026-08-31")));
        for no_period in ["Werk Süd - Halle 2", "31.08.2026 - 01.08.2026", "01.08.2026", "01.01.0001 - 31.01.0001", ""]
        {
            assert_eq!(DaySpan::in_words(no_period), None, "{no_period}");
        }
    }

    #[test]
    fn a_report_without_dates_is_about_the_last_full_months() {
        let today = day("2026-11-22");
        assert_eq!(DaySpan::asked(None, None, today).unwrap(), span("2025-11-01", "2026-10-31"));
        assert_eq!(DaySpan::asked(Some("2026-03"), None, today).unwrap(), span("2026-03-01", "2026-11-22"));
        assert_eq!(DaySpan::asked(None, Some("2026-06"), today).unwrap(), span("2025-07-01", "2026-06-30"));
        assert_eq!(DaySpan::month(None, today).unwrap(), span("2026-10-01", "2026-10-31"));
        assert_eq!(DaySpan::month(Some("2024-02"), today).unwrap(), span("2024-02-01", "2024-02-29"));
        assert_eq!(DaySpan::month(Some("2024-02-11"), today).unwrap(), span("2024-02-01", "2024-02-29"));
    }

    #[test]
    fn bounds_that_are_none_are_refused_by_their_names() {
        let today = day("2026-11-22");
        for (from, to, field) in [
            (Some("spring"), None, "`date_from`"),
            (None, Some("2026-13"), "`date_to`"),
            (Some("2026-05"), Some("2026-04"), "`date_from`"),
        ] {
            let error = DaySpan::asked(from, to, today).unwrap_err();
            assert!(error.to_string().contains(field), "{error}");
        }
        assert!(DaySpan::month(Some("October"), today).unwrap_err().to_string().contains("`month`"));
    }
}
