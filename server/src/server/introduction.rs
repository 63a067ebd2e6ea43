//! What a client says of itself when it begins a session, cut to what is worth keeping: the session keeps it for as long as it
//! lives, and so does the state.

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::Json;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

/// A message up to this length is kept as it is, and no longer one is made of it.
const MAX_KEPT: usize = 8 * 1024;
/// Most bytes of one thing that a client says of itself, for example of one capability.
const MAX_PART: usize = 1024;
/// Most characters of a name or a description.
const MAX_TEXT: usize = 200;
const CAPABILITIES: [&str; 6] = ["roots", "sampling", "elicitation", "tasks", "extensions", "experimental"];
const TEXTS: [&str; 5] = ["name", "title", "version", "description", "websiteUrl"];

type Parts<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// What is left of it is still too long, or is in no order that could be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMuch;

/// The message as it is or, if it begins a session and is long, with what is known of a client and short.
///
/// # Errors
/// When it cannot be cut.
pub fn shortened(message: Bytes) -> Result<Bytes, TooMuch> {
    if message.len() <= MAX_KEPT || !begins_session(&message) {
        return Ok(message);
    }
    let short = short(&message).filter(|short| short.len() <= MAX_KEPT).ok_or(TooMuch)?;
    Ok(short.into())
}

/// What a client is told that says too much of itself.
pub fn refused() -> Response {
    let message = "Invalid params: what the client says of itself in initialize is too long.";
    let body = json!({ "jsonrpc": "2.0", "id": null, "error": { "code": -32602, "message": message } });
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

fn begins_session(message: &[u8]) -> bool {
    let method = serde_json::from_slice::<Parts<'_>>(message).ok().and_then(|parts| text(parts.get("method")?));
    method.is_some_and(|method| method == "initialize")
}

fn short(message: &[u8]) -> Option<Vec<u8>> {
    let message: Parts<'_> = serde_json::from_slice(message).ok()?;
    let params: Parts<'_> = serde_json::from_str(message.get("params")?.get()).ok()?;
    let mut kept_params = brief(&params, &["protocolVersion", "_meta"]);
    if let Some(capabilities) = params.get("capabilities") {
        let known = serde_json::from_str::<Parts<'_>>(capabilities.get()).unwrap_or_default();
        kept_params.insert("capabilities".to_owned(), Value::Object(brief(&known, &CAPABILITIES)));
    }
    if let Some(client) = params.get("clientInfo") {
        let client = serde_json::from_str::<Parts<'_>>(client.get()).unwrap_or_default();
        let texts = TEXTS.iter().filter_map(|name| Some((*name, text(client.get(*name)?)?)));
        let texts = texts.map(|(name, text)| (name.to_owned(), text.chars().take(MAX_TEXT).collect::<String>().into()));
        kept_params.insert("clientInfo".to_owned(), Value::Object(texts.collect()));
    }
    let mut kept = brief(&message, &["jsonrpc", "id", "method"]);
    kept.insert("params".to_owned(), Value::Object(kept_params));
    serde_json::to_vec(&kept).ok()
}

/// Those of the named parts that are short.
fn brief(parts: &Parts<'_>, names: &[&str]) -> Map<String, Value> {
    let named = names.iter().filter_map(|name| Some((*name, *parts.get(*name)?)));
    let short = named.filter(|(_, part)| part.get().len() <= MAX_PART);
    short.filter_map(|(name, part)| Some((name.to_owned(), serde_json::from_str(part.get()).ok()?))).collect()
}

fn text(part: &RawValue) -> Option<String> {
    serde_json::from_str(part.get()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(message: &Value) -> Result<Value, TooMuch> {
        shortened(Bytes::from(message.to_string())).map(|bytes| serde_json::from_slice(&bytes).unwrap())
    }

    #[test]
    fn what_a_client_says_at_length_of_itself_is_cut_to_what_is_known_and_short() {
        let long = "x".repeat(100_000);
        let icon = json!({ "src": format!("data:image/png;base64,{long}") });
        let capabilities = json!({
            "elicitation": { "form": {} }, "roots": { "listChanged": true }, "experimental": { "much": long }, "other": {},
        });
        let client = json!({ "name": "Desk", "version": long, "icons": [icon], "websiteUrl": 7 });
        let params = json!({ "protocolVersion": "2025-11-25", "capabilities": capabilities, "clientInfo": client });
        let message = json!({ "jsonrpc": "2.0", "id": "a", "method": "initialize", "params": params, "more": long });
        assert_eq!(
            cut(&message),
            Ok(json!({
                "jsonrpc": "2.0", "id": "a", "method": "initialize",
                "params": {
                    "protocolVersion": "2025-11-25",
                    "capabilities": { "elicitation": { "form": {} }, "roots": { "listChanged": true } },
                    "clientInfo": { "name": "Desk", "version": "x".repeat(200) },
                },
            }))
        );
    }

    #[test]
    fn other_messages_and_short_ones_stay_as_they_are() {
        let call =
            json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "text": "x".repeat(100_000) } });
        assert_eq!(cut(&call), Ok(call));
        let short = json!({ "method": "initialize", "params": { "capabilities": { "experimental": { "own": {} } } } });
        assert_eq!(cut(&short), Ok(short));
        assert_eq!(shortened(Bytes::from(vec![b'['; 10_000])), Ok(Bytes::from(vec![b'['; 10_000])));
    }

    #[test]
    fn what_has_nothing_to_cut_is_refused() {
        let long = "\u{1f600}".repeat(9_000);
        assert_eq!(cut(&json!({ "method": "initialize", "params": long })), Err(TooMuch));
    }
}
