//! Who calls.

use rmcp::RoleServer;
use rmcp::service::RequestContext;

/// The caller of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The name that confirmations and the log are bound to.
    pub name: String,
}

impl Principal {
    /// The person at this machine.
    pub fn local() -> Self {
        Self { name: "local".into() }
    }

    /// Whoever holds the endpoint's one bearer.
    pub fn bearer() -> Self {
        Self { name: "bearer".into() }
    }

    /// The caller that the HTTP layer recognised; on stdio, the person at this machine.
    pub fn of(context: &RequestContext<RoleServer>) -> Self {
        context
            .extensions
            .get::<axum::http::request::Parts>()
            .and_then(|parts| parts.extensions.get::<Self>().cloned())
            .unwrap_or_else(Self::local)
    }
}
