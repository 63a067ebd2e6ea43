//! Client ID metadata documents: a client whose id is the address of a document that describes it.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use url::{Host, Url};

use super::client::{Client, Provenance};
use super::client_keys::{Authentication, ClientKeys};
use super::document_cache::DocumentCache;
use super::fetches::Fetches;
use super::redirect::{PrivateSchemes, Redirects};
use crate::config::MetadataHosts;
use infini_mcp_core::api::web::{Fetched, Web};

/// Most bytes of a document; the specification recommends 5 KB.
const MOST_BYTES: usize = 16 * 1024;
const PATIENCE: Duration = Duration::from_secs(5);

/// The documents that were read, and the way to read more.
pub struct Documents {
    web: Arc<dyn Web>,
    /// The schemes of apps that clients may claim for themselves.
    pub private_schemes: PrivateSchemes,
    cache: DocumentCache,
    fetches: Fetches,
}

/// Why there is no client of a document.
pub enum NoDocument {
    /// It cannot be read, or says otherwise.
    Refused(String),
    /// Too many documents are being read.
    Busy,
}

#[derive(Deserialize)]
struct Document {
    client_id: String,
    client_name: Option<String>,
    redirect_uris: Vec<String>,
    #[serde(flatten)]
    authentication: Authentication,
}

impl Documents {
    /// None read yet.
    pub fn new(web: Arc<dyn Web>, private_schemes: PrivateSchemes) -> Self {
        Self { web, private_schemes, cache: DocumentCache::default(), fetches: Fetches::default() }
    }

    /// The client that the document at `url` describes, for whoever asks from `caller`.
    pub async fn client(&self, url: &Url, caller: &str) -> Result<Client, NoDocument> {
        if let Some(fresh) = self.cache.fresh(url) {
            return fresh.map_err(NoDocument::Refused);
        }
        let Some(_turn) = self.fetches.turn(caller, url.host_str().unwrap_or_default()).await else {
            return self.cache.stale(url).ok_or(NoDocument::Busy);
        };
        // Somebody else may have read it meanwhile.
        if let Some(fresh) = self.cache.fresh(url) {
            return fresh.map_err(NoDocument::Refused);
        }
        let (client, max_age) = match self.web.public(url, MOST_BYTES, PATIENCE).await {
            Ok(fetched) => (read(url, &fetched, &self.private_schemes), fetched.max_age),
            Err(error) => match self.cache.stale(url) {
                Some(client) => return Ok(client),
                None => (Err(format!("its document cannot be read: {error}")), None),
            },
        };
        self.cache.keep(url, client.clone(), max_age);
        client.map_err(NoDocument::Refused)
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

fn read(url: &Url, fetched: &Fetched, private_schemes: &PrivateSchemes) -> Result<Client, String> {
    let document: Document =
        serde_json::from_slice(&fetched.body).map_err(|_| "its document is not one of a client".to_owned())?;
    if document.client_id != url.as_str() {
        return Err("its document names another client id".into());
    }
    let keys = ClientKeys::of(document.authentication)?;
    // A document is written for every server; what cannot be accepted here is simply never answered at.
    let redirect_uris = private_schemes.acceptable(document.redirect_uris);
    if redirect_uris.is_empty() {
        return Err("its document names no address for answers that is https or on the person's machine".into());
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    let name = document.client_name.as_deref().map(shown_name).filter(|name| !name.is_empty());
    Ok(Client {
        id: document.client_id,
        name: name.unwrap_or_else(|| host.clone()),
        provenance: Provenance::Document { host },
        redirects: Redirects { exact: redirect_uris, origins: Vec::new() },
        keys,
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
    fn a_document_must_be_about_itself_and_about_a_client_without_a_shared_secret() {
        let url = Url::parse("https://app.example/c").unwrap();
        let of = |text: &str| {
            read(&url, &Fetched { body: text.as_bytes().to_vec(), max_age: None }, &PrivateSchemes::default())
        };
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
