//! Who an account is upstream: what is remembered of it is filed under this, and must be found again with renewed secrets.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use super::{infinigate, infinity};
use crate::vault::digest;

/// The names of one account. None of them tells a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AccountNames {
    /// Stays the same when a secret is renewed.
    pub(super) account: Arc<str>,
    /// What earlier versions called it: another name with every secret.
    pub(super) former: Arc<str>,
}

impl AccountNames {
    /// Infinigate knows an account by the id of its client.
    pub(super) fn infinigate(settings: &infinigate::Settings, base: &Url) -> Self {
        let key = settings.api_key.expose_secret();
        Self {
            account: short(&format!("infinigate\n{}\n{}", host(base), settings.client_id.trim())),
            former: short(&format!("{}\n{}\n{key}", settings.base_url, settings.client_id)),
        }
    }

    /// StartInfinity's tokens name their user; one that does not is an account of its own.
    pub(super) fn infinity(settings: &infinity::Settings, base: &Url) -> Self {
        let former = short(&format!("{}\n{}", settings.base_url, settings.token.expose_secret()));
        let user = user_of(&settings.token);
        let account = user.map(|user| short(&format!("infinity\n{}\n{user}", host(base))));
        Self { account: account.unwrap_or_else(|| former.clone()), former }
    }

    /// Whether `name` is or was the name of this account.
    pub(super) fn is(&self, name: &str) -> bool {
        [&self.account, &self.former].iter().any(|known| known.as_ref() == name)
    }
}

fn short(identity: &str) -> Arc<str> {
    digest(identity.as_bytes()).chars().take(24).collect::<String>().into()
}

/// The address without what may be written in several ways.
fn host(base: &Url) -> String {
    let host = base.host_str().unwrap_or_default();
    base.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The user in a token that is a JWT. Its signature is upstream's to check, which takes no request with a forged one.
fn user_of(token: &SecretString) -> Option<String> {
    let claims = token.expose_secret().split('.').nth(1)?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    match claims.get("sub")? {
        Value::String(user) if !user.is_empty() => Some(user.clone()),
        Value::Number(user) => Some(user.to_string()),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn at_infinigate(address: &str, client: &str, key: &str) -> AccountNames {
        let settings = infinigate::Settings {
            base_url: address.to_owned(),
            api_key: key.to_owned().into(),
            client_id: client.to_owned(),
            client_secret: "secret".to_owned().into(),
            token_ttl: Duration::from_secs(240),
            timeout: Duration::from_secs(15),
            max_retries: 2,
        };
        AccountNames::infinigate(&settings, &Url::parse(address).unwrap())
    }

    fn at_infinity(token: &str) -> AccountNames {
        let settings = infinity::Settings {
            base_url: "https://app.example.com/api/v2".to_owned(),
            token: token.to_owned().into(),
            version: "v".to_owned(),
            timeout: Duration::from_secs(15),
            max_retries: 2,
            per_minute: 180,
        };
        AccountNames::infinity(&settings, &Url::parse(&settings.base_url).unwrap())
    }

    #[test]
    fn an_account_keeps_its_name_whatever_key_and_spelling_it_is_reached_with() {
        let one = at_infinigate("https://api.example.com", "client", "first-key");
        let renewed = at_infinigate("https://api.example.com", "client", "second-key");
        assert_eq!(one.account, renewed.account);
        assert_ne!(one.former, renewed.former);
        assert_eq!(one.account, at_infinigate("https://API.example.com:443/", "client", "first-key").account);
        assert!(one.is(&one.account) && one.is(&one.former) && !one.is(&renewed.former));
    }

    #[test]
    fn another_client_or_another_host_is_another_account() {
        let one = at_infinigate("https://api.example.com", "client", "key");
        assert_ne!(one.account, at_infinigate("https://api.example.com", "other", "key").account);
        assert_ne!(one.account, at_infinigate("https://test.example.com", "client", "key").account);
        assert_ne!(one.account, at_infinigate("https://api.example.com:8443", "client", "key").account);
    }

    #[test]
    fn a_name_of_earlier_versions_is_made_as_they_made_it() {
        let names = at_infinigate("https://api.example.com", "client", "key");
        let expected: String = digest(b"https://api.example.com\nclient\nkey").chars().take(24).collect();
        assert_eq!(names.former.as_ref(), expected);
    }

    #[test]
    fn a_renewed_token_of_the_same_user_is_the_same_account_and_any_other_is_not() {
        let token = |claims: &str, signature: &str| format!("e30.{}.{signature}", URL_SAFE_NO_PAD.encode(claims));
        let one = at_infinity(&token(r#"{"sub":"1975","jti":"a"}"#, "x"));
        assert_eq!(one.account, at_infinity(&token(r#"{"sub":1975,"jti":"b"}"#, "y")).account);
        assert_ne!(one.account, at_infinity(&token(r#"{"sub":"1976"}"#, "x")).account);
        for opaque in ["plain-token", "a.b.c", "e30.e30.x", &token(r#"{"sub":""}"#, "x")] {
            let names = at_infinity(opaque);
            assert_eq!(names.account, names.former, "{opaque}");
        }
    }
}
