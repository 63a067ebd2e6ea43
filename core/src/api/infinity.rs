//! StartInfinity: its settings, its credentials, and the client generated from its document.

use std::sync::{Arc, Weak};
use std::time::Duration;

use secrecy::SecretString;

use super::account::AccountNames;
use super::call::Call;
use super::raw::Reader;
use super::send::{self, Seam};
use super::{Result, Service};
use crate::state::Store;

pub use super::upload::upload;
pub use infini_mcp_clients::startinfinity::{Client, ResponseValue, operations, types};

/// How to reach StartInfinity.
#[derive(Debug, Clone)]
pub struct Access {
    /// Where the API lives, without a trailing slash.
    pub base_url: String,
    /// The API version to ask for. Default `2026-04-20.morava`.
    pub version: String,
    /// How long one attempt may take. Default 15 s.
    pub timeout: Duration,
    /// How often a read that failed in passing is repeated. Default 2.
    pub max_retries: u32,
    /// The most requests in any 60 seconds. The service allows 180.
    pub per_minute: u32,
}

impl Access {
    /// The same way, with this token.
    pub fn with(&self, token: SecretString) -> Settings {
        let Self { base_url, version, timeout, max_retries, per_minute } = self.clone();
        Settings { base_url, token, version, timeout, max_retries, per_minute }
    }
}

/// How to reach StartInfinity, and as whom. Has no `Debug`: it holds a secret.
#[derive(Clone)]
pub struct Settings {
    /// Where the API lives, without a trailing slash.
    pub base_url: String,
    /// The personal access token.
    pub token: SecretString,
    /// The API version to ask for. Default `2026-04-20.morava`.
    pub version: String,
    /// How long one attempt may take. Default 15 s.
    pub timeout: Duration,
    /// How often a read that failed in passing is repeated. Default 2.
    pub max_retries: u32,
    /// The most requests in any 60 seconds. The service allows 180.
    pub per_minute: u32,
}

/// One token at StartInfinity. Shared by all callers with the same token, for they share its rate limit.
#[derive(Clone)]
pub struct Upstream {
    seam: Arc<send::Upstream>,
    names: AccountNames,
}

/// The same token as long as somebody else holds it: whoever keeps one of these keeps no secret alive.
pub struct WeakUpstream {
    seam: Weak<send::Upstream>,
    names: AccountNames,
}

impl WeakUpstream {
    /// The token, unless nobody uses it any more.
    pub fn upgrade(&self) -> Option<Upstream> {
        Some(Upstream { seam: self.seam.upgrade()?, names: self.names.clone() })
    }
}

impl Upstream {
    /// The same without holding it.
    pub fn downgrade(&self) -> WeakUpstream {
        WeakUpstream { seam: Arc::downgrade(&self.seam), names: self.names.clone() }
    }

    /// Prepares a token for use; nothing is sent yet.
    ///
    /// # Errors
    /// When the base URL is not one, or the token or version has characters no header can carry.
    pub fn new(settings: Settings, http: reqwest::Client) -> Result<Self> {
        let parts = send::Parts {
            service: Service::Infinity,
            operations: operations(),
            base_url: settings.base_url.clone(),
            timeout: settings.timeout,
            max_retries: settings.max_retries,
            http,
        };
        let seam = Arc::new(send::Upstream::new(parts, super::credential::infinity(&settings)?)?);
        let names = AccountNames::infinity(&settings, &seam.base);
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

    /// Keeps the limit of requests together with every other server that uses `store`.
    pub fn share_pace(&self, store: Arc<Store>) {
        self.seam.share_pace(store, self.names.account.clone());
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
