//! The written forms StartInfinity checks: e-mail, phone, dates, colours, web addresses.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// A colour as `#rrggbb`.
pub fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A plausible e-mail address: one `@`, no spaces, a dotted domain.
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let plain =
        |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@');
    let labels: Vec<&str> = domain.split('.').collect();
    plain(local) && plain(domain) && labels.len() > 1 && labels.iter().all(|label| !label.is_empty())
}

/// The vendor's documented pattern: `/^[+]*[(]{0,1}[0-9]{1,4}[)]{0,1}[-\s0-9]*$/`.
pub fn is_phone(text: &str) -> bool {
    let rest = text.trim_start_matches('+');
    let rest = rest.strip_prefix('(').unwrap_or(rest);
    let digits = rest.bytes().take(4).take_while(u8::is_ascii_digit).count();
    let Some(rest) = rest.get(digits..).filter(|_| digits > 0) else {
        return false;
    };
    let rest = rest.strip_prefix(')').unwrap_or(rest);
    rest.chars().all(|c| c == '-' || c.is_whitespace() || c.is_ascii_digit())
}

/// A moment in ISO 8601; without a zone it is UTC.
pub fn moment(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(zoned) = DateTime::parse_from_rfc3339(text) {
        return Some(zoned.to_utc());
    }
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .map(|naive| naive.and_utc())
}

/// A date value: a moment, or a day alone.
pub fn is_date(text: &str) -> bool {
    moment(text).is_some() || NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// An address a server can fetch or call: http or https, with a host.
pub fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|address| matches!(address.scheme(), "http" | "https") && address.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_follow_the_vendors_pattern() {
        for good in ["+49 89 1234567", "0049-89-12", "(030) 123", "12345678"] {
            assert!(is_phone(good), "{good}");
        }
        for bad in ["", "+", "call me", "089/1234", "+49.89", "+1 (555) 0100"] {
            assert!(!is_phone(bad), "{bad}");
        }
    }

    #[test]
    fn emails_need_a_name_and_a_dotted_domain() {
        assert!(is_email("jürgen.groß@müller-it.example"));
        for bad in ["", "a", "a@b", "@b.de", "a@b.", "a b@c.de", "a@@c.de"] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn dates_are_iso_8601_and_nothing_else() {
        for good in ["2026-05-04T09:00:00Z", "2026-05-04T09:00:00+02:00", "2026-05-04T09:00:00", "2026-05-04"] {
            assert!(is_date(good), "{good}");
        }
        for bad in ["", "04.05.2026", "2026-13-01", "tomorrow"] {
            assert!(!is_date(bad), "{bad}");
        }
    }
}
