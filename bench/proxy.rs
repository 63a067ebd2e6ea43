//! The yardstick: the least a server in this stack can do between a client and one upstream read.
//!
//! It holds one token, adds the credentials and hands the bytes on: no JSON is read, nothing is checked or logged.

use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::serve::ListenerExt;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::side::Read;

/// The one request this proxy can make.
struct Upstream {
    http: reqwest::Client,
    url: String,
    api_key: String,
    bearer: String,
}

/// Serves `GET /read` until the process is ended.
pub fn run(read: Read) -> Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve(read))
}

async fn serve(read: Read) -> Result<()> {
    let upstream = Arc::new(Upstream::signed_in(read).await?);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("{}", json!({ "url": format!("http://{}/read", listener.local_addr()?) }));
    // As in the server under test: without this, small answers wait for delayed acknowledgements.
    let listener = listener.tap_io(|connection| {
        let _ = connection.set_nodelay(true);
    });
    let routes = Router::new().route("/read", get(forward)).with_state(upstream);
    Ok(axum::serve(listener, routes).await?)
}

async fn forward(State(upstream): State<Arc<Upstream>>) -> (StatusCode, Bytes) {
    match upstream.read().await {
        Ok((status, body)) => (status, body),
        Err(error) => (StatusCode::BAD_GATEWAY, Bytes::from(error.to_string())),
    }
}

impl Upstream {
    async fn signed_in(read: Read) -> Result<Self> {
        let setting = |name: &str| std::env::var(name).with_context(|| format!("{name} is not set"));
        let (base, api_key) = (setting("INFINIGATE_BASE_URL")?, setting("INFINIGATE_API_KEY")?);
        let http = reqwest::Client::builder().tcp_nodelay(true).build()?;
        let form = [
            ("grant_type", "client_credentials".to_owned()),
            ("client_id", setting("INFINIGATE_CLIENT_ID")?),
            ("client_secret", setting("INFINIGATE_CLIENT_SECRET")?),
        ];
        let asked = http.post(format!("{base}/authorization/token")).header("api-key", &api_key).form(&form);
        let token: Value = asked.send().await?.error_for_status()?.json().await?;
        let token = token.get("access_token").and_then(Value::as_str).context("the answer has no access token")?;
        let url = format!("{base}{}", read.upstream());
        Ok(Self { http, url, api_key, bearer: format!("Bearer {token}") })
    }

    async fn read(&self) -> reqwest::Result<(StatusCode, Bytes)> {
        let request = self.http.get(&self.url).header("api-key", &self.api_key).header("authorization", &self.bearer);
        let answer = request.send().await?;
        Ok((answer.status(), answer.bytes().await?))
    }
}
