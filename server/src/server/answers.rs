//! The form of every answer: a refusal is JSON whoever made it, and headers tell browsers to keep their hands off.

use std::panic::AssertUnwindSafe;

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
    TRANSFER_ENCODING, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use futures::FutureExt;

use super::guard::refusal;
use infini_mcp_core::tool::text::line;

/// Headers that an answer gets unless it says something of its own.
const UNLESS_SAID: [(HeaderName, HeaderValue); 4] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
];
/// Most bytes of what a library says of a refusal.
const MOST_SAID: usize = 4_096;

/// Brings the answer to a request into form, whatever becomes of the request.
pub async fn in_form<A: Future<Output = Response>>(request: Request, answer: impl FnOnce(Request) -> A) -> Response {
    // Whoever sends a length and chunks at once may be smuggling, which the library hides from us by dropping the length:
    // after any chunked request nothing more is read from the connection.
    let is_last = request.headers().contains_key(TRANSFER_ENCODING);
    let mut response = match AssertUnwindSafe(answer(request)).catch_unwind().await {
        Ok(response) if is_bare_refusal(&response) => in_json(response).await,
        Ok(response) => response,
        Err(_) => {
            refusal(StatusCode::INTERNAL_SERVER_ERROR, "internal", sentence(StatusCode::INTERNAL_SERVER_ERROR, ""))
        }
    };
    let headers = response.headers_mut();
    for (name, value) in UNLESS_SAID {
        headers.entry(name).or_insert(value);
    }
    if is_last {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Whether it is a refusal in the words of a library, or in none at all.
fn is_bare_refusal(response: &Response) -> bool {
    let status = response.status();
    (status.is_client_error() || status.is_server_error()) && is_plain(response.headers())
}

fn is_plain(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_none_or(|media_type| media_type.as_bytes().starts_with(b"text/plain"))
}

/// The same refusal as JSON, with the headers it came with.
async fn in_json(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let said = to_bytes(body, MOST_SAID).await.unwrap_or_default();
    let said = line(&String::from_utf8_lossy(&said), 300);
    let mut told = refusal(parts.status, code(parts.status), sentence(parts.status, said.trim()));
    for (name, value) in parts.headers.iter().filter(|(name, _)| !matches!(**name, CONTENT_TYPE | CONTENT_LENGTH)) {
        told.headers_mut().append(name, value.clone());
    }
    told
}

fn code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "unauthenticated",
        StatusCode::FORBIDDEN => "forbidden",
        StatusCode::NOT_FOUND => "not_found",
        StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
        StatusCode::NOT_ACCEPTABLE => "not_acceptable",
        StatusCode::REQUEST_TIMEOUT => "timeout",
        StatusCode::PAYLOAD_TOO_LARGE => "body_too_large",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "unsupported_media_type",
        StatusCode::TOO_MANY_REQUESTS => "rate_limited",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable",
        status if status.is_client_error() => "bad_request",
        _ => "internal",
    }
}

/// Our words, or those of the library where only it knows what is wrong; never what it says of its own failures.
fn sentence(status: StatusCode, said: &str) -> &str {
    match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            "This address does not take requests with this method; the Allow header names those it takes."
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            "The Content-Type of the body must be application/json here. Nothing was done."
        }
        status if status.is_client_error() && !said.is_empty() => said,
        status if status.is_client_error() => "The request cannot be answered in this form. Nothing was done.",
        _ => "The server failed at this request, and its log says why. Whether anything was done is not known.",
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::Request;
    use axum::middleware::{Next, from_fn};
    use axum::response::{Html, IntoResponse};
    use axum::routing::get;
    use hyper::service::Service;
    use hyper_util::service::TowerToHyperService;
    use serde_json::Value;

    use super::*;

    async fn answer(path: &str) -> (StatusCode, HeaderMap, Value) {
        async fn falls() -> &'static str {
            panic!("on purpose")
        }
        let routes = Router::new()
            .route("/falls", get(falls))
            .route("/plain", get(async || (StatusCode::BAD_REQUEST, "Bad Request: no\u{202e}session")))
            .route("/inside", get(async || (StatusCode::INTERNAL_SERVER_ERROR, "secret of a library")))
            .route("/page", get(async || (StatusCode::FORBIDDEN, Html("<p>page</p>")).into_response()))
            .layer(from_fn(|request, next: Next| in_form(request, |request| next.run(request))));
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = TowerToHyperService::new(routes).call(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, MOST_SAID).await.unwrap();
        (parts.status, parts.headers, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    #[tokio::test]
    async fn a_refusal_is_json_whoever_made_it_and_tells_nothing_from_inside() {
        for (path, status, code) in [
            ("/falls", 500, "internal"),
            ("/plain", 400, "bad_request"),
            ("/inside", 500, "internal"),
            ("/nowhere", 404, "not_found"),
        ] {
            let (told, headers, body) = answer(path).await;
            assert_eq!(
                (told.as_u16(), body["code"].as_str(), &body["error"]),
                (status, Some(code), &Value::Bool(true))
            );
            assert!(headers[CONTENT_TYPE].to_str().unwrap().starts_with("application/json"), "{path}");
            assert_eq!(
                (&headers[CACHE_CONTROL], &headers[X_CONTENT_TYPE_OPTIONS]),
                (&"no-store".parse().unwrap(), &"nosniff".parse().unwrap())
            );
            assert!(!body.to_string().contains("secret") && !body.to_string().contains('\u{202e}'), "{body}");
        }
    }

    #[tokio::test]
    async fn a_page_stays_a_page() {
        let (status, headers, body) = answer("/page").await;
        assert_eq!((status, body), (StatusCode::FORBIDDEN, Value::Null));
        assert!(headers[CONTENT_TYPE].to_str().unwrap().starts_with("text/html"));
    }
}
