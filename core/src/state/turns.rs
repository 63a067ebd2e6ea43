//! The requests of the last minute over all servers that share a database, for a limit that counts them together.

use std::time::Duration;

use super::store::{self, StateError, Store, Table};

/// The database's own clock, in milliseconds since 1970: the clocks of its servers may differ.
const NOW_IN_POSTGRES: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) AS now";
const NOW_IN_SQLITE: &str = "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) AS now";

impl Store {
    /// Counts one more request of `account`, if fewer than `most` were sent within `window`. Otherwise gives the time until
    /// there is room.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn take_turn(
        &self,
        account: &str,
        most: usize,
        window: Duration,
    ) -> Result<Option<Duration>, StateError> {
        let mut turns = self.alone_on(Table::Turns).await?;
        let clock = if self.is_shared() { NOW_IN_POSTGRES } else { NOW_IN_SQLITE };
        let now = store::number(&sqlx::query(clock).fetch_one(&mut *turns).await?, "now")?;
        let window = i64::try_from(window.as_millis()).unwrap_or(i64::MAX);
        sqlx::query("DELETE FROM turns WHERE account = $1 AND sent_at <= $2")
            .bind(account)
            .bind(now.saturating_sub(window))
            .execute(&mut *turns)
            .await?;
        let row =
            sqlx::query("SELECT COUNT(*) AS taken, COALESCE(MIN(sent_at), 0) AS oldest FROM turns WHERE account = $1")
                .bind(account)
                .fetch_one(&mut *turns)
                .await?;
        let (taken, oldest) = (store::number(&row, "taken")?, store::number(&row, "oldest")?);
        if usize::try_from(taken).unwrap_or(usize::MAX) >= most {
            let wait = oldest.saturating_add(window).saturating_sub(now).max(1);
            return Ok(Some(Duration::from_millis(wait.unsigned_abs())));
        }
        sqlx::query("INSERT INTO turns (account, sent_at) VALUES ($1, $2)")
            .bind(account)
            .bind(now)
            .execute(&mut *turns)
            .await?;
        turns.commit().await?;
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn servers_on_one_database_share_the_turns_of_an_account() {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("state.db").display());
        let stores: Vec<Store> = (0..3).map(|holder| Store::new(&address, holder.to_string())).collect();
        stores[0].ready().await.unwrap();
        let minute = Duration::from_secs(60);
        let takes = (0..12).map(|n| stores[n % 3].take_turn("a", 5, minute));
        let taken: Vec<Option<Duration>> =
            futures::future::join_all(takes).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(taken.iter().filter(|wait| wait.is_none()).count(), 5);
        assert!(taken.iter().flatten().all(|wait| *wait > Duration::from_secs(30) && *wait <= minute), "{taken:?}");
        assert_eq!(stores[1].take_turn("b", 1, minute).await.unwrap(), None, "another account has its own");
    }

    #[tokio::test]
    async fn a_turn_is_free_again_when_its_time_is_over() {
        let store = Store::in_memory("test");
        assert_eq!(store.take_turn("a", 1, Duration::ZERO).await.unwrap(), None);
        assert_eq!(store.take_turn("a", 1, Duration::ZERO).await.unwrap(), None);
    }
}
