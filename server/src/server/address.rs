//! Where a request comes from: the other end of the connection, or whom a trusted proxy names.

use std::net::{IpAddr, SocketAddr};

use axum::http::{Extensions, HeaderMap, HeaderName};
use ipnet::IpNet;

use crate::oauth::ClientAddress;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies whose word about a caller's address counts (`MCP_TRUSTED_PROXIES`).
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// With these networks.
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// The caller's address. Every proxy appends whom it heard, so the list is read from its end for as long as a trusted
    /// proxy speaks; what stands before the first stranger is hearsay.
    pub fn caller(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut caller = peer.to_canonical();
        if !self.trust(caller) {
            return caller;
        }
        let said: Vec<&str> =
            headers.get_all(FORWARDED_FOR).iter().flat_map(|value| value.to_str().unwrap_or("?").split(',')).collect();
        for word in said.into_iter().rev() {
            let Some(before) = address(word.trim()) else { return caller };
            caller = before;
            if !self.trust(caller) {
                return caller;
            }
        }
        caller
    }

    /// Whether this address is a proxy's.
    pub fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// An address as proxies write it, some with a port.
fn address(word: &str) -> Option<IpAddr> {
    let bare = word.trim_start_matches('[').trim_end_matches(']');
    let read = bare.parse().or_else(|_| word.parse::<SocketAddr>().map(|address| address.ip()));
    read.ok().map(|address: IpAddr| address.to_canonical())
}

/// The address of whoever sent a request, among what is known of it. Without a connection, as in a test of the routes alone, there is none.
pub fn caller_address(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<ClientAddress>().map(|caller| caller.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::neighbourhood;

    fn caller(peer: &str, forwarded: &[&str]) -> String {
        let proxies = Proxies::new(vec!["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()]);
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        proxies.caller(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_may_say_who_calls() {
        for (peer, forwarded, expected) in [
            ("203.0.113.5", &["198.51.100.1"][..], "203.0.113.5"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["6.6.6.6, 198.51.100.1, 10.2.3.4"], "198.51.100.1"),
            ("10.0.0.1", &["6.6.6.6", "198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("::1", &["[2001:db8::7]:80"], "2001:db8::7"),
            ("::ffff:10.0.0.1", &["[2001:db8::7]"], "2001:db8::7"),
            ("10.0.0.1", &["198.51.100.1, nonsense"], "10.0.0.1"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ] {
            assert_eq!(caller(peer, forwarded), expected, "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn one_network_of_ipv6_counts_as_one_address() {
        let near = |text: &str| neighbourhood(text.parse().unwrap());
        assert_eq!(near("2001:db8::1"), near("2001:db8::ffff:1"));
        assert_ne!(near("2001:db8::1"), near("2001:db8:0:1::1"));
        assert_ne!(near("192.0.2.1"), near("192.0.2.2"));
    }
}
