//! Serves OAuth in front of an endpoint that only says what a token allows, for clients that nobody here wrote.
//!
//! It reads the settings of the server from the environment, and its people from the file in `MCP_USERS_FILE`, anew on
//! every request.

#![allow(clippy::print_stdout, missing_docs, reason = "a program for tests")]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use infini_mcp::api::web::RealWeb;
use infini_mcp::config::Sources;
use infini_mcp::oauth::{OAuth, People, Person, routes};
use infini_mcp::state::Store;
use infini_mcp::vault::digest;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

struct UsersFile(PathBuf);

impl UsersFile {
    fn find(&self, is_it: impl Fn(&Value) -> bool) -> Option<Person> {
        let file: Value = serde_json::from_str(&std::fs::read_to_string(&self.0).ok()?).ok()?;
        let user = file.get("users")?.as_array()?.iter().find(|user| is_it(user))?.clone();
        let scopes = user.get("scopes")?.as_array()?;
        Some(Person {
            name: user.get("name")?.as_str()?.to_owned(),
            scopes: scopes.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        })
    }
}

impl People for UsersFile {
    fn by_key(&self, key: &str) -> Option<Person> {
        let digest = digest(key.as_bytes());
        self.find(|user| user.get("key_hash").and_then(Value::as_str) == Some(&digest))
    }

    fn by_name(&self, name: &str) -> Option<Person> {
        self.find(|user| user.get("name").and_then(Value::as_str) == Some(name))
    }
}

async fn endpoint(State(oauth): State<Arc<OAuth>>, headers: HeaderMap) -> Response {
    let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let grant = match token {
        Some(token) => oauth.grant_of(token).await,
        None => Ok(None),
    };
    match grant {
        Ok(Some(grant)) => Json(json!({ "user": grant.user, "scopes": grant.scopes })).into_response(),
        Ok(None) => {
            let challenge = oauth.challenge(token.map(|_| "invalid_token"), None);
            (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, challenge)]).into_response()
        }
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()).into_response(),
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let users = std::env::var("MCP_USERS_FILE").context("MCP_USERS_FILE must name the people")?;
    let pairs: Vec<(String, String)> = std::env::vars().filter(|(name, _)| name != "MCP_USERS_FILE").collect();
    let settings = Sources::of(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        .settings()
        .map_err(|faults| anyhow!(faults.join("\n")))?;
    let store = Arc::new(Store::new(settings.state.expose_secret(), digest(users.as_bytes())));
    let oauth = settings.oauth.ok_or_else(|| anyhow!("OAUTH_ENABLED must be true"))?;
    let oauth = Arc::new(OAuth::new(oauth, store, Arc::new(UsersFile(users.into())), Arc::new(RealWeb::default())));
    let app = Router::new().route("/mcp", post(endpoint)).with_state(oauth.clone()).merge(routes(oauth));
    let listener = tokio::net::TcpListener::bind((settings.http.host, settings.http.port)).await?;
    let url = format!("http://{}/mcp", listener.local_addr()?);
    println!("{}", json!({ "mcpServers": { "oauth": { "type": "http", "url": url } } }));
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}
