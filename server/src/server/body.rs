//! What a body says that is no message, in the protocol's own words.

use axum::Json;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::de::IgnoredAny;
use serde_json::json;

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
        let bytes = to_bytes(response.into_body(), 10_000).await.unwrap();
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
