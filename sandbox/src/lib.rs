//! A simulator of both upstream APIs, so that everything can be tried and tested without credentials and without harm.
//!
//! It speaks the vendored documents: what they do not allow is refused, and every answer can be held against them. One
//! listener serves three prefixes: `/infinigate`, `/infinity/api/v2`, and `/sandbox` for the switches and the ledger.

pub mod contract;
pub mod service;

mod connection;
mod control;
mod faults;
mod inbound;
mod infinigate;
mod infinity;
mod ledger;
mod outbound;
mod schema;
mod server;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The subscription key the simulated Infinigate accepts.
pub const INFINIGATE_API_KEY: &str = "sandbox-subscription-key";
/// The client id the simulated Infinigate accepts.
pub const INFINIGATE_CLIENT_ID: &str = "sandbox-reseller";
/// The client secret the simulated Infinigate accepts.
pub const INFINIGATE_CLIENT_SECRET: &str = "sandbox-not-a-secret";
/// The bearer token the simulated StartInfinity accepts.
pub const INFINITY_TOKEN: &str = "sandbox-infinity-token";

/// The document of Infinigate, its fixes applied, as JSON.
pub use infini_mcp_clients::infinigate::DOCUMENT as INFINIGATE_DOCUMENT;
/// The document of StartInfinity, its fixes applied, as JSON.
pub use infini_mcp_clients::startinfinity::DOCUMENT as INFINITY_DOCUMENT;

/// A running sandbox; dropping it ends it.
#[derive(Debug)]
pub struct Sandbox {
    /// Where it listens.
    pub address: SocketAddr,
    farewell: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Sandbox {
    /// Serves a fresh sandbox on this listener, in the background.
    ///
    /// # Errors
    /// The listener has no address, or a vendored document cannot be read.
    pub async fn start(listener: TcpListener) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let app = server::Shared::new()?;
        let (farewell, told) = oneshot::channel::<()>();
        // A dropped sender means the sandbox was dropped, which ends it just the same.
        let task = tokio::spawn(served(listener, app, told.map(drop).boxed()));
        Ok(Self { address, farewell: Some(farewell), task })
    }

    /// The base URL of the simulated Infinigate.
    pub fn infinigate_url(&self) -> String {
        format!("http://{}{}", self.address, server::INFINIGATE_PREFIX)
    }

    /// The base URL of the simulated StartInfinity.
    pub fn infinity_url(&self) -> String {
        format!("http://{}{}", self.address, server::INFINITY_PREFIX)
    }

    /// Where the switches and the ledger are.
    pub fn control_url(&self) -> String {
        format!("http://{}{}", self.address, server::CONTROL_PREFIX)
    }

    /// Ends it and waits until the answers under way are out.
    pub async fn stop(mut self) {
        drop(self.farewell.take());
        // The task only ends with the listener, and a listener that failed has nothing left to stop.
        let _ = (&mut self.task).await;
    }
}

/// Serves a sandbox until `shutdown` completes.
///
/// # Errors
/// A vendored document cannot be read, or the listener fails.
pub async fn serve(listener: TcpListener, shutdown: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
    served(listener, server::Shared::new()?, shutdown.boxed()).await
}

/// Boxed and without type parameters, so that the simulator is compiled here and not again by whoever awaits it.
fn served(
    listener: TcpListener,
    app: Arc<server::Shared>,
    shutdown: BoxFuture<'static, ()>,
) -> BoxFuture<'static, std::io::Result<()>> {
    server::run(listener, app, shutdown).boxed()
}

/// The document the simulated Infinigate speaks, as checks.
///
/// # Errors
/// The vendored document cannot be read.
pub fn infinigate_contract() -> std::io::Result<contract::Contract> {
    contract::Contract::read(infini_mcp_clients::infinigate::DOCUMENT)
}

/// The document the simulated StartInfinity speaks, as checks.
///
/// # Errors
/// The vendored document cannot be read.
pub fn infinity_contract() -> std::io::Result<contract::Contract> {
    contract::Contract::read(infini_mcp_clients::startinfinity::DOCUMENT)
}

/// Takes a lock; one poisoned by a panic elsewhere is still good, because every change to the simulated state is made
/// in one step.
fn hold<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
