//! The `WWW-Authenticate` header: what a refused caller must bring, and where to learn how to get it.

use axum::http::HeaderValue;

/// What every challenge of this server says.
#[derive(Debug, Clone, Default)]
pub struct Challenge {
    /// The address of the protected resource's metadata (RFC 9728), when tokens can be had by OAuth.
    pub resource_metadata: Option<String>,
}

impl Challenge {
    /// The header with an error code of RFC 6750 and the scopes that are needed.
    pub fn header(&self, error: &str, scope: Option<&str>) -> Option<HeaderValue> {
        let mut text = format!("Bearer realm=\"infini-mcp\", error=\"{error}\"");
        if let Some(scope) = scope {
            text.push_str(&format!(", scope=\"{scope}\""));
        }
        if let Some(address) = &self.resource_metadata {
            text.push_str(&format!(", resource_metadata=\"{address}\""));
        }
        HeaderValue::try_from(text).ok()
    }
}
