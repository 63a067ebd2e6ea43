//! Starts what operators watch a server by: counters on an address of their own, traces to a collector.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;

use super::Failure;
use crate::api;
use crate::config::{HostPattern, Settings};
use crate::server::{App, serve_metrics};
use crate::telemetry::{Collector, Page, Traces};

/// Names of this machine under which its own programs read the counters.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Starts the traces.
pub fn start_traces(collector: Collector) -> Result<Traces, Failure> {
    let http = api::http_client().map_err(|error| Failure::Failed(error.to_string()))?;
    Traces::start(collector, http).map_err(|error| Failure::Failed(error.to_string()))
}

/// Where the counters are served, when they are.
pub struct Counting(Option<(TcpListener, SocketAddr, Page)>);

impl Counting {
    /// Opens the address and starts to count; does nothing when no address is set.
    pub async fn start(settings: &Settings) -> Result<Self, Failure> {
        let Some(address) = settings.watching.metrics else { return Ok(Self(None)) };
        let listener = TcpListener::bind(address).await.map_err(|error| {
            Failure::Failed(format!(
                "cannot serve the counters at {address}: {error}. Choose another MCP_METRICS_ADDR."
            ))
        })?;
        let address = listener.local_addr().map_err(|error| Failure::Failed(error.to_string()))?;
        let page = Page::start().map_err(|error| Failure::Failed(error.to_string()))?;
        eprintln!("Prometheus finds the counters at http://{address}/metrics");
        Ok(Self(Some((listener, address, page))))
    }

    /// Serves the counters for as long as `work` lasts. Work goes on without them when they fail.
    pub async fn beside<T>(self, app: Arc<App>, work: impl Future<Output = T>) -> T {
        let Some((listener, address, page)) = self.0 else { return work.await };
        let hosts = address
            .ip()
            .is_loopback()
            .then(|| LOOPBACK.iter().filter_map(|host| HostPattern::parse(host).ok()).collect());
        let counters = async {
            if let Err(error) = serve_metrics(listener, page, app, hosts).await {
                tracing::error!(%error, "the counters are no longer served");
            }
            std::future::pending().await
        };
        tokio::select! {
            done = work => done,
            done = counters => done,
        }
    }
}
