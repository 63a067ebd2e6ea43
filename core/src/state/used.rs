//! Things that may be used once: confirmations.

use std::time::Duration;

use super::store::{self, StateError, Store};

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
        let lifetime = i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX);
        let done = sqlx::query("INSERT INTO used (name, forget_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(now.saturating_add(lifetime))
            .execute(pool)
            .await?;
        Ok(done.rows_affected() == 1)
    }
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
}
