//! The token endpoint and the revocation endpoint.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::authorization_server::{AuthorizationServer, milliseconds, now};
use super::authorize::{caller, is_form};
use super::client_authentication::Authenticated;
use super::error::{OAuthError, not_stored};
use super::parameters::Parameters;
use super::request::is_resource;
use super::scopes;
use infini_mcp_core::state::{Family, Token, TokenKind};
use infini_mcp_core::vault::{digest, mac, random_token, sha256};

const MOST_BODY: usize = 64 * 1024;
/// What access tokens begin with, as those of the predecessor did.
pub const ACCESS_PREFIX: &str = "oauth_";
const REFRESH_PREFIX: &str = "oauth-refresh_";

/// `POST /oauth/token`.
pub async fn token(State(server): State<Arc<AuthorizationServer>>, request: Request) -> Response {
    server.give_tokens(request).await.unwrap_or_else(IntoResponse::into_response)
}

/// `POST /oauth/revoke` (RFC 7009).
pub async fn revoke(State(server): State<Arc<AuthorizationServer>>, request: Request) -> Response {
    server.end_consent(request).await.unwrap_or_else(IntoResponse::into_response)
}

/// Everything else at these addresses.
pub async fn only_post() -> Response {
    let mut response = OAuthError::only_post().into_response();
    response.headers_mut().insert(axum::http::header::ALLOW, axum::http::HeaderValue::from_static("POST"));
    response
}

impl AuthorizationServer {
    async fn give_tokens(&self, request: Request) -> Result<Response, OAuthError> {
        let (client, parameters) = self.read(request).await?;
        if !is_resource(&self.place, &parameters) {
            return Err(OAuthError::invalid_target(&self.place.resource));
        }
        match parameters.get("grant_type") {
            Some("authorization_code") => self.redeem(&client, &parameters).await,
            Some("refresh_token") => self.refresh(&client, &parameters).await,
            Some(_) => Err(OAuthError::unsupported_grant_type()),
            None => Err(OAuthError::invalid_request("`grant_type` is missing.")),
        }
    }

    /// Who calls, and what they say in the body. Nothing counts that stands in the address: addresses are logged.
    async fn read(&self, request: Request) -> Result<(Authenticated, Parameters), OAuthError> {
        let (parts, body) = request.into_parts();
        if parts.uri.query().is_some() {
            return Err(OAuthError::invalid_request("Parameters belong into the body, not into the address."));
        }
        if !is_form(&parts.headers) {
            return Err(OAuthError::invalid_request("The body must be application/x-www-form-urlencoded."));
        }
        let bytes = to_bytes(body, MOST_BODY).await.map_err(|_| OAuthError::too_large())?;
        let parameters = Parameters::parse(&bytes, &[])
            .map_err(|repeated| OAuthError::invalid_request(format!("`{}` comes more than once.", repeated.0)))?;
        let client = self.authenticate(&parts.headers, &parameters, &caller(&parts.extensions)).await?;
        Ok((client, parameters))
    }

    /// A code becomes tokens, once.
    async fn redeem(&self, client: &Authenticated, parameters: &Parameters) -> Result<Response, OAuthError> {
        let wanted = |name: &'static str| {
            parameters.get(name).ok_or_else(|| OAuthError::invalid_request(format!("`{name}` is missing.")))
        };
        let (code, redirect_uri, verifier) = (wanted("code")?, wanted("redirect_uri")?, wanted("code_verifier")?);
        if !is_verifier(verifier) {
            return Err(OAuthError::invalid_request("`code_verifier` must be 43 to 128 unreserved characters."));
        }
        let consents = self.store.consents();
        let not_good = || OAuthError::invalid_grant("The code is not good, or not good any more. Begin anew.");
        let (kept, family) = consents.code(&digest(code.as_bytes())).await?.ok_or_else(not_good)?;
        if family.client_id != client.id {
            return Err(not_good());
        }
        client.may_use(&family)?;
        // Whatever is wrong from here on, the code has been seen by somebody and is spent.
        if kept.is_used || !consents.use_code(&kept.digest).await? {
            tracing::warn!(client = client.id, user = family.user, "a code was used twice; its tokens are revoked");
            consents.revoke(&family.id).await?;
            return Err(not_good());
        }
        let proves = URL_SAFE_NO_PAD.encode(sha256(verifier.as_bytes())) == kept.challenge;
        let is_alive = kept.expires_at > now() && !family.is_revoked;
        if !proves || !is_alive || kept.redirect_uri != redirect_uri {
            return Err(not_good());
        }
        let granted = self.still_allowed(&family).ok_or_else(not_good)?;
        let (access, refresh) = (random_token(), random_token());
        self.keep_and_tell(&family, &granted, now(), &access, &refresh).await
    }

    /// A refresh token becomes the next two tokens. For a moment it gives the same two again, so that a client that
    /// refreshes in parallel, or lost the answer, is not taken for a thief; later it ends the consent.
    async fn refresh(&self, client: &Authenticated, parameters: &Parameters) -> Result<Response, OAuthError> {
        let offered = parameters
            .get("refresh_token")
            .ok_or_else(|| OAuthError::invalid_request("`refresh_token` is missing."))?;
        let consents = self.store.consents();
        let not_good = || OAuthError::invalid_grant("The refresh token is not good, or not good any more. Begin anew.");
        let (kept, family) = consents.token(&digest(offered.as_bytes())).await?.ok_or_else(not_good)?;
        let is_right = kept.kind == TokenKind::Refresh && family.client_id == client.id && !family.is_revoked;
        if !is_right || kept.expires_at <= now() {
            return Err(not_good());
        }
        client.may_use(&family)?;
        if kept.rotated_at.is_some_and(|at| now() > at + milliseconds(self.settings.lifetimes.grace)) {
            tracing::warn!(
                client = client.id,
                user = family.user,
                "a replaced refresh token was used again; its consent is revoked"
            );
            consents.revoke(&family.id).await?;
            return Err(not_good());
        }
        let granted = narrowed(self.still_allowed(&family).ok_or_else(not_good)?, parameters.get("scope"))?;
        if kept.rotated_at.is_none() {
            consents.rotate(&kept.digest).await?;
        }
        // Derived, not drawn: whoever holds the old token and asks in time gets the same new ones, from every server.
        let secret = self.secret().await?;
        let derived = |purpose: &str, text: &str| URL_SAFE_NO_PAD.encode(mac(secret, purpose, text.as_bytes()));
        let access = derived("access token", &format!("{offered} {}", scopes::text(&granted)));
        let next = derived("refresh token", offered);
        self.keep_and_tell(&family, &granted, kept.rotated_at.unwrap_or_else(now), &access, &next).await
    }

    async fn keep_and_tell(
        &self,
        family: &Family,
        granted: &BTreeSet<String>,
        since: i64,
        access: &str,
        refresh: &str,
    ) -> Result<Response, OAuthError> {
        let lifetimes = &self.settings.lifetimes;
        let (access, refresh) = (format!("{ACCESS_PREFIX}{access}"), format!("{REFRESH_PREFIX}{refresh}"));
        let consents = self.store.consents();
        for (token, kind, scopes, life) in [
            (&access, TokenKind::Access, scopes::text(granted), lifetimes.access),
            // A narrower access token does not narrow what the client may ask for next time.
            (&refresh, TokenKind::Refresh, family.scopes.clone(), lifetimes.refresh),
        ] {
            let expires_at = since + milliseconds(life);
            let kept = Token { digest: digest(token.as_bytes()), kind, scopes, expires_at, rotated_at: None };
            consents.keep(&family.id, &kept).await?;
        }
        let body = json!({
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": lifetimes.access.as_secs(),
            "refresh_token": refresh,
            "scope": scopes::text(granted),
        });
        Ok(not_stored(StatusCode::OK, body))
    }

    /// What was consented to and the person may still do; nothing when they are gone or have another key.
    pub(super) fn still_allowed(&self, family: &Family) -> Option<BTreeSet<String>> {
        let person = self.person_by_name(&family.user).filter(|person| person.key_digest == family.key_digest)?;
        let granted: BTreeSet<String> =
            family.scopes.split(' ').filter(|scope| person.scopes.contains(*scope)).map(str::to_owned).collect();
        (!granted.is_empty()).then_some(granted)
    }

    /// Ends the consent that a token follows from. Whoever gives one token back wants none of them used.
    async fn end_consent(&self, request: Request) -> Result<Response, OAuthError> {
        let (client, parameters) = self.read(request).await?;
        let token = parameters.get("token").ok_or_else(|| OAuthError::invalid_request("`token` is missing."))?;
        let consents = self.store.consents();
        if let Some((_, family)) = consents.token(&digest(token.as_bytes())).await?
            && family.client_id == client.id
        {
            client.may_use(&family)?;
            consents.revoke(&family.id).await?;
        }
        // A token that means nothing is revoked already (RFC 7009, section 2.2).
        Ok(not_stored(StatusCode::OK, json!({})))
    }
}

fn narrowed(granted: BTreeSet<String>, wanted: Option<&str>) -> Result<BTreeSet<String>, OAuthError> {
    let Some(wanted) = wanted else { return Ok(granted) };
    let wanted = scopes::known(wanted);
    if wanted.is_empty() || !wanted.is_subset(&granted) {
        return Err(OAuthError::invalid_scope(format!(
            "Only these scopes can be asked for: {}.",
            scopes::text(&granted)
        )));
    }
    Ok(wanted)
}

fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'))
}
