//! The program that wants to act for a person: how it is known and where it may be answered.

use secrecy::SecretString;

use super::authorization_server::AuthorizationServer;
use super::client_document::{self, NoDocument};
use super::client_keys::ClientKeys;
use super::redirect::Redirects;
use crate::config;
use infini_mcp_core::state::StateError;
use infini_mcp_core::vault::Bearer;

/// How this server came to know a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provenance {
    /// The operator named it.
    Operator,
    /// It is described by a document on this host.
    Document {
        /// The host of its client id.
        host: String,
    },
    /// It registered itself.
    Itself,
}

/// A client.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its id.
    pub id: String,
    /// What people know it by.
    pub name: String,
    /// How it is known.
    pub provenance: Provenance,
    /// Where it may be answered.
    pub redirects: Redirects,
    /// By what it proves who it is, beside or in place of PKCE.
    pub keys: ClientKeys,
}

/// Why a client is not known.
#[derive(Debug, thiserror::Error)]
pub enum Unknown {
    /// Its id means nothing here, or its document says otherwise.
    #[error("{0}")]
    Refused(String),
    /// Too many documents of clients are being read.
    #[error("too many documents of programs are being read")]
    Busy,
    /// The store could not be asked.
    #[error(transparent)]
    State(#[from] StateError),
}

/// The client that the operator registered.
pub struct OwnClient {
    /// It.
    pub client: Client,
    /// Its secret, unless it is public.
    pub secret: Option<Bearer>,
}

impl OwnClient {
    /// As the settings say.
    pub fn from(settings: &config::Embedded) -> Option<Self> {
        let id = settings.client_id.clone()?;
        let redirects = Redirects { exact: settings.redirect_uris.clone(), origins: settings.redirect_origins.clone() };
        let secret = settings.client_secret.as_ref().map(|secret: &SecretString| Bearer::new(secret));
        let name = id.clone();
        let client = Client { id, name, provenance: Provenance::Operator, redirects, keys: ClientKeys::None };
        Some(Self { client, secret })
    }
}

impl AuthorizationServer {
    /// The client with this id, for whoever asks from `caller`.
    pub(super) async fn client(&self, id: &str, caller: &str) -> Result<Client, Unknown> {
        if let Some(own) = self.own_client.as_ref().filter(|own| own.client.id == id) {
            return Ok(own.client.clone());
        }
        if self.settings.dynamic_registration
            && let Some(client) = self.store.consents().registered(id).await?
        {
            let redirects = Redirects { exact: client.redirect_uris, origins: Vec::new() };
            let (id, name, provenance) = (client.id, client.name, Provenance::Itself);
            return Ok(Client { id, name, provenance, redirects, keys: ClientKeys::None });
        }
        let url = client_document::readable_id(id, &self.settings.metadata_hosts).map_err(Unknown::Refused)?;
        self.documents.client(&url, caller).await.map_err(|why| match why {
            NoDocument::Refused(reason) => Unknown::Refused(reason),
            NoDocument::Busy => Unknown::Busy,
        })
    }

    /// Whether this id may be a public client's, without fetching its document: what it presents is bound to the id anyway.
    pub(super) async fn may_be_public(&self, id: &str) -> Result<bool, StateError> {
        if self.own_client.as_ref().is_some_and(|own| own.client.id == id) {
            return Ok(self.own_client.as_ref().is_some_and(|own| own.secret.is_none()));
        }
        if self.settings.dynamic_registration && self.store.consents().registered(id).await?.is_some() {
            return Ok(true);
        }
        Ok(client_document::readable_id(id, &self.settings.metadata_hosts).is_ok())
    }
}
