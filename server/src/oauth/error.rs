//! How the authorization server refuses: the errors of RFC 6749 and its relatives, as JSON.

use axum::Json;
use axum::http::header::{CACHE_CONTROL, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use infini_mcp_core::state::StateError;

/// A refusal with the code that the field knows it by.
#[derive(Debug)]
pub struct OAuthError {
    status: StatusCode,
    code: &'static str,
    description: String,
    retry_after: Option<u64>,
}

impl OAuthError {
    fn new(status: StatusCode, code: &'static str, description: impl Into<String>) -> Self {
        Self { status, code, description: description.into(), retry_after: None }
    }

    /// The request itself is wrong.
    pub fn invalid_request(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", description)
    }

    /// The client is not who it says.
    pub fn invalid_client(description: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_client", description)
    }

    /// Whether the client is not who it says.
    pub fn is_invalid_client(&self) -> bool {
        self.code == "invalid_client"
    }

    /// The code or refresh token is not good, or not good any more, or not this client's.
    pub fn invalid_grant(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_grant", description)
    }

    /// More was asked for than was consented to.
    pub fn invalid_scope(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_scope", description)
    }

    /// The token would be for another resource.
    pub fn invalid_target(resource: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid_target",
            format!("This server gives out tokens for {resource} only; `resource` must name that."),
        )
    }

    /// A way to get a token that is not offered.
    pub fn unsupported_grant_type() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "unsupported_grant_type",
            "`grant_type` must be authorization_code or refresh_token.",
        )
    }

    /// None of the redirect addresses of a client that registers itself is acceptable.
    pub fn invalid_redirect_uri() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid_redirect_uri",
            "None of the `redirect_uris` can be registered: one must be https or on this machine (http://127.0.0.1, http://[::1] or http://localhost), or of an app whose scheme this server allows (OAUTH_PRIVATE_REDIRECT_SCHEMES).",
        )
    }

    /// The description of a client that registers itself cannot be read.
    pub fn invalid_client_metadata(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_client_metadata", description)
    }

    /// The body is longer than any honest one.
    pub fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request", "The body is longer than 64 KiB.")
    }

    /// The body was not taken before anybody looked at it: `status` says why.
    pub fn body_not_taken(status: StatusCode) -> Self {
        let (code, description) = match status {
            StatusCode::PAYLOAD_TOO_LARGE => return Self::too_large(),
            StatusCode::REQUEST_TIMEOUT => ("invalid_request", "The body did not come in time."),
            status if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => {
                ("invalid_request", "The body ended early or is not in the form that its headers announce.")
            }
            _ => ("temporarily_unavailable", "The server is taking as much as it can; try again in a moment."),
        };
        Self::new(status, code, description)
    }

    /// The method is not the endpoint's.
    pub fn only_post() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "invalid_request", "This endpoint takes POST only.")
    }

    /// Too many attempts.
    pub fn slow_down(seconds: u64) -> Self {
        let mut error = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "temporarily_unavailable",
            "Too many attempts; wait and try again.",
        );
        error.retry_after = Some(seconds);
        error
    }
}

impl From<StateError> for OAuthError {
    fn from(error: StateError) -> Self {
        tracing::error!(%error, source = ?std::error::Error::source(&error).map(ToString::to_string), "the state of OAuth cannot be used");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "temporarily_unavailable",
            "The server cannot reach its memory; nothing was changed. Try again in a moment.",
        )
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let mut response =
            not_stored(self.status, json!({ "error": self.code, "error_description": self.description }));
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"infini-mcp\""));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// A JSON answer that nobody may keep.
pub fn not_stored(status: StatusCode, body: Value) -> Response {
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
