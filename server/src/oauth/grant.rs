//! What a token allows, looked up anew on every use: a removed person, a narrowed right or a revoked consent counts at once.

use std::collections::BTreeSet;

use super::authorization_server::{AuthorizationServer, now};
use super::token::ACCESS_PREFIX;
use infini_mcp_core::state::{StateError, TokenKind};
use infini_mcp_core::vault::digest;

/// What a valid token allows now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The person, as the roster names them.
    pub user: String,
    /// What was consented to and the person may do.
    pub scopes: BTreeSet<String>,
    /// Whether a wider token is to be had without the person having said no: another issuer's, which no page of ours asked about.
    pub can_widen: bool,
    /// The client that acts for them.
    pub client_id: String,
    /// What people know it by; empty when that is not known.
    pub client_name: String,
    /// The consent it follows from; of a token of another issuer, its subject.
    pub family: String,
    /// When it ends, in milliseconds since 1970.
    pub expires_at: i64,
}

/// Why a token allows nothing.
#[derive(Debug, thiserror::Error)]
pub enum NoGrant {
    /// It never was a token for this, as far as anybody remembers.
    #[error("the token is not known")]
    Unknown,
    /// It was one. Whoever has it did not guess it.
    #[error("the token is over")]
    Over,
    /// It is a good token of another issuer, which names none of this server's scopes.
    #[error("the token names no scope of this server")]
    Scopeless,
    /// Nobody can tell, and the caller must not be taken for a stranger.
    #[error(transparent)]
    State(#[from] StateError),
}

impl AuthorizationServer {
    pub(super) async fn grant_of(&self, token: &str) -> Result<Grant, NoGrant> {
        if !token.starts_with(ACCESS_PREFIX) {
            return Err(NoGrant::Unknown);
        }
        self.adopt_predecessors().await?;
        let found = self.store.consents().token(&digest(token.as_bytes())).await?;
        let (kept, family) = found.filter(|(kept, _)| kept.kind == TokenKind::Access).ok_or(NoGrant::Unknown)?;
        let is_alive = kept.expires_at > now() && !family.is_revoked;
        let allowed = self.still_allowed(&family).filter(|_| is_alive).ok_or(NoGrant::Over)?;
        let scopes: BTreeSet<String> =
            kept.scopes.split(' ').filter(|scope| allowed.contains(*scope)).map(str::to_owned).collect();
        Ok(Grant {
            user: family.user,
            scopes,
            can_widen: false,
            client_id: family.client_id,
            client_name: family.client_name,
            family: family.id,
            expires_at: kept.expires_at,
        })
    }
}
