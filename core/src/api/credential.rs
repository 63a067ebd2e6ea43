//! What each service wants to see before it answers: its headers, and its pace.

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use super::pace::Pace;
use super::token::{Token, Tokens};
use super::{Error, Result, infinigate, infinity};

const API_KEY: HeaderName = HeaderName::from_static("api-key");
const API_VERSION: HeaderName = HeaderName::from_static("x-api-version");

/// The credentials of one account. Has no `Debug`: it holds secrets.
pub(super) enum Credential {
    /// A key on every request, and a token that is fetched with the client's id and secret.
    Infinigate {
        /// The subscription key, marked sensitive.
        key: HeaderValue,
        /// The OAuth client's id.
        client_id: String,
        /// The OAuth client's secret.
        client_secret: SecretString,
        /// The token at hand.
        tokens: Tokens,
    },
    /// A token and a version on every request, and a limit a minute.
    Infinity {
        /// The whole `Authorization` value, marked sensitive.
        bearer: HeaderValue,
        /// The API version.
        version: HeaderValue,
        /// The requests of the last minute.
        pace: Pace,
    },
}

pub(super) fn infinigate(settings: infinigate::Settings) -> Result<Credential> {
    Ok(Credential::Infinigate {
        key: secret(settings.api_key.expose_secret(), "the Infinigate API key")?,
        client_id: settings.client_id,
        client_secret: settings.client_secret,
        tokens: Tokens::new(settings.token_ttl),
    })
}

pub(super) fn infinity(settings: &infinity::Settings) -> Result<Credential> {
    let version = HeaderValue::try_from(&settings.version)
        .map_err(|_| Error::internal("the StartInfinity API version cannot be sent in a header"))?;
    Ok(Credential::Infinity {
        bearer: secret(&format!("Bearer {}", settings.token.expose_secret()), "the StartInfinity token")?,
        version,
        pace: Pace::new(settings.per_minute),
    })
}

fn secret(text: &str, what: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::try_from(text)
        .map_err(|_| Error::internal(format!("{what} cannot be sent in a header: it has a line break or the like")))?;
    value.set_sensitive(true);
    Ok(value)
}

impl Credential {
    /// Puts the credentials on a request; the token where one is at hand.
    pub(super) fn sign(&self, headers: &mut HeaderMap, token: Option<&Token>) {
        match self {
            Self::Infinigate { key, .. } => {
                headers.insert(API_KEY, key.clone());
                if let Some(token) = token {
                    headers.insert(AUTHORIZATION, token.bearer.clone());
                }
            }
            Self::Infinity { bearer, version, .. } => {
                headers.insert(AUTHORIZATION, bearer.clone());
                headers.insert(API_VERSION, version.clone());
            }
        }
    }

    /// The same text without our secrets, should the service have repeated one in its message: the token that was `sent`,
    /// and what else is at hand.
    pub(super) fn redact(&self, text: &str, sent: Option<&Token>) -> String {
        let word = |header: &HeaderValue| header.to_str().unwrap_or_default().trim_start_matches("Bearer ").to_owned();
        let secrets = match self {
            Self::Infinigate { key, client_secret, tokens, .. } => {
                vec![
                    word(key),
                    client_secret.expose_secret().to_owned(),
                    tokens.current().map(|token| word(&token.bearer)).unwrap_or_default(),
                    sent.map(|token| word(&token.bearer)).unwrap_or_default(),
                ]
            }
            Self::Infinity { bearer, .. } => vec![word(bearer)],
        };
        // A very short one, as tests may use, would tear ordinary words apart.
        secrets
            .iter()
            .filter(|secret| secret.len() >= 6)
            .fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "[secret]"))
    }
}
