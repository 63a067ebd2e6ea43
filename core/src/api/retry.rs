//! The one table that says what may be sent again, and after what pause.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{HeaderMap, RETRY_AFTER};

use super::attempt::class;
use super::shape::Operation;

/// The first pause is up to this long; it doubles with each repetition.
const BASE: Duration = Duration::from_millis(250);
/// No pause of our own choosing is longer.
const CAP: Duration = Duration::from_secs(5);

/// Fetching a token changes nothing, though it is a POST.
pub(super) const CREATE_TOKEN: &str = "createToken";

/// What a request does upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// It changes nothing, so sending it twice is harmless.
    Read,
    /// It may change something, so it is sent again only when it surely did not arrive.
    Write,
}

impl Effect {
    pub(super) fn of(operation: &Operation) -> Self {
        if operation.method.eq_ignore_ascii_case("GET") || operation.id == CREATE_TOKEN {
            Self::Read
        } else {
            Self::Write
        }
    }
}

/// How an attempt failed, as far as repeating it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// No connection was made: nothing arrived.
    NotSent,
    /// No answer in time.
    TimedOut,
    /// The connection broke, before or within the answer.
    Broken,
    /// The service answered with this status.
    Status(u16),
}

impl Trouble {
    /// The trouble in a word, for counters.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::NotSent => "unreachable",
            Self::TimedOut => "timeout",
            Self::Broken => "broken",
            Self::Status(status) => class(status),
        }
    }
}

/// Whether the request may be sent again. Renewing a refused token and trying another spelling of a route are not
/// decided here: each happens once at most, whatever the effect, because neither reached the back-end.
pub(super) fn may_repeat(effect: Effect, trouble: Trouble) -> bool {
    match (effect, trouble) {
        (_, Trouble::NotSent | Trouble::Status(429)) => true,
        (Effect::Read, Trouble::TimedOut | Trouble::Broken | Trouble::Status(408 | 502 | 503 | 504)) => true,
        (Effect::Read, Trouble::Status(_)) => false,
        (Effect::Write, Trouble::TimedOut | Trouble::Broken | Trouble::Status(_)) => false,
    }
}

/// How long to wait before repetition number `repetition` (from 0): what the service asked for, or full jitter.
pub(super) fn pause(repetition: u32, asked: Option<Duration>) -> Duration {
    asked.unwrap_or_else(|| {
        let most = BASE.saturating_mul(2_u32.saturating_pow(repetition)).min(CAP);
        most.mul_f64(rand::random_range(0.0..1.0))
    })
}

/// Reads `Retry-After`, which is a number of seconds or an HTTP date.
pub(super) fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    Some((date.to_utc() - now).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn header(text: &str) -> HeaderMap {
        HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())])
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let now = Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).unwrap();
        assert_eq!(retry_after(&header("12"), now), Some(Duration::from_secs(12)));
        assert_eq!(retry_after(&header("Sat, 21 Nov 2026 12:00:30 GMT"), now), Some(Duration::from_secs(30)));
        assert_eq!(retry_after(&header("Sat, 21 Nov 2026 11:00:00 GMT"), now), Some(Duration::ZERO));
        assert_eq!(retry_after(&header("soon"), now), None);
    }

    #[test]
    fn a_write_is_repeated_only_when_it_surely_did_not_arrive() {
        let repeated: Vec<Trouble> = [Trouble::NotSent, Trouble::TimedOut, Trouble::Broken]
            .into_iter()
            .chain((100..600).map(Trouble::Status))
            .filter(|trouble| may_repeat(Effect::Write, *trouble))
            .collect();
        assert_eq!(repeated, [Trouble::NotSent, Trouble::Status(429)]);
    }

    #[test]
    fn a_pause_of_our_own_never_exceeds_the_cap_and_starts_small() {
        for repetition in 0..40 {
            assert!(pause(repetition, None) <= CAP);
        }
        assert!(pause(0, None) <= BASE);
        assert_eq!(pause(0, Some(Duration::from_secs(9))), Duration::from_secs(9));
    }
}
