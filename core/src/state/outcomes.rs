//! How an order ended: written down once, and only ever changed when the effect of a failed one is seen after all.

use super::orders::{COLUMNS, Entry, OF_ACCOUNT, OrderState, entry};
use super::store::{self, StateError, Store, Table};

/// What proves that an order came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It never left, or the gateway turned it away: what is seen later is nothing of it.
    Unsent,
    /// The service itself refused it.
    Refused,
    /// It was not there when the longest flight was over.
    NotThere,
    /// A person asked the supplier.
    Person,
}

impl Proof {
    fn name(self) -> &'static str {
        match self {
            Self::Unsent => "unsent",
            Self::Refused => "refused",
            Self::NotThere => "not_there",
            Self::Person => "person",
        }
    }
}

impl Store {
    /// Says what became of an order, unless that is settled already: a placed or failed order stays so. True when the row
    /// was changed.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn settle_order(
        &self,
        id: &str,
        state: OrderState,
        answer: Option<&str>,
        found: Option<&str>,
    ) -> Result<bool, StateError> {
        let sql = "UPDATE orders SET state = $2, settled_at = $3, answer = COALESCE($4, answer), found = COALESCE($5, found) \
                   WHERE id = $1 AND state IN ('started', 'unknown')";
        let done = sqlx::query(sql)
            .bind(id)
            .bind(state.name())
            .bind(store::now())
            .bind(answer)
            .bind(found)
            .execute(self.pool().await?)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Says that an order came to nothing, unless it is settled already. True when the row was changed.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn fail_order(&self, id: &str, proof: Proof, found: &str) -> Result<bool, StateError> {
        let sql = "UPDATE orders SET state = 'failed', settled_at = $2, proof = $3, found = $4 \
                   WHERE id = $1 AND state IN ('started', 'unknown')";
        let done = sqlx::query(sql)
            .bind(id)
            .bind(store::now())
            .bind(proof.name())
            .bind(found)
            .execute(self.pool().await?)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// The latest attempt at an order that counts as failed although it left: should its effect be seen after all.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn order_in_vain(&self, account: &str, tool: &str, key: &str) -> Result<Option<Entry>, StateError> {
        let clock = self.clock();
        let sql = format!(
            "SELECT {COLUMNS}, {clock} AS now FROM orders WHERE {OF_ACCOUNT} AND tool = $2 AND order_key = $3 \
             AND state = 'failed' AND COALESCE(proof, '') <> 'unsent' ORDER BY started_at DESC LIMIT 1"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(account).bind(tool).bind(key);
        query.fetch_optional(self.pool().await?).await?.as_ref().map(entry).transpose()
    }

    /// Takes a failed order for placed, because its effect was seen. False when it is not failed, or when another attempt
    /// at the same order lives.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub async fn revive_order(&self, failed: &Entry, found: &str) -> Result<bool, StateError> {
        let mut ledger = self.alone_on(Table::Orders).await?;
        let living =
            format!("SELECT id FROM orders WHERE {OF_ACCOUNT} AND tool = $2 AND order_key = $3 AND state <> 'failed'");
        let living =
            sqlx::query(sqlx::AssertSqlSafe(living)).bind(&failed.account).bind(&failed.tool).bind(&failed.key);
        if living.fetch_optional(&mut *ledger).await?.is_some() {
            return Ok(false);
        }
        let sql = "UPDATE orders SET state = 'placed', settled_at = $2, found = $3 WHERE id = $1 AND state = 'failed'";
        let done = sqlx::query(sql).bind(&failed.id).bind(store::now()).bind(found).execute(&mut *ledger).await?;
        ledger.commit().await?;
        Ok(done.rows_affected() == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{Claim, NewOrder};
    use std::time::Duration;

    fn order(id: &str) -> NewOrder {
        NewOrder {
            id: id.into(),
            account: "acme".into(),
            tool: "infinigate_accept_quote".into(),
            key: "AN1".into(),
            payload: "digest".into(),
            summary: "quote AN1".into(),
            arguments: "{}".into(),
            totals: Vec::new(),
            principal: "test".into(),
            client: None,
            shown_before: None,
            flight: Duration::from_secs(375),
        }
    }

    async fn in_vain(store: &Store) -> Option<Entry> {
        store.order_in_vain("acme", "infinigate_accept_quote", "AN1").await.unwrap()
    }

    #[tokio::test]
    async fn a_failed_order_whose_effect_is_seen_lives_again_unless_another_one_does() {
        let store = Store::in_memory("test");
        store.claim_order(&order("1"), None).await.unwrap();
        assert!(store.fail_order("1", Proof::NotThere, "not there").await.unwrap());
        let failed = in_vain(&store).await.unwrap();
        store.claim_order(&order("2"), None).await.unwrap();
        assert!(!store.revive_order(&failed, "there").await.unwrap(), "the second attempt is under way");
        store.fail_order("2", Proof::Refused, "refused").await.unwrap();
        assert!(store.revive_order(&failed, "there").await.unwrap());
        assert!(!store.revive_order(&failed, "there").await.unwrap(), "it is placed now");
        let Claim::Exists(entry) = store.claim_order(&order("3"), None).await.unwrap() else { panic!("sent again") };
        assert_eq!((entry.id.as_str(), entry.state, entry.found.as_deref()), ("1", OrderState::Placed, Some("there")));
    }

    #[tokio::test]
    async fn what_never_left_is_not_taken_for_the_cause_of_anything() {
        let store = Store::in_memory("test");
        store.claim_order(&order("1"), None).await.unwrap();
        store.fail_order("1", Proof::Unsent, "turned away").await.unwrap();
        assert!(in_vain(&store).await.is_none());
        assert!(!store.fail_order("1", Proof::Person, "again").await.unwrap(), "it is settled");
    }

    #[tokio::test]
    async fn the_age_of_an_order_is_told_by_the_clock_of_the_database() {
        let store = Store::in_memory("test");
        store.claim_order(&order("1"), None).await.unwrap();
        let sql = "UPDATE orders SET started_at = started_at - 90000";
        sqlx::query(sql).execute(store.pool().await.unwrap()).await.unwrap();
        let entry = store.order_of_id("1").await.unwrap().unwrap();
        assert!((90..100).contains(&entry.age.as_secs()), "{:?}", entry.age);
        assert_eq!(entry.flight, Some(Duration::from_secs(375)));
    }
}
