//! Which hosts and which pages are answered: the entries of `MCP_ALLOWED_HOSTS` and `MCP_ALLOWED_ORIGINS`.
//!
//! An entry is understood or refused at the start. One that matched nothing would look like a server that is down.

use std::net::IpAddr;

use ipnet::IpNet;
use url::Host;

use super::Sources;

/// Hosts that are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPattern {
    name: Name,
    port: Option<u16>,
}

/// Origins of pages that are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OriginPattern {
    /// Every page.
    Any,
    /// Pages that have no origin, such as files.
    Null,
    /// Pages of a scheme and host.
    At {
        /// Such as `https`.
        scheme: String,
        /// Where they come from.
        host: HostPattern,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Name {
    Any,
    /// This one.
    One(String),
    /// Whatever is below this one.
    Below(String),
    /// An address in this network.
    In(IpNet),
}

impl HostPattern {
    /// Reads `mcp.example.com`, `*.example.com`, `10.0.0.0/8` or `*`, each with or without a port. Without one, or with `*` in
    /// its place, every port is meant.
    ///
    /// # Errors
    /// What to write instead.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim().to_ascii_lowercase();
        // An address as it stands in a browser says the same.
        let text = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(&text);
        let text = text.trim_end_matches('/');
        if let Some(network) = network(text) {
            return Ok(Self { name: Name::In(network), port: None });
        }
        let (name, port) = match text.rsplit_once(':') {
            Some((name, "*")) => (name, None),
            Some((name, port)) => (name, Some(port.parse().map_err(|_| "has a port that is no number")?)),
            None => (text, None),
        };
        Ok(Self { name: Name::parse(name)?, port })
    }

    /// Whether it stands for a host as requests name it. `default` is the port of one without, where that is known.
    fn covers(&self, given: &str, default: Option<u16>) -> bool {
        let Some((name, port)) = split(given) else { return false };
        let is_port = self.port.is_none_or(|allowed| match port.or(default) {
            Some(port) => port == allowed,
            // Behind a proxy nobody can tell by which scheme the client came.
            None => matches!(allowed, 80 | 443),
        });
        is_port && self.name.covers(name)
    }

    /// Whether it stands for the value of a Host header.
    pub fn matches(&self, given: &str) -> bool {
        self.covers(given, None)
    }
}

/// `10.0.0.0/8`, `fd00::/8`, `[fd00::]/8`, and an address alone, with or without brackets.
fn network(text: &str) -> Option<IpNet> {
    // In `[::1]:3000` the last number is a port.
    let bare = if text.contains("]:") { return None } else { text.replace(['[', ']'], "") };
    bare.parse().ok().or_else(|| bare.parse::<IpAddr>().ok().map(IpNet::from))
}

impl Name {
    fn parse(name: &str) -> Result<Self, &'static str> {
        if name == "*" {
            return Ok(Self::Any);
        }
        if name.contains('/') {
            return Err("has a path; write the host alone, for example mcp.example.com");
        }
        let (below, name) = match name.strip_prefix("*.") {
            Some(rest) => (true, rest),
            None => (false, name),
        };
        if name.contains('*') {
            return Err("has * where it means nothing; write *, *.example.com, or a network such as 10.0.0.0/8");
        }
        match Host::parse(name) {
            Ok(Host::Domain(name)) if below => Ok(Self::Below(format!(".{}", name.trim_end_matches('.')))),
            Ok(Host::Domain(name)) => Ok(Self::One(name.trim_end_matches('.').to_owned())),
            Ok(Host::Ipv4(address)) if !below => Ok(Self::In(IpAddr::from(address).into())),
            Ok(Host::Ipv6(address)) if !below => Ok(Self::In(IpAddr::from(address).into())),
            Ok(Host::Ipv4(_) | Host::Ipv6(_)) => {
                Err("has * before an address; write a network, for example 10.0.0.0/8")
            }
            Err(_) => Err("is no host name; write one such as mcp.example.com, *.example.com, 10.0.0.0/8, or *"),
        }
    }

    fn covers(&self, given: &str) -> bool {
        match self {
            Self::Any => true,
            Self::One(name) => given.eq_ignore_ascii_case(name),
            Self::Below(end) => {
                let above = given.len().checked_sub(end.len()).filter(|above| *above > 0);
                above.and_then(|above| given.get(above..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
            }
            Self::In(network) => {
                let bare = given.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(given);
                bare.parse::<IpAddr>().is_ok_and(|address| network.contains(&address.to_canonical()))
            }
        }
    }
}

/// `host:80`, `[::1]:80` and the like in name and port, when they are one; a last dot says nothing.
fn split(given: &str) -> Option<(&str, Option<u16>)> {
    let (name, port) = match given.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port.parse().ok()?)),
        Some(_) | None => (given, None),
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    (!name.is_empty()).then_some((name, port))
}

impl OriginPattern {
    /// Reads `https://app.example.com`, `https://*.example.com`, `vscode-webview://*`, `null` or `*`, each with or without a
    /// port.
    ///
    /// # Errors
    /// What to write instead.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        match text.trim() {
            "*" => return Ok(Self::Any),
            text if text.eq_ignore_ascii_case("null") => return Ok(Self::Null),
            _ => {}
        }
        let Some((scheme, host)) = text.trim().split_once("://") else {
            return Err("has no scheme; write the whole origin, for example https://app.example.com");
        };
        let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        if !is_scheme || host.contains("://") {
            return Err("is no origin; write one such as https://app.example.com");
        }
        let host = HostPattern::parse(host)?;
        Ok(Self::At { scheme: scheme.to_ascii_lowercase(), host })
    }

    /// Whether it stands for the value of an Origin header.
    pub fn matches(&self, given: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Null => given.eq_ignore_ascii_case("null"),
            Self::At { scheme, host } => given.split_once("://").is_some_and(|(of, rest)| {
                let default = match scheme.as_str() {
                    "http" => Some(80),
                    "https" => Some(443),
                    _ => None,
                };
                of.eq_ignore_ascii_case(scheme) && host.covers(rest, default)
            }),
        }
    }
}

pub(super) fn hosts(sources: &mut Sources) -> Vec<HostPattern> {
    entries(sources, "MCP_ALLOWED_HOSTS", HostPattern::parse)
}

pub(super) fn origins(sources: &mut Sources) -> Vec<OriginPattern> {
    entries(sources, "MCP_ALLOWED_ORIGINS", OriginPattern::parse)
}

fn entries<T>(sources: &mut Sources, name: &'static str, parse: fn(&str) -> Result<T, &'static str>) -> Vec<T> {
    let mut read = Vec::new();
    for (index, word) in sources.list(name).iter().enumerate() {
        match parse(word) {
            Ok(entry) => read.push(entry),
            Err(problem) => sources.fault(name, &format!("has an entry, its {}. one, that {problem}", index + 1)),
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_answered_under_the_names_networks_and_ports_that_are_allowed() {
        for (allowed, given, answered) in [
            ("localhost", "localhost:3000", true),
            ("localhost", "LocalHost", true),
            ("localhost", "localhost.evil.example", false),
            ("localhost", "", false),
            ("localhost", "localhost:x", false),
            ("127.0.0.1", "127.0.0.1:3000", true),
            ("127.0.0.1", "127.0.0.1.evil.example", false),
            ("[::1]", "[::1]:3000", true),
            ("::1", "[0:0:0:0:0:0:0:1]", true),
            ("example.com:443", "example.com:443", true),
            ("example.com:443", "example.com", true),
            ("example.com:443", "example.com:444", false),
            ("example.com:8443", "example.com", false),
            ("example.com:*", "example.com:1", true),
            ("https://Example.com/", "example.com.", true),
            ("*.example.com", "a.example.com", true),
            ("*.example.com", "a.b.EXAMPLE.com:80", true),
            ("*.example.com", "example.com", false),
            ("*.example.com", ".example.com", false),
            ("*.example.com", "aexample.com", false),
            ("*.example.com:8443", "a.example.com:8444", false),
            ("10.0.0.0/8", "10.1.2.3:3000", true),
            ("10.0.0.0/8", "11.1.2.3", false),
            ("10.0.0.0/8", "10.1.2.3.example.com", false),
            ("fd00::/8", "[fd00::1]:80", true),
            ("[fd00::]/8", "[fe00::1]", false),
            ("*", "whatever.example:1", true),
            ("*:3000", "whatever.example:3001", false),
            ("bücher.example", "xn--bcher-kva.example", true),
        ] {
            let pattern = HostPattern::parse(allowed).unwrap_or_else(|problem| panic!("{allowed} {problem}"));
            assert_eq!(pattern.matches(given), answered, "{allowed} {given}");
        }
    }

    #[test]
    fn a_page_is_answered_from_the_origins_that_are_allowed() {
        for (allowed, given, answered) in [
            ("http://localhost:*", "http://localhost:5173", true),
            ("http://localhost:*", "https://localhost:5173", false),
            ("http://localhost:*", "http://localhost.evil.example:80", false),
            ("https://app.example.com", "HTTPS://app.example.com:8443", true),
            ("https://app.example.com:443", "https://app.example.com", true),
            ("https://app.example.com:443", "https://app.example.com:444", false),
            ("https://*.example.com", "https://a.example.com", true),
            ("https://*.example.com", "https://evil.example", false),
            ("http://192.168.0.0/16", "http://192.168.7.7:3000", true),
            ("vscode-webview://*", "vscode-webview://0a1b2c", true),
            ("vscode-webview://*", "https://evil.example", false),
            ("null", "null", true),
            ("https://app.example.com", "null", false),
            ("*", "https://any.example", true),
        ] {
            let pattern = OriginPattern::parse(allowed).unwrap_or_else(|problem| panic!("{allowed} {problem}"));
            assert_eq!(pattern.matches(given), answered, "{allowed} {given}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused_with_what_to_write() {
        for (entry, told) in [
            ("mcp.example.com/mcp", "the host alone"),
            ("10.0.0.*", "a network such as"),
            ("a*.example.com", "*.example.com"),
            ("*.10.0.0.1", "write a network"),
            ("mcp example com", "no host name"),
            ("example.com:http", "no number"),
        ] {
            let problem = HostPattern::parse(entry).unwrap_err();
            assert!(problem.contains(told), "{entry}: {problem}");
        }
        for (entry, told) in [
            ("app.example.com", "https://app.example.com"),
            ("https://app.example.com/page", "path"),
            ("://x", "origin"),
        ] {
            let problem = OriginPattern::parse(entry).unwrap_err();
            assert!(problem.contains(told), "{entry}: {problem}");
        }
    }
}
