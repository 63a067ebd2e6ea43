//! The `WWW-Authenticate` header: what a refused caller must bring, and where to learn how to get it.

use std::sync::Arc;

use axum::http::HeaderValue;

use super::app::App;
use infini_mcp_core::vault::Scopes;

/// What every challenge of this server says.
#[derive(Clone, Default)]
pub struct Challenge {
    /// The address of the protected resource's metadata (RFC 9728), when tokens can be had by OAuth.
    pub resource_metadata: Option<String>,
    /// The server whose tools tell what reading needs.
    pub app: Option<Arc<App>>,
}

impl Challenge {
    /// What a client should ask for at first: all that reading needs, and nothing that changes anything. A client that is
    /// not told asks for everything there is. Nothing where no token can be asked for.
    pub fn reading(&self) -> Option<String> {
        self.resource_metadata.as_ref()?;
        let scopes: Scopes = self.app.as_ref()?.reading_scopes();
        (!scopes.is_empty()).then(|| scopes.to_string())
    }

    /// The header with an error code of RFC 6750 and the scopes that are needed. Whoever brought nothing made no error
    /// (section 3.1).
    pub fn header(&self, error: Option<&str>, scope: Option<&str>) -> Option<HeaderValue> {
        let mut text = "Bearer realm=\"infini-mcp\"".to_owned();
        if let Some(error) = error {
            text.push_str(&format!(", error=\"{error}\""));
        }
        if let Some(scope) = scope {
            text.push_str(&format!(", scope=\"{scope}\""));
        }
        if let Some(address) = &self.resource_metadata {
            text.push_str(&format!(", resource_metadata=\"{address}\""));
        }
        HeaderValue::try_from(text).ok()
    }
}
