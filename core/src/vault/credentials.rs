//! Upstream credentials as somebody enters them: all of a new profile, or those that change.

use secrecy::{ExposeSecret, SecretString};

use super::InfinigateSecrets;
use super::error::Error;

/// Credentials of one or both services, as somebody enters them.
#[derive(Default)]
pub struct Credentials {
    /// The personal access token of StartInfinity.
    pub infinity_token: Option<SecretString>,
    /// The credentials of Infinigate.
    pub infinigate: Option<InfinigateSecrets>,
}

impl Credentials {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.infinity_token.is_none() && self.infinigate.is_none()
    }

    /// A credential travels in a header, so it has neither spaces nor line ends; one that has was pasted wrongly.
    ///
    /// # Errors
    /// Which one it is.
    pub fn check(&self) -> Result<(), Error> {
        let infinigate = self.infinigate.as_ref();
        check([
            self.infinity_token.as_ref().map(ExposeSecret::expose_secret),
            infinigate.map(|secrets| secrets.api_key.expose_secret()),
            infinigate.map(|secrets| secrets.client_id.as_str()),
            infinigate.map(|secrets| secrets.client_secret.expose_secret()),
        ])
    }
}

/// The credentials of a profile that change; the others stay.
#[derive(Default)]
pub struct CredentialChange {
    /// The new personal access token of StartInfinity.
    pub infinity_token: Option<SecretString>,
    /// The new subscription key of Infinigate.
    pub api_key: Option<SecretString>,
    /// The new client id of Infinigate.
    pub client_id: Option<String>,
    /// The new client secret of Infinigate.
    pub client_secret: Option<SecretString>,
}

impl From<Credentials> for CredentialChange {
    fn from(credentials: Credentials) -> Self {
        let mut change = Self { infinity_token: credentials.infinity_token, ..Self::default() };
        if let Some(secrets) = credentials.infinigate {
            change.api_key = Some(secrets.api_key);
            change.client_id = Some(secrets.client_id);
            change.client_secret = Some(secrets.client_secret);
        }
        change
    }
}

impl CredentialChange {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.infinity_token.is_none()
            && self.api_key.is_none()
            && self.client_id.is_none()
            && self.client_secret.is_none()
    }

    /// The same rules as for whole credentials.
    pub(super) fn check(&self) -> Result<(), Error> {
        check([
            self.infinity_token.as_ref().map(ExposeSecret::expose_secret),
            self.api_key.as_ref().map(ExposeSecret::expose_secret),
            self.client_id.as_deref(),
            self.client_secret.as_ref().map(ExposeSecret::expose_secret),
        ])
    }

    /// The credentials of Infinigate after the change. Where there were none, all three must be given.
    pub(super) fn infinigate(&self, old: Option<InfinigateSecrets>) -> Result<Option<InfinigateSecrets>, Error> {
        let (api_key, client_id, client_secret) =
            (self.api_key.clone(), self.client_id.clone(), self.client_secret.clone());
        match (old, api_key, client_id, client_secret) {
            (old, None, None, None) => Ok(old),
            (Some(old), api_key, client_id, client_secret) => Ok(Some(InfinigateSecrets {
                api_key: api_key.unwrap_or(old.api_key),
                client_id: client_id.unwrap_or(old.client_id),
                client_secret: client_secret.unwrap_or(old.client_secret),
            })),
            (None, Some(api_key), Some(client_id), Some(client_secret)) => {
                Ok(Some(InfinigateSecrets { api_key, client_id, client_secret }))
            }
            (None, _, _, _) => Err(Error::Refused(
                "this profile has no credentials of Infinigate yet, so the API key, the client id and the client secret are needed together"
                    .into(),
            )),
        }
    }
}

/// Checks the token of StartInfinity, then the API key, client id and client secret of Infinigate.
fn check(parts: [Option<&str>; 4]) -> Result<(), Error> {
    const NAMES: [&str; 4] = [
        "the token of StartInfinity",
        "the API key of Infinigate",
        "the client id of Infinigate",
        "the client secret of Infinigate",
    ];
    for (what, text) in NAMES.into_iter().zip(parts) {
        if text.is_some_and(|text| text.is_empty() || !text.chars().all(|letter| letter.is_ascii_graphic())) {
            return Err(Error::Refused(format!(
                "{what} is empty or has a space or a line end in it, so it was not entered whole"
            )));
        }
    }
    if parts.iter().all(Option::is_none) {
        return Err(Error::Refused("no credentials were given".into()));
    }
    Ok(())
}
