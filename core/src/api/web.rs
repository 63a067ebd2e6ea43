//! Documents of other servers: those the operator named, and those a stranger named.
//!
//! A stranger's address is a way into this network for whoever cannot reach it otherwise. So only public addresses are
//! connected to, and the check is where the connection is made: a name cannot be resolved once for the check and again,
//! differently, for the connection.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures::StreamExt;
use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, CACHE_CONTROL};
use url::Url;

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// What it says.
    pub body: Vec<u8>,
    /// How long it may be kept, if its server says.
    pub max_age: Option<Duration>,
}

/// Ways to fetch a document. The error says why not, for the log and the page; it names no address of this network.
pub trait Web: Send + Sync {
    /// A document that a stranger named.
    fn public<'a>(&'a self, url: &'a Url, most: usize, patience: Duration) -> BoxFuture<'a, Result<Fetched, String>>;
    /// A document that the operator named, which may be in this network.
    fn configured<'a>(
        &'a self,
        url: &'a Url,
        most: usize,
        patience: Duration,
    ) -> BoxFuture<'a, Result<Fetched, String>>;
}

/// The real web; its clients are made when they are first needed.
#[derive(Default)]
pub struct RealWeb {
    public: OnceLock<Result<reqwest::Client, String>>,
    configured: OnceLock<Result<reqwest::Client, String>>,
}

impl Web for RealWeb {
    fn public<'a>(&'a self, url: &'a Url, most: usize, patience: Duration) -> BoxFuture<'a, Result<Fetched, String>> {
        Box::pin(async move {
            if url.scheme() != "https" || !matches!(url.host(), Some(url::Host::Domain(_))) {
                return Err("it is not at an https address with a name".into());
            }
            let client = self.public.get_or_init(|| {
                // A proxy would resolve the name itself, out of sight of the check.
                built(builder().https_only(true).no_proxy().dns_resolver(Arc::new(PublicOnly)))
            });
            fetch(client.as_ref().map_err(Clone::clone)?, url, most, patience).await
        })
    }

    fn configured<'a>(
        &'a self,
        url: &'a Url,
        most: usize,
        patience: Duration,
    ) -> BoxFuture<'a, Result<Fetched, String>> {
        Box::pin(async move {
            let client = self.configured.get_or_init(|| built(builder()));
            fetch(client.as_ref().map_err(Clone::clone)?, url, most, patience).await
        })
    }
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(0)
        .user_agent(concat!("infini-mcp/", env!("CARGO_PKG_VERSION")))
}

fn built(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, String> {
    builder.build().map_err(|_| "this server cannot make connections".to_owned())
}

async fn fetch(client: &reqwest::Client, url: &Url, most: usize, patience: Duration) -> Result<Fetched, String> {
    let work = async {
        let request = client.get(url.clone()).header(ACCEPT, "application/json");
        let answer = request.send().await.map_err(|error| reason(&error))?;
        if answer.status() != reqwest::StatusCode::OK {
            return Err(format!("its server answered with status {}", answer.status().as_u16()));
        }
        let max_age = answer.headers().get(CACHE_CONTROL).and_then(|value| value.to_str().ok()).and_then(max_age);
        let mut body = Vec::new();
        let mut parts = answer.bytes_stream();
        while let Some(part) = parts.next().await {
            body.extend_from_slice(&part.map_err(|error| reason(&error))?);
            if body.len() > most {
                return Err(format!("it is longer than {most} bytes"));
            }
        }
        Ok(Fetched { body, max_age })
    };
    tokio::time::timeout(patience, work).await.unwrap_or_else(|_| Err("its server is too slow".into()))
}

/// Without the address: which of this network's names resolve, and to what, is nobody's business.
fn reason(error: &reqwest::Error) -> String {
    let text = if error.is_connect() { "its server cannot be reached" } else { "the connection to its server failed" };
    text.to_owned()
}

fn max_age(header: &str) -> Option<Duration> {
    let directives: Vec<&str> = header.split(',').map(str::trim).collect();
    if directives.iter().any(|word| word.eq_ignore_ascii_case("no-store") || word.eq_ignore_ascii_case("no-cache")) {
        return Some(Duration::ZERO);
    }
    let seconds = directives.iter().find_map(|word| word.strip_prefix("max-age="))?;
    seconds.parse().ok().map(Duration::from_secs)
}

/// Resolves names as the system does, and refuses those that lead anywhere but into the public internet.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            // One address of this network among public ones is a trick, not a mistake.
            if found.is_empty() || !found.iter().all(|address| is_public(address.ip())) {
                return Err("the name does not lead to a public address".into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the public internet, after the registries of special addresses (RFC 6890).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let is_special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || first == 0
        || first >= 224
        || (first == 100 && (64..128).contains(&second))
        || (first == 192 && second == 0 && third == 0)
        || (first == 192 && second == 88 && third == 99)
        || (first == 198 && (18..20).contains(&second));
    !is_special
}

/// Of version 6 only 2000::/3 is handed out; within it some blocks carry version 4 or are for books.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let is_handed_out = first & 0xe000 == 0x2000;
    let is_special = (first == 0x2001 && (second < 0x0200 || second == 0x0db8))
        || first == 0x2002
        || (first == 0x3fff && second < 0x1000);
    is_handed_out && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_public() {
        for (address, public) in [
            ("93.184.216.34", true),
            ("1.1.1.1", true),
            ("2606:4700::1111", true),
            ("127.0.0.1", false),
            ("127.9.9.9", false),
            ("0.0.0.0", false),
            ("10.0.0.1", false),
            ("172.16.0.1", false),
            ("172.32.0.1", true),
            ("192.168.1.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("100.128.0.1", true),
            ("192.0.0.1", false),
            ("192.0.2.1", false),
            ("198.18.0.1", false),
            ("203.0.113.1", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("::1", false),
            ("::", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:93.184.216.34", false),
            ("64:ff9b::7f00:1", false),
            ("fc00::1", false),
            ("fd12::1", false),
            ("fe80::1", false),
            ("ff02::1", false),
            ("2001:db8::1", false),
            ("2001::1", false),
            ("2002:7f00:1::", false),
        ] {
            assert_eq!(is_public(address.parse().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))), public, "{address}");
        }
    }

    #[tokio::test]
    async fn a_strangers_name_for_this_machine_is_not_connected_to() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let url = Url::parse(&format!("https://localhost:{port}/client.json")).unwrap();
        let refused = RealWeb::default().public(&url, 1000, Duration::from_secs(5)).await;
        assert_eq!(refused, Err("its server cannot be reached".to_owned()));
        assert!(listener.accept().is_err(), "nobody may have knocked");
        for url in ["https://127.0.0.1/c", "https://[::1]/c", "http://app.example/c"] {
            let refused = RealWeb::default().public(&Url::parse(url).unwrap(), 1000, Duration::from_secs(5)).await;
            assert_eq!(refused, Err("it is not at an https address with a name".to_owned()), "{url}");
        }
    }

    #[test]
    fn a_document_is_kept_as_long_as_its_server_allows() {
        assert_eq!(max_age("public, max-age=600"), Some(Duration::from_secs(600)));
        assert_eq!(max_age("no-store"), Some(Duration::ZERO));
        assert_eq!(max_age("private"), None);
    }
}
