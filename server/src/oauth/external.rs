//! Tokens of another authorization server: JWTs that its published keys prove.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, Validation};
use serde_json::{Map, Value};
use url::Url;

use super::grant::{Grant, NoGrant};
use super::keys::{KeptKeys, read_keys};
use super::people::{People, Person};
use super::scopes;
use crate::config::{External, Scopeless};
use infini_mcp_core::api::web::Web;

/// Signatures only the issuer can make. Never `none`, and never a shared secret, which a published key could pose as.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];
const LONGEST_TOKEN: usize = 16 * 1024;
const MOST_BYTES: usize = 256 * 1024;
const PATIENCE: Duration = Duration::from_secs(5);
/// How far clocks may differ, in seconds.
const LEEWAY: u64 = 30;

/// Another authorization server.
pub struct Issuer {
    settings: External,
    people: Arc<dyn People>,
    web: Arc<dyn Web>,
    keys: KeptKeys,
}

impl Issuer {
    /// Nothing is fetched yet.
    pub fn new(settings: External, people: Arc<dyn People>, web: Arc<dyn Web>) -> Self {
        Self { settings, people, web, keys: KeptKeys::default() }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.settings.issuer
    }

    /// What its token allows here.
    ///
    /// # Errors
    /// Why it allows nothing.
    pub async fn grant_of(&self, token: &str) -> Result<Grant, NoGrant> {
        if token.len() > LONGEST_TOKEN || token.split('.').count() != 3 {
            return Err(NoGrant::Unknown);
        }
        let header = jsonwebtoken::decode_header(token).map_err(|_| NoGrant::Unknown)?;
        if !ALGORITHMS.contains(&header.alg) || header.crit.is_some() {
            return Err(NoGrant::Unknown);
        }
        let key = self.keys.key_for(&header, || self.published_keys()).await.ok_or(NoGrant::Unknown)?;
        let claims = match jsonwebtoken::decode::<Map<String, Value>>(token, &key, &self.rules(header.alg)) {
            Ok(token) => token.claims,
            Err(error) => {
                tracing::debug!(%error, "a token of the issuer was not accepted");
                // The time is looked at after the signature.
                let is_over = matches!(error.kind(), jsonwebtoken::errors::ErrorKind::ExpiredSignature);
                return Err(if is_over { NoGrant::Over } else { NoGrant::Unknown });
            }
        };
        self.grant(&claims)
    }

    fn rules(&self, algorithm: Algorithm) -> Validation {
        let mut rules = Validation::new(algorithm);
        rules.set_required_spec_claims(&["exp", "aud", "iss"]);
        // An issuer puts into a token how its client spelt the address.
        let audience = self.settings.audience.trim_end_matches('/');
        rules.set_audience(&[audience, &format!("{audience}/")]);
        rules.set_issuer(&[&self.settings.issuer]);
        rules.validate_nbf = true;
        rules.leeway = LEEWAY;
        rules
    }

    fn grant(&self, claims: &Map<String, Value>) -> Result<Grant, NoGrant> {
        let person = self.person(claims).ok_or(NoGrant::Unknown)?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let said = scopes::known(&said_scopes(claims));
        // A token that was made for something else, and says nothing of what it may do here, may do nothing here.
        let scopes: BTreeSet<String> = match (said.is_empty(), self.settings.scopeless) {
            (false, _) => person.scopes.intersection(&said).cloned().collect(),
            (true, Scopeless::All) => person.scopes,
            (true, Scopeless::Nothing) => {
                let user = person.name;
                tracing::warn!(
                    user,
                    "a token of the issuer names none of this server's scopes and opens nothing; see OAUTH_SCOPELESS"
                );
                return Err(NoGrant::Scopeless);
            }
        };
        Ok(Grant {
            user: person.name,
            scopes,
            can_widen: true,
            client_id: text("client_id").or(text("azp")).unwrap_or_default().to_owned(),
            client_name: String::new(),
            family: text("sub").unwrap_or_default().to_owned(),
            expires_at: claims.get("exp").and_then(Value::as_i64).unwrap_or_default().saturating_mul(1000),
        })
    }

    fn person(&self, claims: &Map<String, Value>) -> Option<Person> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        if let Some(claim) = &self.settings.user_claim {
            return self.people.by_name(text(claim)?);
        }
        // An address that the issuer has not checked may be anybody's.
        let is_verified = claims.get("email_verified") == Some(&Value::Bool(true));
        let email = text("email").filter(|_| is_verified).and_then(|email| self.people.by_name(email));
        email.or_else(|| self.people.by_name(text("sub")?))
    }

    async fn published_keys(&self) -> Option<JwkSet> {
        let issuer = &self.settings.issuer;
        let told = |reason: &String| tracing::error!(issuer, reason, "the issuer's keys cannot be read");
        self.fetch_keys().await.inspect_err(told).ok()
    }

    async fn fetch_keys(&self) -> Result<JwkSet, String> {
        let address = match &self.settings.jwks_url {
            Some(address) => address.clone(),
            None => self.discover().await?,
        };
        let body = self.fetch(&address).await?;
        read_keys(&body).ok_or_else(|| "they are no key set".to_owned())
    }

    /// Where the keys are, as the issuer's metadata say: OpenID Connect puts them behind the issuer, RFC 8414 before its path.
    async fn discover(&self) -> Result<String, String> {
        let issuer = self.settings.issuer.trim_end_matches('/');
        let url = Url::parse(issuer).map_err(|_| "the issuer is no address")?;
        let origin = url.origin().ascii_serialization();
        let path = url.path().trim_end_matches('/');
        let mut reason = String::new();
        for place in [
            format!("{issuer}/.well-known/openid-configuration"),
            format!("{origin}/.well-known/oauth-authorization-server{path}"),
        ] {
            match self.fetch(&place).await {
                Ok(metadata) if metadata.get("issuer").and_then(Value::as_str) != Some(&self.settings.issuer) => {
                    reason = "its metadata name another issuer".to_owned();
                }
                Ok(metadata) => {
                    if let Some(address) = metadata.get("jwks_uri").and_then(Value::as_str) {
                        return Ok(address.to_owned());
                    }
                    reason = "its metadata name no keys".to_owned();
                }
                Err(error) => reason = error,
            }
        }
        Err(reason)
    }

    async fn fetch(&self, address: &str) -> Result<Value, String> {
        let url = Url::parse(address).map_err(|_| "an address cannot be read")?;
        // Keys that come in the clear prove nothing; the issuer's own address was checked with the settings.
        let is_safe = url.scheme() == "https" || self.settings.issuer.starts_with("http:");
        if !is_safe {
            return Err("its keys are not at an https address".into());
        }
        let fetched = self.web.configured(&url, MOST_BYTES, PATIENCE).await?;
        serde_json::from_slice(&fetched.body).map_err(|_| "its answer is not JSON".to_owned())
    }
}

/// `scope` as RFC 9068 has it, or `scp` as some issuers do, as text or as a list.
fn said_scopes(claims: &Map<String, Value>) -> String {
    match claims.get("scope").or_else(|| claims.get("scp")) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        Some(_) | None => String::new(),
    }
}
