//! Which years documents can be of, and how they are written.

use chrono::{Datelike, NaiveDate};

/// What lies before is a default that nobody filled in (`0001-01-01`), what lies after a slip of the pen.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2200;

/// Whether a year is one that documents can be of.
pub fn is_plausible(day: NaiveDate) -> bool {
    YEARS.contains(&day.year())
}

/// A year as it is written; one of two digits is of this century.
pub fn read(digits: &str) -> Option<i32> {
    let year: i32 = digits.parse().ok().filter(|_| digits.chars().all(|digit| digit.is_ascii_digit()))?;
    match digits.len() {
        2 => Some(2000 + year),
        4 => Some(year),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_digits_are_of_this_century_and_the_first_year_of_all_is_none() {
        assert_eq!((read("26"), read("2026"), read("126"), read("+206")), (Some(2026), Some(2026), None, None));
        let first = |year| is_plausible(NaiveDate::from_ymd_opt(year, 1, 1).unwrap());
        assert_eq!((first(1), first(1989), first(1990), first(2200), first(2201)), (false, false, true, true, false));
    }
}
