//! OAuth: this server as a protected resource, and as its own authorization server or the guest of another one.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, HeaderName, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

mod authorization_server;
mod authorize;
mod client;
mod client_assertion;
mod client_authentication;
mod client_document;
mod client_keys;
mod document_cache;
mod error;
mod external;
mod fetches;
mod form;
mod grant;
mod keys;
mod metadata;
mod page;
mod parameters;
mod people;
mod predecessor;
mod redirect;
mod registration;
mod request;
mod scopes;
mod shares;
mod throttle;
mod token;
mod words;

pub use authorize::ClientAddress;
pub use grant::{Grant, NoGrant};
pub use people::{People, Person};
pub use shares::Shares;
pub use throttle::{Throttle, neighbourhood};

use crate::config::{self, PublicUrl};
use authorization_server::AuthorizationServer;
use external::Issuer;
use infini_mcp_core::api::web::Web;
use infini_mcp_core::state::Store;

/// OAuth as it is set up here.
pub struct OAuth {
    place: PublicUrl,
    way: Way,
}

enum Way {
    Embedded(Arc<AuthorizationServer>),
    External(Box<Issuer>),
}

impl OAuth {
    /// Nothing is opened or fetched before the first request needs it.
    pub fn new(settings: config::OAuth, store: Arc<Store>, people: Arc<dyn People>, web: Arc<dyn Web>) -> Self {
        let place = settings.public_url;
        let way = match settings.way {
            config::Way::Embedded(embedded) => {
                Way::Embedded(Arc::new(AuthorizationServer::new(place.clone(), embedded, store, people, web)))
            }
            config::Way::External(external) => Way::External(Box::new(Issuer::new(external, people, web))),
        };
        Self { place, way }
    }

    /// What a bearer token allows now, if it is one of ours, or of the issuer.
    ///
    /// # Errors
    /// [`NoGrant`] says why it allows nothing.
    pub async fn grant_of(&self, token: &str) -> Result<Grant, NoGrant> {
        match &self.way {
            Way::Embedded(server) => server.grant_of(token).await,
            Way::External(issuer) => issuer.grant_of(token).await,
        }
    }

    /// Where the metadata of the protected resource are (RFC 9728), for the challenge that refused callers get. Behind the
    /// issuer's path, where a proxy that serves the rest of it surely finds them.
    pub fn resource_metadata(&self) -> String {
        format!("{}/.well-known/oauth-protected-resource/mcp", self.place.issuer)
    }

    /// The public name of this server, as it stands in Host headers; to be answered besides those that are set.
    pub fn host(&self) -> &str {
        self.place.host()
    }

    /// The origin that the consent page is served from; its form comes from there.
    pub fn origin(&self) -> &str {
        &self.place.origin
    }

    fn issuer(&self) -> &str {
        match &self.way {
            Way::Embedded(_) => &self.place.issuer,
            Way::External(issuer) => issuer.name(),
        }
    }
}

/// The routes of OAuth. They are public; doors are checked by whoever serves them.
pub fn routes(oauth: Arc<OAuth>) -> Router {
    let resource = "/.well-known/oauth-protected-resource";
    let mut routes = Router::new()
        .route(resource, get(protected_resource))
        .route(&format!("{resource}/{{*path}}"), get(protected_resource_at))
        .with_state(oauth.clone());
    if let Way::Embedded(server) = &oauth.way {
        routes = routes.merge(server_routes(server.clone()));
    }
    routes
}

fn server_routes(server: Arc<AuthorizationServer>) -> Router {
    let metadata = "/.well-known/oauth-authorization-server";
    let mut routes = Router::new()
        .route(metadata, get(server_metadata))
        .route(&format!("{metadata}/{{*path}}"), get(server_metadata_at))
        .route("/oauth/authorize", get(authorize::ask).post(authorize::decide))
        .route("/oauth/token", post(token::token).fallback(any(token::only_post)))
        .route("/oauth/revoke", post(token::revoke).fallback(any(token::only_post)));
    if server.settings.dynamic_registration {
        routes = routes.route("/oauth/register", post(registration::register).fallback(any(token::only_post)));
    }
    routes.with_state(server)
}

/// The answer to a request whose body was not taken, in the form of the address that it was sent to; `None` where that is
/// none of ours.
pub fn body_not_taken(path: &str, headers: &HeaderMap, refusal: &Response) -> Option<Response> {
    let mut told = match path {
        "/oauth/authorize" => authorize::form_not_taken(refusal.status(), headers),
        path if path.starts_with("/oauth/") => error::OAuthError::body_not_taken(refusal.status()).into_response(),
        _ => return None,
    };
    if let Some(wait) = refusal.headers().get(RETRY_AFTER) {
        told.headers_mut().insert(RETRY_AFTER, wait.clone());
    }
    Some(told)
}

async fn protected_resource(State(oauth): State<Arc<OAuth>>) -> Response {
    kept_a_while(metadata::protected_resource(&oauth.place, oauth.issuer()))
}

async fn protected_resource_at(State(oauth): State<Arc<OAuth>>, Path(path): Path<String>) -> Response {
    if is_ours(&oauth.place, &path) { protected_resource(State(oauth)).await } else { nothing_here() }
}

async fn server_metadata(State(server): State<Arc<AuthorizationServer>>) -> Response {
    kept_a_while(metadata::authorization_server(&server))
}

async fn server_metadata_at(State(server): State<Arc<AuthorizationServer>>, Path(path): Path<String>) -> Response {
    if is_ours(&server.place, &path) { server_metadata(State(server)).await } else { nothing_here() }
}

/// The endpoint's path as this server sees it, as the world sees it, or the issuer's; with a slash at its end or without.
fn is_ours(place: &PublicUrl, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let outside = place.path.trim_start_matches('/');
    path == "mcp" || (!outside.is_empty() && path.strip_prefix(outside).is_some_and(|rest| matches!(rest, "" | "/mcp")))
}

fn kept_a_while(body: Value) -> Response {
    let header: [(HeaderName, &str); 1] = [(CACHE_CONTROL, "public, max-age=300")];
    (header, Json(body)).into_response()
}

fn nothing_here() -> Response {
    let body = json!({ "error": true, "code": "not_found", "message": "There is no such resource here; the MCP endpoint is /mcp." });
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}
