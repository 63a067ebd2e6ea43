//! Where users and upstream credentials are kept, and when the server asks callers who they are.

use std::path::Path;

use super::{Sources, Transport};
use infini_mcp_core::vault::{CredentialChange, Credentials, InfinigateSecrets, Place};

/// The files as set or by default, whether they exist or not.
pub(super) fn place(sources: &Sources) -> Place {
    Place {
        users: sources.text("MCP_USERS_FILE").into(),
        store: sources.text("MCP_CREDENTIAL_STORE_FILE").into(),
        key: sources.secret("MCP_CREDENTIAL_STORE_KEY"),
    }
}

/// Users are on over HTTP when their file is named, or lies where it is looked for without being named. Over stdio there
/// is one caller, the person at this machine, with the credentials of the environment.
pub(super) fn when_on(sources: &mut Sources, transport: Transport) -> Option<Place> {
    let place = place(sources);
    let wanted = sources.is_set("MCP_USERS_FILE") || Path::new(&place.users).exists();
    if (transport != Transport::Http && !sources.with_users) || !wanted {
        return None;
    }
    if place.key.is_none() {
        sources.fault(
            "MCP_CREDENTIAL_STORE_KEY",
            "is missing: there is a users file, and the credentials of its users are encrypted with this key",
        );
    }
    Some(place)
}

/// The upstream credentials that the settings name, however many there are.
pub(super) fn credential_change(sources: &Sources) -> CredentialChange {
    CredentialChange {
        infinity_token: sources.secret("INFINITY_API_TOKEN"),
        api_key: sources.secret("INFINIGATE_API_KEY"),
        client_id: Some(sources.text("INFINIGATE_CLIENT_ID")).filter(|id| !id.is_empty()),
        client_secret: sources.secret("INFINIGATE_CLIENT_SECRET"),
    }
}

/// The upstream credentials of the settings.
pub(super) fn credentials(sources: &Sources) -> Result<Credentials, String> {
    let set = credential_change(sources);
    let infinigate = match (set.api_key, set.client_id, set.client_secret) {
        (Some(api_key), Some(client_id), Some(client_secret)) => {
            Some(InfinigateSecrets { api_key, client_id, client_secret })
        }
        (None, None, None) => None,
        _ => {
            return Err("INFINIGATE_API_KEY, INFINIGATE_CLIENT_ID and INFINIGATE_CLIENT_SECRET belong together; \
                        not all of them are set"
                .into());
        }
    };
    Ok(Credentials { infinity_token: set.infinity_token, infinigate })
}
