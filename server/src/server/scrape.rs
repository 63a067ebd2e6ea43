//! The page for Prometheus, on an address of its own: `/metrics` and nothing else.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::net::TcpListener;

use super::app::App;
use super::guard::{self, Doors};
use crate::config::HostPattern;
use infini_mcp_core::api::drift;
use infini_mcp_core::telemetry::Page;
use infini_mcp_core::telemetry::counters::{self, Drifted};

/// How often measurements are folded into the histograms.
const TIDY_EVERY: Duration = Duration::from_secs(5);
/// A scrape does not wait longer for the ledger.
const PATIENCE: Duration = Duration::from_secs(2);

struct Watch {
    page: Page,
    app: Arc<App>,
}

/// Serves the page as long as it is polled. `hosts` are the answered values of the Host header; without them any is.
///
/// # Errors
/// When the listener fails.
pub fn serve_metrics(
    listener: TcpListener,
    page: Page,
    app: Arc<App>,
    hosts: Option<Vec<HostPattern>>,
) -> BoxFuture<'static, std::io::Result<()>> {
    serve(listener, page, app, hosts).boxed()
}

async fn serve(
    listener: TcpListener,
    page: Page,
    app: Arc<App>,
    hosts: Option<Vec<HostPattern>>,
) -> std::io::Result<()> {
    let watch = Arc::new(Watch { page, app });
    let mut routes = Router::new().route("/metrics", get(scrape)).fallback(nowhere).with_state(watch.clone());
    if let Some(hosts) = hosts {
        // A page of a browser could otherwise read it under a name of its own that leads here.
        let doors = Arc::new(Doors::new(hosts, Vec::new()));
        routes = routes.layer(from_fn(move |request, next: Next| {
            let doors = doors.clone();
            async move { guard::known_door(&doors, request, |request| next.run(request)).await }
        }));
    }
    let tidy = async {
        loop {
            tokio::time::sleep(TIDY_EVERY).await;
            watch.page.tidy();
        }
    };
    tokio::select! {
        served = axum::serve(listener, routes).into_future() => served,
        () = tidy => Ok(()),
    }
}

async fn nowhere() -> Response {
    guard::refusal(StatusCode::NOT_FOUND, "not_found", "There is nothing here; the counters are at /metrics.")
}

async fn scrape(State(watch): State<Arc<Watch>>) -> Response {
    counters::in_flight(watch.app.calls.len());
    if let Some(roster) = &watch.app.roster {
        let status = roster.status();
        counters::roster(status.users, status.stale.is_none());
    }
    counters::drift(drift::snapshot().into_iter().map(|place| Drifted {
        service: place.service.name(),
        operation: place.operation,
        field: place.pointer,
        kind: place.kind.name(),
        count: place.count,
    }));
    count_orders(&watch.app).await;
    ([(CONTENT_TYPE, Page::MEDIA_TYPE)], watch.page.text()).into_response()
}

/// A ledger that cannot be read keeps its last numbers; the calls that need it say what is wrong.
async fn count_orders(app: &App) {
    let counted = tokio::time::timeout(PATIENCE, app.store().orders_by_state()).await;
    if let Ok(Ok(Some(states))) = counted {
        for (state, count) in states {
            counters::orders(state.name(), count);
        }
    }
}
