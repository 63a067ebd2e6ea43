//! Reads a request's body before the protocol does, so that what is no message is refused in the protocol's own words.

use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, EXPECT};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::IgnoredAny;
use serde_json::json;
use tokio::time::timeout;

use super::connection::Patience;
use super::guard::refused;

/// Most bytes of a request's body.
pub const MOST_BODY: usize = 2 * 1024 * 1024;

/// Most bytes of a longer body that are read and thrown away, and the most time for it: a client that writes before it reads
/// does not learn otherwise why its connection broke.
const MOST_DISCARDED: usize = 8 * MOST_BODY;
const DISCARDING: Duration = Duration::from_secs(2);

/// A body of up to two mebibytes that comes in time.
pub(super) async fn read(headers: &HeaderMap, mut body: Body, patience: Patience) -> Result<Bytes, Box<Response>> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MOST_BODY) {
        // Whoever asks before sending need not send what is refused anyway.
        if !headers.contains_key(EXPECT) {
            tokio::spawn(discard(body));
        }
        return Err(too_large());
    }
    match timeout(patience.body, Limited::new(&mut body, MOST_BODY).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            tokio::spawn(discard(body));
            Err(too_large())
        }
        Ok(Err(_)) => Err(refused(
            StatusCode::BAD_REQUEST,
            "bad_body",
            "The body ended early or is not in the form that its headers announce. Nothing was done.",
        )),
        Err(_) => Err(refused(
            StatusCode::REQUEST_TIMEOUT,
            "body_too_slow",
            "The body did not come in time. Nothing was done; send the request again in one go.",
        )),
    }
}

/// Reads on for a while beside the answer, so that the client gets to it.
async fn discard(mut body: Body) {
    let mut left = MOST_DISCARDED;
    let read_on = async {
        while let Some(Ok(frame)) = body.frame().await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            match left.checked_sub(length) {
                Some(rest) => left = rest,
                None => break,
            }
        }
    };
    // What is left then is the client's loss.
    let _ = timeout(DISCARDING, read_on).await;
}

fn too_large() -> Box<Response> {
    refused(
        StatusCode::PAYLOAD_TOO_LARGE,
        "body_too_large",
        "The body is longer than 2 MiB, which is the most this server takes. Nothing was done.",
    )
}

pub(super) fn says_json(headers: &HeaderMap) -> bool {
    let media_type =
        headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).and_then(|value| value.split(';').next());
    media_type.is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case("application/json"))
}

/// The error of JSON-RPC for a JSON body that the protocol could not read.
pub(super) fn no_message(bytes: &Bytes) -> Response {
    let (code, message) = match serde_json::from_slice::<IgnoredAny>(bytes) {
        Err(_) => (-32700, "Parse error: the body is not JSON."),
        Ok(_) => (-32600, "Invalid request: the body is not one JSON-RPC message; batches are not taken."),
    };
    (
        StatusCode::BAD_REQUEST,
        Json(json!({ "jsonrpc": "2.0", "id": null, "error": { "code": code, "message": message } })),
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    async fn error_of(body: &'static str) -> (StatusCode, i64) {
        let response = no_message(&Bytes::from_static(body.as_bytes()));
        let status = response.status();
        let bytes = to_bytes(response.into_body(), MOST_BODY).await.unwrap();
        let told: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        (status, told["error"]["code"].as_i64().unwrap())
    }

    #[tokio::test]
    async fn what_is_not_json_and_what_is_no_message_are_told_apart() {
        assert_eq!(error_of("{\"jsonrpc\":").await, (StatusCode::BAD_REQUEST, -32700));
        assert_eq!(error_of("").await, (StatusCode::BAD_REQUEST, -32700));
        assert_eq!(error_of("[{\"jsonrpc\":\"2.0\"}]").await, (StatusCode::BAD_REQUEST, -32600));
    }

    #[test]
    fn only_json_media_types_count_as_json() {
        let said = |value: &'static str| {
            says_json(&HeaderMap::from_iter([(CONTENT_TYPE, axum::http::HeaderValue::from_static(value))]))
        };
        assert!(said("application/json") && said("Application/JSON; charset=utf-8"));
        assert!(!said("text/plain") && !said("application/jsonl") && !says_json(&HeaderMap::new()));
    }
}
