//! Requests of the `initialize` era that name no session: one that begins, or one that stands alone.
//!
//! The servers before this one took a call as it came, and scripts and automation tools rely on it. Such a request is complete
//! in itself, so nothing is begun for it and nothing kept.

use axum::http::Method;
use axum::http::request::Parts;
use rmcp::transport::common::http_header::HEADER_SESSION_ID;

use super::envelope::{Envelope, is_stateless};

/// Takes a session's id off a request that does not mean one: an empty one, or that of `initialize`, which begins another
/// session whatever became of the last.
pub fn without_idle_session(head: &mut Parts, envelope: &Envelope) {
    let names_none = head.headers.get(HEADER_SESSION_ID).is_some_and(|id| id.as_bytes().trim_ascii().is_empty());
    if names_none || envelope.is("initialize") {
        head.headers.remove(HEADER_SESSION_ID);
    }
}

/// Whether a request is answered for itself, without a session.
pub fn stands_alone(head: &Parts, envelope: &Envelope) -> bool {
    let is_of_its_own = envelope.method.is_some() && !envelope.is("initialize") && !envelope.is("server/discover");
    head.method == Method::POST
        && is_of_its_own
        && !envelope.names_revision()
        && !is_stateless(&head.headers)
        && !head.headers.contains_key(HEADER_SESSION_ID)
}
