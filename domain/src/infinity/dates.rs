//! Dates as StartInfinity sends them and as people write them, brought into ISO 8601.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};

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
/// Takes ISO 8601, and the German form `4.5.2026`, whose dots leave no doubt about the order.
pub fn moment(text: &str) -> Option<String> {
    moment_in(text, Zone::UTC)
}

/// A moment as a caller has written it: a time without a zone is one of `zone`. A day alone stays that day.
pub fn moment_in(text: &str, zone: Zone) -> Option<String> {
    let text = text.trim();
    if let Ok(zoned) = DateTime::parse_from_rfc3339(text) {
        return Some(in_utc(zoned.to_utc()));
    }
    let timed = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M"];
    let timed = timed.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let day = || ["%Y-%m-%d", "%d.%m.%Y"].iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok());
    let moment = match timed {
        Some(timed) => zone.moment(timed),
        None => day()?.and_hms_opt(0, 0, 0)?.and_utc(),
    };
    // `%Y` also takes `26`, which would be a year of the Romans.
    (moment >= DateTime::UNIX_EPOCH - chrono::TimeDelta::days(36_500)).then(|| in_utc(moment))
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
        for wrong in ["", "tomorrow", "04/05/2026", "2026-13-01", "4.5.26"] {
            assert_eq!(moment(wrong), None, "{wrong}");
        }
    }
}
