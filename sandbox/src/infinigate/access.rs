//! The two credentials of every call: the subscription key, and tokens that are issued here and live for a while.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::refusals;
use super::switches::{Bearer401Body, Switches};
use crate::service::{Body, Reply};
use crate::{INFINIGATE_API_KEY, INFINIGATE_CLIENT_ID, INFINIGATE_CLIENT_SECRET};

/// Tokens that were issued and when they end.
#[derive(Debug, Default)]
pub(super) struct Tokens(HashMap<String, Instant>);

impl Tokens {
    /// Answers a token request whose form the document allows.
    pub(super) fn issue(&mut self, form: &Body, switches: &Switches) -> Reply {
        let Body::Form(fields) = form else {
            return refusals::oauth(400, "invalid_request", "Missing form parameter: grant_type");
        };
        let is = |name: &str, expected: &str| fields.get(name).is_some_and(|given| given == expected);
        if !is("client_id", INFINIGATE_CLIENT_ID) || !is("client_secret", INFINIGATE_CLIENT_SECRET) {
            return refusals::oauth(401, "invalid_client", "Invalid client or Invalid client credentials");
        }
        let now = Instant::now();
        self.0.retain(|_, end| *end > now);
        let token = fresh_token();
        self.0.insert(token.clone(), now + Duration::from_secs(switches.token_ttl));
        Reply::json(
            200,
            json!({ "access_token": token, "expires_in": switches.token_ttl, "refresh_expires_in": 0, "token_type": "Bearer",
                "not-before-policy": 0, "scope": "profile email" }),
        )
    }

    /// Forgets every token.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }

    /// Refuses a call whose bearer is not a living token.
    pub(super) fn check(&self, headers: &HeaderMap, switches: &Switches) -> Result<(), Reply> {
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = given.and_then(|value| value.strip_prefix("Bearer "));
        if token.and_then(|token| self.0.get(token)).is_some_and(|end| *end > Instant::now()) {
            return Ok(());
        }
        Err(match switches.bearer_401_body {
            Bearer401Body::Apim => refusals::bearer(given.is_none()),
            Bearer401Body::Empty => refusals::bearer_bare(),
        })
    }
}

/// Refuses a call without the subscription key.
pub(super) fn check_key(headers: &HeaderMap) -> Result<(), Reply> {
    match headers.get("api-key") {
        Some(key) if key == INFINIGATE_API_KEY => Ok(()),
        Some(_) => Err(refusals::subscription_key(false)),
        None => Err(refusals::subscription_key(true)),
    }
}

/// Looks like a JWT, because clients may expect one; it is signed by nobody.
fn fresh_token() -> String {
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(json!({ "alg": "none", "typ": "JWT" }));
    let claims = part(json!({ "jti": uuid::Uuid::new_v4().to_string(), "azp": INFINIGATE_CLIENT_ID }));
    format!("{head}.{claims}.sandbox")
}
