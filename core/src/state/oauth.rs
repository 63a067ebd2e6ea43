//! What the authorization server remembers: who consented to which client, and the codes and tokens that follow from it.
//!
//! Codes and tokens are kept as digests only. Whatever may happen once is one conditional statement, so that it happens
//! once however many servers share the database.

use sqlx::any::AnyRow;

use super::store::{self, StateError, Store};

/// How long codes and tokens are recognised after their end, in milliseconds.
const RECOGNISED_AFTER: i64 = 24 * 3_600_000;

/// One consent of one person to one client; everything that follows from it is revoked together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// Its name.
    pub id: String,
    /// The client.
    pub client_id: String,
    /// What people know it by; empty when nobody wrote it down.
    pub client_name: String,
    /// How the client must prove who it is.
    pub client_proof: ClientProof,
    /// The person, as the roster names them.
    pub user: String,
    /// SHA-256 of the key that the person consented with.
    pub key_digest: String,
    /// What was consented to, between spaces.
    pub scopes: String,
    /// Whether it was ended before its time.
    pub is_revoked: bool,
}

/// How a client must prove who it is when it uses a code or a refresh token, as it said when it was consented to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientProof {
    /// It need not: what it holds is bound to it by PKCE and by being secret.
    None,
    /// By a key of its own (`private_key_jwt`).
    Key,
}

impl ClientProof {
    fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Key => "private_key_jwt",
        }
    }

    /// A word of a later version asks for more than this version can check, so that it must not pass for nothing.
    fn named(word: &str) -> Self {
        if word == Self::None.word() { Self::None } else { Self::Key }
    }
}

/// An authorization code, to be kept or as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// SHA-256 of the code.
    pub digest: String,
    /// Where the answer went.
    pub redirect_uri: String,
    /// The PKCE challenge.
    pub challenge: String,
    /// When it ends, in milliseconds since 1970.
    pub expires_at: i64,
    /// Whether it was used.
    pub is_used: bool,
}

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Opens the resource.
    Access,
    /// Fetches the next two tokens.
    Refresh,
}

impl TokenKind {
    fn word(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }
}

/// A token, to be kept or as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// SHA-256 of the token.
    pub digest: String,
    /// What it is good for.
    pub kind: TokenKind,
    /// What it allows, between spaces.
    pub scopes: String,
    /// When it ends, in milliseconds since 1970.
    pub expires_at: i64,
    /// When a refresh token was replaced by its successor.
    pub rotated_at: Option<i64>,
}

/// A client that registered itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredClient {
    /// The id it was given.
    pub id: String,
    /// The name it gave itself.
    pub name: String,
    /// Where it wants answers.
    pub redirect_uris: Vec<String>,
}

/// The consents of one store, with what follows from them.
pub struct Consents<'a> {
    store: &'a Store,
}

impl Store {
    /// The consents that people gave to clients.
    pub fn consents(&self) -> Consents<'_> {
        Consents { store: self }
    }
}

impl Consents<'_> {
    /// Keeps a consent with its code.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn begin(&self, family: &Family, code: &Code) -> Result<(), StateError> {
        self.keep_family(family, code.expires_at).await?;
        sqlx::query(
            "INSERT INTO oauth_codes (digest, family, redirect_uri, challenge, expires_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&code.digest)
        .bind(&family.id)
        .bind(&code.redirect_uri)
        .bind(&code.challenge)
        .bind(code.expires_at)
        .execute(self.store.pool().await?)
        .await?;
        Ok(())
    }

    /// Keeps a consent that is not kept yet.
    async fn keep_family(&self, family: &Family, expires_at: i64) -> Result<(), StateError> {
        sqlx::query(
            "INSERT INTO oauth_families (id, client_id, user_name, key_digest, scopes, created_at, expires_at, \
             client_name, client_proof) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING",
        )
        .bind(&family.id)
        .bind(&family.client_id)
        .bind(&family.user)
        .bind(&family.key_digest)
        .bind(&family.scopes)
        .bind(store::now())
        .bind(expires_at)
        .bind(&family.client_name)
        .bind(family.client_proof.word())
        .execute(self.store.pool().await?)
        .await?;
        Ok(())
    }

    /// The code with this digest and the consent it stands for.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn code(&self, digest: &str) -> Result<Option<(Code, Family)>, StateError> {
        let row = sqlx::query(
            "SELECT c.digest, c.redirect_uri, c.challenge, c.expires_at, c.used_at, \
             f.id, f.client_id, f.client_name, f.client_proof, f.user_name, f.key_digest, f.scopes AS consented, f.revoked_at \
             FROM oauth_codes c JOIN oauth_families f ON f.id = c.family WHERE c.digest = $1",
        )
        .bind(digest)
        .fetch_optional(self.store.pool().await?)
        .await?;
        row.map(|row| Ok((code(&row)?, family(&row)?))).transpose()
    }

    /// Uses a code up. True for exactly one caller, on however many servers.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn use_code(&self, digest: &str) -> Result<bool, StateError> {
        let done = sqlx::query("UPDATE oauth_codes SET used_at = $1 WHERE digest = $2 AND used_at IS NULL")
            .bind(store::now())
            .bind(digest)
            .execute(self.store.pool().await?)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Keeps a token, unless it is kept already, and its consent at least as long.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn keep(&self, family: &str, token: &Token) -> Result<(), StateError> {
        let pool = self.store.pool().await?;
        sqlx::query("UPDATE oauth_families SET expires_at = $1 WHERE id = $2 AND expires_at < $1")
            .bind(token.expires_at)
            .bind(family)
            .execute(pool)
            .await?;
        sqlx::query(
            "INSERT INTO oauth_tokens (digest, family, kind, scopes, expires_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (digest) DO NOTHING",
        )
        .bind(&token.digest)
        .bind(family)
        .bind(token.kind.word())
        .bind(&token.scopes)
        .bind(token.expires_at)
        .execute(pool)
        .await?;
        Ok(())
    }

    /// Takes over a token that another server gave out, with a consent of its own.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn adopt(&self, family: &Family, token: &Token) -> Result<(), StateError> {
        self.keep_family(family, token.expires_at).await?;
        self.keep(&family.id, token).await
    }

    /// The token with this digest and the consent it follows from.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn token(&self, digest: &str) -> Result<Option<(Token, Family)>, StateError> {
        let row = sqlx::query(
            "SELECT t.digest, t.kind, t.scopes, t.expires_at, t.rotated_at, \
             f.id, f.client_id, f.client_name, f.client_proof, f.user_name, f.key_digest, f.scopes AS consented, f.revoked_at \
             FROM oauth_tokens t JOIN oauth_families f ON f.id = t.family WHERE t.digest = $1",
        )
        .bind(digest)
        .fetch_optional(self.store.pool().await?)
        .await?;
        row.map(|row| Ok((token(&row)?, family(&row)?))).transpose()
    }

    /// Marks a refresh token as replaced. True for exactly one caller, on however many servers.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn rotate(&self, digest: &str) -> Result<bool, StateError> {
        let done = sqlx::query("UPDATE oauth_tokens SET rotated_at = $1 WHERE digest = $2 AND rotated_at IS NULL")
            .bind(store::now())
            .bind(digest)
            .execute(self.store.pool().await?)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Ends a consent with all its codes and tokens.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn revoke(&self, family: &str) -> Result<(), StateError> {
        sqlx::query("UPDATE oauth_families SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL")
            .bind(store::now())
            .bind(family)
            .execute(self.store.pool().await?)
            .await?;
        Ok(())
    }

    /// Ends one token alone.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn forget_token(&self, digest: &str) -> Result<(), StateError> {
        sqlx::query("DELETE FROM oauth_tokens WHERE digest = $1")
            .bind(digest)
            .execute(self.store.pool().await?)
            .await?;
        Ok(())
    }

    /// Forgets what is over and what could not be misused any more.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn forget_old(&self) -> Result<(), StateError> {
        let (pool, now) = (self.store.pool().await?, store::now());
        for (sql, before) in [
            ("DELETE FROM oauth_tokens WHERE expires_at < $1", now - RECOGNISED_AFTER),
            ("DELETE FROM oauth_codes WHERE expires_at < $1", now - RECOGNISED_AFTER),
            // A consent outlives its codes and tokens, so that none of them is ever without one.
            ("DELETE FROM oauth_families WHERE expires_at < $1", now - 2 * RECOGNISED_AFTER),
        ] {
            sqlx::query(sql).bind(before).execute(pool).await?;
        }
        Ok(())
    }

    /// Keeps a client that registers itself, unless there are `most` already. Those that nobody has consented to within
    /// a day make room.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn register(&self, client: &RegisteredClient, most: i64) -> Result<bool, StateError> {
        let pool = self.store.pool().await?;
        sqlx::query(
            "DELETE FROM oauth_clients WHERE created_at < $1 \
             AND id NOT IN (SELECT client_id FROM oauth_families)",
        )
        .bind(store::now() - RECOGNISED_AFTER)
        .execute(pool)
        .await?;
        let row = sqlx::query("SELECT COUNT(*) AS taken FROM oauth_clients").fetch_one(pool).await?;
        if store::number(&row, "taken")? >= most {
            return Ok(false);
        }
        sqlx::query("INSERT INTO oauth_clients (id, name, redirect_uris, created_at) VALUES ($1, $2, $3, $4)")
            .bind(&client.id)
            .bind(&client.name)
            .bind(serde_json::to_string(&client.redirect_uris)?)
            .bind(store::now())
            .execute(pool)
            .await?;
        Ok(true)
    }

    /// The client that registered itself and was given this id.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn registered(&self, id: &str) -> Result<Option<RegisteredClient>, StateError> {
        let row = sqlx::query("SELECT id, name, redirect_uris FROM oauth_clients WHERE id = $1")
            .bind(id)
            .fetch_optional(self.store.pool().await?)
            .await?;
        row.map(|row| {
            Ok(RegisteredClient {
                id: store::text(&row, "id")?,
                name: store::text(&row, "name")?,
                redirect_uris: serde_json::from_str(&store::text(&row, "redirect_uris")?)?,
            })
        })
        .transpose()
    }
}

fn family(row: &AnyRow) -> Result<Family, StateError> {
    Ok(Family {
        id: store::text(row, "id")?,
        client_id: store::text(row, "client_id")?,
        client_name: store::text(row, "client_name")?,
        client_proof: ClientProof::named(&store::text(row, "client_proof")?),
        user: store::text(row, "user_name")?,
        key_digest: store::text(row, "key_digest")?,
        scopes: store::text(row, "consented")?,
        is_revoked: optional_number(row, "revoked_at")?.is_some(),
    })
}

fn code(row: &AnyRow) -> Result<Code, StateError> {
    Ok(Code {
        digest: store::text(row, "digest")?,
        redirect_uri: store::text(row, "redirect_uri")?,
        challenge: store::text(row, "challenge")?,
        expires_at: store::number(row, "expires_at")?,
        is_used: optional_number(row, "used_at")?.is_some(),
    })
}

fn token(row: &AnyRow) -> Result<Token, StateError> {
    let is_access = store::text(row, "kind")? == TokenKind::Access.word();
    Ok(Token {
        digest: store::text(row, "digest")?,
        kind: if is_access { TokenKind::Access } else { TokenKind::Refresh },
        scopes: store::text(row, "scopes")?,
        expires_at: store::number(row, "expires_at")?,
        rotated_at: optional_number(row, "rotated_at")?,
    })
}

fn optional_number(row: &AnyRow, column: &str) -> Result<Option<i64>, sqlx::Error> {
    sqlx::Row::try_get(row, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family(id: &str) -> Family {
        let text = |text: &str| text.to_owned();
        Family {
            id: text(id),
            client_id: text("c"),
            client_name: text("C"),
            client_proof: ClientProof::Key,
            user: text("ana"),
            key_digest: text("0f"),
            scopes: text("a:read"),
            is_revoked: false,
        }
    }

    fn code(digest: &str, expires_at: i64) -> Code {
        let text = |text: &str| text.to_owned();
        Code { digest: text(digest), redirect_uri: text("r"), challenge: text("x"), expires_at, is_used: false }
    }

    fn token(digest: &str, kind: TokenKind, expires_at: i64) -> Token {
        Token { digest: digest.to_owned(), kind, scopes: "a:read".to_owned(), expires_at, rotated_at: None }
    }

    #[tokio::test]
    async fn of_many_servers_one_uses_a_code_and_one_rotates_a_token() {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("state.db").display());
        let stores: Vec<Store> = (0..4).map(|holder| Store::new(&address, holder.to_string())).collect();
        let later = store::now() + 60_000;
        stores[0].consents().begin(&family("f"), &code("c", later)).await.unwrap();
        stores[0].consents().keep("f", &token("t", TokenKind::Refresh, later)).await.unwrap();
        let uses = futures::future::join_all((0..16).map(|n| {
            let store = &stores[n % 4];
            async move { store.consents().use_code("c").await }
        }));
        assert_eq!(uses.await.into_iter().filter(|won| *won.as_ref().unwrap()).count(), 1);
        let turns = futures::future::join_all((0..16).map(|n| {
            let store = &stores[n % 4];
            async move { store.consents().rotate("t").await }
        }));
        assert_eq!(turns.await.into_iter().filter(|won| *won.as_ref().unwrap()).count(), 1);
    }

    #[tokio::test]
    async fn a_revoked_consent_shows_in_its_code_and_its_tokens() {
        let store = Store::in_memory("test");
        let later = store::now() + 60_000;
        store.consents().begin(&family("f"), &code("c", later)).await.unwrap();
        store.consents().keep("f", &token("t", TokenKind::Access, later)).await.unwrap();
        let (kept, of) = store.consents().token("t").await.unwrap().unwrap();
        assert_eq!((kept, of), (token("t", TokenKind::Access, later), family("f")));
        store.consents().revoke("f").await.unwrap();
        assert!(store.consents().token("t").await.unwrap().unwrap().1.is_revoked);
        assert!(store.consents().code("c").await.unwrap().unwrap().1.is_revoked);
        assert_eq!(store.consents().token("other").await.unwrap(), None);
    }

    #[tokio::test]
    async fn what_is_over_is_forgotten_and_what_a_replay_is_recognised_by_is_not() {
        let store = Store::in_memory("test");
        let now = store::now();
        let consents = store.consents();
        consents.begin(&family("old"), &code("old", now - 3 * RECOGNISED_AFTER)).await.unwrap();
        consents.begin(&family("f"), &code("used", now - 1_000)).await.unwrap();
        consents.keep("f", &token("over", TokenKind::Access, now - 1_000 - RECOGNISED_AFTER)).await.unwrap();
        consents.keep("f", &token("just over", TokenKind::Access, now - 1)).await.unwrap();
        consents.keep("f", &token("alive", TokenKind::Refresh, now + 60_000)).await.unwrap();
        consents.forget_old().await.unwrap();
        assert_eq!(consents.code("old").await.unwrap(), None);
        assert_eq!(consents.token("over").await.unwrap(), None);
        assert!(consents.token("just over").await.unwrap().is_some());
        assert!(consents.code("used").await.unwrap().is_some());
        assert!(consents.token("alive").await.unwrap().is_some());
    }

    #[tokio::test]
    async fn registered_clients_have_a_limit() {
        let store = Store::in_memory("test");
        let client = |id: &str| RegisteredClient {
            id: id.to_owned(),
            name: "Desk".to_owned(),
            redirect_uris: vec!["http://127.0.0.1/".to_owned()],
        };
        assert!(store.consents().register(&client("1"), 2).await.unwrap());
        assert!(store.consents().register(&client("2"), 2).await.unwrap());
        assert!(!store.consents().register(&client("3"), 2).await.unwrap());
        assert_eq!(store.consents().registered("1").await.unwrap(), Some(client("1")));
        assert_eq!(store.consents().registered("3").await.unwrap(), None);
    }
}
