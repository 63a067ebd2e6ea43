//! Several messages in one, as revision 2025-03-26 alone has it: receivers must take such a batch, and nobody else knows one.

use axum::Json;
use axum::body::{Bytes, to_bytes};
use axum::http::header::{ACCEPT, CONTENT_LENGTH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use rmcp::model::ProtocolVersion;
use rmcp::transport::common::http_header::HEADER_MCP_PROTOCOL_VERSION;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::envelope::Envelope;
use super::incoming::{Fault, INVALID_REQUEST};

/// The revision that has batches.
pub const REVISION: ProtocolVersion = ProtocolVersion::V_2025_03_26;

/// Most messages of a batch.
pub const MAX_MESSAGES: usize = 50;
/// Most bytes of one answer in a batch; none is longer by far.
const MAX_ANSWER: usize = 4 * 1024 * 1024;
/// The code of JSON-RPC for refusals of the server's own.
const REFUSED: i32 = -32_000;

/// Whether a text is a list, which is a batch where anything is.
pub fn is_list(text: &[u8]) -> bool {
    text.trim_ascii_start().first() == Some(&b'[')
}

/// Whether a request over HTTP may bring a batch: the revision that has them does not name itself in a header, and a client
/// that names another one knows none.
pub fn may_come(method: &Method, headers: &HeaderMap) -> bool {
    let named = headers.get(HEADER_MCP_PROTOCOL_VERSION);
    method == Method::POST && named.is_none_or(|named| named.as_bytes() == REVISION.as_str().as_bytes())
}

/// The messages of a batch, each as it was written.
///
/// # Errors
/// When it is empty, too long or no list.
pub fn messages(text: &[u8]) -> Result<Vec<Bytes>, Fault> {
    let Ok(list) = serde_json::from_slice::<Vec<&RawValue>>(text) else {
        return Err(Fault::new(INVALID_REQUEST, "Invalid request: this is no list of messages.", None));
    };
    if list.is_empty() || list.len() > MAX_MESSAGES {
        let words = format!("Invalid request: a batch has 1 to {MAX_MESSAGES} messages.");
        return Err(Fault::new(INVALID_REQUEST, words, None));
    }
    Ok(list.into_iter().map(|message| Bytes::copy_from_slice(message.get().as_bytes())).collect())
}

/// A session begins with a message of its own, not within a batch.
pub fn begins_session(message: &[u8]) -> Option<Fault> {
    let envelope = Envelope::of(&Method::POST, message);
    let words = "Invalid request: initialize is no part of a batch.";
    envelope.is("initialize").then(|| match &envelope.id {
        Some(id) => Fault::of_request(INVALID_REQUEST, words, id),
        None => Fault::new(INVALID_REQUEST, words, None),
    })
}

/// The head of a request that brings one message of a batch. Its answer stands in the list of all, so it is no stream, in
/// which a person could be asked.
pub fn head_of_one(head: &Parts) -> Parts {
    let mut head = head.clone();
    head.headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    head.headers.remove(CONTENT_LENGTH);
    head
}

/// The answer to one message as it stands in the list; nothing where the protocol has none.
pub async fn listed(message: &[u8], answer: Response) -> Option<Value> {
    let status = answer.status();
    if status == StatusCode::ACCEPTED {
        return None;
    }
    let envelope = Envelope::of(&Method::POST, message);
    let body = to_bytes(answer.into_body(), MAX_ANSWER).await.unwrap_or_default();
    let told: Value = serde_json::from_slice(&body).unwrap_or_default();
    if told.get("jsonrpc").is_some() {
        return Some(told);
    }
    // What the server refuses before the protocol sees it is refused in the protocol's form here; of a notification, in none.
    let is_request = envelope.method.is_some() && envelope.id.is_some();
    let said = told.get("message").and_then(Value::as_str).unwrap_or("The request was refused. Nothing was done.");
    let code = told.get("code").cloned().unwrap_or_default();
    let error = json!({ "code": REFUSED, "message": said, "data": { "status": status.as_u16(), "code": code } });
    is_request.then(|| json!({ "jsonrpc": "2.0", "id": envelope.id, "error": error }))
}

/// The answer to a batch: what its messages were answered, in their order; nothing where none has an answer.
pub fn answered(answers: Vec<Value>) -> Response {
    match answers.is_empty() {
        true => StatusCode::ACCEPTED.into_response(),
        false => Json(answers).into_response(),
    }
}

/// The text of the answers to a batch on one line.
pub fn line(answers: &[Vec<u8>]) -> Vec<u8> {
    [b"[".as_slice(), &answers.join(b",".as_slice()), b"]"].concat()
}

#[cfg(test)]
mod tests {
    use axum::http::header::CONTENT_TYPE;

    use super::*;

    #[test]
    fn a_batch_is_a_list_of_messages_that_are_left_as_they_are() {
        let two = messages(br#" [{"id":1.50}, {"a":"b","a":"c"}]"#).unwrap();
        assert_eq!(two, [Bytes::from_static(b"{\"id\":1.50}"), Bytes::from_static(b"{\"a\":\"b\",\"a\":\"c\"}")]);
        let many = format!("[{}]", vec!["1"; MAX_MESSAGES + 1].join(","));
        for wrong in ["[]", "[1,", many.as_str()] {
            assert!(messages(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_refusal_stands_in_the_list_under_the_id_of_its_request() {
        let refusal = || {
            let body = json!({ "error": true, "code": "rate_limited", "message": "Too often." });
            (StatusCode::TOO_MANY_REQUESTS, [(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
        };
        let told = listed(br#"{"jsonrpc":"2.0","id":"a","method":"ping"}"#, refusal()).await.unwrap();
        assert_eq!((&told["id"], &told["error"]["message"]), (&json!("a"), &json!("Too often.")));
        assert_eq!(listed(br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, refusal()).await, None);
    }
}
