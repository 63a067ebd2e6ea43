//! What all calls of one server share.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::accounts::{Accounts, OwnCredentials};
use super::identity::Principal;
use super::list_changes::ListChanges;
use super::seal::RequestSeal;
use super::view::{View, Views};
use crate::config::Settings;
use crate::oauth::OAuth;
use infini_mcp_core::api;
use infini_mcp_core::api::web::RealWeb;
use infini_mcp_core::state::Store;
use infini_mcp_core::tool::Effect;
use infini_mcp_core::tool::Zone;
use infini_mcp_core::tool::catalogue::Catalogue;
use infini_mcp_core::tool::confirm::Confirmations;
use infini_mcp_core::tool::ctx::{Ctx, PageSizes, Upstreams};
use infini_mcp_core::tool::declaration::Declaration;
use infini_mcp_core::tool::run::Runtime;
use infini_mcp_core::tool::{Code, Error};
use infini_mcp_core::vault::{self, Roster, Scope, Scopes, random_token};

/// Why a server cannot start although its settings are right.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A credential or address cannot be used at all.
    #[error(transparent)]
    Upstream(#[from] api::Error),
    /// The users or their credentials cannot be read.
    #[error(transparent)]
    Vault(#[from] vault::Error),
}

/// The server's shared parts, made once from the settings.
pub struct App {
    /// The tools that are offered to those who may use them.
    pub catalogue: Catalogue,
    /// Tells clients that the lists are no longer what they were.
    pub list_changes: ListChanges,
    /// What every call runs under.
    pub runtime: Runtime,
    /// The upstream credentials of every caller.
    pub accounts: Accounts,
    /// The users, where callers are asked who they are.
    pub roster: Option<Arc<Roster>>,
    /// Those who let clients in on behalf of users, where OAuth is on.
    pub oauth: Option<Arc<OAuth>>,
    /// The only tools of callers with OAuth, when there is such a list.
    pub oauth_tools: Option<Arc<BTreeSet<String>>>,
    /// The calls under way, so that a shutdown can wait for them.
    pub calls: TaskTracker,
    views: Views,
    store: Arc<Store>,
    pages: PageSizes,
    zone: Zone,
    call_timeout: Duration,
}

impl App {
    /// Prepares everything; nothing is sent anywhere.
    ///
    /// # Errors
    /// When a credential or address cannot be used at all, or the users cannot be read.
    pub fn new(settings: Settings) -> Result<Self, StartError> {
        let store = Arc::new(Store::new(settings.state.expose_secret(), random_token()));
        let roster = settings.vault.map(Roster::open).transpose()?.map(Arc::new);
        let oauth_tools = settings.oauth.as_ref().map(|oauth| oauth.allowed_tools.clone());
        let oauth = settings
            .oauth
            .zip(roster.clone())
            .map(|(oauth, roster)| Arc::new(OAuth::new(oauth, store.clone(), roster, Arc::new(RealWeb::default()))));
        let own = OwnCredentials { infinigate: settings.infinigate, infinity: settings.infinity };
        let accounts = Accounts::new(settings.reach, own, roster.clone(), store.clone())?;
        let confirmations = Confirmations::new(
            |key| Box::new(RequestSeal::new(key)),
            settings.confirm,
            settings.token_may_spend,
            settings.forms,
        );
        let catalogue = Catalogue::new(
            &settings.choice,
            |service| accounts.may_serve(service),
            |effect| confirmations.policy.asks(effect),
        );
        Ok(Self {
            list_changes: ListChanges::default(),
            catalogue,
            runtime: Runtime { confirmations, fence: settings.fence, limits: settings.limits },
            accounts,
            roster,
            oauth,
            oauth_tools: oauth_tools.filter(|tools| !tools.is_empty()).map(Arc::new),
            calls: TaskTracker::new(),
            views: Views::new(settings.choice),
            store,
            pages: settings.pages,
            zone: settings.zone,
            call_timeout: settings.call_timeout,
        })
    }

    /// The surroundings of one call that is made with these credentials.
    pub fn ctx(
        &self,
        upstreams: Arc<Upstreams>,
        request_id: &str,
        cancel: CancellationToken,
        progress: Option<Arc<dyn api::Progress>>,
    ) -> Ctx {
        let mut call = api::Call::new(request_id, cancel, self.call_timeout);
        if let Some(progress) = progress {
            call = call.with_progress(progress);
        }
        Ctx::new(call, upstreams, self.store.clone(), self.pages).in_zone(self.zone)
    }

    /// The surroundings of a call that is made with the server's own credentials.
    pub fn own_ctx(&self, request_id: &str) -> Ctx {
        self.ctx(self.accounts.own().clone(), request_id, CancellationToken::new(), None)
    }

    /// The scopes that the reading tools need which anybody is offered here.
    pub fn reading_scopes(&self) -> Scopes {
        let tools = self.catalogue.all().iter().map(|offered| &offered.tool.declaration);
        let reading = tools.filter(|tool| tool.effect == Effect::Reads && self.accounts.serve_somebody(tool.service()));
        let scopes: Vec<Scope> = reading.flat_map(|tool| tool.scopes().iter().collect::<Vec<_>>()).collect();
        scopes.into_iter().collect()
    }

    /// What this caller gets to see.
    pub fn view(&self, principal: &Principal, upstreams: &Upstreams) -> Arc<View> {
        self.views.of(&self.catalogue, principal, upstreams)
    }

    /// Why a tool that exists is not offered with these credentials; `None` when the caller's rights are what is missing.
    pub fn why_not_offered(&self, declaration: &Declaration, upstreams: &Upstreams) -> Option<Error> {
        let (name, service) = (declaration.name, declaration.service());
        if let Some(reason) = self.views.choice().leaves_out(declaration) {
            let message = format!("The tool `{name}` is switched off on this server. Nothing was done.");
            return Some(Error::new(Code::PermissionDenied, message).with_hint(reason.hint()));
        }
        if upstreams.serve(service) {
            return None;
        }
        let message = format!("There are no credentials for {service} here. Nothing was done.");
        let hint = "The operator sets them, or starts the server with --sandbox.";
        Some(Error::new(Code::NotConfigured, message).with_hint(hint))
    }

    /// What the server remembers.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }
}
