//! Infinigate: its settings, its credentials, and the client generated from its document.

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::call::Call;
use super::credential::account;
use super::raw::Reader;
use super::send::{self, Seam};
use super::shape::Operation;
use super::{Result, Service};

#[allow(
    missing_docs,
    unused_imports,
    dead_code,
    rustdoc::all,
    clippy::all,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "written by the generator, which has its own tests"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/infinigate.rs"));
}

mod operations {
    //! The table of documented operations, written by `build.rs`.
    include!(concat!(env!("OUT_DIR"), "/infinigate_operations.rs"));
}

pub use generated::{Client, ResponseValue, types};

/// Every documented operation, sorted by id.
pub fn operations() -> &'static [Operation] {
    operations::OPERATIONS
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
    account: Arc<str>,
}

impl Upstream {
    /// Prepares an account; nothing is sent yet.
    ///
    /// # Errors
    /// When the base URL is not one, or a secret has characters no header can carry.
    pub fn new(settings: Settings, http: reqwest::Client) -> Result<Self> {
        let account =
            account(&format!("{}\n{}\n{}", settings.base_url, settings.client_id, settings.api_key.expose_secret()));
        let parts = send::Parts {
            service: Service::Infinigate,
            operations: operations(),
            base_url: settings.base_url.clone(),
            timeout: settings.timeout,
            max_retries: settings.max_retries,
            http,
        };
        let seam = Arc::new(send::Upstream::new(parts, super::credential::infinigate(settings)?)?);
        Ok(Self { seam, account })
    }

    /// Names the account without telling its secrets: what is remembered for it is filed under this.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Reads answers as they come over the wire.
    pub fn reader(&self) -> Reader {
        Reader::new(self.seam.clone())
    }

    /// The generated client, speaking for one tool call.
    pub fn client(&self, call: Call) -> Client {
        Client::new_with_client(self.seam.base_url(), self.seam.http().clone(), Seam::new(self.seam.clone(), call))
    }
}

super::hooks::through_the_seam!(Client);
