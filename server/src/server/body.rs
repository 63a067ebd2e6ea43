//! What a body says that is no message, in the protocol's own words.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::incoming::{Fault, INVALID_PARAMS};

pub(super) fn says_json(headers: &HeaderMap) -> bool {
    let media_type =
        headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).and_then(|value| value.split(';').next());
    media_type.is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case("application/json"))
}

/// The error of JSON-RPC for a body that is no message. Wrong parameters are an answer to a request like any other.
pub(super) fn faulty(fault: &Fault) -> Response {
    fault.log();
    let is_answer = fault.code == INVALID_PARAMS && fault.id.is_some();
    let status = if is_answer { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    (status, [(CONTENT_TYPE, "application/json")], fault.answer()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_media_types_count_as_json() {
        let said = |value: &'static str| {
            says_json(&HeaderMap::from_iter([(CONTENT_TYPE, axum::http::HeaderValue::from_static(value))]))
        };
        assert!(said("application/json") && said("Application/JSON; charset=utf-8"));
        assert!(!said("text/plain") && !said("application/jsonl") && !says_json(&HeaderMap::new()));
    }
}
