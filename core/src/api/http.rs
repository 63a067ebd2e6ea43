//! The one HTTP client that all upstream requests use.

use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use url::Url;

use super::{Error, Result};

/// The client itself; clones share its connections.
pub type HttpClient = reqwest::Client;

/// Makes the HTTP client to hand to both services; one is enough for the process.
///
/// It follows no redirect: neither service documents one, and following would carry credentials to another place.
/// It has no overall timeout, because each attempt is given its own.
///
/// # Errors
/// When the TLS roots of the system cannot be read.
pub fn http_client() -> Result<reqwest::Client> {
    let mut headers = HeaderMap::new();
    // StartInfinity's framework answers a refused login with an HTML redirect unless JSON is asked for.
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .tcp_nodelay(true)
        // Shorter than the idle limit of usual gateways: a write must not meet a connection that is just being closed.
        .pool_idle_timeout(Duration::from_secs(30))
        .user_agent(concat!("infini-mcp/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .build()
        .map_err(|error| Error::internal(format!("the HTTP client cannot be made: {error}")))
}

/// The status of the answer to a plain read without credentials.
///
/// # Errors
/// Why there is none, in the words of the system.
pub async fn status(url: &Url, patience: Duration) -> std::result::Result<u16, String> {
    // What is asked is one server, not the proxy in front of others.
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
    let client = client.map_err(|error| innermost(&error))?;
    let request = client.get(url.clone()).timeout(patience);
    Ok(request.send().await.map_err(|error| innermost(&error))?.status().as_u16())
}

/// What lies at the bottom of an error, which says more than the layers above it.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
