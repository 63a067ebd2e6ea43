//! How long a contract runs, as documents write it: mostly in months, as a number or as text.

use chrono::{Days, NaiveDate};

use crate::months;

/// The longest term that is believed.
const MAX_MONTHS: u32 = 240;

/// A length of time that a contract runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// Calendar months.
    Months(u32),
    /// Days, counted with the first one.
    Days(u32),
}

impl Term {
    /// Reads `12`, `12.0`, `12 Monate`, `12 months`, `1 Jahr`, `3Y`, `P1Y`, `365 Tage`. A bare number is of months; anything
    /// else would be guessing.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix(['P', 'p']).filter(|rest| rest.ends_with(char::is_alphabetic)).unwrap_or(text);
        let end = text.find(|sign: char| !(sign.is_ascii_digit() || ['.', ','].contains(&sign))).unwrap_or(text.len());
        let (number, unit) = text.split_at_checked(end)?;
        let number: f64 = number.replace(',', ".").parse().ok()?;
        let unit = unit.trim().trim_start_matches('-').trim_end_matches('.').to_lowercase();
        let whole =
            |number: f64| (number.fract() == 0.0 && (1.0..=100_000.0).contains(&number)).then_some(number as u32);
        let months = |number: f64| whole(number).filter(|months| *months <= MAX_MONTHS).map(Self::Months);
        match unit.as_str() {
            "" | "m" | "mo" | "mon" | "mth" | "mths" | "monat" | "monate" | "monaten" | "month" | "months"
            | "month(s)" | "monat(e)" => months(number),
            "j" | "jahr" | "jahre" | "jahren" | "jahr(e)" | "y" | "yr" | "yrs" | "year" | "years" | "year(s)" => {
                months(number * 12.0)
            }
            "d" | "day" | "days" | "day(s)" | "t" | "tag" | "tage" | "tagen" | "tag(e)" => {
                whole(number).filter(|days| *days <= MAX_MONTHS * 31).map(Self::Days)
            }
            _ => None,
        }
    }

    /// The last day of what begins on `start`.
    pub fn end_from(self, start: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Months(months) => months::end_of_term(start, months),
            Self::Days(days) => start.checked_add_days(Days::new(days.into()))?.pred_opt(),
        }
    }

    /// The first day of what ends with `last`.
    pub fn start_to(self, last: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Months(months) => months::start_of_term(last, months),
            Self::Days(days) => last.checked_sub_days(Days::new(days.into()))?.succ_opt(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_read_as_it_is_written() {
        for year in
            ["12", "12.0", "12,00", " 12 ", "12 Monate", "12 months", "12M", "1 Jahr", "1Y", "P1Y", "P12M", "1 year(s)"]
        {
            assert_eq!(Term::read(year), Some(Term::Months(12)), "{year}");
        }
        assert_eq!(Term::read("3 Jahre"), Some(Term::Months(36)));
        assert_eq!(Term::read("1,5 Jahre"), Some(Term::Months(18)));
        assert_eq!(Term::read("365 Tage"), Some(Term::Days(365)));
        for no_term in ["", "0", "-12", "three years", "12.5", "365", "1.2.3", "12 x", "Perpetual", "unbefristet"] {
            assert_eq!(Term::read(no_term), None, "{no_term}");
        }
    }

    #[test]
    fn an_end_is_the_last_day_of_the_term() {
        let end = |term: &str, start: &str| Term::read(term)?.end_from(start.parse().ok()?).map(|day| day.to_string());
        assert_eq!(end("36", "2024-02-29").as_deref(), Some("2027-02-28"));
        assert_eq!(end("365 Tage", "2026-09-01").as_deref(), Some("2027-08-31"));
        let start = Term::Months(12).start_to("2027-08-31".parse().unwrap());
        assert_eq!(start.map(|day| day.to_string()).as_deref(), Some("2026-09-01"));
    }
}
