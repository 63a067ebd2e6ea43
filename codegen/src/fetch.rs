//! Fetch a document from its address: the only part of the generator that uses the network.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};

use crate::{Error, incoming};

/// How much is taken, and how long it may take in all.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most bytes a document may have.
    pub bytes: usize,
    /// The longest it may take to arrive, redirects included.
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 20 * 1024 * 1024, time: Duration::from_secs(60) }
    }
}

/// How often the same host may send us on.
const MOST_REDIRECTS: usize = 5;

/// Fetch a document and make sure that it is one; the bytes are as upstream sent them.
///
/// # Errors
/// [`Error::Unfetchable`] for an address that is not `https`, a redirect to another host, too much, too late, anything but
/// a success, and for what is no OpenAPI 3 document.
pub fn fetch(address: &str, limits: Limits) -> Result<Vec<u8>, Error> {
    let unfetchable = |detail: String| Error::Unfetchable { address: without_secrets(address), detail };
    let url = parse(address).map_err(unfetchable)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| unfetchable(error.to_string()))?;
    let bytes = runtime.block_on(async {
        let too_late = |_| format!("it did not arrive within {} s", limits.time.as_secs_f32());
        tokio::time::timeout(limits.time, transfer(url, limits)).await.map_err(too_late)?
    });
    let bytes = bytes.map_err(unfetchable)?;
    incoming::parse(&bytes).map_err(|detail| unfetchable(format!("what came is no document: {detail}")))?;
    Ok(bytes)
}

fn parse(address: &str) -> Result<Url, String> {
    let url = Url::parse(address).map_err(|error| format!("this is no address ({error})"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("an address with credentials in it would end up in logs and is not used".to_owned());
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        _ => Err("only https is used, or http on this machine".to_owned()),
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The address as it may be told: no credentials, and no query, which may be one.
fn without_secrets(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else { return address.to_owned() };
    // Addresses that cannot hold credentials hold none.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.to_string()
}

async fn transfer(first: Url, limits: Limits) -> Result<Vec<u8>, String> {
    let builder = Client::builder().redirect(Policy::none()).user_agent("cargo-codegen");
    let client = if is_loopback(&first) { builder.no_proxy() } else { builder };
    let client = client.build().map_err(|error| reason(&error))?;
    let mut url = first.clone();
    for _ in 0..=MOST_REDIRECTS {
        let response = client.get(url.clone()).send().await.map_err(|error| reason(&error))?;
        if !response.status().is_redirection() || response.status() == StatusCode::NOT_MODIFIED {
            return body(response, limits.bytes).await;
        }
        url = further(&url, &response)?;
        if (url.scheme(), url.host_str(), url.port_or_known_default())
            != (first.scheme(), first.host_str(), first.port_or_known_default())
        {
            return Err(format!(
                "it sends us on to {}, which is not followed; if that is right, name it with --url",
                url.origin().ascii_serialization()
            ));
        }
    }
    Err(format!("it sends us on more than {MOST_REDIRECTS} times"))
}

fn further(url: &Url, response: &Response) -> Result<Url, String> {
    let location = response.headers().get("location").and_then(|location| location.to_str().ok());
    let location = location.ok_or_else(|| "it sends us on without saying where".to_owned())?;
    url.join(location).map_err(|error| format!("it sends us on to what is no address ({error})"))
}

async fn body(mut response: Response, most: usize) -> Result<Vec<u8>, String> {
    let status = response.status();
    if !status.is_success() {
        return Err(format!("it answers {status}"));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| reason(&error))? {
        if bytes.len() + chunk.len() > most {
            return Err(format!("it is larger than {most} bytes"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The innermost cause says what happened; what is around it repeats the address.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
