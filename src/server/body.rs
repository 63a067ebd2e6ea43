//! Reads a request's body before the protocol does, so that what is no message is refused in the protocol's own words.

use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::de::IgnoredAny;
use serde_json::json;

use super::guard::refusal;

/// Most bytes of a request's body.
pub const MOST_BODY: usize = 2 * 1024 * 1024;

/// Passes on bodies of up to two mebibytes; a JSON body that the protocol cannot read gets the error of JSON-RPC.
pub async fn readable(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    // A client that is still there to hear it can only have sent too much.
    let Ok(bytes) = to_bytes(body, MOST_BODY).await else {
        return refusal(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            "The body is longer than 2 MiB, which is the most this server takes. Nothing was done.",
        );
    };
    let is_json = says_json(&parts.headers);
    let response = next.run(Request::from_parts(parts, Body::from(bytes.clone()))).await;
    // The MCP library says "unsupported media type" to JSON that it cannot read, too.
    if is_json && response.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE { no_message(&bytes) } else { response }
}

fn says_json(headers: &HeaderMap) -> bool {
    let media_type =
        headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).and_then(|value| value.split(';').next());
    media_type.is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case("application/json"))
}

fn no_message(bytes: &Bytes) -> Response {
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
