//! Addresses on the web that StartInfinity shall call: to post to, or to download from.

use url::{Host, Url};

use super::names::quoted;
use super::refusal::Refusal;

/// An address that StartInfinity can call, and what is to be said about it.
#[derive(Debug, PartialEq, Eq)]
pub struct Address {
    /// The whole address.
    pub url: String,
    /// What is doubtful about it.
    pub notes: Vec<String>,
}

/// Reads an address.
///
/// # Errors
/// When it is no http or https address.
pub fn read(given: &str) -> Result<Address, Refusal> {
    let refused = |why: &str| {
        Refusal::of_value(
            format!("`url`: {} {why}.", quoted(given)),
            "Give a whole address such as https://example.com/path.",
        )
    };
    let url = Url::parse(given.trim()).map_err(|_| refused("is no address"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused("is neither https nor http"));
    }
    let host = url.host().ok_or_else(|| refused("names no host"))?;
    let mut notes = Vec::new();
    if url.scheme() == "http" {
        notes.push("The address is not https, so what is sent can be read on its way.".to_owned());
    }
    if is_near(&host) {
        notes.push("The address is a local one, which StartInfinity cannot reach from outside.".to_owned());
    }
    Ok(Address { url: given.trim().to_owned(), notes })
}

/// Addresses that mean another machine, or none, to whoever stands outside.
fn is_near(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.').to_lowercase();
            !name.contains('.') || [".local", ".localhost", ".internal", ".lan"].iter().any(|end| name.ends_with(end))
        }
        Host::Ipv4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified(),
        Host::Ipv6(ip) => ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_must_be_one_and_a_doubtful_one_is_noted() {
        assert_eq!(read(" https://example.com/hook ").unwrap().notes, Vec::<String>::new());
        assert_eq!(read("http://192.168.1.4/hook").unwrap().notes.len(), 2);
        assert_eq!(read("https://nas.local/").unwrap().notes.len(), 1);
        assert_eq!(read("https://[::1]/").unwrap().notes.len(), 1);
        for wrong in ["", "example.com/hook", "ftp://example.com", "mailto:a@example.com", "https://"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
