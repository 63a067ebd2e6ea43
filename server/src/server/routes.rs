//! What answers a request: `/mcp`, or one of the few other routes, all behind the same doors.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::uri::PathAndQuery;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use rmcp::ServerHandler;
use serde_json::{Value, json};

use super::answers;
use super::bodies::Bodies;
use super::guard::{self, Doors};
use super::mcp::Mcp;

/// Everything behind the doors. What is asked for most does not go through a router: each layer and route of one copies those
/// below it for every request.
pub struct Routes<H> {
    doors: Doors,
    mcp: Mcp<H>,
    other: Router,
    bodies: Arc<Bodies>,
}

impl<H: ServerHandler> Routes<H> {
    /// `/mcp`, `/health`, and `more`.
    pub(super) fn new(doors: Doors, mcp: Mcp<H>, more: Router) -> Self {
        let bodies = mcp.bodies.clone();
        Self { doors, mcp, bodies, other: more.route("/health", get(health)).fallback(nowhere) }
    }

    /// The answer to a request, whatever it is.
    pub(super) async fn answer(&self, request: Request) -> Response {
        answers::in_form(request, |request| {
            guard::known_door(&self.doors, without_last_slash(request), async |request: Request| {
                if request.uri().path() == "/mcp" {
                    return self.mcp.answer(request).await;
                }
                let (path, headers) = (request.uri().path().to_owned(), request.headers().clone());
                let request = match self.bodies.whole(request).await {
                    Ok(request) => request,
                    Err(refusal) => {
                        return crate::oauth::body_not_taken(&path, &headers, &refusal).unwrap_or(*refusal);
                    }
                };
                // A router has an answer to everything.
                TowerToHyperService::new(self.other.clone()).call(request).await.unwrap_or_else(|never| match never {})
            })
        })
        .await
    }
}

/// With and without a slash at its end, an address is the same.
fn without_last_slash(mut request: Request) -> Request {
    let uri = request.uri();
    let path = uri.path().trim_end_matches('/');
    if path.is_empty() || path.len() == uri.path().len() {
        return request;
    }
    let mut parts = uri.clone().into_parts();
    let told = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    parts.path_and_query = PathAndQuery::try_from(told).ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
    request
}

async fn health() -> Json<Value> {
    Json(json!({ "ok": true, "service": "infini-mcp", "version": env!("CARGO_PKG_VERSION") }))
}

async fn nowhere() -> Response {
    guard::refusal(StatusCode::NOT_FOUND, "not_found", "There is nothing here; the MCP endpoint is /mcp.")
}
