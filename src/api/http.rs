//! The one HTTP client that all upstream requests use.

use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};

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
