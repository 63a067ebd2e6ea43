//! The HTTP endpoint: Streamable HTTP at `/mcp`, public `/health` and `/ready`, the same door checks on all.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use futures::FutureExt;
use futures::future::BoxFuture;
use rmcp::ServerHandler;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::accept::{self, Reception};
use super::address::Proxies;
use super::app::App;
use super::bodies::{self, Bodies};
use super::callers::Callers;
use super::challenge::Challenge;
use super::connection::Patience;
use super::direct::Direct;
use super::guard::{Doors, Entrance};
use super::handler::Handler;
use super::limits::Limits;
use super::mcp::Mcp;
use super::ready::{Readiness, ready};
use super::routes::Routes;
use super::seats::Seats;
use super::sessions::Sessions;
use crate::config::{HostPattern, Http, OriginPattern};
use infini_mcp_core::vault::Bearer;

/// How long a shutdown waits for calls under way.
const DRAIN: Duration = Duration::from_secs(10);
/// How long the last answers have to leave, and then the streams to end.
const FAREWELL: Duration = Duration::from_millis(300);

/// What an endpoint needs to know beside its handler.
pub struct Endpoint {
    /// Who may come in, and how many.
    pub settings: Http,
    /// What all calls share.
    pub app: Arc<App>,
    /// How long clients may take.
    pub patience: Patience,
    /// Ends streams and sessions.
    pub closing: CancellationToken,
}

impl Endpoint {
    /// With the usual patience.
    pub fn new(settings: Http, app: Arc<App>) -> Self {
        Self { settings, app, patience: Patience::default(), closing: CancellationToken::new() }
    }

    /// Serves `handler` until `stop` is done, then lets the calls under way finish for ten seconds.
    pub async fn serve(self, listener: TcpListener, handler: Handler, stop: impl Future<Output = ()> + Send + 'static) {
        self.served(listener, handler, stop.boxed()).await;
    }

    fn served(self, listener: TcpListener, handler: Handler, stop: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
        let routes = self.routes(handler);
        serve_http(listener, routes, self, stop).boxed()
    }

    /// The routes, with `handler` at `/mcp`.
    pub fn routes<H: ServerHandler + Clone>(&self, handler: H) -> Arc<Routes<H>> {
        let settings = &self.settings;
        let bearer = settings.auth_token.as_ref().map(Bearer::new);
        let oauth = self.app.oauth.clone();
        let challenge = Arc::new(Challenge {
            resource_metadata: oauth.as_ref().map(|oauth| oauth.resource_metadata()),
            app: Some(self.app.clone()),
        });
        let callers = Callers {
            bearer,
            roster: self.app.roster.clone(),
            oauth: oauth.clone(),
            oauth_tools: self.app.oauth_tools.clone(),
        };
        let sessions =
            Arc::new(Sessions::new(settings.max_sessions, settings.max_sessions_per_caller, self.app.store().clone()));
        let mcp = Mcp {
            entrance: Entrance::new(callers, challenge.clone()),
            limits: Limits::new(settings),
            direct: Direct::new(handler.clone(), self.app.clone(), self.closing.clone()),
            alone: self.alone(handler.clone()),
            service: self.service(handler, sessions.clone()),
            sessions,
            bodies: Arc::new(Bodies::new(self.patience.body)),
            challenge,
        };
        let mut hosts = settings.allowed_hosts.clone();
        let mut origins = settings.allowed_origins.clone();
        // The public name is this server's, and its consent page is a page of its own.
        hosts.extend(oauth.iter().filter_map(|oauth| HostPattern::parse(oauth.host()).ok()));
        origins.extend(oauth.iter().filter_map(|oauth| OriginPattern::parse(oauth.origin()).ok()));
        let doors = Doors::new(hosts, origins);
        let more = Router::new()
            .route("/ready", get(ready).with_state(Arc::new(Readiness::new(self.app.clone()))))
            .merge(oauth.map(crate::oauth::routes).unwrap_or_default());
        Arc::new(Routes::new(doors, mcp, more))
    }

    fn service<H: ServerHandler + Clone>(
        &self,
        handler: H,
        sessions: Arc<Sessions>,
    ) -> StreamableHttpService<H, Sessions> {
        let mut config = self.usual();
        config.session_store = Some(sessions.clone());
        // Whether a stream begins with an event for coming back is the matter of each session.
        config.sse_retry = None;
        StreamableHttpService::new(move || Ok(handler.clone()), sessions, config)
    }

    /// The same for requests of the `initialize` era that stand alone.
    fn alone<H: ServerHandler + Clone>(&self, handler: H) -> StreamableHttpService<H, NeverSessionManager> {
        let config = self.usual().with_legacy_session_mode(false);
        StreamableHttpService::new(move || Ok(handler.clone()), Arc::default(), config)
    }

    fn usual(&self) -> StreamableHttpServerConfig {
        let mut config = StreamableHttpServerConfig::default();
        config.json_response = true;
        config.max_request_body_bytes = bodies::MAX_MESSAGE;
        config.cancellation_token = self.closing.clone();
        // Hosts and origins are checked for every route by the guard.
        config.disable_allowed_hosts()
    }
}

/// Serves `routes` until `stop` is done, then lets the calls under way finish for ten seconds.
pub async fn serve_http<H: ServerHandler>(
    listener: TcpListener,
    routes: Arc<Routes<H>>,
    endpoint: Endpoint,
    stop: impl Future<Output = ()>,
) {
    let (stopping, connections) = (CancellationToken::new(), TaskTracker::new());
    let reception = Arc::new(Reception {
        routes,
        seats: Seats::new(endpoint.settings.max_connections, endpoint.settings.max_connections_per_address),
        reserve: accept::reserve(),
        proxies: Proxies::new(endpoint.settings.trusted_proxies),
        patience: endpoint.patience,
        connections: connections.clone(),
        stopping: stopping.clone(),
    });
    let drain = async {
        stop.await;
        stopping.cancel();
        endpoint.app.calls.close();
        let _ = timeout(DRAIN, endpoint.app.calls.wait()).await;
        // The last answers are still on their way out; after them, streams that clients never close are ended.
        connections.close();
        let _ = timeout(FAREWELL, connections.wait()).await;
        endpoint.closing.cancel();
        let _ = timeout(FAREWELL, connections.wait()).await;
    };
    tokio::join!(reception.receive(listener), drain);
}
