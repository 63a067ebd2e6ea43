//! The time between two bounds that a caller gives, as Infinigate is asked for it and as its answers are held against it.

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeDelta, Utc};

use super::dates::{self, Written};
use crate::months;
use infini_mcp_core::tool::{Code, Error, Result, Zone};

/// Days more at either end that Infinigate is asked for. Neither the date that it compares is published (posting, document
/// or creation, which may lie some days apart), nor the zone, nor whether bounds are included; what is too much is left out
/// here, by the day that the document shows.
const SLACK: u64 = 7;

/// The time between two bounds, both included; either may be open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Period {
    start: Option<Bound>,
    end: Option<Bound>,
}

/// A bound: what calendar and clock show; of a time, the moment, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bound {
    wall: NaiveDateTime,
    moment: Option<DateTime<Utc>>,
}

impl Period {
    /// Reads the bounds as callers write them: a day (also `31.12.2026`), a month (`2026-12`), or a day with a time, which is
    /// one of `zone` where it names none. A bare day or month is meant whole, so that `to` includes its last moment.
    ///
    /// # Errors
    /// `invalid_arguments` when a bound is no date, or they are the wrong way round.
    pub fn between(from: Option<&str>, to: Option<&str>, zone: Zone) -> Result<Self> {
        let bounds = |field, text: &str| Bound::both(text, zone).ok_or_else(|| no_date(field, text));
        let start = from.map(|text| bounds("from", text)).transpose()?.map(|(first, _)| first);
        let end = to.map(|text| bounds("to", text)).transpose()?.map(|(_, last)| last);
        if let (Some(Bound { wall: start, .. }), Some(Bound { wall: end, .. })) = (start, end)
            && start > end
        {
            return Err(Error::of_argument("from", &format!("{start} is after `to`, which is {end}"))
                .with_hint("Swap `from` and `to`."));
        }
        Ok(Self { start, end })
    }

    /// These days, both included.
    pub fn days(first: NaiveDate, last: NaiveDate) -> Self {
        let wall = |wall| Some(Bound { wall, moment: None });
        Self { start: wall(first.and_time(NaiveTime::MIN)), end: last_moment(last).and_then(wall) }
    }

    /// Whether both bounds are open.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// The lower bound to ask Infinigate for, as it is known to take it: ISO 8601 in UTC, with milliseconds. It lies before
    /// the one that is meant.
    pub fn start(&self) -> Option<String> {
        self.start.map(|bound| full(bound.wall.checked_sub_days(Days::new(SLACK)).unwrap_or(bound.wall)))
    }

    /// The upper bound to ask for, which lies after the one that is meant.
    pub fn end(&self) -> Option<String> {
        self.end.map(|bound| full(bound.wall.checked_add_days(Days::new(SLACK)).unwrap_or(bound.wall)))
    }

    /// Whether a document's date lies within; a date that cannot be read counts as lying within.
    pub fn holds(&self, date: Option<&str>) -> bool {
        let Some(date) = date else { return true };
        let written = dates::written(date);
        let Some(wall) = written.map(|written| written.wall).or_else(|| dates::read(date)) else { return true };
        let offset = written.filter(|written| written.has_time).and_then(|written| written.offset);
        self.start.is_none_or(|start| start.side_of(wall, offset).is_ge())
            && self.end.is_none_or(|end| end.side_of(wall, offset).is_le())
    }
}

impl Bound {
    /// The first and the last moment of what a text names.
    fn both(text: &str, zone: Zone) -> Option<(Self, Self)> {
        let of = |wall| Self { wall, moment: None };
        if let Some((first, last)) = whole(text) {
            return Some((of(first), of(last)));
        }
        let Written { wall, offset, .. } = dates::written(text)?;
        let bound = match offset {
            Some(offset) => {
                let moment = wall.and_local_timezone(offset).single()?.to_utc();
                Self { wall: zone.wall(moment), moment: Some(moment) }
            }
            None => Self { wall, moment: Some(zone.moment(wall)) },
        };
        Some((bound, bound))
    }

    /// On which side of this bound a document lies: by its moment where both have one, otherwise by what is written.
    fn side_of(self, wall: NaiveDateTime, offset: Option<FixedOffset>) -> std::cmp::Ordering {
        let moment = offset.and_then(|offset| wall.and_local_timezone(offset).single());
        match (self.moment, moment) {
            (Some(bound), Some(moment)) => moment.to_utc().cmp(&bound),
            (_, _) => wall.cmp(&self.wall),
        }
    }
}

fn full(moment: NaiveDateTime) -> String {
    moment.and_utc().to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn last_moment(day: NaiveDate) -> Option<NaiveDateTime> {
    day.succ_opt()?.and_time(NaiveTime::MIN).checked_sub_signed(TimeDelta::milliseconds(1))
}

/// The first and the last day of what a caller's text names: a day, a month, or the day of a moment as it is written.
pub fn span(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let days = |(first, last): (NaiveDateTime, NaiveDateTime)| (first.date(), last.date());
    whole(text).map(days).or_else(|| dates::written(text).map(|written| (written.wall.date(), written.wall.date())))
}

/// The first and the last moment of a bare day or month.
fn whole(text: &str) -> Option<(NaiveDateTime, NaiveDateTime)> {
    let text = text.trim();
    let day = || dates::written(text).filter(|written| !written.has_time).map(|written| written.wall.date());
    let (first, last) = match dates::written(&format!("{text}-01")).filter(|_| text.len() == 7) {
        Some(month) => (month.wall.date(), months::last_of(month.wall.date())),
        None => day().map(|day| (day, day))?,
    };
    Some((first.and_time(NaiveTime::MIN), last_moment(last)?))
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
    use proptest::prelude::*;

    fn period(from: Option<&str>, to: Option<&str>) -> Period {
        Period::between(from, to, Zone::HOME).unwrap()
    }

    #[test]
    fn days_and_months_are_meant_whole_and_asked_for_with_some_days_more() {
        let february = period(Some("2026-02"), Some("28.02.2026"));
        assert_eq!(february.start().as_deref(), Some("2026-01-25T00:00:00.000Z"));
        assert_eq!(february.end().as_deref(), Some("2026-03-07T23:59:59.999Z"));
        assert_eq!(period(None, Some("2026-02")).end(), february.end());
        for (date, is_in) in [
            ("2026-01-31T23:59:59", false),
            ("2026-02-01", true),
            ("2026-02-28T12:00:00", true),
            ("2026-03-01T00:00:00", false),
        ] {
            assert_eq!(february.holds(Some(date)), is_in, "{date}");
        }
    }

    #[test]
    fn a_document_belongs_to_the_day_that_it_shows() {
        let october = period(Some("2026-10"), Some("2026-10"));
        assert!(october.holds(Some("2026-10-01T00:00:00+02:00")), "in UTC it is still September");
        assert!(!october.holds(Some("2026-11-01T00:00:00+02:00")), "in UTC it is still October");
        assert!(october.holds(Some("2026-10-31T23:30:00-08:00")) && october.holds(Some("no date")));
        assert_eq!(span("2026-10-01T00:00:00+02:00"), span("2026-10-01"));
    }

    #[test]
    fn a_time_is_a_moment_and_one_without_a_zone_is_of_the_one_that_is_set() {
        let from = period(Some("2026-10-01T09:00:00Z"), None);
        assert!(from.holds(Some("2026-10-01T11:00:00+02:00")) && !from.holds(Some("2026-10-01T10:59:00+02:00")));
        // Where the document names no zone, its clock is that of the zone that is set.
        assert!(from.holds(Some("2026-10-01T11:00:00")) && !from.holds(Some("2026-10-01T10:59:00")));
        assert_eq!(period(Some("2026-10-01T11:00"), None).start, from.start);
    }

    #[test]
    fn what_is_no_date_is_refused_with_its_field_and_an_example() {
        for bad in ["yesterday", "2026-13-01", "12/31/2026", "", "0026-01-01", "2026"] {
            let error = Period::between(Some(bad), None, Zone::HOME).unwrap_err();
            assert!(error.to_string().contains("`from`"), "{bad}: {error}");
            assert!(error.hint().is_some_and(|hint| hint.contains("2026-12-31")), "{bad}");
        }
        let error = Period::between(Some("2026-03-01"), Some("2026-02-01"), Zone::HOME).unwrap_err();
        assert!(error.to_string().contains("after `to`"));
    }

    proptest! {
        #[test]
        fn whatever_its_zone_a_document_of_the_period_is_within_what_is_asked_for(
            offset in 0_i32..10_000, minute in 0_u32..1440, quarter in -48_i32..=56
        ) {
            let day = NaiveDate::from_num_days_from_ce_opt(739_000 + offset).unwrap();
            let zone = FixedOffset::east_opt(quarter * 900).unwrap();
            let time = NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap();
            let document = day.and_time(time).and_local_timezone(zone).unwrap();
            let period = Period::days(day, day);
            prop_assert!(period.holds(Some(&document.to_rfc3339())));
            let bound = |text: Option<String>| DateTime::parse_from_rfc3339(&text.unwrap()).unwrap();
            prop_assert!(bound(period.start()) <= document && document <= bound(period.end()));
        }
    }
}
