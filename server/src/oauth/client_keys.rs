//! The keys by which a client that is known by its document proves who it is (`private_key_jwt`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{DecodingKey, Header};
use serde::Deserialize;
use serde_json::Value;
use url::{Host, Url};

use super::fetches::Fetches;
use super::keys::{KeptKeys, key_for, read_keys};
use infini_mcp_core::api::web::Web;

/// The one way to authenticate that needs no secret shared with this server.
pub const PRIVATE_KEY_JWT: &str = "private_key_jwt";
const NONE: &str = "none";
const MOST_BYTES: usize = 64 * 1024;
const PATIENCE: Duration = Duration::from_secs(5);
/// How many clients' keys are kept.
const MOST_KEPT: usize = 500;

/// What a document says of how its client authenticates.
#[derive(Deserialize)]
pub struct Authentication {
    token_endpoint_auth_method: Option<String>,
    /// Other ways the client also takes; what it asks for first may be more than a server can do.
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
    client_secret: Option<Value>,
    jwks: Option<Value>,
    jwks_uri: Option<String>,
}

/// Whether a client has keys, and whether it must prove that it holds one.
#[derive(Debug, Clone, Default)]
pub enum ClientKeys {
    /// It has none that count here.
    #[default]
    None,
    /// It may sign, and PKCE alone will do as well.
    Optional(KeySource),
    /// It must sign.
    Required(KeySource),
}

/// Where a client's keys are.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// In its document.
    Inline(Arc<JwkSet>),
    /// At an address of their own.
    At(Url),
}

impl ClientKeys {
    /// Those of the client that a document describes, or why it cannot be let in.
    pub fn of(said: Authentication) -> Result<Self, String> {
        let first = said.token_endpoint_auth_method.as_deref().unwrap_or(NONE);
        let takes = |method: &str| {
            first == method || said.token_endpoint_auth_methods_supported.iter().any(|other| other == method)
        };
        if said.client_secret.is_some() || !(takes(NONE) || takes(PRIVATE_KEY_JWT)) {
            return Err(format!(
                "its document asks for the authentication `{}`; only {NONE} and {PRIVATE_KEY_JWT} can be read so",
                super::client_document::shown_name(first)
            ));
        }
        if !takes(PRIVATE_KEY_JWT) {
            return Ok(Self::None);
        }
        match (source(said.jwks.as_ref(), said.jwks_uri.as_deref()), takes(NONE)) {
            (Ok(keys), true) => Ok(Self::Optional(keys)),
            (Ok(keys), false) => Ok(Self::Required(keys)),
            // It can do without them.
            (Err(_), true) => Ok(Self::None),
            (Err(reason), false) => Err(reason),
        }
    }

    /// Whether the client must sign what it sends to the token endpoint.
    pub fn must_prove(&self) -> bool {
        matches!(self, Self::Required(_))
    }

    /// Where the keys are, if there are any.
    pub fn source(&self) -> Option<&KeySource> {
        match self {
            Self::None => None,
            Self::Optional(keys) | Self::Required(keys) => Some(keys),
        }
    }
}

/// Keys in the document or at one address; both at once would be two answers to one question (RFC 7591, section 2).
fn source(jwks: Option<&Value>, jwks_uri: Option<&str>) -> Result<KeySource, String> {
    match (jwks, jwks_uri) {
        (Some(jwks), None) => {
            let set = read_keys(jwks).filter(|set| !set.keys.is_empty());
            Ok(KeySource::Inline(Arc::new(set.ok_or("its document contains no keys that can be read")?)))
        }
        (None, Some(address)) => {
            let url = Url::parse(address).ok().filter(is_public_address);
            Ok(KeySource::At(url.ok_or("its document names no https address for its keys")?))
        }
        (Some(_), Some(_)) => Err("its document names its keys twice, as jwks and as jwks_uri".into()),
        (None, None) => Err("its document names no keys for the authentication it asks for".into()),
    }
}

fn is_public_address(url: &Url) -> bool {
    url.scheme() == "https"
        && matches!(url.host(), Some(Host::Domain(_)))
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
}

/// The keys of clients that were fetched, and the way to fetch more.
pub struct KeyBook {
    web: Arc<dyn Web>,
    kept: Mutex<HashMap<String, Arc<KeptKeys>>>,
    fetches: Fetches,
}

impl KeyBook {
    /// None fetched yet.
    pub fn new(web: Arc<dyn Web>) -> Self {
        Self { web, kept: Mutex::default(), fetches: Fetches::default() }
    }

    /// The key that an assertion from `caller` says it is signed with, if its client publishes it.
    pub async fn key(&self, source: &KeySource, header: &Header, caller: &str) -> Option<DecodingKey> {
        match source {
            KeySource::Inline(set) => key_for(set, header),
            KeySource::At(url) => self.kept(url).key_for(header, || self.fetch(url, caller)).await,
        }
    }

    fn kept(&self, url: &Url) -> Arc<KeptKeys> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT && !kept.contains_key(url.as_str()) {
            kept.clear();
        }
        kept.entry(url.as_str().to_owned()).or_default().clone()
    }

    /// Through the same guard as the documents. Who finds too much under way is told soon: waiting would let slow
    /// servers of strangers hold up everybody.
    async fn fetch(&self, url: &Url, caller: &str) -> Option<JwkSet> {
        let told = |reason: &str| tracing::warn!(host = url.host_str(), reason, "the keys of a client cannot be read");
        let Some(_turn) = self.fetches.turn(caller, url.host_str().unwrap_or_default()).await else {
            told("too many are being fetched");
            return None;
        };
        let fetched = self.web.public(url, MOST_BYTES, PATIENCE).await.inspect_err(|reason| told(reason)).ok()?;
        let body: Option<Value> = serde_json::from_slice(&fetched.body).ok();
        let set = body.as_ref().and_then(read_keys);
        if set.is_none() {
            told("they are no key set");
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(document: Value) -> Result<ClientKeys, String> {
        ClientKeys::of(serde_json::from_value(document).unwrap_or_else(|error| panic!("{error}")))
    }

    #[test]
    fn a_client_signs_where_its_document_says_so_and_need_not_where_none_is_also_named() {
        let at = "https://keys.example/jwks.json";
        assert!(matches!(of(json!({})), Ok(ClientKeys::None)));
        let both = json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": at,
            "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"] });
        assert!(matches!(of(both), Ok(ClientKeys::Optional(KeySource::At(_)))));
        let only = json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": at });
        assert!(of(only).is_ok_and(|keys| keys.must_prove()));
        for refused in [
            json!({ "token_endpoint_auth_method": "private_key_jwt" }),
            json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": [] } }),
            json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "http://keys.example/jwks.json" }),
            json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://127.0.0.1/jwks.json" }),
            json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": at, "jwks": { "keys": [] } }),
            json!({ "token_endpoint_auth_method": "client_secret_post" }),
            json!({ "token_endpoint_auth_method": "none", "client_secret": "x" }),
        ] {
            assert!(of(refused.clone()).is_err(), "{refused}");
        }
    }
}
