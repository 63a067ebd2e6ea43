//! A client proves who it is by signing a statement about itself (`private_key_jwt`; RFC 7523, RFC 7521).

use std::time::Duration;

use jsonwebtoken::dangerous::insecure_decode_claims;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;

use super::authorization_server::AuthorizationServer;
use super::client::Unknown;
use super::error::OAuthError;
use super::parameters::Parameters;
use infini_mcp_core::vault::digest;

/// What an assertion is called in the body of a request.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Signatures that only the client can make. Never `none`, and never a shared secret, which a published key could pose as.
pub const ALGORITHMS: [Algorithm; 4] = [Algorithm::ES256, Algorithm::RS256, Algorithm::PS256, Algorithm::EdDSA];
const LONGEST: usize = 16 * 1024;
const LONGEST_NAME: usize = 256;
/// How far clocks may differ, and how far before and after now an assertion may reach, in seconds: what it is called must be
/// remembered until it ends.
const LEEWAY: f64 = 30.0;
const LONGEST_LIFE: f64 = 3600.0;

/// An assertion that came with a request.
#[derive(Debug)]
pub struct Assertion {
    /// The client it says it is of.
    pub client: String,
    text: String,
}

#[derive(Deserialize)]
struct Subject {
    sub: String,
}

impl Assertion {
    /// The one that a request brings, if it brings one. Whose it is, is only claimed so far.
    pub fn of(parameters: &Parameters) -> Result<Option<Self>, OAuthError> {
        let kind = parameters.get("client_assertion_type");
        let Some(text) = parameters.get("client_assertion") else {
            return match kind {
                None => Ok(None),
                Some(_) => Err(OAuthError::invalid_request("`client_assertion` is missing.")),
            };
        };
        if kind != Some(ASSERTION_TYPE) {
            return Err(OAuthError::invalid_request(format!("`client_assertion_type` must be {ASSERTION_TYPE}.")));
        }
        if text.len() > LONGEST {
            return Err(refused("it is longer than 16 KiB"));
        }
        let claimed: Result<Subject, _> = insecure_decode_claims(text);
        let client = claimed.map_err(|_| refused("it is no JWT with a `sub`"))?.sub;
        if parameters.get("client_id").is_some_and(|id| id != client) {
            return Err(OAuthError::invalid_client("The assertion and `client_id` name different clients."));
        }
        Ok(Some(Self { client, text: text.to_owned() }))
    }
}

/// What an assertion says.
#[derive(Debug, Clone, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: f64,
    nbf: Option<f64>,
    iat: Option<f64>,
    jti: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    /// Whether it names these addresses and nobody else: whoever else it is for could use it here.
    fn is_only(&self, ours: &[String]) -> bool {
        match self {
            Self::One(audience) => ours.contains(audience),
            Self::Many(audiences) => !audiences.is_empty() && audiences.iter().all(|audience| ours.contains(audience)),
        }
    }
}

impl Claims {
    /// What is wrong with them, at this second.
    fn fault(&self, client: &str, ours: &[String], now: f64) -> Option<&'static str> {
        if self.iss != client || self.sub != client {
            return Some("`iss` and `sub` must both be the client's id");
        }
        if !self.aud.is_only(ours) {
            return Some("`aud` must be this server's issuer or token endpoint, and nothing else");
        }
        if self.exp <= now - LEEWAY {
            return Some("its time is over");
        }
        // So that what is no time at all is refused as well.
        let reaches_too_far = |time: f64| !(time - now).abs().le(&(LONGEST_LIFE + LEEWAY));
        if reaches_too_far(self.exp) || self.iat.is_some_and(reaches_too_far) {
            return Some("it reaches further than an hour");
        }
        if [self.nbf, self.iat].into_iter().flatten().any(|time| time > now + LEEWAY) {
            return Some("it is not valid yet");
        }
        if self.jti.as_ref().is_some_and(|name| name.is_empty() || name.len() > LONGEST_NAME) {
            return Some("`jti` must have 1 to 256 characters");
        }
        None
    }

    /// By what the assertion is recognised when it comes again. One without a name is known by what was signed; not by its
    /// signature, of which some algorithms allow a second one.
    fn name(&self, text: &str) -> String {
        let signed = text.rsplit_once('.').map_or(text, |(signed, _)| signed);
        let name = self.jti.as_ref().map_or_else(|| signed.to_owned(), |name| format!("{} {name}", self.sub));
        format!("client assertion {}", digest(name.as_bytes()))
    }

    /// How long it could come again.
    fn left(&self, now: f64) -> Duration {
        Duration::try_from_secs_f64(self.exp - now + 2.0 * LEEWAY).unwrap_or(Duration::ZERO)
    }
}

impl AuthorizationServer {
    /// Checks that a client made the assertion, for this server, and that it comes for the first time to any of the servers
    /// on this state.
    pub(super) async fn verify(&self, assertion: &Assertion, caller: &str) -> Result<(), OAuthError> {
        let counted = format!("{} at {caller}", assertion.client);
        let counted = [counted.as_str()];
        if let Some(wait) = self.throttle.wait(counted) {
            return Err(OAuthError::slow_down(wait.as_secs() + 1));
        }
        let claims = self.proved(assertion, caller).await.inspect_err(|error| {
            if error.is_invalid_client() {
                self.throttle.failed(counted);
            }
        })?;
        let now = now();
        if !self.store.use_up(&claims.name(&assertion.text), claims.left(now)).await? {
            tracing::warn!(client = assertion.client, caller, "a client's assertion came twice");
            return Err(refused("it was used before; each request needs one of its own"));
        }
        Ok(())
    }

    async fn proved(&self, assertion: &Assertion, caller: &str) -> Result<Claims, OAuthError> {
        let client = self.client(&assertion.client, caller).await.map_err(|unknown| match unknown {
            Unknown::Refused(reason) => OAuthError::invalid_client(format!("The client is not known: {reason}.")),
            Unknown::Busy => OAuthError::slow_down(1),
            Unknown::State(error) => error.into(),
        })?;
        let source = client.keys.source().ok_or_else(|| refused("this client has no keys here"))?;
        let header = jsonwebtoken::decode_header(&assertion.text).map_err(|_| refused("its head cannot be read"))?;
        if !ALGORITHMS.contains(&header.alg) || header.crit.is_some() {
            return Err(refused("it must be signed with ES256, RS256, PS256 or EdDSA"));
        }
        let key = self.client_keys.key(source, &header, caller).await;
        let key =
            key.ok_or_else(|| refused("the key it names is not published by the client, or cannot be read now"))?;
        let claims =
            signed(&assertion.text, &key, header.alg).ok_or_else(|| refused("its signature or form is wrong"))?;
        let at = |path: &str| format!("{}/oauth/{path}", self.place.issuer);
        let ours = [self.place.issuer.clone(), at("token"), at("revoke")];
        match claims.fault(&assertion.client, &ours, now()) {
            Some(reason) => Err(refused(reason)),
            None => Ok(claims),
        }
    }
}

/// The claims, if this key signed them. What they say is looked at afterwards.
fn signed(text: &str, key: &DecodingKey, algorithm: Algorithm) -> Option<Claims> {
    let mut rules = Validation::new(algorithm);
    rules.set_required_spec_claims::<&str>(&[]);
    (rules.validate_exp, rules.validate_nbf, rules.validate_aud) = (false, false, false);
    jsonwebtoken::decode(text, key, &rules).ok().map(|token| token.claims)
}

fn refused(reason: &str) -> OAuthError {
    OAuthError::invalid_client(format!("The client's assertion was not accepted: {reason}."))
}

fn now() -> f64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map(|since| since.as_secs_f64())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NOW: f64 = 1_800_000_000.0;

    fn fault(changes: Value) -> Option<&'static str> {
        let mut claims = json!({ "iss": "c", "sub": "c", "aud": "https://mcp.example", "exp": NOW + 60.0, "jti": "1" });
        for (name, value) in changes.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        let claims: Claims = serde_json::from_value(claims).unwrap_or_else(|error| panic!("{error}"));
        let ours = ["https://mcp.example".to_owned(), "https://mcp.example/oauth/token".to_owned()];
        claims.fault("c", &ours, NOW)
    }

    #[test]
    fn an_assertion_is_by_the_client_for_this_server_alone_and_for_now() {
        for good in [
            json!({}),
            json!({ "aud": "https://mcp.example/oauth/token", "iat": NOW, "nbf": NOW }),
            json!({ "aud": ["https://mcp.example", "https://mcp.example/oauth/token"] }),
            json!({ "exp": NOW + 3600.0 }),
            json!({ "jti": null }),
        ] {
            assert_eq!(fault(good.clone()), None, "{good}");
        }
        for wrong in [
            json!({ "iss": "d" }),
            json!({ "sub": "d" }),
            json!({ "aud": "https://other.example" }),
            json!({ "aud": "https://mcp.example/" }),
            json!({ "aud": ["https://mcp.example", "https://other.example"] }),
            json!({ "aud": [] }),
            json!({ "exp": NOW - 31.0 }),
            json!({ "exp": NOW + 7200.0 }),
            json!({ "exp": 1e300 }),
            json!({ "iat": NOW + 60.0 }),
            json!({ "iat": NOW - 7200.0 }),
            json!({ "nbf": NOW + 60.0 }),
            json!({ "jti": "" }),
            json!({ "jti": "x".repeat(257) }),
        ] {
            assert!(fault(wrong.clone()).is_some(), "{wrong}");
        }
    }
}
