//! Secrets that are made once and are the same for every server on one database.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::store::{self, StateError, Store};

impl Store {
    /// The secret with this name: 256 random bits, made by whoever asks first and the same for everybody from then on.
    ///
    /// # Errors
    /// When the store cannot be read or written, or holds something that is no such secret.
    pub async fn secret(&self, name: &str) -> Result<[u8; 32], StateError> {
        let pool = self.pool().await?;
        // Of several that ask at once, one writes; all read what it wrote.
        sqlx::query("INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
            .execute(pool)
            .await?;
        let row = sqlx::query("SELECT value FROM secrets WHERE name = $1").bind(name).fetch_one(pool).await?;
        let bytes = URL_SAFE_NO_PAD.decode(store::text(&row, "value")?).unwrap_or_default();
        bytes.try_into().map_err(|_| StateError::Secret { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn everybody_on_one_database_has_the_same_secret_and_each_name_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("state.db").display());
        let stores: Vec<Store> = (0..4).map(|holder| Store::new(&address, holder.to_string())).collect();
        stores[0].ready().await.unwrap();
        let secrets: Vec<[u8; 32]> = futures::future::join_all(stores.iter().map(|store| store.secret("forms")))
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        assert!(secrets.windows(2).all(|pair| pair[0] == pair[1]));
        assert_ne!(stores[0].secret("other").await.unwrap(), secrets[0]);
        assert_eq!(Store::new(&address, "later").secret("forms").await.unwrap(), secrets[0]);
    }
}
