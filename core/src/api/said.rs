//! What upstream itself says about a refusal, as one line of harmless text.

use serde_json::Value;

use crate::sanitize::{from_html, line};

/// The longest message that is passed on, in characters.
const LONGEST: usize = 300;
/// Bytes of a message that are read at all; our own secrets are looked for in them before anything is cut.
const MOST_READ: usize = 16 * 1024;
/// Complaints about fields that are passed on.
const MOST_FIELDS: usize = 20;

/// The service's message, looked for where both services and their gateways are known to put it; `redact` takes our
/// secrets out of it.
pub(super) fn said(body: &[u8], redact: impl Fn(&str) -> String) -> Option<String> {
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(Value::String(text)) => text,
        Ok(answer) => message(&answer, &redact)?,
        Err(_) => String::from_utf8_lossy(beginning(body)).into_owned(),
    };
    Some(plain(&text, &redact)).filter(|text| !text.is_empty())
}

/// The same to be compared with words that are known, never to be shown.
pub(super) fn words(body: &[u8]) -> Option<String> {
    said(body, str::to_owned)
}

/// The complaints about single fields, from an `errors` map.
pub(super) fn fields(body: &[u8], redact: impl Fn(&str) -> String) -> Vec<(String, String)> {
    serde_json::from_slice::<Value>(body).map(|answer| fields_of(&answer, &redact)).unwrap_or_default()
}

fn fields_of(answer: &Value, redact: &impl Fn(&str) -> String) -> Vec<(String, String)> {
    let Some(errors) = answer.get("errors").and_then(Value::as_object) else { return Vec::new() };
    let complaint = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    };
    let told = |(field, value): (&String, &Value)| (plain(field, redact), plain(&complaint(value), redact));
    errors.iter().take(MOST_FIELDS).map(told).collect()
}

/// Whether the API gateway, not the service behind it, says that there is no such route.
pub(super) fn is_missing_route(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|answer| {
        answer.get("statusCode").and_then(Value::as_u64) == Some(404)
            && answer.get("message").and_then(Value::as_str) == Some("Resource not found")
    })
}

/// Whether StartInfinity says that its version has no such route, in the words of the framework it is built on. An
/// unknown id is refused with the same status but other words.
pub(super) fn is_unrouted(body: &[u8]) -> bool {
    words(body).is_some_and(|words| words.starts_with("The route ") && words.ends_with("could not be found."))
}

fn message(answer: &Value, redact: &impl Fn(&str) -> String) -> Option<String> {
    let errors = answer.get("errors").and_then(Value::as_object).filter(|errors| !errors.is_empty());
    if errors.is_some() {
        let list = fields_of(answer, redact).into_iter().map(|(field, complaint)| format!("{field}: {complaint}"));
        return Some(list.collect::<Vec<_>>().join("; "));
    }
    let named = ["detail", "title", "message", "error_description", "error"];
    named.iter().filter_map(|name| answer.get(name)).find_map(|value| match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Object(_) => message(value, redact),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    })
}

/// One line without tags, our secrets, and what hides; only then cut, for of a secret that is cut nobody knows the rest.
fn plain(text: &str, redact: &impl Fn(&str) -> String) -> String {
    let read = redact(&String::from_utf8_lossy(beginning(text.as_bytes())));
    // Once more, for a secret that was torn apart by what was taken out.
    line(&redact(&line(&from_html(&read), MOST_READ)), LONGEST)
}

fn beginning(text: &[u8]) -> &[u8] {
    text.get(..MOST_READ).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> Option<String> {
        said(body.as_bytes(), str::to_owned)
    }

    #[test]
    fn the_message_is_found_in_every_known_form_of_refusal() {
        assert_eq!(of(r#"{"title":"One or more","errors":{"a":["is bad","twice"]}}"#).unwrap(), "a: is bad twice");
        assert_eq!(of(r#"{"title":"T","detail":"D","message":"M"}"#).unwrap(), "D");
        assert_eq!(of(r#"{"title":"T","message":"M"}"#).unwrap(), "T");
        assert_eq!(of(r#"{"statusCode":401,"message":"Access denied"}"#).unwrap(), "Access denied");
        assert_eq!(of(r#"{"error":"invalid_client","error_description":"Invalid client"}"#).unwrap(), "Invalid client");
        assert_eq!(of(r#"{"error":"Unauthenticated."}"#).unwrap(), "Unauthenticated.");
        assert_eq!(of(r#"{"error":{"code":1,"message":"nested"}}"#).unwrap(), "nested");
        assert_eq!(of("\"just text\"").unwrap(), "just text");
        assert_eq!(of("plain"), Some("plain".to_owned()));
        assert_eq!(of(""), None);
        assert_eq!(of("{}"), None);
    }

    #[test]
    fn a_page_of_html_becomes_its_visible_text() {
        let page = "<!doctype html><html><head><style>p{}</style><script>if (a<b) alert(1)</script></head><body><h1>502</h1>\n Bad &lt; gateway 3 < 4</body>";
        assert_eq!(of(page).unwrap(), "502 Bad < gateway 3 < 4");
        assert_eq!(of("a <unclosed").unwrap(), "a <unclosed");
    }

    #[test]
    fn what_cannot_be_seen_is_removed_and_what_is_long_is_cut() {
        assert_eq!(of("a\u{202e}b\u{200b}c\u{e0041}\u{7}d").unwrap(), "abc d");
        let long = of(&"ä".repeat(1000)).unwrap();
        assert_eq!(long.chars().count(), LONGEST);
        assert!(long.ends_with('…'));
    }

    #[test]
    fn only_the_gateways_exact_words_mean_a_missing_route() {
        assert!(is_missing_route(br#"{ "statusCode": 404, "message": "Resource not found" }"#));
        assert!(!is_missing_route(br#"{ "statusCode": 404, "message": "resource not found." }"#));
        assert!(!is_missing_route(br#"{ "status": 404, "title": "Not Found" }"#));
        assert!(!is_missing_route(b""));
    }

    #[test]
    fn a_secret_of_ours_is_taken_out_before_anything_is_cut_wherever_it_stands() {
        const SECRET: &str = "s3cret-of-ours-0123456789";
        let redact = |text: &str| text.replace(SECRET, "[secret]");
        for before in LONGEST - SECRET.len() - 10..LONGEST + 5 {
            let told = said(format!("{} {SECRET} is wrong", "x".repeat(before)).as_bytes(), redact).unwrap();
            assert!(!told.contains("s3c") && told.chars().count() <= LONGEST, "{told}");
        }
        let torn = "<p>s3cret-<b>of-ours</b>-01234\u{200b}56789</p>";
        assert_eq!(said(torn.as_bytes(), redact).unwrap(), "[secret]");
        let keyed = format!(r#"{{"errors":{{"{SECRET}\n\u202e":["{}{SECRET}"]}}}}"#, "y".repeat(290));
        let told = fields(keyed.as_bytes(), redact);
        assert_eq!(told[0].0, "[secret]");
        assert!(!told[0].1.contains("s3c") && !said(keyed.as_bytes(), redact).unwrap().contains("s3c"), "{told:?}");
    }
}
