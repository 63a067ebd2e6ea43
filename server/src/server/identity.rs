//! Who calls, and how far they may go.

use std::collections::BTreeSet;
use std::sync::Arc;

use rmcp::RoleServer;
use rmcp::model::Extensions;
use rmcp::service::RequestContext;

use infini_mcp_core::state::ActingClient;
use infini_mcp_core::tool::declaration::Declaration;
use infini_mcp_core::vault::{Scopes, User};

/// The caller of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The name that confirmations, sessions, limits and the log are bound to.
    pub name: String,
    /// What they may do.
    pub scopes: Scopes,
    /// What they could do with a wider token: tools of it are listed, so that a call of one can ask for that token.
    pub reach: Scopes,
    /// The program that acts for them, if it came with OAuth.
    pub client: Option<Arc<ActingClient>>,
    /// Whose upstream credentials their calls use.
    pub credentials: Credentials,
    /// The only tools they may use, when there is such a list.
    pub only_tools: Option<Arc<BTreeSet<String>>>,
}

/// Whose upstream credentials a caller uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credentials {
    /// Those in the server's own settings.
    Own,
    /// Those of a profile in the vault, by its id.
    Profile(String),
}

impl Principal {
    fn unlimited(name: &str) -> Self {
        Self {
            name: name.into(),
            scopes: Scopes::all(),
            reach: Scopes::all(),
            client: None,
            credentials: Credentials::Own,
            only_tools: None,
        }
    }

    /// The person at this machine.
    pub fn local() -> Self {
        Self::unlimited("local")
    }

    /// Whoever came over HTTP without being recognised. The door lets nobody through like that; were it to, they may nothing.
    fn nobody() -> Self {
        Self { scopes: Scopes::default(), reach: Scopes::default(), ..Self::unlimited("nobody") }
    }

    /// Whoever holds the endpoint's one bearer.
    pub fn bearer() -> Self {
        Self::unlimited("bearer")
    }

    /// A user of the vault.
    pub fn user(user: &User) -> Self {
        Self {
            name: user.name.clone(),
            scopes: user.scopes,
            reach: user.scopes,
            client: None,
            credentials: Credentials::Profile(user.profile_id.clone()),
            only_tools: None,
        }
    }

    /// The caller that the HTTP layer recognised; on stdio, the person at this machine.
    pub fn of(context: &RequestContext<RoleServer>) -> Arc<Self> {
        Self::in_extensions(&context.extensions)
    }

    /// The same, of a message that is no request.
    pub fn in_extensions(extensions: &Extensions) -> Arc<Self> {
        match extensions.get::<axum::http::request::Parts>() {
            Some(parts) => parts.extensions.get::<Arc<Self>>().cloned().unwrap_or_else(|| Arc::new(Self::nobody())),
            None => Arc::new(Self::local()),
        }
    }

    /// Whether nothing is kept from them.
    pub fn may_everything(&self) -> bool {
        self.only_tools.is_none() && self.scopes.is_all()
    }

    /// Whether they may use a tool.
    pub fn may_use(&self, tool: &Declaration) -> bool {
        self.may_everything() || (self.is_open_to(tool) && self.scopes.contains_all(&tool.scopes()))
    }

    /// Whether they see a tool: also one that a wider token of theirs would open.
    pub fn may_see(&self, tool: &Declaration) -> bool {
        self.is_open_to(tool) && self.reach.contains_all(&tool.scopes())
    }

    fn is_open_to(&self, tool: &Declaration) -> bool {
        self.only_tools.as_ref().is_none_or(|only| only.contains(tool.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use infini_mcp_core::tool::TOOLS;

    fn declaration(name: &str) -> Declaration {
        TOOLS.iter().map(|tool| tool.declaration).find(|declaration| declaration.name == name).unwrap()
    }

    #[test]
    fn who_came_over_http_without_being_recognised_may_nothing() {
        let mut extensions = Extensions::new();
        assert_eq!(*Principal::in_extensions(&extensions), Principal::local());
        extensions.insert(axum::http::Request::new(()).into_parts().0);
        let nobody = Principal::in_extensions(&extensions);
        assert!(TOOLS.iter().all(|tool| !nobody.may_use(&tool.declaration)));
    }

    #[test]
    fn scopes_and_lists_of_tools_both_limit() {
        let mut caller = Principal::local();
        assert!(caller.may_everything() && caller.may_use(&declaration("infinigate_accept_quote")));
        caller.scopes = "infinity:read infinigate:read".parse().unwrap();
        assert!(caller.may_use(&declaration("infinity_list_boards")));
        for forbidden in ["infinity_create_item", "infinity_archive_item", "infinigate_accept_quote"] {
            assert!(!caller.may_use(&declaration(forbidden)), "{forbidden}");
        }
        // A wider token would open these, so a call can ask for it.
        assert!(caller.may_see(&declaration("infinity_create_item")));
        caller.reach = caller.scopes;
        assert!(!caller.may_see(&declaration("infinity_create_item")));
        caller.only_tools = Some(Arc::new(BTreeSet::from(["infinity_get_profile".to_owned()])));
        assert!(caller.may_use(&declaration("infinity_get_profile")));
        assert!(!caller.may_use(&declaration("infinity_list_boards")));
        caller.scopes = Scopes::all();
        assert!(!caller.may_everything() && !caller.may_use(&declaration("infinity_list_boards")));
    }
}
