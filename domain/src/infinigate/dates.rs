//! Dates: how Infinigate writes them, how a caller may give them, and how answers show them.
//!
//! The written day counts: `2026-10-01T00:00:00+02:00` is the first of October, whatever the day is in UTC.

use chrono::{FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};

use super::slashed::Slashed;
use super::years;

/// A date as it is written: what a calendar and a clock show, and how far that clock is from UTC where it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// The day and the time; midnight for a day alone.
    pub wall: NaiveDateTime,
    /// The zone, where one is named.
    pub offset: Option<FixedOffset>,
    /// Whether a time was written.
    pub has_time: bool,
}

/// A date of Infinigate as an answer shows it: without the time where that is midnight, otherwise as it came. A year that
/// no document can have is no date.
pub fn shown(text: Option<&str>) -> Option<String> {
    let text = text.map(str::trim).filter(|text| !text.is_empty())?;
    match read(text) {
        Some(moment) if moment.time() == NaiveTime::MIN => Some(moment.date().to_string()),
        Some(_) => Some(text.to_owned()),
        None => is_text(text).then(|| text.to_owned()),
    }
}

/// The day and time that a text of Infinigate has written. An American date is read where its order is certain.
pub fn read(text: &str) -> Option<NaiveDateTime> {
    written(text).map(|written| written.wall).or_else(|| Some(Slashed::read(text)?.certain()?.and_time(NaiveTime::MIN)))
}

/// The day that a text of Infinigate has written.
pub fn day(text: &str) -> Option<NaiveDate> {
    read(text).map(|moment| moment.date())
}

/// What is written, with its zone: ISO 8601 in all its lengths, or the German day. Years of two digits are of this century.
pub fn written(text: &str) -> Option<Written> {
    parsed(text).filter(|written| years::is_plausible(written.wall.date()))
}

/// Whether it is no date at all, not one of an impossible year.
fn is_text(text: &str) -> bool {
    parsed(text).is_none() && Slashed::read(text).is_none_or(Slashed::may_be_a_date)
}

fn parsed(text: &str) -> Option<Written> {
    let (rest, offset) = without_zone(text.trim());
    let (day, time) = match rest.split_once(['T', 't', ' ']) {
        Some((day, time)) => (calendar(day)?, Some(clock(time.trim())?)),
        None => (calendar(rest)?, None),
    };
    Some(Written { wall: day.and_time(time.unwrap_or_default()), offset, has_time: time.is_some() })
}

/// A text without the zone at its end, and how far that is from UTC: `Z`, `+02:00`, `+0200`, `+02`.
fn without_zone(text: &str) -> (&str, Option<FixedOffset>) {
    if let Some(rest) = text.strip_suffix(['Z', 'z']) {
        return (rest.trim_end(), FixedOffset::east_opt(0));
    }
    let zone = || {
        let (rest, digits) = text.rsplit_once(['+', '-'])?;
        let is_west = text.get(rest.len()..)?.starts_with('-');
        // A day ends in `-01`, too; only a zone follows a time or has minutes.
        (rest.contains(':') || digits.contains(':') || !is_west).then_some(())?;
        let (hours, minutes) = match digits.split_once(':') {
            Some(parts) => parts,
            None => digits.split_at_checked(2)?,
        };
        let number = |text: &str| -> Option<i32> {
            let is_number = text.chars().all(|digit| digit.is_ascii_digit());
            is_number.then_some(if text.is_empty() { "0" } else { text })?.parse().ok()
        };
        (hours.len() == 2 && matches!(minutes.len(), 0 | 2)).then_some(())?;
        let seconds = number(hours)? * 3600 + number(minutes)? * 60;
        Some((rest.trim_end(), FixedOffset::east_opt(if is_west { -seconds } else { seconds })?))
    };
    zone().map_or((text, None), |(rest, offset)| (rest, Some(offset)))
}

/// A day: `2026-12-31`, `31.12.2026` or `31.12.26`.
fn calendar(text: &str) -> Option<NaiveDate> {
    let mut parts = text.split(['-', '.']).map(str::trim);
    let (Some(first), Some(second), Some(third), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let number = |text: &str| text.parse().ok().filter(|_| text.chars().all(|digit| digit.is_ascii_digit()));
    match (text.contains('.'), text.contains('-')) {
        (true, false) => NaiveDate::from_ymd_opt(years::read(third)?, number(second)?, number(first)?),
        (false, true) if first.len() == 4 => {
            NaiveDate::from_ymd_opt(years::read(first)?, number(second)?, number(third)?)
        }
        _ => None,
    }
}

fn clock(text: &str) -> Option<NaiveTime> {
    ["%H:%M:%S%.f", "%H:%M", "%I:%M:%S %p", "%I:%M %p"]
        .iter()
        .find_map(|form| NaiveTime::parse_from_str(text, form).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn midnight_is_a_day_and_everything_else_stays_as_it_came() {
        assert_eq!(shown(Some("2026-09-03T00:00:00")).as_deref(), Some("2026-09-03"));
        assert_eq!(shown(Some("2026-09-03T00:00:00.000Z")).as_deref(), Some("2026-09-03"));
        assert_eq!(shown(Some("2026-10-01T00:00:00+02:00")).as_deref(), Some("2026-10-01"));
        assert_eq!(shown(Some("2026-09-03T08:30:00")).as_deref(), Some("2026-09-03T08:30:00"));
        assert_eq!(shown(Some("12/31/2026 12:00:00 AM")).as_deref(), Some("2026-12-31"));
        assert_eq!(shown(Some("soon")).as_deref(), Some("soon"));
        assert_eq!(shown(Some(" ")), None);
    }

    #[test]
    fn a_year_that_no_document_can_have_is_no_date() {
        for text in ["0001-01-01T00:00:00", "0001-01-01", "1/1/0001 12:00:00 AM", "01.01.0001", "1989-12-31"] {
            assert_eq!((read(text), shown(Some(text))), (None, None), "{text}");
        }
        assert_eq!(day("31.08.26").map(|day| day.to_string()).as_deref(), Some("2026-08-31"));
    }

    #[test]
    fn iso_8601_is_read_in_all_its_lengths() {
        let at = |hour| format!("2026-10-01 {hour}");
        for (text, hour, offset) in [
            ("2026-10-01", "00:00:00", None),
            ("2026-10-01Z", "00:00:00", Some(0)),
            ("2026-10-01+02:00", "00:00:00", Some(7200)),
            ("2026-10-01-05:00", "00:00:00", Some(-18_000)),
            ("2026-10-01T09:00Z", "09:00:00", Some(0)),
            ("2026-10-01T09:00", "09:00:00", None),
            ("2026-10-01 09:00:30", "09:00:30", None),
            ("2026-10-01T09:00:30.123-0800", "09:00:30.123", Some(-28_800)),
            ("2026-10-01T09:00:30 +02", "09:00:30", Some(7200)),
            ("1.10.2026 09:00", "09:00:00", None),
        ] {
            let written = written(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(written.wall.to_string(), at(hour), "{text}");
            assert_eq!(written.offset.map(|offset| offset.local_minus_utc()), offset, "{text}");
        }
        for wrong in ["", "yesterday", "2026-13-01", "2026-10-01T", "2026-10-01T25:00", "26-10-01", "04/05/2026", "1.2"]
        {
            assert_eq!(written(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn the_written_day_counts_in_every_zone_of_the_earth(
            offset in 0_i32..70_000, minute in 0_u32..1440, quarter in -48_i32..=56
        ) {
            let day = NaiveDate::from_num_days_from_ce_opt(726_600 + offset).unwrap();
            let (sign, zone) = (if quarter < 0 { '-' } else { '+' }, quarter.unsigned_abs() * 15);
            let text = format!("{day}T{:02}:{:02}:00{sign}{:02}:{:02}", minute / 60, minute % 60, zone / 60, zone % 60);
            prop_assert_eq!(super::day(&text), Some(day));
            prop_assert_eq!(written(&text).unwrap().offset.unwrap().local_minus_utc(), quarter * 900);
        }
    }
}
