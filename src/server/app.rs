//! What all calls of one server share.

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use tokio_util::task::TaskTracker;

use super::instructions::instructions;
use super::list_changes::ListChanges;
use super::seal::RequestSeal;
use crate::api;
use crate::config::Settings;
use crate::offers::Offers;
use crate::state::Store;
use crate::tool::catalogue::Catalogue;
use crate::tool::confirm::Confirmations;
use crate::tool::ctx::{Ctx, Memory, PageSizes, Upstreams};
use crate::tool::run::Runtime;
use crate::vault::random_token;

/// Why a server cannot start although its settings are right.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A credential or address cannot be used at all.
    #[error(transparent)]
    Upstream(#[from] api::Error),
    /// No key for sealing could be made.
    #[error("questions cannot be sealed: {0}")]
    Seal(#[from] rmcp::model::RequestStateError),
}

/// The server's shared parts, made once from the settings.
pub struct App {
    /// The offered tools.
    pub catalogue: Catalogue,
    /// What is offered beside them.
    pub offers: Offers,
    /// Tells clients that the lists are no longer what they were.
    pub list_changes: ListChanges,
    /// What every call runs under.
    pub runtime: Runtime,
    /// What the server says of itself.
    pub instructions: String,
    /// The calls under way, so that a shutdown can wait for them.
    pub calls: TaskTracker,
    upstreams: Arc<Upstreams>,
    store: Arc<Store>,
    pages: PageSizes,
    call_timeout: Duration,
}

impl App {
    /// Prepares everything; nothing is sent anywhere.
    ///
    /// # Errors
    /// When a credential or address cannot be used at all.
    pub fn new(settings: Settings) -> Result<Self, StartError> {
        let upstreams = connect(&settings)?;
        let confirmations =
            Confirmations::new(Box::new(RequestSeal::random()?), settings.confirm, settings.token_may_spend);
        let catalogue = Catalogue::new(&settings.choice, &upstreams, |effect| confirmations.policy.asks(effect));
        let store = Arc::new(Store::new(settings.state.expose_secret(), random_token()));
        if let (true, Some(infinity)) = (store.is_shared(), &upstreams.infinity) {
            infinity.share_pace(store.clone());
        }
        Ok(Self {
            instructions: instructions(&catalogue, &upstreams),
            offers: Offers::new(&settings.choice, &upstreams, &catalogue),
            list_changes: ListChanges::default(),
            catalogue,
            runtime: Runtime { confirmations, fence: settings.fence, limits: settings.limits },
            store,
            calls: TaskTracker::new(),
            upstreams: Arc::new(upstreams),
            pages: settings.pages,
            call_timeout: settings.call_timeout,
        })
    }

    /// The surroundings of one call.
    pub fn ctx(
        &self,
        request_id: &str,
        cancel: tokio_util::sync::CancellationToken,
        progress: Option<Arc<dyn api::Progress>>,
    ) -> Ctx {
        let mut call = api::Call::new(request_id, cancel, self.call_timeout);
        if let Some(progress) = progress {
            call = call.with_progress(progress);
        }
        Ctx::new(call, self.upstreams.clone(), self.store.clone(), self.pages)
    }

    /// What the server remembers.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The services that have credentials.
    pub fn upstreams(&self) -> &Upstreams {
        &self.upstreams
    }
}

fn connect(settings: &Settings) -> api::Result<Upstreams> {
    if settings.infinigate.is_none() && settings.infinity.is_none() {
        // Making an HTTP client takes longer than everything else that happens at the start.
        return Ok(Upstreams::default());
    }
    let http = api::http_client()?;
    Ok(Upstreams {
        memory: Memory::default(),
        infinigate: settings
            .infinigate
            .clone()
            .map(|settings| api::infinigate::Upstream::new(settings, http.clone()))
            .transpose()?,
        infinity: settings
            .infinity
            .clone()
            .map(|settings| api::infinity::Upstream::new(settings, http.clone()))
            .transpose()?,
    })
}
