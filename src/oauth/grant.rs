//! What a token allows, looked up anew on every use: a removed person, a narrowed right or a revoked consent counts at once.

use std::collections::BTreeSet;

use super::authorization_server::{AuthorizationServer, now};
use super::token::ACCESS_PREFIX;
use crate::state::{StateError, TokenKind};
use crate::vault::digest;

/// What a valid token allows now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The person, as the roster names them.
    pub user: String,
    /// What was consented to and the person may do.
    pub scopes: BTreeSet<String>,
    /// The client that acts for them.
    pub client_id: String,
    /// The consent it follows from; of a token of another issuer, its subject.
    pub family: String,
    /// When it ends, in milliseconds since 1970.
    pub expires_at: i64,
}

impl AuthorizationServer {
    pub(super) async fn grant_of(&self, token: &str) -> Result<Option<Grant>, StateError> {
        if !token.starts_with(ACCESS_PREFIX) {
            return Ok(None);
        }
        self.adopt_predecessors().await?;
        let Some((kept, family)) = self.store.consents().token(&digest(token.as_bytes())).await? else {
            return Ok(None);
        };
        let is_alive = kept.kind == TokenKind::Access && kept.expires_at > now() && !family.is_revoked;
        let Some(allowed) = self.still_allowed(&family).filter(|_| is_alive) else { return Ok(None) };
        let scopes: BTreeSet<String> =
            kept.scopes.split(' ').filter(|scope| allowed.contains(*scope)).map(str::to_owned).collect();
        Ok(Some(Grant {
            user: family.user,
            scopes,
            client_id: family.client_id,
            family: family.id,
            expires_at: kept.expires_at,
        }))
    }
}
