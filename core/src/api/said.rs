//! What upstream itself says about a refusal, as one line of harmless text.

use serde_json::Value;

/// The longest message that is passed on, in characters.
const LONGEST: usize = 300;

/// The service's message, looked for where both services and their gateways are known to put it.
pub(super) fn said(body: &[u8]) -> Option<String> {
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(Value::String(text)) => text,
        Ok(answer) => message(&answer)?,
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    Some(plain(&text)).filter(|text| !text.is_empty())
}

/// The complaints about single fields, from an `errors` map.
pub(super) fn fields(body: &[u8]) -> Vec<(String, String)> {
    let Ok(answer) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
    let Some(errors) = answer.get("errors").and_then(Value::as_object) else { return Vec::new() };
    let complaint = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    };
    errors.iter().take(20).map(|(field, value)| (plain(field), plain(&complaint(value)))).collect()
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
    said(body).is_some_and(|words| words.starts_with("The route ") && words.ends_with("could not be found."))
}

fn message(answer: &Value) -> Option<String> {
    let errors = answer.get("errors").and_then(Value::as_object).filter(|errors| !errors.is_empty());
    if errors.is_some() {
        let list: Vec<String> = fields(answer.to_string().as_bytes())
            .into_iter()
            .map(|(field, complaint)| format!("{field}: {complaint}"))
            .collect();
        return Some(list.join("; "));
    }
    let named = ["detail", "title", "message", "error_description", "error"];
    named.iter().filter_map(|name| answer.get(name)).find_map(|value| match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Object(_) => message(value),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    })
}

/// One line without tags, invisible or direction-changing characters, cut at 300 characters.
pub(super) fn plain(text: &str) -> String {
    let visible: String = without_tags(text)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(|c| !is_invisible(*c))
        .collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// Text outside of tags, and outside of what a page would not show.
fn without_tags(text: &str) -> String {
    let (mut kept, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('<') {
        kept.push_str(before);
        let is_tag = after.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        if !is_tag {
            kept.push('<');
            rest = after;
            continue;
        }
        kept.push(' ');
        let hidden = ["script", "style"]
            .into_iter()
            .find(|name| after.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)));
        let end = hidden.map_or(Some(0), |name| after.to_ascii_lowercase().find(&format!("</{name}")));
        let tail = end.and_then(|end| after.get(end..)).unwrap_or_default();
        rest = tail.split_once('>').map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    kept
}

/// Characters that show nothing or turn the text around them, so that they could hide an instruction.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> Option<String> {
        said(body.as_bytes())
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
        assert_eq!(of(page).unwrap(), "502 Bad &lt; gateway 3 < 4");
        assert_eq!(of("a <unclosed").unwrap(), "a");
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
}
