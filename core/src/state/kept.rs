//! Small things that are kept for one upstream account: what this server created there and upstream cannot list.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::store::{self, StateError, Store};

/// The most rows of one kind and account that a list reads.
pub const MOST_LISTED: i64 = 5_000;

/// All things of one kind that belong to one account.
pub struct Kept<'a, T> {
    store: &'a Store,
    account: &'a str,
    kind: &'static str,
    thing: PhantomData<fn() -> T>,
}

impl Store {
    /// The things of one `kind` that belong to `account`.
    pub fn kept<'a, T>(&'a self, account: &'a str, kind: &'static str) -> Kept<'a, T> {
        Kept { store: self, account, kind, thing: PhantomData }
    }
}

impl<T: Serialize + DeserializeOwned> Kept<'_, T> {
    /// Keeps `thing` under `id`, in place of what was there.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn put(&self, id: &str, thing: &T) -> Result<(), StateError> {
        let sql = "INSERT INTO kept (account, kind, id, data, changed_at) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (account, kind, id) DO UPDATE SET data = excluded.data, changed_at = excluded.changed_at";
        self.write(sql, id, thing).await.map(drop)
    }

    /// Keeps `thing` under `id` unless something is there already. True for exactly one caller, however many come.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn put_new(&self, id: &str, thing: &T) -> Result<bool, StateError> {
        let sql = "INSERT INTO kept (account, kind, id, data, changed_at) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (account, kind, id) DO NOTHING";
        self.write(sql, id, thing).await.map(|rows| rows == 1)
    }

    async fn write(&self, sql: &'static str, id: &str, thing: &T) -> Result<u64, StateError> {
        let done = sqlx::query(sql)
            .bind(self.account)
            .bind(self.kind)
            .bind(id)
            .bind(serde_json::to_string(thing)?)
            .bind(store::now())
            .execute(self.store.pool().await?)
            .await?;
        Ok(done.rows_affected())
    }

    /// What is kept under `id`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn get(&self, id: &str) -> Result<Option<T>, StateError> {
        let row = sqlx::query("SELECT data FROM kept WHERE account = $1 AND kind = $2 AND id = $3")
            .bind(self.account)
            .bind(self.kind)
            .bind(id)
            .fetch_optional(self.store.pool().await?)
            .await?;
        row.map(|row| Ok(serde_json::from_str(&store::text(&row, "data")?)?)).transpose()
    }

    /// Everything of this kind with its ids, the last changed first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn all(&self) -> Result<Vec<(String, T)>, StateError> {
        let rows = sqlx::query(
            "SELECT id, data FROM kept WHERE account = $1 AND kind = $2 ORDER BY changed_at DESC, id LIMIT $3",
        )
        .bind(self.account)
        .bind(self.kind)
        .bind(MOST_LISTED)
        .fetch_all(self.store.pool().await?)
        .await?;
        rows.iter()
            .map(|row| Ok((store::text(row, "id")?, serde_json::from_str(&store::text(row, "data")?)?)))
            .collect()
    }

    /// Forgets what is kept under `id`; true when there was something.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn remove(&self, id: &str) -> Result<bool, StateError> {
        let done = sqlx::query("DELETE FROM kept WHERE account = $1 AND kind = $2 AND id = $3")
            .bind(self.account)
            .bind(self.kind)
            .bind(id)
            .execute(self.store.pool().await?)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_thing_is_kept_changed_listed_and_forgotten() {
        let store = Store::in_memory("test");
        let notes = store.kept::<String>("a", "note");
        notes.put("1", &"one".to_owned()).await.unwrap();
        notes.put("1", &"uno".to_owned()).await.unwrap();
        assert_eq!(notes.get("1").await.unwrap().as_deref(), Some("uno"));
        assert_eq!(notes.all().await.unwrap(), [("1".to_owned(), "uno".to_owned())]);
        assert!(notes.remove("1").await.unwrap());
        assert!(!notes.remove("1").await.unwrap());
        assert_eq!(notes.get("1").await.unwrap(), None);
    }

    #[tokio::test]
    async fn only_the_first_of_two_new_things_is_kept() {
        let store = Store::in_memory("test");
        let notes = store.kept::<String>("a", "note");
        assert!(notes.put_new("1", &"one".to_owned()).await.unwrap());
        assert!(!notes.put_new("1", &"two".to_owned()).await.unwrap());
        assert_eq!(notes.get("1").await.unwrap().as_deref(), Some("one"));
    }

    #[tokio::test]
    async fn accounts_and_kinds_do_not_see_each_other() {
        let store = Store::in_memory("test");
        store.kept::<String>("a", "note").put("1", &"mine".to_owned()).await.unwrap();
        assert_eq!(store.kept::<String>("b", "note").get("1").await.unwrap(), None);
        assert!(store.kept::<String>("a", "other").all().await.unwrap().is_empty());
        assert!(!store.kept::<String>("b", "note").remove("1").await.unwrap());
    }
}
