//! Serves OAuth in front of an endpoint that only says what a token allows, for clients that nobody here wrote.
//!
//! It reads the settings of the server from the environment. The web of its clients is a file, `WEB`: addresses and their
//! documents, read anew at every fetch; without one it is the real web.

#![allow(clippy::print_stdout, missing_docs, reason = "a program for tests")]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use futures::future::BoxFuture;
use infini_mcp::api::web::{Fetched, RealWeb, Web};
use infini_mcp::config::Sources;
use infini_mcp::oauth::{NoGrant, OAuth, routes};
use infini_mcp::server::Challenge;
use infini_mcp::state::Store;
use infini_mcp::vault::{Roster, random_token};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use url::Url;

/// Documents in a file, in place of hosts that no test can have.
struct Shelf(PathBuf);

impl Shelf {
    fn document(&self, url: &Url) -> Result<Fetched, String> {
        let text = std::fs::read(&self.0).map_err(|error| error.to_string())?;
        let documents: HashMap<String, Value> = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
        let document = documents.get(url.as_str()).ok_or("there is none")?;
        Ok(Fetched { body: document.to_string().into_bytes(), max_age: None })
    }
}

impl Web for Shelf {
    fn public<'a>(&'a self, url: &'a Url, _: usize, _: Duration) -> BoxFuture<'a, Result<Fetched, String>> {
        Box::pin(async move { self.document(url) })
    }

    fn configured<'a>(&'a self, url: &'a Url, _: usize, _: Duration) -> BoxFuture<'a, Result<Fetched, String>> {
        Box::pin(async move { self.document(url) })
    }
}

async fn endpoint(State(oauth): State<Arc<OAuth>>, headers: HeaderMap) -> Response {
    let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let grant = match token {
        Some(token) => oauth.grant_of(token).await,
        None => Err(NoGrant::Unknown),
    };
    match grant {
        Ok(grant) => Json(json!({ "user": grant.user, "scopes": grant.scopes })).into_response(),
        Err(NoGrant::Unknown | NoGrant::Over | NoGrant::Scopeless) => {
            let challenge = Challenge { resource_metadata: Some(oauth.resource_metadata()), ..Challenge::default() };
            let mut response = StatusCode::UNAUTHORIZED.into_response();
            if let Some(challenge) = challenge.header(Some("invalid_token"), None) {
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
            }
            response
        }
        Err(NoGrant::State(error)) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()).into_response(),
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let settings = Sources::gather(None).settings().map_err(|faults| anyhow!(faults.join("\n")))?;
    let place = settings.vault.context("MCP_TRANSPORT must be http and MCP_USERS_FILE name the people")?;
    let people = Arc::new(Roster::open(place)?);
    tokio::spawn(people.clone().watch(|_| {}, CancellationToken::new()));
    let store = Arc::new(Store::new(settings.state.expose_secret(), random_token()));
    let oauth = settings.oauth.context("OAUTH_ENABLED must be true")?;
    let web: Arc<dyn Web> = match std::env::var_os("WEB") {
        Some(file) => Arc::new(Shelf(file.into())),
        None => Arc::new(RealWeb::default()),
    };
    let oauth = Arc::new(OAuth::new(oauth, store, people, web));
    let app = Router::new().route("/mcp", post(endpoint)).with_state(oauth.clone()).merge(routes(oauth));
    let listener = tokio::net::TcpListener::bind((settings.http.host, settings.http.port)).await?;
    let url = format!("http://{}/mcp", listener.local_addr()?);
    println!("{}", json!({ "mcpServers": { "oauth": { "type": "http", "url": url } } }));
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}
