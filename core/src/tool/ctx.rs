//! What a tool's function is given: the upstream clients of this caller, and the sizes of pages.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::NaiveDate;

use super::attachment::Attachment;
use super::declaration::Service;
use super::error::{Code, Error, Result};
use super::zone::Zone;
use crate::api::{self, Call};
use crate::state::{ActingClient, Kept, Store};
use crate::telemetry::Trace;

/// The services this server can reach, with the credentials it has.
#[derive(Default)]
pub struct Upstreams {
    /// Infinigate, when its credentials are set.
    pub infinigate: Option<api::infinigate::Upstream>,
    /// StartInfinity, when its token is set.
    pub infinity: Option<api::infinity::Upstream>,
    /// What tools remember between the calls made with these credentials.
    pub memory: Memory,
}

/// Things that are remembered between calls, one of each type: a cache of boards, the names of vendors.
#[derive(Default)]
pub struct Memory {
    things: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl Memory {
    /// The one thing of type `T`, made when it is first asked for.
    pub fn of<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut things = self.things.lock().unwrap_or_else(PoisonError::into_inner);
        let thing = things.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default())).clone();
        // The entry's key is the type, so this never falls back; a fresh one would only cost a request.
        thing.downcast::<T>().unwrap_or_default()
    }
}

impl Upstreams {
    /// The account at `service`, named without its secrets. Work across both is filed under Infinigate's.
    pub fn account(&self, service: Service) -> Option<&str> {
        match service {
            Service::Infinigate | Service::Both => Some(self.infinigate.as_ref()?.account()),
            Service::Infinity => Some(self.infinity.as_ref()?.account()),
        }
    }

    /// Whether `name` is or was the name of the account at `service`.
    pub fn are_of(&self, name: &str, service: Service) -> bool {
        match service {
            Service::Infinigate | Service::Both => self.infinigate.as_ref().is_some_and(|one| one.is_account(name)),
            Service::Infinity => self.infinity.as_ref().is_some_and(|one| one.is_account(name)),
        }
    }

    /// Whether a tool of `service` can work.
    pub fn serve(&self, service: Service) -> bool {
        match service {
            Service::Infinigate => self.infinigate.is_some(),
            Service::Infinity => self.infinity.is_some(),
            Service::Both => self.infinigate.is_some() && self.infinity.is_some(),
        }
    }
}

/// How many rows a page has.
#[derive(Debug, Clone, Copy)]
pub struct PageSizes {
    /// When the caller does not say.
    pub default: u32,
    /// At most.
    pub largest: u32,
}

impl PageSizes {
    /// The size to use for what the caller asked for.
    pub fn choose(&self, asked: Option<u32>) -> u32 {
        asked.unwrap_or(self.default).clamp(1, self.largest)
    }
}

/// One call's surroundings. Clones share everything but the time they have.
#[derive(Clone)]
pub struct Ctx {
    call: Call,
    client: Option<Arc<ActingClient>>,
    upstreams: Arc<Upstreams>,
    store: Arc<Store>,
    pages: PageSizes,
    zone: Zone,
    attachments: Arc<Mutex<Vec<Attachment>>>,
}

impl Ctx {
    /// The surroundings of one call.
    pub fn new(call: Call, upstreams: Arc<Upstreams>, store: Arc<Store>, pages: PageSizes) -> Self {
        Self { call, client: None, upstreams, store, pages, zone: Zone::default(), attachments: Arc::default() }
    }

    /// The same call, reckoned in this time zone.
    #[must_use]
    pub fn in_zone(self, zone: Zone) -> Self {
        Self { zone, ..self }
    }

    /// The same call, not to be cancelled by its client any more, with this much time from now.
    #[must_use]
    pub fn to_the_end(&self, budget: Duration) -> Self {
        Self { call: self.call.to_the_end(budget), ..self.clone() }
    }

    /// The same call, as a part of `trace`.
    #[must_use]
    pub fn in_trace(mut self, trace: Trace) -> Self {
        self.call = self.call.in_trace(trace);
        self
    }

    /// The same call, as one of this program.
    #[must_use]
    pub fn by_client(self, client: Option<Arc<ActingClient>>) -> Self {
        Self { client, ..self }
    }

    /// The program that acts for the caller, if it came with OAuth.
    pub fn client(&self) -> Option<&ActingClient> {
        self.client.as_deref()
    }

    /// The Infinigate client for this call.
    ///
    /// # Errors
    /// `not_configured` when the server has no Infinigate credentials.
    pub fn infinigate(&self) -> Result<api::infinigate::Client> {
        let upstream = self.upstreams.infinigate.as_ref().ok_or_else(no_infinigate)?;
        Ok(upstream.client(self.call.clone()))
    }

    /// The StartInfinity client for this call.
    ///
    /// # Errors
    /// `not_configured` when the server has no StartInfinity token.
    pub fn infinity(&self) -> Result<api::infinity::Client> {
        let upstream = self.upstreams.infinity.as_ref().ok_or_else(no_infinity)?;
        Ok(upstream.client(self.call.clone()))
    }

    /// What is remembered between the calls made with these credentials.
    pub fn memory<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        self.upstreams.memory.of()
    }

    /// What is kept of one `kind` for the account at `service` that this call uses.
    ///
    /// # Errors
    /// `not_configured` when the server has no credentials for the service.
    pub fn kept<T>(&self, service: Service, kind: &'static str) -> Result<Kept<'_, T>> {
        Ok(self.store.kept(self.account(service)?, kind))
    }

    /// The account at `service`, named without its secrets. Work across both is filed under Infinigate's.
    ///
    /// # Errors
    /// `not_configured` when the server has no credentials for the service.
    pub fn account(&self, service: Service) -> Result<&str> {
        self.upstreams.account(service).ok_or_else(|| match service {
            Service::Infinigate | Service::Both => no_infinigate(),
            Service::Infinity => no_infinity(),
        })
    }

    /// What the server remembers.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Lets something travel with the answer.
    pub fn attach(&self, attachment: Attachment) {
        self.attachments.lock().unwrap_or_else(PoisonError::into_inner).push(attachment);
    }

    /// What travels with the answer, taken out.
    pub fn take_attachments(&self) -> Vec<Attachment> {
        std::mem::take(&mut self.attachments.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many rows a page has.
    pub fn pages(&self) -> PageSizes {
        self.pages
    }

    /// The time zone that days and times without one are of.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// The day that it is for whoever uses the server.
    pub fn today(&self) -> NaiveDate {
        self.zone.today()
    }

    /// The call as the seam knows it.
    pub fn call(&self) -> &Call {
        &self.call
    }
}

fn no_infinigate() -> Error {
    not_configured("Infinigate", "INFINIGATE_API_KEY, INFINIGATE_CLIENT_ID and INFINIGATE_CLIENT_SECRET")
}

fn no_infinity() -> Error {
    not_configured("StartInfinity", "INFINITY_API_TOKEN")
}

fn not_configured(service: &str, names: &str) -> Error {
    Error::new(Code::NotConfigured, format!("This server has no credentials for {service}, so nothing was sent."))
        .with_hint(format!("Whoever runs it sets {names}, or starts it with --sandbox to try it without."))
}
