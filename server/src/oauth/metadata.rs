//! What this server says of itself: as a protected resource (RFC 9728) and as an authorization server (RFC 8414).

use serde_json::{Value, json};

use super::authorization_server::AuthorizationServer;
use super::client_assertion::ALGORITHMS;
use super::client_keys::PRIVATE_KEY_JWT;
use super::scopes::SCOPES;
use crate::config::{MetadataHosts, PublicUrl};

fn scope_names() -> Vec<&'static str> {
    SCOPES.iter().map(|scope| scope.name).collect()
}

/// The protected resource, whose tokens `issuer` gives out.
pub fn protected_resource(place: &PublicUrl, issuer: &str) -> Value {
    json!({
        "resource": place.resource,
        "resource_name": "infini-mcp",
        "authorization_servers": [issuer],
        "bearer_methods_supported": ["header"],
        "scopes_supported": scope_names(),
    })
}

/// The authorization server, with only what it really does.
pub fn authorization_server(server: &AuthorizationServer) -> Value {
    let at = |path: &str| format!("{}/oauth/{path}", server.place.issuer);
    let settings = &server.settings;
    let own_has_secret = server.own_client.as_ref().is_some_and(|own| own.secret.is_some());
    let takes_documents = settings.metadata_hosts != MetadataHosts::None;
    let takes_public =
        takes_documents || settings.dynamic_registration || (server.own_client.is_some() && !own_has_secret);
    let mut methods = Vec::new();
    if takes_public {
        methods.push("none");
    }
    if takes_documents {
        methods.push(PRIVATE_KEY_JWT);
    }
    if own_has_secret {
        methods.extend(["client_secret_post", "client_secret_basic"]);
    }
    let mut metadata = json!({
        "issuer": server.place.issuer,
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "revocation_endpoint": at("revoke"),
        "scopes_supported": scope_names(),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "client_id_metadata_document_supported": takes_documents,
        "ui_locales_supported": ["en", "de"],
        "protected_resources": [server.place.resource],
    });
    let Some(map) = metadata.as_object_mut() else { return metadata };
    if settings.dynamic_registration {
        map.insert("registration_endpoint".into(), at("register").into());
    }
    if takes_documents {
        let algorithms = json!(ALGORITHMS.map(|algorithm| format!("{algorithm:?}")));
        map.insert("token_endpoint_auth_signing_alg_values_supported".into(), algorithms.clone());
        map.insert("revocation_endpoint_auth_signing_alg_values_supported".into(), algorithms);
    }
    metadata
}
