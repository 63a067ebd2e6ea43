//! What browsers must hear before they let a page of another origin use the endpoint (CORS).
//!
//! Which origins are known is decided at the door. No cookie opens anything here, so credentials are never allowed.

use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};

const METHODS: &str = "GET, POST, DELETE, OPTIONS";
const HEADERS: &str =
    "authorization, content-type, last-event-id, mcp-method, mcp-name, mcp-protocol-version, mcp-session-id";
const EXPOSED: &str = "mcp-session-id, www-authenticate, retry-after";
/// How long a browser may remember the answer, in seconds.
const MAX_AGE: &str = "600";

/// The answer to a browser that asks what a page may send; nothing when `request` does not ask that.
pub fn preflight(request: &Request) -> Option<Response> {
    if request.method() != Method::OPTIONS || !request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
        return None;
    }
    let mut headers = HeaderMap::new();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed_headers(request.headers()));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
    Some((StatusCode::NO_CONTENT, headers).into_response())
}

/// The headers of the protocol, and those of them whose names depend on the tool (`Mcp-Param-…`).
fn allowed_headers(headers: &HeaderMap) -> HeaderValue {
    let asked = headers.get(ACCESS_CONTROL_REQUEST_HEADERS).and_then(|asked| asked.to_str().ok()).unwrap_or_default();
    let of_tools = asked.split(',').map(|name| name.trim().to_ascii_lowercase()).filter(|name| {
        name.starts_with("mcp-param-")
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    });
    let all = std::iter::once(HEADERS.to_owned()).chain(of_tools).collect::<Vec<_>>().join(", ");
    HeaderValue::try_from(all).unwrap_or(HeaderValue::from_static(HEADERS))
}

/// Lets pages of `origin` read `response`.
pub fn readable_by(origin: HeaderValue, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    headers.append(VARY, HeaderValue::from(ORIGIN));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_may_send_the_headers_of_the_protocol_and_of_tools_and_no_others() {
        let asked = |names: &str| {
            let headers = HeaderMap::from_iter([(ACCESS_CONTROL_REQUEST_HEADERS, names.parse().unwrap())]);
            allowed_headers(&headers).to_str().unwrap().to_owned()
        };
        assert_eq!(asked("authorization, x-evil"), HEADERS);
        assert_eq!(asked("Mcp-Param-Region, mcp-param-<b>"), format!("{HEADERS}, mcp-param-region"));
    }
}
