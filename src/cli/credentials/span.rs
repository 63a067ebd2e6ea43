//! When a key ends, as a person says it: a span from now, a date, or never.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

use crate::vault::Expiry;

/// The end that `text` means.
pub fn expiry(text: &str) -> Result<Expiry, String> {
    if text == "never" {
        return Ok(Expiry::Never);
    }
    date(text)
        .or_else(|| span(text).and_then(|span| Utc::now().checked_add_signed(span)))
        .map(Expiry::At)
        .ok_or_else(|| "say a span such as 90d, 12h or 8w, a date such as 2027-01-31, or never".to_owned())
}

/// A date means that the key opens through that whole day (UTC).
fn date(text: &str) -> Option<DateTime<Utc>> {
    match text.parse::<NaiveDate>() {
        Ok(day) => day.checked_add_days(Days::new(1)).map(|next| next.and_time(NaiveTime::MIN).and_utc()),
        Err(_) => DateTime::parse_from_rfc3339(text).ok().map(|end| end.to_utc()),
    }
}

fn span(text: &str) -> Option<TimeDelta> {
    let unit = text.chars().next_back()?;
    let count: i64 = text.strip_suffix(unit)?.parse().ok().filter(|count| *count > 0)?;
    match unit {
        'h' => TimeDelta::try_hours(count),
        'd' => TimeDelta::try_days(count),
        'w' => TimeDelta::try_weeks(count),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_a_date_and_never_are_understood_and_nothing_else() {
        let Ok(Expiry::At(end)) = expiry("90d") else { panic!("90d") };
        assert_eq!((end - Utc::now() + TimeDelta::minutes(1)).num_days(), 90);
        let Ok(Expiry::At(end)) = expiry("2027-01-31") else { panic!("a date") };
        assert_eq!(end.to_rfc3339(), "2027-02-01T00:00:00+00:00");
        assert_eq!(expiry("never"), Ok(Expiry::Never));
        for wrong in ["", "d", "0d", "-3d", "90", "90 d", "9y", "2027-13-01", "99999999999999d", "é"] {
            assert!(expiry(wrong).is_err(), "{wrong}");
        }
    }
}
