//! A profile: one set of upstream credentials under a name.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Scopes;

/// The three credentials of Infinigate, which belong together.
#[derive(Clone, Deserialize)]
pub struct InfinigateSecrets {
    /// The subscription key.
    pub api_key: SecretString,
    /// The client id; no secret by itself, but of no use to anybody else.
    pub client_id: String,
    /// The client secret.
    pub client_secret: SecretString,
}

/// Upstream credentials that users share. It cannot be printed.
#[derive(Clone)]
pub struct Profile {
    /// What users refer to; it never changes.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The personal access token of StartInfinity.
    pub infinity_token: Option<SecretString>,
    /// The credentials of Infinigate.
    pub infinigate: Option<InfinigateSecrets>,
    /// What its users may do at most; the predecessor kept scopes with a profile.
    pub scopes: Option<Scopes>,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// When it was last changed, RFC 3339.
    pub updated_at: String,
}

/// What is encrypted of a profile, as it is read.
#[derive(Default, Deserialize)]
struct Sealed {
    infinity_token: Option<SecretString>,
    infinigate: Option<InfinigateSecrets>,
    scopes: Option<Vec<String>>,
}

/// What is encrypted of a profile, as it is written.
#[derive(Serialize)]
struct Exposed<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    infinity_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    infinigate: Option<ExposedInfinigate<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<&'a str>>,
}

#[derive(Serialize)]
struct ExposedInfinigate<'a> {
    api_key: &'a str,
    client_id: &'a str,
    client_secret: &'a str,
}

impl Profile {
    /// The text to encrypt. Its room is taken at once, so that growing leaves no copies behind.
    pub(super) fn plaintext(&self) -> serde_json::Result<Zeroizing<Vec<u8>>> {
        let exposed = Exposed {
            infinity_token: self.infinity_token.as_ref().map(ExposeSecret::expose_secret),
            infinigate: self.infinigate.as_ref().map(|secrets| ExposedInfinigate {
                api_key: secrets.api_key.expose_secret(),
                client_id: &secrets.client_id,
                client_secret: secrets.client_secret.expose_secret(),
            }),
            scopes: self.scopes.as_ref().map(Scopes::names),
        };
        let mut text = Zeroizing::new(Vec::with_capacity(16 * 1024));
        serde_json::to_writer(&mut *text, &exposed)?;
        Ok(text)
    }

    /// Takes over what was encrypted.
    ///
    /// # Errors
    /// What is wrong with it, without its text.
    pub(super) fn take_plaintext(&mut self, text: &[u8]) -> Result<(), String> {
        // The parser's own message may quote a value, which here is a secret.
        let sealed: Sealed = serde_json::from_slice(text)
            .map_err(|error| format!("is not as it should be at column {} of what was encrypted", error.column()))?;
        self.scopes = bound(sealed.scopes)?;
        self.infinity_token = sealed.infinity_token.filter(|token| !token.expose_secret().is_empty());
        self.infinigate = sealed.infinigate;
        Ok(())
    }
}

/// An empty list bounds nothing: a profile that nobody may use would not be kept.
pub(super) fn bound(names: Option<Vec<String>>) -> Result<Option<Scopes>, String> {
    let Some(names) = names.filter(|names| !names.is_empty()) else { return Ok(None) };
    Scopes::named(names.iter().map(String::as_str)).map(Some).map_err(|error| error.to_string())
}
