//! Dates as StartInfinity sends them and as people write them, brought into ISO 8601.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeDelta, Utc};

use infini_mcp_core::tool::Zone;

/// A moment as it is shown: to the second, and as a day alone where it is midnight.
///
/// Text that is no date comes back as it is.
pub fn shown(text: &str) -> String {
    let moment = moment(text);
    match moment.as_deref().and_then(|moment| moment.strip_suffix("T00:00:00Z")) {
        Some(day) => day.to_owned(),
        None => moment.unwrap_or_else(|| text.to_owned()),
    }
}

/// A moment as upstream has written it, to the second, such as `2026-05-04T09:00:00Z`; a time without a zone is UTC, a day
/// alone its midnight.
///
/// Takes the forms of ISO 8601, and the German `4.5.2026`, whose dots leave no doubt about the order.
pub fn moment(text: &str) -> Option<String> {
    moment_in(text, Zone::UTC)
}

/// A moment as a caller has written it: a time without a zone is one of `zone`. A day alone stays that day.
pub fn moment_in(text: &str, zone: Zone) -> Option<String> {
    let (written, offset) = read(text)?;
    let moment = match offset {
        Some(offset) => written.checked_sub_signed(offset)?.and_utc(),
        None if is_day(text) => written.and_utc(),
        None => zone.moment(written),
    };
    // `%Y` also takes `26`, which would be a year of the Romans.
    (moment >= DateTime::UNIX_EPOCH - TimeDelta::days(36_500)).then(|| in_utc(moment))
}

/// Whether a text names a day without a time.
pub fn is_day(text: &str) -> bool {
    day_of(text.trim()).is_some()
}

fn day_of(text: &str) -> Option<NaiveDate> {
    let fits = |length: &Option<usize>| length.is_none_or(|length| text.len() == length);
    DAYS.iter().filter(|(_, length)| fits(length)).find_map(|(form, _)| NaiveDate::parse_from_str(text, form).ok())
}

/// A moment as it is written, and how far its zone is ahead of UTC, where it names one.
fn read(text: &str) -> Option<(NaiveDateTime, Option<TimeDelta>)> {
    let text = text.trim();
    let (day, time) = text.split_once(['T', 't', ' ']).map_or((text, None), |(day, time)| (day, Some(time.trim())));
    let midnight = day_of(day)?.and_time(NaiveTime::MIN);
    let Some(time) = time else { return Some((midnight, None)) };
    let (clock, offset) = split_offset(time)?;
    Some((midnight.checked_add_signed(since_midnight(clock)?)?, offset))
}

/// Days: of a month, of a week, of a year. Those of the given length are nothing else when they are shorter: `2026-05` is a
/// month, and not the fifth day of the year.
const DAYS: [(&str, Option<usize>); 5] =
    [("%Y-%m-%d", None), ("%d.%m.%Y", None), ("%Y%m%d", Some(8)), ("%G-W%V-%u", Some(10)), ("%Y-%j", Some(8))];
/// Times of a day; a fraction of a second may follow.
const CLOCKS: [&str; 5] = ["%H:%M:%S%.f", "%H:%M", "%H%M%S%.f", "%H%M", "%H"];
/// Offsets from UTC.
const OFFSETS: [&str; 3] = ["%H:%M", "%H%M", "%H"];

/// A time without its zone, and how far the zone is ahead of UTC.
fn split_offset(time: &str) -> Option<(&str, Option<TimeDelta>)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, Some(TimeDelta::zero())));
    }
    let Some(at) = time.find(['+', '-', '\u{2212}']) else { return Some((time, None)) };
    let (clock, offset) = time.split_at(at);
    let ahead = read_time(offset.trim_start_matches(['+', '-', '\u{2212}']), &OFFSETS)?;
    Some((clock, Some(if offset.starts_with('+') { ahead } else { -ahead })))
}

/// How far a time is from midnight; 24:00 is the end of the day.
fn since_midnight(clock: &str) -> Option<TimeDelta> {
    let clock = clock.trim();
    let is_end = clock.starts_with("24") && clock.chars().skip(2).all(|character| matches!(character, '0' | ':' | '.'));
    if is_end { Some(TimeDelta::days(1)) } else { read_time(&clock.replace(',', "."), &CLOCKS) }
}

fn read_time(text: &str, forms: &[&str]) -> Option<TimeDelta> {
    // An hour alone is no time to the library.
    let of_hour =
        || text.parse::<u32>().ok().filter(|_| text.len() == 2).and_then(|hour| NaiveTime::from_hms_opt(hour, 0, 0));
    let time = forms.iter().find_map(|form| NaiveTime::parse_from_str(text, form).ok()).or_else(of_hour)?;
    Some(time - NaiveTime::MIN)
}

fn in_utc(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_stays_a_day_and_a_moment_loses_its_fractions() {
        assert_eq!(shown("2026-05-04T00:00:00.000000Z"), "2026-05-04");
        assert_eq!(shown("2026-05-04"), "2026-05-04");
        assert_eq!(shown("2026-05-04T09:00:00.123456Z"), "2026-05-04T09:00:00Z");
        assert_eq!(shown("soon"), "soon");
    }

    #[test]
    fn a_callers_time_is_of_the_zone_that_is_set_and_a_day_stays_that_day() {
        let berlin = |text| moment_in(text, Zone::HOME);
        assert_eq!(berlin("2026-05-04 09:00").as_deref(), Some("2026-05-04T07:00:00Z"));
        assert_eq!(berlin("2026-12-04T09:00:00").as_deref(), Some("2026-12-04T08:00:00Z"));
        assert_eq!(berlin("2026-05-04T09:00:00Z").as_deref(), Some("2026-05-04T09:00:00Z"));
        assert_eq!(berlin("2026-05-04").as_deref(), Some("2026-05-04T00:00:00Z"));
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        assert_eq!(moment("2026-05-04").as_deref(), Some("2026-05-04T00:00:00Z"));
        assert_eq!(moment("4.5.2026").as_deref(), Some("2026-05-04T00:00:00Z"));
        assert_eq!(moment("2026-05-04T09:00:00+02:00").as_deref(), Some("2026-05-04T07:00:00Z"));
        assert_eq!(moment("2026-05-04 09:00").as_deref(), Some("2026-05-04T09:00:00Z"));
        assert_eq!(moment("4.5.2026 9:30").as_deref(), Some("2026-05-04T09:30:00Z"));
        for wrong in [
            "",
            "tomorrow",
            "04/05/2026",
            "2026-13-01",
            "4.5.26",
            "2026-05",
            "2026-05-04T",
            "2026-05-04T25:00Z",
            "2026-05-04T09:00X",
        ] {
            assert_eq!(moment(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_form_of_iso_8601_is_taken() {
        for nine in [
            "2026-05-04T09:00Z",
            "2026-05-04T09Z",
            "2026-05-04T0900Z",
            "20260504T090000Z",
            "20260504T0900",
            "2026-05-04t09:00:00z",
            "2026-05-04T09:00:00,123Z",
            "2026-05-04T11:00+02:00",
            "2026-05-04T11:00+0200",
            "2026-05-04 11:00:00.5 +02",
            "2026-05-04T05:30-03:30",
            "2026-05-04T08:00\u{2212}01",
            "2026-W19-1T09:00",
            "2026-124T09:00",
        ] {
            assert_eq!(moment(nine).as_deref(), Some("2026-05-04T09:00:00Z"), "{nine}");
        }
        assert_eq!(moment("2026-05-03T24:00Z").as_deref(), Some("2026-05-04T00:00:00Z"));
        assert_eq!(moment("20260504").as_deref(), Some("2026-05-04T00:00:00Z"));
    }
}
