//! Client ID metadata documents: a client whose id is the address of a document that describes it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::sync::Semaphore;
use url::{Host, Url};

use super::client::{Client, Provenance};
use super::redirect::{self, Redirects};
use crate::config::MetadataHosts;
use infini_mcp_core::api::web::{Fetched, Web};

/// Most bytes of a document; the specification recommends 5 KB.
const MOST_BYTES: usize = 16 * 1024;
const PATIENCE: Duration = Duration::from_secs(5);
const SHORTEST_LIFE: Duration = Duration::from_secs(60);
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 3600);
/// How many documents are kept, and how many are fetched at once: anybody can name an address to be fetched.
const MOST_KEPT: usize = 500;
const AT_ONCE: usize = 4;

/// The documents that were read, and the way to read more.
pub struct Documents {
    web: Arc<dyn Web>,
    kept: Mutex<HashMap<String, Kept>>,
    places: Semaphore,
}

/// What came of reading a document, and until when that counts.
struct Kept {
    until: Instant,
    client: Result<Client, String>,
}

#[derive(Deserialize)]
struct Document {
    client_id: String,
    client_name: Option<String>,
    redirect_uris: Vec<String>,
    token_endpoint_auth_method: Option<String>,
    client_secret: Option<serde_json::Value>,
}

impl Documents {
    /// None read yet.
    pub fn new(web: Arc<dyn Web>) -> Self {
        Self { web, kept: Mutex::default(), places: Semaphore::new(AT_ONCE) }
    }

    /// The client that the document at `url` describes. A failure is kept for a minute, so that nobody can make this
    /// server knock at another one over and over.
    pub async fn client(&self, url: &Url) -> Result<Client, String> {
        if let Some(kept) = self.kept(url.as_str()) {
            return kept;
        }
        let _place = self.places.acquire().await.map_err(|_| "the server is closing".to_owned())?;
        if let Some(kept) = self.kept(url.as_str()) {
            return kept;
        }
        let (client, life) = match self.web.public(url, MOST_BYTES, PATIENCE).await {
            Ok(fetched) => (read(url, &fetched), fetched.max_age.unwrap_or(SHORTEST_LIFE)),
            Err(error) => (Err(format!("its document cannot be read: {error}")), SHORTEST_LIFE),
        };
        let life = if client.is_ok() { life.clamp(SHORTEST_LIFE, LONGEST_LIFE) } else { SHORTEST_LIFE };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(url.as_str().to_owned(), Kept { until: Instant::now() + life, client: client.clone() });
        client
    }

    fn kept(&self, url: &str) -> Option<Result<Client, String>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(url).filter(|kept| Instant::now() < kept.until).map(|kept| kept.client.clone())
    }
}

/// The address that a client id is, if documents of that host are accepted: https on the usual port of a named host, with
/// a path, read by every program alike.
pub fn readable_id(id: &str, hosts: &MetadataHosts) -> Result<Url, String> {
    let unknown = || "no client has this id".to_owned();
    let url = Url::parse(id).map_err(|_| unknown())?;
    let Some(Host::Domain(host)) = url.host() else { return Err(unknown()) };
    let is_plain = url.scheme() == "https"
        && url.port().is_none()
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none()
        && url.path() != "/"
        && url.as_str() == id;
    let is_accepted = match hosts {
        MetadataHosts::None => false,
        MetadataHosts::Any => true,
        MetadataHosts::Only(hosts) => hosts.iter().any(|accepted| accepted == host),
    };
    if is_plain && is_accepted { Ok(url) } else { Err(unknown()) }
}

fn read(url: &Url, fetched: &Fetched) -> Result<Client, String> {
    let document: Document =
        serde_json::from_slice(&fetched.body).map_err(|_| "its document is not one of a client".to_owned())?;
    if document.client_id != url.as_str() {
        return Err("its document names another client id".into());
    }
    let method = document.token_endpoint_auth_method.as_deref().unwrap_or("none");
    if method != "none" || document.client_secret.is_some() {
        return Err(format!("its document asks for the authentication `{method}`; only public clients can be read so"));
    }
    if document.redirect_uris.is_empty() || !document.redirect_uris.iter().all(|uri| redirect::may_be_claimed(uri)) {
        return Err("its document names an address for answers that is neither https nor on this machine".into());
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    let name = document.client_name.as_deref().map(shown_name).filter(|name| !name.is_empty());
    Ok(Client {
        id: document.client_id,
        name: name.unwrap_or_else(|| host.clone()),
        provenance: Provenance::Document { host },
        redirects: Redirects { exact: document.redirect_uris, origins: Vec::new() },
    })
}

/// A name that a client gave itself, short and without characters that could make it look like another one.
pub fn shown_name(name: &str) -> String {
    let visible = |character: &char| {
        !character.is_control()
            && !matches!(*character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}')
    };
    name.chars().filter(visible).take(60).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_two_programs_could_read_differently_is_no_id() {
        let any = MetadataHosts::Any;
        assert!(readable_id("https://app.example/client.json", &any).is_ok());
        for id in [
            "http://app.example/client.json",
            "https://app.example",
            "https://app.example/",
            "https://app.example:8443/client.json",
            "https://user@app.example/client.json",
            "https://app.example/client.json#x",
            "https://app.example/a/../client.json",
            "https://APP.example/client.json",
            "https://127.0.0.1/client.json",
            "https://[::1]/client.json",
            "https://2130706433/client.json",
            "file:///etc/passwd",
            "desk",
        ] {
            assert!(readable_id(id, &any).is_err(), "{id}");
        }
        let only = MetadataHosts::Only(vec!["app.example".into()]);
        assert!(readable_id("https://app.example/c", &only).is_ok());
        assert!(readable_id("https://other.example/c", &only).is_err());
        assert!(readable_id("https://app.example/c", &MetadataHosts::None).is_err());
    }

    #[test]
    fn a_document_must_be_about_itself_and_about_a_public_client() {
        let url = Url::parse("https://app.example/c").unwrap();
        let of = |text: &str| read(&url, &Fetched { body: text.as_bytes().to_vec(), max_age: None });
        let good =
            r#"{"client_id":"https://app.example/c","client_name":"A\u202epp","redirect_uris":["http://127.0.0.1/b"]}"#;
        assert_eq!(of(good).unwrap_or_else(|error| panic!("{error}")).name, "App");
        for (from, to) in [
            ("app.example/c", "app.example/d"),
            ("http://127.0.0.1/b", "javascript:alert(1)"),
            ("http://127.0.0.1/b", "http://app.example/b"),
            ("\"redirect_uris\"", "\"client_secret\":\"x\",\"redirect_uris\""),
            ("\"redirect_uris\"", "\"token_endpoint_auth_method\":\"client_secret_post\",\"redirect_uris\""),
            ("[\"http://127.0.0.1/b\"]", "[]"),
            ("{", "["),
        ] {
            assert!(of(&good.replacen(from, to, 1)).is_err(), "{to}");
        }
    }
}
