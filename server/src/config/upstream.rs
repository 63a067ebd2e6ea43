//! How the two services are reached, and the credentials of the environment.

use std::time::Duration;

use secrecy::SecretString;

use super::Sources;
use infini_mcp_core::api::{infinigate, infinity};

/// How both services are reached; the same for all credentials.
#[derive(Clone)]
pub struct Reach {
    /// Infinigate.
    pub infinigate: infinigate::Access,
    /// StartInfinity.
    pub infinity: infinity::Access,
}

pub(super) fn reach(sources: &mut Sources) -> Reach {
    Reach {
        infinigate: infinigate::Access {
            base_url: sources.address("INFINIGATE_BASE_URL"),
            token_ttl: Duration::from_secs(sources.number("INFINIGATE_TOKEN_TTL_SECONDS", 1, 86_400)),
            timeout: milliseconds(sources, "INFINIGATE_REQUEST_TIMEOUT_MS"),
            max_retries: sources.number("INFINIGATE_MAX_RETRIES", 0, 10),
        },
        infinity: infinity::Access {
            base_url: sources.address("INFINITY_API_BASE_URL"),
            version: sources.text("INFINITY_API_VERSION"),
            timeout: milliseconds(sources, "INFINITY_REQUEST_TIMEOUT_MS"),
            max_retries: sources.number("INFINITY_MAX_RETRIES", 0, 10),
            per_minute: sources.number("INFINITY_REQUESTS_PER_MINUTE", 1, 10_000),
        },
    }
}

pub(super) fn infinigate(sources: &mut Sources) -> Option<infinigate::Credentials> {
    let client_id = Some(sources.text("INFINIGATE_CLIENT_ID")).filter(|id| !id.is_empty());
    match (sources.secret("INFINIGATE_API_KEY"), client_id, sources.secret("INFINIGATE_CLIENT_SECRET")) {
        (Some(api_key), Some(client_id), Some(client_secret)) => {
            Some(infinigate::Credentials { api_key, client_id, client_secret })
        }
        (None, None, None) => None,
        (api_key, client_id, client_secret) => {
            let missing = [
                ("INFINIGATE_API_KEY", api_key.is_none()),
                ("INFINIGATE_CLIENT_ID", client_id.is_none()),
                ("INFINIGATE_CLIENT_SECRET", client_secret.is_none()),
            ];
            for (name, _) in missing.iter().filter(|(_, missing)| *missing) {
                sources.fault(name, "is missing; the three credentials of Infinigate belong together");
            }
            None
        }
    }
}

pub(super) fn infinity(sources: &Sources) -> Option<SecretString> {
    sources.secret("INFINITY_API_TOKEN")
}

pub(super) fn milliseconds(sources: &mut Sources, name: &'static str) -> Duration {
    Duration::from_millis(sources.number(name, 100, 600_000))
}
