//! The two days of a contract, also where they are written between slashes and only both together tell in which order.

use chrono::NaiveDate;

use super::terms::Term;
use crate::infinigate::dates;
use crate::infinigate::slashed::{Order, Slashed};

/// Days by which an end may differ from the one that the term gives: some write the last day, others the day after.
const TOLERANCE: i64 = 3;

type Days = (Option<NaiveDate>, Option<NaiveDate>);

/// The first and the last day, as far as they can be read. Whoever writes one date with the month first writes both so;
/// an order that puts the end before the start is none, and where both are possible the term decides.
pub fn read(first: Option<&str>, last: Option<&str>, length: Option<Term>) -> Days {
    let alone = |text: Option<&str>| text.and_then(dates::day);
    let has_slashes = |text: Option<&str>| text.and_then(Slashed::read).is_some();
    if !has_slashes(first) && !has_slashes(last) {
        return (alone(first), alone(last));
    }
    let mut possible: Vec<Days> =
        [Order::MonthFirst, Order::DayFirst].into_iter().filter_map(|order| in_order(first, last, order)).collect();
    possible.dedup();
    if let ([_, _], Some(length)) = (possible.as_slice(), length) {
        possible.retain(|days| fits(*days, length));
    }
    match possible.as_slice() {
        [only] => *only,
        _ => (alone(first), alone(last)),
    }
}

/// Both days in one order, unless one of them is none in it or they are the wrong way round.
fn in_order(first: Option<&str>, last: Option<&str>, order: Order) -> Option<Days> {
    let day = |text: Option<&str>| -> Option<Option<NaiveDate>> {
        match text.and_then(Slashed::read).filter(|date| date.may_be_a_date()) {
            Some(slashed) => slashed.in_order(order).map(Some),
            None => Some(text.and_then(dates::day)),
        }
    };
    let days = (day(first)?, day(last)?);
    days.0.zip(days.1).is_none_or(|(first, last)| first <= last).then_some(days)
}

fn fits((first, last): Days, length: Term) -> bool {
    let reckoned = first.and_then(|first| length.end_from(first));
    reckoned.zip(last).is_some_and(|(reckoned, last)| (reckoned - last).num_days().abs() <= TOLERANCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(first: &str, last: &str, months: u32) -> (Option<String>, Option<String>) {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let length = (months > 0).then_some(Term::Months(months));
        let (first, last) = read(some(first).as_deref(), some(last).as_deref(), length);
        (first.map(|day| day.to_string()), last.map(|day| day.to_string()))
    }

    fn days(first: &str, last: &str) -> (Option<String>, Option<String>) {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        (some(first), some(last))
    }

    #[test]
    fn one_date_tells_the_order_of_the_other() {
        assert_eq!(told("9/1/2026", "8/31/2027", 0), days("2026-09-01", "2027-08-31"));
        assert_eq!(told("1/9/2026", "31/8/2027", 0), days("2026-09-01", "2027-08-31"));
        assert_eq!(told("9/1/26 12:00:00 AM", "8/31/27 12:00:00 AM", 0), days("2026-09-01", "2027-08-31"));
    }

    #[test]
    fn an_end_is_not_before_its_start_and_fits_the_term() {
        assert_eq!(told("2026-09-01", "3/4/2026", 0), days("2026-09-01", ""), "neither order makes sense");
        assert_eq!(told("2026-03-20", "4/3/2026", 0), days("2026-03-20", "2026-04-03"));
        assert_eq!(told("9/1/2026", "9/1/2027", 12), days("", ""), "both orders run for a year");
        assert_eq!(told("2026-09-01", "9/1/2027", 12), days("2026-09-01", "2027-09-01"));
    }

    #[test]
    fn what_stays_uncertain_is_not_guessed() {
        assert_eq!(told("", "3/4/2027", 0), days("", ""));
        assert_eq!(told("3/4/2026", "3/4/2027", 0), days("", ""));
        assert_eq!(told("1/1/0001", "12/31/2026", 0), days("", "2026-12-31"));
        assert_eq!(told("2026-09-01", "1/1/0001", 12), days("2026-09-01", ""));
    }
}
