//! Where an answer may be sent: the comparison that keeps codes from strangers.
//!
//! Addresses are compared as text. A parser is asked only whether it reads the text as it stands; where two programs could
//! read it differently, it is refused.

use url::{Host, Url};

/// Where a client may be answered.
#[derive(Debug, Clone, Default)]
pub struct Redirects {
    /// Whole addresses, compared letter by letter; the port of one on this machine may differ (RFC 8252, section 7.3).
    pub exact: Vec<String>,
    /// Origins under which every plain path is allowed; as the predecessor had it, but with the port.
    pub origins: Vec<String>,
}

impl Redirects {
    /// Whether an answer may be sent to `wanted`.
    pub fn allow(&self, wanted: &str) -> bool {
        is_plain(wanted)
            && (self.exact.iter().any(|allowed| allowed == wanted || differs_in_loopback_port(allowed, wanted))
                || self.origins.iter().any(|origin| is_below(origin, wanted)))
    }
}

/// Schemes that stand for an app on the person's machine, which the operator allows clients to claim
/// (`OAUTH_PRIVATE_REDIRECT_SCHEMES`). Any app may register any scheme, so none is allowed by itself.
#[derive(Debug, Clone, Default)]
pub struct PrivateSchemes(pub Vec<String>);

impl PrivateSchemes {
    /// Of the addresses that a client names for itself, those that nobody needs to vouch for.
    pub fn acceptable(&self, claimed: Vec<String>) -> Vec<String> {
        claimed.into_iter().filter(|uri| self.may_be_claimed(uri)).collect()
    }

    /// Whether a client that nobody vouches for may name this address for itself: https, a program on the person's own
    /// machine, or an app whose scheme is allowed.
    pub fn may_be_claimed(&self, uri: &str) -> bool {
        is_plain(uri) && (uri.starts_with("https://") || loopback_parts(uri).is_some() || self.is_private(uri))
    }

    fn is_private(&self, uri: &str) -> bool {
        uri.split_once(':').is_some_and(|(scheme, _)| self.0.iter().any(|allowed| allowed == scheme))
    }
}

/// Schemes that make a browser run, show or connect to something.
fn is_of_the_web(scheme: &str) -> bool {
    matches!(
        scheme,
        "javascript" | "data" | "vbscript" | "file" | "blob" | "about" | "filesystem" | "view-source" | "ws" | "wss"
    )
}

/// No fragment, no user, nothing that a browser would repair.
fn is_plain(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else { return false };
    let is_graphic = uri.bytes().all(|byte| byte.is_ascii_graphic());
    let is_odd = uri.contains(['\\', '#', '<', '>', '"', '`', '{', '}', '|', '^']);
    let has_user = !url.username().is_empty() || url.password().is_some() || authority(uri).contains('@');
    let runs_something = is_of_the_web(url.scheme());
    let is_web = matches!(url.scheme(), "http" | "https");
    let reads_alike = !is_web || url.as_str() == uri || url.as_str().strip_suffix('/') == Some(uri);
    let keeps_secrets = url.scheme() != "http" || is_on_this_machine(&url);
    is_graphic && !is_odd && !has_user && !runs_something && reads_alike && keeps_secrets
}

/// A code must not travel the network in the clear.
fn is_on_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Encoded slashes, backslashes and dots, and empty segments: a proxy or a framework may decode or merge them.
fn hides_a_path(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    ["%2f", "%5c", "%2e", "%00", "%25", "//"].iter().any(|part| path.contains(part))
}

fn authority(uri: &str) -> &str {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

fn differs_in_loopback_port(allowed: &str, wanted: &str) -> bool {
    match (loopback_parts(allowed), loopback_parts(wanted)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

/// Host and everything after the port of an address on this machine. `localhost` is a name, but whoever makes it lead
/// elsewhere on the person's machine is on that machine; and programs that listen there cannot choose their port before.
fn loopback_parts(uri: &str) -> Option<(&'static str, &str)> {
    let (host, rest) = ["http://127.0.0.1", "http://[::1]", "http://localhost"]
        .iter()
        .find_map(|host| uri.strip_prefix(host).map(|rest| (*host, rest)))?;
    let rest = match rest.strip_prefix(':') {
        None => rest,
        Some(port) => {
            let digits = port.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, rest) = port.split_at_checked(digits)?;
            digits.parse::<u16>().ok().filter(|port| *port > 0)?;
            rest
        }
    };
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest))
}

fn is_below(origin: &str, wanted: &str) -> bool {
    let same = |one: &str, other: &str| match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => one.origin().is_tuple() && one.origin() == other.origin(),
        _ => false,
    };
    same(origin, wanted) && !Url::parse(wanted).is_ok_and(|url| hides_a_path(&url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redirects() -> Redirects {
        Redirects {
            exact: [
                "https://app.example/back",
                "http://127.0.0.1:5000/back?a=1",
                "http://[::1]/back",
                "http://localhost/back",
                "com.example.desk://back",
            ]
            .map(str::to_owned)
            .to_vec(),
            origins: vec!["https://wide.example".to_owned()],
        }
    }

    #[test]
    fn the_very_address_is_allowed_and_a_loopback_port_may_differ() {
        for allowed in [
            "https://app.example/back",
            "http://127.0.0.1:5000/back?a=1",
            "http://127.0.0.1:61234/back?a=1",
            "http://127.0.0.1/back?a=1",
            "http://[::1]:61234/back",
            "http://localhost/back",
            "http://localhost:7000/back",
            "http://localhost:61234/back",
            "com.example.desk://back",
            "https://wide.example/any/path?x=1",
            "https://wide.example",
        ] {
            assert!(redirects().allow(allowed), "{allowed}");
        }
    }

    #[test]
    fn everything_that_only_looks_alike_is_refused() {
        for refused in [
            "https://app.example/back/",
            "https://app.example/back?x=1",
            "https://app.example/back#x",
            "https://app.example/BACK",
            "https://APP.example/back",
            "HTTPS://app.example/back",
            "https://app.example:443/back",
            "https://app.example:8443/back",
            "http://app.example/back",
            "https://user@app.example/back",
            "https://user:word@app.example/back",
            "https://app.example@evil.example/back",
            "https://app.example.evil.example/back",
            "https://evil.example/back",
            "https://app.example/x/../back",
            "https://app.example/./back",
            "https://app.example/%2e%2e/back",
            "https://app.example%2fback",
            "https://app.example/back%2f",
            "https://app.example\\back",
            "https://app.example/back%00",
            "https:/app.example/back",
            "https:///app.example/back",
            " https://app.example/back",
            "https://app.example/back\n",
            "//app.example/back",
            "/back",
            "http://127.0.0.1:5000/other?a=1",
            "http://127.0.0.1:5000/back?a=2",
            "http://127.0.0.1:0/back?a=1",
            "http://127.0.0.1:99999/back?a=1",
            "http://127.0.0.1.evil.example/back?a=1",
            "http://127.0.0.1:5000@evil.example/back?a=1",
            "http://127.0.0.2:5000/back?a=1",
            "http://[::2]/back",
            "https://127.0.0.1:5000/back?a=1",
            "http://localhost:7000/other",
            "http://localhost:7000/back?a=1",
            "http://localhost:0/back",
            "http://localhost.evil.example/back",
            "http://localhost:7000@evil.example/back",
            "http://LOCALHOST:7000/back",
            "https://localhost:7000/back",
            "com.example.desk://other",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://wide.example:8443/any",
            "http://wide.example/any",
            "https://wide.example.evil.example/any",
            "https://wide.example/a//b",
            "https://wide.example/a/%2e%2e/b",
            "https://wide.example/a/../b",
            "https://wide.example/a%5cb",
            "https://user@wide.example/a",
            "",
        ] {
            assert!(!redirects().allow(refused), "{refused}");
        }
    }

    #[test]
    fn a_client_that_nobody_vouches_for_may_claim_https_and_this_machine_only() {
        for (uri, may) in [
            ("https://app.example/back", true),
            ("http://127.0.0.1/back", true),
            ("http://localhost:7000/back", true),
            ("http://app.example/back", false),
            ("com.example.desk://back", false),
            ("javascript:alert(1)", false),
            ("https://app.example/back#x", false),
        ] {
            assert_eq!(PrivateSchemes::default().may_be_claimed(uri), may, "{uri}");
        }
    }

    #[test]
    fn an_app_may_be_claimed_by_a_scheme_that_the_operator_allows() {
        let allowed = PrivateSchemes(vec!["cursor".into(), "com.example.desk".into()]);
        for (uri, may) in [
            ("cursor://anysphere.cursor-mcp/oauth/callback", true),
            ("com.example.desk:/back", true),
            ("cursor2://anysphere.cursor-mcp/oauth/callback", false),
            ("Cursor://anysphere.cursor-mcp/oauth/callback", false),
            ("cursor://anysphere.cursor-mcp/oauth/callback#x", false),
            ("cursor://user@anysphere.cursor-mcp/oauth/callback", false),
            ("vscode://vscode.github-authentication/did-authenticate", false),
        ] {
            assert_eq!(allowed.may_be_claimed(uri), may, "{uri}");
        }
        assert!(!PrivateSchemes(vec!["javascript".into()]).may_be_claimed("javascript:alert(1)"));
    }
}
