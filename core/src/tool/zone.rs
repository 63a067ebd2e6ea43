//! The time zone of whoever uses the server: which day is today, and which moment a time without a zone means.
//!
//! The only place that names the database of time zones.

use std::str::FromStr;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// A time zone with its rules for summer and winter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(Tz);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(Tz::UTC);
    /// Where both services come from, for a machine that does not say where it is.
    pub const HOME: Self = Self(Tz::Europe__Berlin);

    /// The zone with this IANA name, such as `Europe/Berlin`.
    pub fn named(name: &str) -> Option<Self> {
        Tz::from_str(name.trim()).ok().map(Self)
    }

    /// The zone of this machine: what its `TZ` says, else what the system is set to, else [`Zone::HOME`].
    ///
    /// A `TZ` that is no name but a rule (`CET-1CEST`) is passed over.
    pub fn of_system(tz: Option<&str>) -> Self {
        let of_variable = || Self::named(tz?.trim().trim_start_matches(':'));
        let of_machine = || Self::named(&iana_time_zone::get_timezone().ok()?);
        of_variable().or_else(of_machine).unwrap_or(Self::HOME)
    }

    /// Its IANA name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The day that it is there now.
    pub fn today(self) -> NaiveDate {
        self.wall(Utc::now()).date()
    }

    /// What the clocks there show at a moment.
    pub fn wall(self, moment: DateTime<Utc>) -> NaiveDateTime {
        moment.with_timezone(&self.0).naive_local()
    }

    /// The moment at which the clocks there show this. Of an hour that comes twice it is the first; an hour that is left
    /// out is read as if the clocks had not been put forward yet.
    pub fn moment(self, wall: NaiveDateTime) -> DateTime<Utc> {
        if let Some(moment) = self.0.from_local_datetime(&wall).earliest() {
            return moment.to_utc();
        }
        let day_before = wall.checked_sub_days(Days::new(1)).unwrap_or(wall);
        match self.0.from_local_datetime(&day_before).earliest() {
            Some(moment) => moment.to_utc() + TimeDelta::days(1),
            None => wall.and_utc(),
        }
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::HOME
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin(wall: &str) -> String {
        Zone::HOME.moment(wall.parse().unwrap()).format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    #[test]
    fn a_zone_is_known_by_its_name() {
        assert_eq!(Zone::named("Europe/Berlin"), Some(Zone::HOME));
        assert_eq!(Zone::named(" Europe/Zurich ").map(Zone::name), Some("Europe/Zurich"));
        for no_name in ["", "Berlin", "CET-1CEST", "+02:00"] {
            assert_eq!(Zone::named(no_name), None, "{no_name}");
        }
    }

    #[test]
    fn the_variable_goes_before_the_machine() {
        assert_eq!(Zone::of_system(Some(":America/New_York")).name(), "America/New_York");
        assert_eq!(Zone::of_system(Some("CET-1CEST,M3.5.0")), Zone::of_system(None));
    }

    #[test]
    fn a_time_means_its_moment_in_summer_in_winter_and_when_the_clocks_change() {
        assert_eq!(berlin("2026-07-01T09:00:00"), "2026-07-01T07:00:00Z");
        assert_eq!(berlin("2026-12-01T09:00:00"), "2026-12-01T08:00:00Z");
        assert_eq!(berlin("2026-03-29T02:30:00"), "2026-03-29T01:30:00Z", "there is no such time");
        assert_eq!(berlin("2026-10-25T02:30:00"), "2026-10-25T00:30:00Z", "it comes twice");
    }

    #[test]
    fn the_day_is_that_of_the_zone() {
        let late: DateTime<Utc> = "2026-09-30T22:30:00Z".parse().unwrap();
        assert_eq!(Zone::HOME.wall(late).date().to_string(), "2026-10-01");
        assert_eq!(Zone::UTC.wall(late).date().to_string(), "2026-09-30");
    }
}
