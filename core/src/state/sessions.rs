//! Sessions of the `initialize` era: whose they are, and what is needed to go on with them after a restart.

use std::time::Duration;

use super::store::{self, StateError, Store};

impl Store {
    /// Keeps a session for `lifetime`, and lets go of those that are over, and of those of the same principal beyond the
    /// `max` that were used last. `id` is a digest: whoever can read the database must not be able to go on with a session.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn keep_session(
        &self,
        id: &str,
        principal: &str,
        state: &str,
        lifetime: Duration,
        max: usize,
    ) -> Result<(), StateError> {
        let pool = self.pool().await?;
        sqlx::query("DELETE FROM sessions WHERE expires_at <= $1").bind(store::now()).execute(pool).await?;
        sqlx::query(
            "INSERT INTO sessions (id, principal, state, expires_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(id)
        .bind(principal)
        .bind(state)
        .bind(end_of(lifetime))
        .execute(pool)
        .await?;
        sqlx::query(
            "DELETE FROM sessions WHERE principal = $1 AND id <> $2 AND id NOT IN \
             (SELECT id FROM sessions WHERE principal = $1 AND id <> $2 ORDER BY expires_at DESC, id LIMIT $3)",
        )
        .bind(principal)
        .bind(id)
        .bind(i64::try_from(max.saturating_sub(1)).unwrap_or(i64::MAX))
        .execute(pool)
        .await?;
        Ok(())
    }

    /// What was kept of a living session of `principal`; of anybody else's there is nothing.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn session(&self, id: &str, principal: &str) -> Result<Option<String>, StateError> {
        let row = sqlx::query("SELECT state FROM sessions WHERE id = $1 AND principal = $2 AND expires_at > $3")
            .bind(id)
            .bind(principal)
            .bind(store::now())
            .fetch_optional(self.pool().await?)
            .await?;
        row.map(|row| Ok(store::text(&row, "state")?)).transpose()
    }

    /// Lets a session live for `lifetime` from now on.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn prolong_session(&self, id: &str, lifetime: Duration) -> Result<(), StateError> {
        sqlx::query("UPDATE sessions SET expires_at = $2 WHERE id = $1")
            .bind(id)
            .bind(end_of(lifetime))
            .execute(self.pool().await?)
            .await?;
        Ok(())
    }

    /// Ends a session of `principal`. Whether there was one.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn end_session(&self, id: &str, principal: &str) -> Result<bool, StateError> {
        let done = sqlx::query("DELETE FROM sessions WHERE id = $1 AND principal = $2")
            .bind(id)
            .bind(principal)
            .execute(self.pool().await?)
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

fn end_of(lifetime: Duration) -> i64 {
    store::now().saturating_add(i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    #[tokio::test]
    async fn a_session_is_there_for_its_owner_alone_until_it_ends() {
        let store = Store::in_memory("one");
        store.keep_session("id", "ana", "{}", HOUR, 9).await.unwrap();
        assert_eq!(store.session("id", "ana").await.unwrap(), Some("{}".to_owned()));
        assert_eq!(store.session("id", "bob").await.unwrap(), None);
        assert!(!store.end_session("id", "bob").await.unwrap());
        assert!(store.end_session("id", "ana").await.unwrap());
        assert_eq!(store.session("id", "ana").await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_session_that_is_over_is_gone_and_one_that_is_used_lives_on() {
        let store = Store::in_memory("one");
        store.keep_session("old", "ana", "{}", Duration::ZERO, 9).await.unwrap();
        assert_eq!(store.session("old", "ana").await.unwrap(), None);
        store.prolong_session("old", HOUR).await.unwrap();
        assert!(store.session("old", "ana").await.unwrap().is_some());
        store.prolong_session("old", Duration::ZERO).await.unwrap();
        store.keep_session("new", "ana", "{}", HOUR, 9).await.unwrap();
        assert!(!store.end_session("old", "ana").await.unwrap(), "what is over was let go");
    }

    #[tokio::test]
    async fn one_principal_has_so_many_sessions_and_keeps_those_used_last() {
        let store = Store::in_memory("one");
        store.keep_session("other", "bob", "{}", HOUR, 2).await.unwrap();
        for (id, minutes) in [("first", 3), ("second", 1), ("third", 2), ("fourth", 1)] {
            store.keep_session(id, "ana", "{}", Duration::from_secs(60 * minutes), 2).await.unwrap();
        }
        let mut left = Vec::new();
        for (id, principal) in
            [("first", "ana"), ("second", "ana"), ("third", "ana"), ("fourth", "ana"), ("other", "bob")]
        {
            left.push(store.session(id, principal).await.unwrap().is_some());
        }
        assert_eq!(left, [true, false, false, true, true]);
    }
}
