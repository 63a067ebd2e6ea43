//! Reckoning with months, for everything that does: months differ in length, so a day may have no counterpart.

use chrono::{Datelike, Months, NaiveDate};

/// The same day so many months later; the last day of that month where it has no such day.
pub fn later(day: NaiveDate, months: u32) -> Option<NaiveDate> {
    day.checked_add_months(Months::new(months))
}

/// The same day so many months before; the last day of that month where it has no such day.
pub fn before(day: NaiveDate, months: u32) -> Option<NaiveDate> {
    day.checked_sub_months(Months::new(months))
}

/// The first day of the month that `day` lies in.
pub fn first_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// The last day of the month that `day` lies in.
pub fn last_of(day: NaiveDate) -> NaiveDate {
    later(first_of(day), 1).and_then(|next| next.pred_opt()).unwrap_or(day)
}

/// The last day of what runs for so many months from `start`: the day before its counterpart. Where the last month has no
/// counterpart it is used up to its end: three years from 29 February end on 28 February.
pub fn end_of_term(start: NaiveDate, months: u32) -> Option<NaiveDate> {
    let counterpart = later(start, months)?;
    if counterpart.day() < start.day() { Some(counterpart) } else { counterpart.pred_opt() }
}

/// The first day of what ends with `last` after so many months: the day after its counterpart. What ends with its month
/// began with one.
pub fn start_of_term(last: NaiveDate, months: u32) -> Option<NaiveDate> {
    if last == last_of(last) { later(first_of(before(last, months)?), 1) } else { before(last, months)?.succ_opt() }
}

/// The month of a day, as `2026-08`.
pub fn name(day: NaiveDate) -> String {
    day.format("%Y-%m").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_term_ends_the_day_before_its_counterpart_or_with_its_month() {
        for (start, months, end) in [
            ("2026-09-01", 12, "2027-08-31"),
            ("2026-09-15", 36, "2029-09-14"),
            ("2024-02-29", 36, "2027-02-28"),
            ("2024-02-29", 48, "2028-02-28"),
            ("2026-08-31", 6, "2027-02-28"),
            ("2026-01-31", 1, "2026-02-28"),
            ("2026-03-01", 12, "2027-02-28"),
            ("2023-03-01", 12, "2024-02-29"),
        ] {
            assert_eq!(end_of_term(day(start), months), Some(day(end)), "{start} + {months}");
        }
    }

    #[test]
    fn a_year_back_from_the_end_of_a_month_begins_with_a_month() {
        for (last, months, start) in [
            ("2026-06-30", 12, "2025-07-01"),
            ("2024-02-29", 12, "2023-03-01"),
            ("2025-02-28", 12, "2024-03-01"),
            ("2026-06-15", 12, "2025-06-16"),
        ] {
            assert_eq!(start_of_term(day(last), months), Some(day(start)), "{last}");
        }
    }

    proptest! {
        #[test]
        fn terms_follow_each_other_without_a_gap_wherever_they_begin(offset in 0_i32..80_000, months in 1_u32..=240) {
            let start = NaiveDate::from_num_days_from_ce_opt(727_000 + offset).unwrap();
            let end = end_of_term(start, months).unwrap();
            let calendar = (end.year() - start.year()) * 12 + end.month() as i32 - start.month() as i32;
            // It ends in the month of its counterpart, or with the month before when it begins on a first.
            prop_assert_eq!(calendar, months as i32 - i32::from(start.day() == 1));
            // No day is given away and none is given on top: the day after is the counterpart, or the first where there is none.
            let next = end.succ_opt().unwrap();
            prop_assert!(next.day() == start.day() || (next.day() == 1 && start.day() > 28));
            prop_assert!(end >= start);
            // A longer term never ends earlier.
            prop_assert!(end_of_term(start, months + 1).unwrap() > end);
        }

        #[test]
        fn a_month_begins_with_its_first_and_ends_before_the_next(offset in 0_i32..80_000) {
            let day = NaiveDate::from_num_days_from_ce_opt(727_000 + offset).unwrap();
            prop_assert_eq!(first_of(day).day(), 1);
            prop_assert_eq!(last_of(day).succ_opt().unwrap(), later(first_of(day), 1).unwrap());
            prop_assert!(first_of(day) <= day && day <= last_of(day));
            prop_assert_eq!(end_of_term(first_of(day), 1), Some(last_of(day)));
            prop_assert_eq!(start_of_term(last_of(day), 1), Some(first_of(day)));
        }
    }
}
