//! Who may knock at the HTTP endpoint: known hosts, known origins, known callers.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::callers::{Callers, Unknown};
use super::challenge::Challenge;

/// The names under which browsers and clients may reach the server.
pub struct Doors {
    hosts: Vec<String>,
    origins: Vec<String>,
}

impl Doors {
    /// Entries without a port, or with `:*`, stand for every port.
    pub fn new(hosts: Vec<String>, origins: Vec<String>) -> Self {
        let lower = |names: Vec<String>| {
            names.into_iter().map(|name| name.trim().trim_end_matches('/').to_ascii_lowercase()).collect()
        };
        Self { hosts: lower(hosts), origins: lower(origins) }
    }

    fn admits(&self, headers: &HeaderMap, authority: Option<&str>) -> Result<(), Box<Response>> {
        let host = one(headers, &HOST)?.or(authority).unwrap_or_default().to_ascii_lowercase();
        if !self.hosts.iter().any(|allowed| matches(allowed, &host)) {
            return Err(refused(
                StatusCode::FORBIDDEN,
                "host_not_allowed",
                "This server does not answer under this host name; its operator can add it to MCP_ALLOWED_HOSTS.",
            ));
        }
        match one(headers, &ORIGIN)? {
            Some(origin) if !self.origins.iter().any(|allowed| matches(allowed, &origin.to_ascii_lowercase())) => {
                Err(refused(
                    StatusCode::FORBIDDEN,
                    "origin_not_allowed",
                    "This server does not answer pages of this origin; its operator can add it to MCP_ALLOWED_ORIGINS.",
                ))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// A header that may come once at most.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Box<Response>> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    match (first.map(|value| value.to_str()), values.next()) {
        (None, _) => Ok(None),
        (Some(Ok(text)), None) => Ok(Some(text)),
        (Some(_), _) => {
            Err(refused(StatusCode::BAD_REQUEST, "bad_header", "The Host or Origin header is not one readable value."))
        }
    }
}

fn matches(allowed: &str, given: &str) -> bool {
    if let Some(name) = allowed.strip_suffix(":*") {
        return without_port(given) == name;
    }
    allowed == given || (without_port(allowed) == allowed && without_port(given) == allowed)
}

/// `host:80` and `[::1]:80` without the port.
fn without_port(name: &str) -> &str {
    match name.rsplit_once(':') {
        Some((before, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => before,
        _ => name,
    }
}

/// Refuses unknown hosts and origins on every route.
pub async fn known_door(State(doors): State<Arc<Doors>>, request: Request, next: Next) -> Response {
    match doors.admits(request.headers(), request.uri().authority().map(|authority| authority.as_str())) {
        Ok(()) => next.run(request).await,
        Err(refusal) => *refusal,
    }
}

/// Who is let in, and what the others are told.
pub struct Entrance {
    /// By what callers are recognised.
    pub callers: Callers,
    /// What refused callers must bring.
    pub challenge: Arc<Challenge>,
}

/// Refuses whoever is not recognised.
pub async fn known_caller(State(entrance): State<Arc<Entrance>>, mut request: Request, next: Next) -> Response {
    match entrance.callers.recognise(request.headers()).await {
        Ok(principal) => {
            request.extensions_mut().insert(principal);
            next.run(request).await
        }
        Err(unknown) => unauthorized(unknown, &entrance.challenge),
    }
}

fn unauthorized(unknown: Unknown, challenge: &Challenge) -> Response {
    let (error, message) = match unknown {
        Unknown::NoBearer => ("invalid_request", "A bearer token is needed: Authorization: Bearer <token>."),
        Unknown::WrongBearer => ("invalid_token", "The bearer token is wrong."),
        Unknown::Expired => ("invalid_token", "The time of this bearer token is over."),
    };
    let mut response = refusal(StatusCode::UNAUTHORIZED, "unauthenticated", message);
    if let Some(challenge) = challenge.header(error, None) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

/// The same, small enough to be an error.
fn refused(status: StatusCode, code: &str, message: &str) -> Box<Response> {
    Box::new(refusal(status, code, message))
}

/// A refusal in the form every refusal of this server has.
pub fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    (status, Json(json!({ "error": true, "code": code, "message": message }))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_a_port_stands_for_every_port_and_no_other_name() {
        for (allowed, given, admitted) in [
            ("localhost", "localhost:3000", true),
            ("localhost", "localhost.evil.example", false),
            ("127.0.0.1", "127.0.0.1", true),
            ("[::1]", "[::1]:3000", true),
            ("example.com:443", "example.com:443", true),
            ("example.com:443", "example.com:444", false),
            ("http://localhost:*", "http://localhost:5173", true),
            ("http://localhost:*", "https://localhost:5173", false),
            ("http://localhost:*", "http://localhost.evil.example:80", false),
            ("localhost", "", false),
        ] {
            assert_eq!(matches(allowed, given), admitted, "{allowed} {given}");
        }
    }
}
