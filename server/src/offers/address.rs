//! The addresses of resources: a fixed beginning and one percent-encoded segment, and nothing else.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stands unencoded in a segment we write (RFC 3986, unreserved).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Characters of the longest name that is worth looking up.
const LONGEST: usize = 200;

/// The address of `value` below `beginning`.
pub fn write(beginning: &str, value: &str) -> String {
    format!("{beginning}{}", utf8_percent_encode(value, ENCODED))
}

/// The value of an address below `beginning`; nothing when the address has any other form.
pub fn read(beginning: &str, uri: &str) -> Option<String> {
    let segment = uri.strip_prefix(beginning)?;
    if !is_segment(segment) {
        return None;
    }
    let value = percent_decode_str(segment).decode_utf8().ok()?;
    let is_name = !value.trim().is_empty()
        && value.chars().count() <= LONGEST
        && !value.chars().any(char::is_control)
        && !matches!(value.trim(), "." | "..");
    is_name.then(|| value.into_owned())
}

/// Whether `text` is one path segment (RFC 3986, `segment-nz`): no slash, question mark or hash, and whole escapes only.
fn is_segment(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let is_whole = match byte {
            b'%' => {
                let mut is_digit = || bytes.next().is_some_and(|byte| byte.is_ascii_hexdigit());
                is_digit() && is_digit()
            }
            _ => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte),
        };
        if !is_whole {
            return false;
        }
    }
    !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOARDS: &str = "infinity://boards/";

    #[test]
    fn what_is_written_is_read_back() {
        for name in ["LA1dW8i1TTK", "Verträge & Lizenzen", "50 % / 100 %?", "a#b", "日本"] {
            let uri = write(BOARDS, name);
            assert!(uri.is_ascii() && read(BOARDS, &uri).as_deref() == Some(name), "{uri}");
        }
    }

    #[test]
    fn an_address_of_any_other_form_is_none() {
        for uri in [
            "infinity://boards/",
            "infinity://boards",
            "infinity://boards/a/b",
            "infinity://boards/a?x=1",
            "infinity://boards/a#b",
            "infinity://boards/../items",
            "infinity://boards/..",
            "infinity://boards/%2e%2E",
            "infinity://boards/%20",
            "infinity://boards/%",
            "infinity://boards/%4",
            "infinity://boards/%zz",
            "infinity://boards/%ff",
            "infinity://boards/a%00b",
            "infinity://boards/a b",
            "infinity://boards/ä",
            "INFINITY://boards/a",
            "infinigate://boards/a",
            "",
        ] {
            assert_eq!(read(BOARDS, uri), None, "{uri}");
        }
        assert_eq!(read(BOARDS, &write(BOARDS, &"x".repeat(201))), None);
    }
}
