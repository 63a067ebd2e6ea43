//! Settings of OAuth: where this server is reached, and who lets clients in.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use super::Sources;

/// Everything about OAuth.
#[derive(Clone)]
pub struct OAuth {
    /// Where clients reach this server.
    pub public_url: PublicUrl,
    /// Who gives out the tokens.
    pub way: Way,
    /// The only tools for callers with OAuth; empty means all that their scopes allow.
    pub allowed_tools: BTreeSet<String>,
}

/// Who gives out the tokens.
#[derive(Clone)]
pub enum Way {
    /// This server, after a person consented on its page.
    Embedded(Embedded),
    /// Another authorization server.
    External(External),
}

/// The addresses that stand in metadata and tokens, which are compared letter by letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    /// The issuer: the public address without `/mcp` and without a slash at its end.
    pub issuer: String,
    /// The protected resource: the MCP endpoint.
    pub resource: String,
    /// Scheme, host and port.
    pub origin: String,
    /// The path of the issuer, empty or beginning with a slash.
    pub path: String,
}

/// The embedded authorization server.
#[derive(Clone)]
pub struct Embedded {
    /// The id of the client that the operator registered.
    pub client_id: Option<String>,
    /// Its secret, unless it is public.
    pub client_secret: Option<SecretString>,
    /// Where it may be answered, exactly.
    pub redirect_uris: Vec<String>,
    /// Where it may be answered under any path.
    pub redirect_origins: Vec<String>,
    /// Schemes of apps that clients may name for themselves where they want to be answered.
    pub private_schemes: Vec<String>,
    /// Whose client ID metadata documents are accepted.
    pub metadata_hosts: MetadataHosts,
    /// Whether clients may register themselves.
    pub dynamic_registration: bool,
    /// The only user who may sign in.
    pub only_user: Option<String>,
    /// Tokens of the predecessor.
    pub token_store_file: PathBuf,
    /// How long things last.
    pub lifetimes: Lifetimes,
}

/// Whose client ID metadata documents are accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetadataHosts {
    /// Nobody's.
    None,
    /// Those of every public host.
    Any,
    /// Those of these hosts.
    Only(Vec<String>),
}

/// How long codes and tokens last.
#[derive(Debug, Clone, Copy)]
pub struct Lifetimes {
    /// An authorization code.
    pub code: Duration,
    /// An access token.
    pub access: Duration,
    /// A refresh token that is not used.
    pub refresh: Duration,
    /// How long after its rotation a refresh token still gives the same successor, for clients that refresh in parallel.
    pub grace: Duration,
}

/// Another authorization server.
#[derive(Debug, Clone)]
pub struct External {
    /// Its name, as it stands in `iss`.
    pub issuer: String,
    /// What must stand in `aud`.
    pub audience: String,
    /// The claim that names the user; without it a verified `email`, else `sub`.
    pub user_claim: Option<String>,
    /// Where its keys are; without it its metadata say it.
    pub jwks_url: Option<String>,
    /// What a token may do that names none of this server's scopes.
    pub scopeless: Scopeless,
}

/// What a token of another issuer may do that names none of this server's scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scopeless {
    /// Nothing.
    Nothing,
    /// All that its user may.
    All,
}

/// Reads the settings of OAuth, if it is switched on.
pub(super) fn read(sources: &mut Sources) -> Option<OAuth> {
    let is_on = truth(sources, "OAUTH_ENABLED");
    let allowed_tools: BTreeSet<String> = sources.list("OAUTH_ALLOWED_TOOLS").into_iter().collect();
    for name in &allowed_tools {
        if !infini_mcp_core::tool::TOOLS.iter().any(|tool| tool.declaration.name == name) {
            sources.fault("OAUTH_ALLOWED_TOOLS", &format!("names the unknown tool `{name}`"));
        }
    }
    let embedded = read_embedded(sources);
    if !is_on {
        return None;
    }
    let public_url = PublicUrl::parse(&sources.text("OAUTH_PUBLIC_URL"));
    let Some(public_url) = public_url else {
        sources.fault(
            "OAUTH_PUBLIC_URL",
            "must be the https address under which clients reach this server, without query, for example \
             https://mcp.example.com; http only on this machine",
        );
        return None;
    };
    let way = match sources.text("OAUTH_ISSUER") {
        issuer if issuer.is_empty() => {
            check_clients(sources, &embedded);
            Way::Embedded(embedded)
        }
        issuer => Way::External(read_external(sources, issuer, &public_url)),
    };
    Some(OAuth { public_url, way, allowed_tools })
}

fn truth(sources: &mut Sources, name: &'static str) -> bool {
    sources.choice(name, &[("true", true), ("1", true), ("false", false), ("0", false)], false)
}

fn read_embedded(sources: &mut Sources) -> Embedded {
    let given = |text: String| Some(text).filter(|text| !text.is_empty());
    // What the predecessor calls origins may be whole addresses too; those are compared exactly.
    let (origins, addresses): (Vec<String>, Vec<String>) =
        sources.list("OAUTH_ALLOWED_REDIRECT_ORIGINS").into_iter().partition(|entry| is_origin(entry));
    let mut redirect_uris = sources.list("OAUTH_REDIRECT_URIS");
    redirect_uris.extend(addresses);
    for uri in redirect_uris.iter().filter(|uri| Url::parse(uri).is_err() || uri.contains('#')) {
        sources
            .fault("OAUTH_REDIRECT_URIS", &format!("contains `{uri}`, which is no address an answer can be sent to"));
    }
    let private_schemes = sources.list("OAUTH_PRIVATE_REDIRECT_SCHEMES");
    for scheme in private_schemes.iter().filter(|scheme| !is_private_scheme(scheme)) {
        let problem =
            "which is no scheme of an app; it must be in lower case and without `:`, for example cursor,vscode";
        sources.fault("OAUTH_PRIVATE_REDIRECT_SCHEMES", &format!("contains `{scheme}`, {problem}"));
    }
    let seconds = |sources: &mut Sources, name| Duration::from_secs(sources.number(name, 60, 31_536_000));
    Embedded {
        client_id: given(sources.text("OAUTH_CLIENT_ID")),
        client_secret: sources.secret("OAUTH_CLIENT_SECRET").filter(|secret| !secret.expose_secret().is_empty()),
        redirect_uris,
        redirect_origins: origins.iter().map(|origin| origin.trim_end_matches('/').to_owned()).collect(),
        private_schemes,
        metadata_hosts: match sources.list("OAUTH_CLIENT_METADATA_HOSTS") {
            hosts if hosts.is_empty() => MetadataHosts::None,
            hosts if hosts.iter().any(|host| host == "*") => MetadataHosts::Any,
            hosts => MetadataHosts::Only(hosts.iter().map(|host| host.to_ascii_lowercase()).collect()),
        },
        dynamic_registration: truth(sources, "OAUTH_DYNAMIC_REGISTRATION"),
        only_user: given(sources.text("OAUTH_MCP_USER")),
        token_store_file: PathBuf::from(sources.text("OAUTH_TOKEN_STORE_FILE")),
        lifetimes: Lifetimes {
            code: Duration::from_secs(60),
            access: seconds(sources, "OAUTH_ACCESS_TOKEN_TTL_SECONDS"),
            refresh: seconds(sources, "OAUTH_REFRESH_TOKEN_TTL_SECONDS"),
            grace: Duration::from_secs(30),
        },
    }
}

/// Whether a name can be an app's: what browsers themselves understand leads to no app.
fn is_private_scheme(scheme: &str) -> bool {
    let is_spelt_well = scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte));
    let is_of_browsers = [
        "http",
        "https",
        "ws",
        "wss",
        "ftp",
        "file",
        "javascript",
        "vbscript",
        "data",
        "blob",
        "about",
        "filesystem",
        "view-source",
        "mailto",
        "tel",
    ];
    is_spelt_well && !is_of_browsers.contains(&scheme)
}

fn is_origin(entry: &str) -> bool {
    Url::parse(entry).is_ok_and(|url| url.path() == "/" && url.query().is_none() && url.has_host())
}

/// A server that no client could ever be let in by is a mistake, and so is a client that can be answered nowhere.
fn check_clients(sources: &mut Sources, embedded: &Embedded) {
    let has_redirects = !embedded.redirect_uris.is_empty() || !embedded.redirect_origins.is_empty();
    match &embedded.client_id {
        Some(_) if !has_redirects => {
            sources.fault("OAUTH_CLIENT_ID", "names a client that can be answered nowhere; set OAUTH_REDIRECT_URIS");
        }
        None if embedded.client_secret.is_some() => {
            sources.fault("OAUTH_CLIENT_SECRET", "belongs to a client; set OAUTH_CLIENT_ID");
        }
        None if embedded.metadata_hosts == MetadataHosts::None && !embedded.dynamic_registration => sources.fault(
            "OAUTH_ENABLED",
            "is true, but no client could come in; set OAUTH_CLIENT_ID, OAUTH_CLIENT_METADATA_HOSTS or \
             OAUTH_DYNAMIC_REGISTRATION",
        ),
        Some(_) | None => {}
    }
    if embedded.client_secret.as_ref().is_some_and(|secret| secret.expose_secret().len() < 16) {
        sources.fault("OAUTH_CLIENT_SECRET", "is shorter than 16 characters, so it could be guessed");
    }
}

fn read_external(sources: &mut Sources, issuer: String, public_url: &PublicUrl) -> External {
    let given = |text: String| Some(text).filter(|text| !text.is_empty());
    for name in ["OAUTH_ISSUER", "OAUTH_JWKS_URL"] {
        let text = sources.text(name);
        if !text.is_empty() && safe_url(&text).is_none() {
            sources.fault(name, "must be an https address; http only on this machine");
        }
    }
    let choices = [("nothing", Scopeless::Nothing), ("all", Scopeless::All)];
    let scopeless = sources.choice("OAUTH_SCOPELESS", &choices, Scopeless::Nothing);
    External {
        issuer,
        audience: given(sources.text("OAUTH_AUDIENCE")).unwrap_or_else(|| public_url.resource.clone()),
        user_claim: given(sources.text("OAUTH_USER_CLAIM")),
        jwks_url: given(sources.text("OAUTH_JWKS_URL")),
        scopeless,
    }
}

/// An address nobody on the way can read along: https, or http on this machine.
fn safe_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_loopback = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback);
    let is_plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (is_safe && is_plain).then_some(url)
}

impl PublicUrl {
    /// The addresses that follow from the public one, given with or without `/mcp`.
    pub fn parse(text: &str) -> Option<Self> {
        let url = safe_url(text).filter(|url| url.query().is_none())?;
        let path = url.path().trim_end_matches('/');
        let path = path.strip_suffix("/mcp").unwrap_or(path).to_owned();
        let origin = url.origin().ascii_serialization();
        let issuer = format!("{origin}{path}");
        Some(Self { resource: format!("{issuer}/mcp"), issuer, origin, path })
    }

    /// Whether an address is that of the resource, as programs write it: with a slash at its end, or scheme and host in
    /// capitals.
    pub fn is_resource(&self, given: &str) -> bool {
        Url::parse(given).is_ok_and(|url| {
            let is_plain = url.username().is_empty() && url.password().is_none();
            let rest = url.query().is_none() && url.fragment().is_none() && is_plain;
            rest && format!("{}{}", url.origin().ascii_serialization(), url.path().trim_end_matches('/'))
                == self.resource
        })
    }

    /// Host and port, as they stand in the Host header.
    pub fn host(&self) -> &str {
        self.origin.split_once("://").map_or("", |(_, host)| host)
    }

    /// Whether browsers reach it over https.
    pub fn is_https(&self) -> bool {
        self.origin.starts_with("https:")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(pairs: &[(&str, &str)]) -> String {
        Sources::of(pairs.iter().copied()).settings().err().map(|faults| faults.join("\n")).unwrap_or_default()
    }

    #[test]
    fn the_public_address_may_be_given_with_or_without_its_endpoint() {
        for (given, issuer) in [
            ("https://mcp.example.com", "https://mcp.example.com"),
            ("https://MCP.example.com:443/", "https://mcp.example.com"),
            ("https://mcp.example.com/mcp", "https://mcp.example.com"),
            ("https://example.com/tools/mcp/", "https://example.com/tools"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ] {
            let url = PublicUrl::parse(given).unwrap();
            assert_eq!((url.issuer.as_str(), url.resource), (issuer, format!("{issuer}/mcp")), "{given}");
        }
        let place = PublicUrl::parse("https://example.com/tools").unwrap();
        for (given, is_ours) in [
            ("https://example.com/tools/mcp", true),
            ("https://example.com/tools/mcp/", true),
            ("HTTPS://Example.COM:443/tools/mcp", true),
            ("https://example.com/Tools/mcp", false),
            ("https://example.com/tools", false),
            ("http://example.com/tools/mcp", false),
            ("https://example.com:8443/tools/mcp", false),
            ("https://example.com.evil.example/tools/mcp", false),
            ("https://example.com@evil.example/tools/mcp", false),
            ("https://someone@example.com/tools/mcp", false),
            ("https://example.com/tools/mcp?x", false),
            ("https://example.com/tools/mcp#x", false),
            ("", false),
        ] {
            assert_eq!(place.is_resource(given), is_ours, "{given}");
        }
        for refused in ["http://mcp.example.com", "https://a:b@example.com", "https://example.com/?x", "mcp", ""] {
            assert_eq!(PublicUrl::parse(refused), None, "{refused}");
        }
    }

    #[test]
    fn a_server_that_nobody_could_use_is_a_fault() {
        let on = ("OAUTH_ENABLED", "true");
        let url = ("OAUTH_PUBLIC_URL", "https://mcp.example.com");
        assert!(faults(&[on]).contains("OAUTH_PUBLIC_URL must be"));
        assert!(faults(&[on, url]).contains("no client could come in"));
        assert!(faults(&[on, url, ("OAUTH_CLIENT_ID", "desk")]).contains("answered nowhere"));
        assert!(faults(&[on, url, ("OAUTH_CLIENT_ID", "desk"), ("OAUTH_CLIENT_SECRET", "short")]).contains("guessed"));
        assert_eq!(faults(&[on, url, ("OAUTH_CLIENT_METADATA_HOSTS", "claude.ai")]), "");
        assert!(faults(&[on, url, ("OAUTH_ISSUER", "http://issuer.example")]).contains("OAUTH_ISSUER must be"));
        assert!(faults(&[("OAUTH_ALLOWED_TOOLS", "infinity_fly")]).contains("unknown tool `infinity_fly`"));
    }

    #[test]
    fn a_private_scheme_is_one_of_an_app() {
        let on = [("OAUTH_ENABLED", "true"), ("OAUTH_PUBLIC_URL", "https://mcp.example.com")];
        let faults = |schemes| {
            faults(&[on[0], on[1], ("OAUTH_DYNAMIC_REGISTRATION", "true"), ("OAUTH_PRIVATE_REDIRECT_SCHEMES", schemes)])
        };
        assert_eq!(faults("cursor, vscode,com.example.desk"), "");
        for refused in ["javascript", "data", "https", "http", "Cursor", "1cursor", "cursor:", "cursor://x"] {
            assert!(faults(refused).contains(&format!("contains `{refused}`")), "{refused}");
        }
    }

    #[test]
    fn what_the_predecessor_called_origins_may_be_whole_addresses() {
        let mut sources = Sources::of([(
            "OAUTH_ALLOWED_REDIRECT_ORIGINS",
            "https://claude.ai/, https://chatgpt.com/connector/oauth",
        )]);
        let embedded = read_embedded(&mut sources);
        assert_eq!(embedded.redirect_origins, ["https://claude.ai"]);
        assert_eq!(embedded.redirect_uris, ["https://chatgpt.com/connector/oauth"]);
    }
}
