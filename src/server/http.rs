//! The HTTP endpoint: Streamable HTTP at `/mcp`, a public `/health`, the same door checks on both.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use axum::serve::ListenerExt;
use rmcp::ServerHandler;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::callers::Callers;
use super::challenge::Challenge;
use super::guard::{self, Doors, Entrance};
use super::{body, permission};

/// How long a shutdown waits for calls under way.
const DRAIN: Duration = Duration::from_secs(10);
/// How long the last answers have to leave, and then the streams to end.
const FAREWELL: Duration = Duration::from_millis(300);

/// What an endpoint needs to know beside its handler.
pub struct Endpoint {
    /// By what callers are recognised.
    pub callers: Callers,
    /// What refused callers must bring.
    pub challenge: Challenge,
    /// Answered values of the Host header.
    pub hosts: Vec<String>,
    /// Answered origins of browsers.
    pub origins: Vec<String>,
    /// Ends streams and sessions.
    pub closing: CancellationToken,
}

/// The routes of an endpoint that serves `handler`.
pub fn endpoint<H: ServerHandler + Clone>(handler: H, endpoint: Endpoint) -> Router {
    let mut config = StreamableHttpServerConfig::default();
    config.json_response = true;
    config.max_request_body_bytes = body::MOST_BODY;
    config.cancellation_token = endpoint.closing;
    // Hosts and origins are checked for every route by the guard below.
    let config = config.disable_allowed_hosts();
    let mcp = StreamableHttpService::new(move || Ok(handler.clone()), Arc::new(LocalSessionManager::default()), config);
    let doors = Arc::new(Doors::new(endpoint.hosts, endpoint.origins));
    let challenge = Arc::new(endpoint.challenge);
    let entrance = Arc::new(Entrance { callers: endpoint.callers, challenge: challenge.clone() });
    Router::new()
        .route_service("/mcp", mcp)
        .layer(from_fn_with_state(challenge, permission::permitted))
        .layer(from_fn(body::readable))
        .layer(from_fn_with_state(entrance, guard::known_caller))
        .route("/health", get(health))
        .fallback(nowhere)
        .layer(from_fn_with_state(doors, guard::known_door))
}

async fn health() -> Json<Value> {
    Json(json!({ "ok": true, "service": "infini-mcp", "version": env!("CARGO_PKG_VERSION") }))
}

async fn nowhere() -> axum::response::Response {
    guard::refusal(StatusCode::NOT_FOUND, "not_found", "There is nothing here; the MCP endpoint is /mcp.")
}

/// Serves until `stop` is done, then lets the calls under way finish for ten seconds.
///
/// # Errors
/// When the listener fails.
pub async fn serve_http(
    listener: TcpListener,
    routes: Router,
    calls: TaskTracker,
    closing: CancellationToken,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    // Without this, small answers wait for the kernel's delayed acknowledgement.
    let listener = listener.tap_io(|connection| {
        let _ = connection.set_nodelay(true);
    });
    let stopping = CancellationToken::new();
    let told = stopping.clone();
    let server = axum::serve(listener, routes).with_graceful_shutdown(async move { told.cancelled().await });
    let drain = async move {
        stop.await;
        stopping.cancel();
        calls.close();
        let _ = tokio::time::timeout(DRAIN, calls.wait()).await;
        // The last answers are still on their way out; after them, streams that clients never close are ended.
        tokio::time::sleep(FAREWELL).await;
        closing.cancel();
        tokio::time::sleep(FAREWELL).await;
    };
    tokio::select! {
        served = server.into_future() => served,
        () = drain => Ok(()),
    }
}
