//! Things that may be used once: confirmations.

use std::time::Duration;

use super::store::{self, StateError, Store};

/// Something that was used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// What came of it, once that is known.
    pub outcome: Option<String>,
}

impl Store {
    /// Uses `name` up. True for exactly one caller, however many come at once and whichever server they reach. It is
    /// remembered for `lifetime`, which must be at least as long as the thing itself is valid.
    ///
    /// # Errors
    /// When the store cannot be written; then it must count as used.
    pub async fn use_up(&self, name: &str, lifetime: Duration) -> Result<bool, StateError> {
        let pool = self.pool().await?;
        let now = store::now();
        sqlx::query("DELETE FROM used WHERE forget_at <= $1").bind(now).execute(pool).await?;
        let done = sqlx::query(
            "INSERT INTO used (name, forget_at, used_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
        )
        .bind(name)
        .bind(end(now, lifetime))
        .bind(now)
        .execute(pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// The same for what counts from its last use.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn use_again(&self, name: &str, lifetime: Duration) -> Result<(), StateError> {
        let now = store::now();
        sqlx::query(
            "INSERT INTO used (name, forget_at, used_at) VALUES ($1, $2, $3)
             ON CONFLICT (name) DO UPDATE SET forget_at = excluded.forget_at, used_at = excluded.used_at",
        )
        .bind(name)
        .bind(end(now, lifetime))
        .bind(now)
        .execute(self.pool().await?)
        .await?;
        Ok(())
    }

    /// Writes down what came of the use of `name`.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn note_outcome(&self, name: &str, outcome: &str) -> Result<(), StateError> {
        sqlx::query("UPDATE used SET outcome = $1 WHERE name = $2")
            .bind(outcome)
            .bind(name)
            .execute(self.pool().await?)
            .await?;
        Ok(())
    }

    /// The use of `name`, if it was used and is not forgotten.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn used(&self, name: &str) -> Result<Option<Used>, StateError> {
        // What an older version wrote has no time; then it is known only that it was used.
        let row =
            sqlx::query("SELECT COALESCE(used_at, 0) AS used_at, outcome FROM used WHERE name = $1 AND forget_at > $2")
                .bind(name)
                .bind(store::now())
                .fetch_optional(self.pool().await?)
                .await?;
        let used = |row| {
            Ok::<_, sqlx::Error>(Used {
                at: store::number(row, "used_at")?,
                outcome: store::optional_text(row, "outcome")?,
            })
        };
        Ok(row.as_ref().map(used).transpose()?)
    }
}

fn end(now: i64, lifetime: Duration) -> i64 {
    now.saturating_add(i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn of_many_callers_at_several_servers_one_wins() {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("state.db").display());
        let stores: Vec<Store> = (0..4).map(|holder| Store::new(&address, holder.to_string())).collect();
        stores[0].ready().await.unwrap();
        for token in 0..20 {
            let name = token.to_string();
            let callers = (0..8).map(|caller| stores[caller % 4].use_up(&name, Duration::from_secs(60)));
            let winners = futures::future::join_all(callers).await;
            assert_eq!(winners.into_iter().map(Result::unwrap).filter(|won| *won).count(), 1);
        }
    }

    #[tokio::test]
    async fn what_is_too_old_to_be_used_again_is_forgotten() {
        let store = Store::in_memory("test");
        assert!(store.use_up("token", Duration::ZERO).await.unwrap());
        assert!(store.use_up("token", Duration::ZERO).await.unwrap());
    }
    #[tokio::test]
    async fn what_came_of_a_use_is_told_to_whoever_asks_later() {
        let store = Store::in_memory("test");
        let hour = Duration::from_secs(3_600);
        assert_eq!(store.used("token").await.unwrap(), None);
        assert!(store.use_up("token", hour).await.unwrap());
        let used = store.used("token").await.unwrap().unwrap();
        assert_eq!(used.outcome, None);
        store.note_outcome("token", "done").await.unwrap();
        assert_eq!(store.used("token").await.unwrap(), Some(Used { outcome: Some("done".into()), ..used }));
        store.use_again("no", Duration::ZERO).await.unwrap();
        assert_eq!(store.used("no").await.unwrap(), None);
        store.use_again("no", hour).await.unwrap();
        assert!(store.used("no").await.unwrap().is_some_and(|no| no.at > 0));
    }
}
