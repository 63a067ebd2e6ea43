//! Tokens that a predecessor gave out: they go on working until they end.

use std::path::Path;

use serde::Deserialize;

use super::authorization_server::{AuthorizationServer, now};
use super::scopes;
use infini_mcp_core::state::{ClientProof, Family, StateError, Token, TokenKind};

#[derive(Deserialize)]
struct TokenFile {
    version: u32,
    access_tokens: Vec<OldToken>,
}

#[derive(Deserialize)]
struct OldToken {
    token_hash: String,
    scope: Vec<String>,
    user_name: String,
    expires_at: i64,
}

impl AuthorizationServer {
    /// Takes over the predecessor's tokens, once, when the first token is looked at. Each stands for a consent of its own,
    /// so that one can be revoked alone, and one that was revoked stays so.
    pub(super) async fn adopt_predecessors(&self) -> Result<(), StateError> {
        let adopted = self.predecessors.get_or_try_init(|| async {
            for token in read(&self.settings.token_store_file) {
                self.adopt(&token).await?;
            }
            Ok(())
        });
        adopted.await.copied()
    }

    async fn adopt(&self, old: &OldToken) -> Result<(), StateError> {
        if old.expires_at <= now() || old.token_hash.len() != 64 {
            return Ok(());
        }
        // Somebody who is not there yet may be brought over later; until then nothing is written down that would bind them.
        let Some(person) = self.person_by_name(&old.user_name) else { return Ok(()) };
        let digest = old.token_hash.to_ascii_lowercase();
        let scopes = scopes::text(&old.scope.iter().cloned().collect());
        let family = Family {
            id: format!("predecessor {digest}"),
            client_id: self.settings.client_id.clone().unwrap_or_default(),
            client_name: String::new(),
            client_proof: ClientProof::None,
            user: person.name,
            key_digest: person.key_digest,
            scopes: scopes.clone(),
            is_revoked: false,
        };
        let token = Token { digest, kind: TokenKind::Access, scopes, expires_at: old.expires_at, rotated_at: None };
        self.store.consents().adopt(&family, &token).await
    }
}

/// The tokens in the file; without a file there are none, and one that cannot be read is told in the log only: it must not
/// keep everybody else out.
fn read(path: &Path) -> Vec<OldToken> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "the predecessor's tokens cannot be read; its clients must sign in again");
            return Vec::new();
        }
    };
    match serde_json::from_str::<TokenFile>(&text) {
        Ok(file) if file.version == 1 => file.access_tokens,
        Ok(_) | Err(_) => {
            tracing::warn!(path = %path.display(), "the file of the predecessor's tokens is in an unknown form; its clients must sign in again");
            Vec::new()
        }
    }
}
