//! Infinigate: its settings, its credentials, and the client generated from its document.

use std::sync::{Arc, Weak};
use std::time::Duration;

use secrecy::SecretString;

use super::account::AccountNames;
use super::call::Call;
use super::raw::Reader;
use super::send::{self, Seam};
use super::{Result, Service};

pub use infini_mcp_clients::infinigate::{Client, ResponseValue, operations, types};

/// How to reach Infinigate.
#[derive(Debug, Clone)]
pub struct Access {
    /// Where the API lives, without a trailing slash.
    pub base_url: String,
    /// The longest a token is kept; never longer than the service says. Default 240 s.
    pub token_ttl: Duration,
    /// How long one attempt may take. Default 15 s.
    pub timeout: Duration,
    /// How often a read that failed in passing is repeated. Default 2.
    pub max_retries: u32,
}

/// As whom. Has no `Debug`: it holds secrets.
#[derive(Clone)]
pub struct Credentials {
    /// The subscription key, sent as `API-KEY` with every request.
    pub api_key: SecretString,
    /// The OAuth client's id.
    pub client_id: String,
    /// The OAuth client's secret.
    pub client_secret: SecretString,
}

impl Access {
    /// The same way, as somebody.
    pub fn with(&self, credentials: Credentials) -> Settings {
        let Self { base_url, token_ttl, timeout, max_retries } = self.clone();
        let Credentials { api_key, client_id, client_secret } = credentials;
        Settings { base_url, api_key, client_id, client_secret, token_ttl, timeout, max_retries }
    }
}

/// How to reach Infinigate, and as whom. Has no `Debug`: it holds secrets.
#[derive(Clone)]
pub struct Settings {
    /// Where the API lives, without a trailing slash.
    pub base_url: String,
    /// The subscription key, sent as `API-KEY` with every request.
    pub api_key: SecretString,
    /// The OAuth client's id.
    pub client_id: String,
    /// The OAuth client's secret.
    pub client_secret: SecretString,
    /// The longest a token is kept; never longer than the service says. Default 240 s.
    pub token_ttl: Duration,
    /// How long one attempt may take. Default 15 s.
    pub timeout: Duration,
    /// How often a read that failed in passing is repeated. Default 2.
    pub max_retries: u32,
}

/// One account at Infinigate. Shared by all callers with the same credentials, for they share its token.
#[derive(Clone)]
pub struct Upstream {
    seam: Arc<send::Upstream>,
    names: AccountNames,
}

/// The same account as long as somebody else holds it: whoever keeps one of these keeps no secret alive.
pub struct WeakUpstream {
    seam: Weak<send::Upstream>,
    names: AccountNames,
}

impl WeakUpstream {
    /// The account, unless nobody uses it any more.
    pub fn upgrade(&self) -> Option<Upstream> {
        Some(Upstream { seam: self.seam.upgrade()?, names: self.names.clone() })
    }
}

impl Upstream {
    /// The same without holding it.
    pub fn downgrade(&self) -> WeakUpstream {
        WeakUpstream { seam: Arc::downgrade(&self.seam), names: self.names.clone() }
    }

    /// Prepares an account; nothing is sent yet.
    ///
    /// # Errors
    /// When the base URL is not one, or a secret has characters no header can carry.
    pub fn new(settings: Settings, http: reqwest::Client) -> Result<Self> {
        let parts = send::Parts {
            service: Service::Infinigate,
            operations: operations(),
            base_url: settings.base_url.clone(),
            timeout: settings.timeout,
            max_retries: settings.max_retries,
            http,
        };
        let seam = Arc::new(send::Upstream::new(parts, super::credential::infinigate(settings.clone())?)?);
        let names = AccountNames::infinigate(&settings, &seam.base);
        Ok(Self { seam, names })
    }

    /// Names the account without telling its secrets: what is remembered for it is filed under this.
    pub fn account(&self) -> &str {
        &self.names.account
    }

    /// What earlier versions called the account: another name with every secret.
    pub fn former_account(&self) -> &str {
        &self.names.former
    }

    /// Whether `name` is or was the name of this account.
    pub fn is_account(&self, name: &str) -> bool {
        self.names.is(name)
    }

    /// Reads answers as they come over the wire.
    pub fn reader(&self) -> Reader {
        Reader::new(self.seam.clone())
    }

    /// The generated client, speaking for one tool call.
    pub fn client(&self, call: Call) -> Client {
        let seam = Arc::new(Seam::new(self.seam.clone(), call));
        Client::new_with_client(self.seam.base_url(), self.seam.http().clone(), seam)
    }
}
