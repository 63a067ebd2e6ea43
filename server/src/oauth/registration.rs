//! Clients that register themselves (RFC 7591), where the operator allows it: public ones, and not too many.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::authorization_server::AuthorizationServer;
use super::authorize::caller;
use super::client_document::shown_name;
use super::error::{OAuthError, not_stored};
use infini_mcp_core::state::RegisteredClient;
use infini_mcp_core::vault::random_token;

const MOST_BODY: usize = 16 * 1024;
const MOST_CLIENTS: i64 = 1_000;
const MOST_ADDRESSES: usize = 10;
const LONGEST_ADDRESS: usize = 1_000;

#[derive(Deserialize)]
struct Wanted {
    redirect_uris: Option<Vec<String>>,
    client_name: Option<String>,
}

/// `POST /oauth/register`.
pub async fn register(State(server): State<Arc<AuthorizationServer>>, request: Request) -> Response {
    server.register(request).await.unwrap_or_else(IntoResponse::into_response)
}

impl AuthorizationServer {
    async fn register(&self, request: Request) -> Result<Response, OAuthError> {
        let (parts, body) = request.into_parts();
        let caller = caller(&parts.extensions);
        if let Some(wait) = self.registrations.wait([caller.as_str()]) {
            return Err(OAuthError::slow_down(wait.as_secs() + 1));
        }
        // Counted whatever comes of it: the limit is on knocking.
        self.registrations.failed([caller.as_str()]);
        let bytes = to_bytes(body, MOST_BODY).await.map_err(|_| OAuthError::too_large())?;
        let wanted: Wanted = serde_json::from_slice(&bytes).map_err(|_| {
            OAuthError::invalid_client_metadata("The body must be a JSON object that describes a client.")
        })?;
        // Clients name addresses for every server they might meet; the answer says which of them were registered
        // (RFC 7591, section 3.2.1).
        let redirect_uris = wanted.redirect_uris.unwrap_or_default();
        let mut redirect_uris = self.documents.private_schemes.acceptable(redirect_uris);
        redirect_uris.retain(|uri| uri.len() <= LONGEST_ADDRESS);
        redirect_uris.truncate(MOST_ADDRESSES);
        if redirect_uris.is_empty() {
            return Err(OAuthError::invalid_redirect_uri());
        }
        let name = wanted.client_name.as_deref().map(shown_name).filter(|name| !name.is_empty());
        let client = RegisteredClient {
            id: random_token(),
            name: name.unwrap_or_else(|| "An unnamed program".to_owned()),
            redirect_uris,
        };
        if !self.store.consents().register(&client, MOST_CLIENTS).await? {
            return Err(OAuthError::slow_down(3600));
        }
        // Whatever authentication was asked for, it is a public client: a secret that anybody can have is none.
        let body = json!({
            "client_id": client.id,
            "client_id_issued_at": chrono::Utc::now().timestamp(),
            "client_name": client.name,
            "redirect_uris": client.redirect_uris,
            "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
        });
        Ok(not_stored(StatusCode::CREATED, body))
    }
}
