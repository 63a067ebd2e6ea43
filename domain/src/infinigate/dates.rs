//! Dates: how Infinigate writes them, how a caller may give them, and how answers show them.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeDelta};

use infini_mcp_core::tool::{Code, Error, Result};

/// A date of Infinigate as an answer shows it: without the time where that is midnight, otherwise as it came.
pub fn shown(text: Option<&str>) -> Option<String> {
    let text = text.map(str::trim).filter(|text| !text.is_empty())?;
    match read(text) {
        Some(moment) if moment.time() == NaiveTime::MIN => Some(moment.date().to_string()),
        Some(_) | None => Some(text.to_owned()),
    }
}

/// The moment a text of Infinigate names; a zone, where there is one, is reckoned into UTC.
pub fn read(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim();
    let zoned = || DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.naive_utc());
    let plain = || text.parse().ok();
    let short = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok();
    let spaced = || NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok();
    zoned().or_else(plain).or_else(short).or_else(spaced).or_else(|| day(text)?.and_hms_opt(0, 0, 0))
}

fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").or_else(|_| NaiveDate::parse_from_str(text, "%d.%m.%Y")).ok()
}

/// The time between two bounds, both included; either may be open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Period {
    start: Option<NaiveDateTime>,
    end: Option<NaiveDateTime>,
}

impl Period {
    /// Reads the bounds as callers write them: a day (also `31.12.2026`), a month (`2026-12`), or a day with a time. A bare
    /// day or month is meant whole, so that `to` includes its last moment.
    ///
    /// # Errors
    /// `invalid_arguments` when a bound is no date, or they are the wrong way round.
    pub fn between(from: Option<&str>, to: Option<&str>) -> Result<Self> {
        let start =
            from.map(|text| span(text).ok_or_else(|| no_date("from", text))).transpose()?.map(|(first, _)| first);
        let end = to.map(|text| span(text).ok_or_else(|| no_date("to", text))).transpose()?.map(|(_, last)| last);
        if let (Some(start), Some(end)) = (start, end)
            && start > end
        {
            return Err(Error::of_argument("from", &format!("{start} is after `to`, which is {end}"))
                .with_hint("Swap `from` and `to`."));
        }
        Ok(Self { start, end })
    }

    /// The lower bound as Infinigate is known to take it: ISO 8601 in UTC, with milliseconds.
    pub fn start(&self) -> Option<String> {
        self.start.map(full)
    }

    /// The upper bound, written as the lower one.
    pub fn end(&self) -> Option<String> {
        self.end.map(full)
    }

    /// Whether a document's date lies within; a date that cannot be read counts as lying within.
    pub fn holds(&self, date: Option<&str>) -> bool {
        let Some(moment) = date.and_then(read) else { return true };
        self.start.is_none_or(|start| moment >= start) && self.end.is_none_or(|end| moment <= end)
    }
}

fn full(moment: NaiveDateTime) -> String {
    moment.and_utc().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The first and the last moment of what a text names: a day, a month, or a moment that is both.
pub fn span(text: &str) -> Option<(NaiveDateTime, NaiveDateTime)> {
    let text = text.trim();
    let (first, next) = if let Some(day) = day(text) {
        (day, day.checked_add_days(Days::new(1))?)
    } else if let Ok(first) = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d") {
        (first, first.checked_add_months(Months::new(1))?)
    } else {
        return read(text).map(|moment| (moment, moment));
    };
    // Years outside this range are slips of the pen, and some would not be written with four digits.
    (1990..=2200).contains(&first.year()).then_some(())?;
    Some((
        first.and_time(NaiveTime::MIN),
        next.and_time(NaiveTime::MIN).checked_sub_signed(TimeDelta::milliseconds(1))?,
    ))
}

/// What is said of a text that is no date.
pub fn no_date(field: &str, given: &str) -> Error {
    let given: String = given.chars().take(40).collect();
    Error::new(Code::InvalidArguments, format!("`{field}`: {given:?} is not a date. Nothing was sent."))
        .with_hint("Write it as 2026-12-31, 2026-12 or 2026-12-31T08:00:00Z.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn midnight_is_a_day_and_everything_else_stays_as_it_came() {
        assert_eq!(shown(Some("2026-09-03T00:00:00")).as_deref(), Some("2026-09-03"));
        assert_eq!(shown(Some("2026-09-03T00:00:00.000Z")).as_deref(), Some("2026-09-03"));
        assert_eq!(shown(Some("2026-09-03T08:30:00")).as_deref(), Some("2026-09-03T08:30:00"));
        assert_eq!(shown(Some("soon")).as_deref(), Some("soon"));
        assert_eq!(shown(Some(" ")), None);
    }

    #[test]
    fn days_and_months_are_meant_whole() {
        let period = Period::between(Some("2026-02"), Some("28.02.2026")).unwrap();
        assert_eq!(period.start().as_deref(), Some("2026-02-01T00:00:00.000Z"));
        assert_eq!(period.end().as_deref(), Some("2026-02-28T23:59:59.999Z"));
        assert_eq!(Period::between(None, Some("2026-02")).unwrap().end(), period.end());
        assert!(period.holds(Some("2026-02-28T12:00:00")) && !period.holds(Some("2026-03-01T00:00:00")));
    }

    #[test]
    fn a_zone_is_reckoned_into_utc() {
        let period = Period::between(Some("2026-02-01T00:30:00+01:00"), None).unwrap();
        assert_eq!(period.start().as_deref(), Some("2026-01-31T23:30:00.000Z"));
    }

    #[test]
    fn what_is_no_date_is_refused_with_its_field_and_an_example() {
        for bad in ["yesterday", "2026-13-01", "12/31/2026", "", "0026-01-01"] {
            let error = Period::between(Some(bad), None).unwrap_err();
            assert!(error.to_string().contains("`from`"), "{bad}: {error}");
            assert!(error.hint().is_some_and(|hint| hint.contains("2026-12-31")), "{bad}");
        }
        assert!(
            Period::between(Some("2026-03-01"), Some("2026-02-01")).unwrap_err().to_string().contains("after `to`")
        );
    }
}
