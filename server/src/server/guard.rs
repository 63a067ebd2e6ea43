//! Who may knock at the HTTP endpoint: known hosts, known origins, known callers.
//!
//! A key is looked at even where its address has failed often: one broken client behind a proxy must not lock out everybody
//! else there. What keeps a key from being guessed is its length; what is slowed down is the knocking.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONNECTION, HOST, ORIGIN, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::address::caller_address;
use super::callers::{Callers, Unknown};
use super::challenge::Challenge;
use super::cors;
use super::identity::Principal;
use crate::config::{HostPattern, OriginPattern};
use crate::oauth::{Throttle, neighbourhood};
use infini_mcp_core::telemetry::counters;
use infini_mcp_core::vault::digest;

/// The names under which browsers and clients may reach the server.
pub struct Doors {
    hosts: Vec<HostPattern>,
    origins: Vec<OriginPattern>,
}

impl Doors {
    /// Answers these hosts, and pages of these origins.
    pub fn new(hosts: Vec<HostPattern>, origins: Vec<OriginPattern>) -> Self {
        Self { hosts, origins }
    }

    /// A refusal when the host is not known.
    fn know_host(&self, headers: &HeaderMap, authority: Option<&str>) -> Result<(), Box<Response>> {
        let host = one(headers, &HOST)?;
        if host.is_none() && authority.is_none() {
            return Err(refused(StatusCode::BAD_REQUEST, "bad_header", "The request names no host."));
        }
        // A request may name its host twice, in the address and in the header; which one counts must not matter.
        let known = |host: &str| self.hosts.iter().any(|allowed| allowed.matches(host));
        if host.into_iter().chain(authority).all(known) {
            return Ok(());
        }
        Err(refused(
            StatusCode::FORBIDDEN,
            "host_not_allowed",
            "This server does not answer under this host name; its operator can add it to MCP_ALLOWED_HOSTS.",
        ))
    }

    /// The origin of the page that asks, when a page does; a refusal when it is not known.
    fn know_origin(&self, headers: &HeaderMap) -> Result<Option<HeaderValue>, Box<Response>> {
        let Some(origin) = one(headers, &ORIGIN)? else { return Ok(None) };
        if self.origins.iter().any(|allowed| allowed.matches(origin)) {
            return Ok(headers.get(ORIGIN).cloned());
        }
        Err(refused(
            StatusCode::FORBIDDEN,
            "origin_not_allowed",
            "This server does not answer pages of this origin; its operator can add it to MCP_ALLOWED_ORIGINS.",
        ))
    }

    fn admits(&self, request: &Request) -> Result<Option<HeaderValue>, Box<Response>> {
        if !is_probe(request.uri().path()) {
            self.know_host(request.headers(), request.uri().authority().map(|authority| authority.as_str()))?;
        }
        self.know_origin(request.headers())
    }
}

/// What engines and load balancers ask, under the server's address or under no name at all. The answers are the same for
/// everybody, so that no name need be known for them.
pub(super) fn is_probe(path: &str) -> bool {
    matches!(path, "/health" | "/ready")
}

/// A header that may come once at most.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Box<Response>> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    match (first.map(|value| value.to_str()), values.next()) {
        (None, _) => Ok(None),
        (Some(Ok(text)), None) => Ok(Some(text)),
        (Some(_), _) => {
            let message = format!("The header `{name}` comes more than once or is no readable text.");
            Err(refused(StatusCode::BAD_REQUEST, "bad_header", &message))
        }
    }
}

/// Refuses unknown hosts and origins on every route, and lets pages of known origins read the answers.
pub async fn known_door<A: Future<Output = Response>>(
    doors: &Doors,
    request: Request,
    answer: impl FnOnce(Request) -> A,
) -> Response {
    match doors.admits(&request) {
        Ok(Some(origin)) => match cors::preflight(&request) {
            Some(answer) => cors::readable_by(origin, answer),
            None => cors::readable_by(origin, answer(request).await),
        },
        Ok(None) => answer(request).await,
        Err(refusal) => *refusal,
    }
}

/// How long the first failure too many has to wait, and the most of all.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// Who is let in, and what the others are told.
pub struct Entrance {
    callers: Callers,
    challenge: Arc<Challenge>,
    addresses: Throttle,
    keys: Throttle,
}

impl Entrance {
    /// Lets in whoever `callers` recognise.
    pub fn new(callers: Callers, challenge: Arc<Challenge>) -> Self {
        // Behind one address may be a whole office; a key that was wrong stays wrong.
        Self {
            callers,
            challenge,
            addresses: Throttle::new(19, FIRST_WAIT, LONGEST_WAIT),
            keys: Throttle::new(4, FIRST_WAIT, LONGEST_WAIT),
        }
    }
    /// Who sends this request; a refusal of whoever is not recognised.
    pub async fn admit(&self, head: &Parts) -> Result<Principal, Box<Response>> {
        let token = bearer_of(&head.headers)?;
        self.callers.recognise(token).await.map_err(|why| {
            Box::new(match why {
                Unknown::NoBearer => {
                    let message = "A bearer token is needed: Authorization: Bearer <token>.";
                    unauthorized(None, message, &self.challenge)
                }
                Unknown::Expired => {
                    unauthorized(Some("invalid_token"), "The time of this bearer token is over.", &self.challenge)
                }
                Unknown::NoScope => {
                    let message = "This bearer token names none of this server's scopes, so it opens nothing. Ask its issuer for one that does.";
                    let mut response = refusal(StatusCode::FORBIDDEN, "insufficient_scope", message);
                    let scope = self.challenge.reading();
                    if let Some(challenge) = self.challenge.header(Some("insufficient_scope"), scope.as_deref()) {
                        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
                    }
                    response
                }
                Unknown::CannotTell => {
                    let message = "Nobody can tell now whose this bearer token is; try again shortly.";
                    retry_later(refusal(StatusCode::SERVICE_UNAVAILABLE, "state_unavailable", message), FIRST_WAIT)
                }
                Unknown::WrongBearer => wrong_key(self, token.unwrap_or_default(), head),
            })
        })
    }
}

/// Refuses a wrong key: after some of them, by asking the address, and whoever repeats the same key, to wait. Whether
/// there is a user with a similar key cannot be told from it.
fn wrong_key(entrance: &Entrance, token: &str, head: &Parts) -> Response {
    let address =
        caller_address(&head.extensions).map(|address| neighbourhood(address).to_string()).unwrap_or_default();
    let key = digest(token.as_bytes());
    let Some(wait) = entrance.addresses.wait([address.as_str()]).max(entrance.keys.wait([key.as_str()])) else {
        entrance.addresses.failed([address.as_str()]);
        entrance.keys.failed([key.as_str()]);
        return unauthorized(Some("invalid_token"), "The bearer token is wrong.", &entrance.challenge);
    };
    let message = "Wrong bearer tokens came too often. This one was wrong, too; wait before trying another.";
    let mut response = retry_later(refusal(StatusCode::TOO_MANY_REQUESTS, "too_many_failures", message), wait);
    // Knocking again has to begin with a new connection.
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// Says after how many seconds it makes sense to try again.
pub(super) fn retry_later(mut response: Response, wait: Duration) -> Response {
    let seconds = wait.as_millis().div_ceil(1_000).max(1) as u64;
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// The bearer token of a request; what another scheme brings is none. Of two headers, nobody can tell which one counts for a
/// proxy before this server.
fn bearer_of(headers: &HeaderMap) -> Result<Option<&str>, Box<Response>> {
    let split = one(headers, &AUTHORIZATION)?.and_then(|header| header.split_once(' '));
    Ok(split.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim()))
}

fn unauthorized(error: Option<&str>, message: &str, challenge: &Challenge) -> Response {
    let mut response = refusal(StatusCode::UNAUTHORIZED, "unauthenticated", message);
    if let Some(challenge) = challenge.header(error, challenge.reading().as_deref()) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

/// The same, small enough to be an error.
pub(super) fn refused(status: StatusCode, code: &str, message: &str) -> Box<Response> {
    Box::new(refusal(status, code, message))
}

/// A refusal in the form every refusal of this server has.
pub fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    counters::refused(code);
    (status, Json(json!({ "error": true, "code": code, "message": message }))).into_response()
}
