//! The ledger of orders: what was started, what became of it, and how much was committed.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;

use super::day_limit::{committed_today, passed};
use super::order_keys::{key_of, living};
use super::store::{self, StateError, Store, Table};

/// A sum in one currency, in ten-thousandths, so that adding up is exact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    /// ISO 4217.
    pub currency: String,
    /// Ten-thousandths of the unit.
    pub amount: i64,
}

/// How long an order can be on its way. One that was started longer ago and has no outcome was left behind by a process
/// that ended: whether it arrived is not known.
pub const UNDER_WAY: Duration = Duration::from_secs(180);

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Written down; its request may have left.
    Started,
    /// Upstream has it.
    Placed,
    /// It surely came to nothing.
    Failed,
    /// It was sent, and nobody knows.
    Unknown,
}

impl OrderState {
    /// The word in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Placed => "placed",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    fn named(name: &str) -> Self {
        match name {
            "started" => Self::Started,
            "placed" => Self::Placed,
            "failed" => Self::Failed,
            // A word of a later version is nothing this version may act on.
            _ => Self::Unknown,
        }
    }
}

/// The program that acted for a caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActingClient {
    /// Its id.
    pub id: String,
    /// What people know it by.
    pub name: String,
}

/// An order before it leaves.
#[derive(Debug, Clone)]
pub struct NewOrder {
    /// Names the row; unique.
    pub id: String,
    /// The upstream account that pays.
    pub account: String,
    /// The tool.
    pub tool: String,
    /// What makes two calls the same order.
    pub key: String,
    /// Digest of what is sent.
    pub payload: String,
    /// What a person recognises it by.
    pub summary: String,
    /// The arguments of the call, as JSON: with them it is looked up again.
    pub arguments: String,
    /// What it costs, one sum a currency.
    pub totals: Vec<Total>,
    /// Who orders.
    pub principal: String,
    /// The program that acts for them, if it came with OAuth.
    pub client: Option<ActingClient>,
    /// What upstream showed already that could be taken for its effect.
    pub shown_before: Option<String>,
}

/// A row of the ledger.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Names the row.
    pub id: String,
    /// The upstream account that pays.
    pub account: String,
    /// The tool.
    pub tool: String,
    /// What makes two calls the same order.
    pub key: String,
    /// Digest of what was sent.
    pub payload: String,
    /// What a person recognises it by.
    pub summary: String,
    /// The arguments of the call, as JSON.
    #[serde(skip)]
    pub arguments: String,
    /// What it costs.
    pub totals: Vec<Total>,
    /// Who ordered.
    pub principal: String,
    /// The program that acted for them, if it came with OAuth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<ActingClient>,
    /// The process that sent it.
    pub holder: String,
    /// What became of it.
    pub state: OrderState,
    /// When it was written down, in milliseconds since 1970.
    pub started_at: i64,
    /// When its state was last changed.
    pub settled_at: Option<i64>,
    /// The tool's answer, as JSON.
    pub answer: Option<String>,
    /// What a look at upstream found.
    pub found: Option<String>,
    /// What upstream showed already, before it was sent.
    #[serde(skip)]
    pub shown_before: Option<String>,
}

/// What came of wanting to start an order.
#[derive(Debug)]
pub enum Claim {
    /// It is this caller's to send.
    Started,
    /// The same order is there already.
    Exists(Box<Entry>),
    /// The day's sum in this currency would be passed.
    OverLimit {
        /// What was committed today, without this order.
        committed: Total,
    },
}

/// The account under its present name, whatever it was called when the row was written.
pub(super) const COLUMNS: &str = "id, COALESCE((SELECT names.account FROM account_names names WHERE names.former = orders.account), orders.account) AS account, tool, order_key, payload, summary, arguments, totals, principal, holder, state, started_at, settled_at, answer, found, shown_before, client_id, client_name";

impl Store {
    /// Writes an order down before it is sent. Exactly one of many callers may send it; the day's limit is held over all
    /// orders of the account that were not surely in vain. `a_day` is in ten-thousandths of any currency's unit.
    ///
    /// # Errors
    /// When the ledger cannot be written; then nothing may be sent.
    pub async fn claim_order(&self, order: &NewOrder, a_day: Option<i64>) -> Result<Claim, StateError> {
        let mut ledger = self.alone_on(Table::Orders).await?;
        let key = key_of(&order.key);
        if let Some(entry) = living(&mut ledger, &order.account, &order.tool, &key).await? {
            return Ok(Claim::Exists(Box::new(entry)));
        }
        let now = store::now();
        if let Some(limit) = a_day {
            let committed = committed_today(&mut ledger, &order.account, now).await?;
            if let Some(committed) = passed(&committed, &order.totals, limit) {
                return Ok(Claim::OverLimit { committed });
            }
        }
        sqlx::query("INSERT INTO orders (id, account, tool, order_key, payload, summary, arguments, totals, principal, holder, state, started_at, shown_before, client_id, client_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'started', $11, $12, $13, $14)")
            .bind(&order.id)
            .bind(&order.account)
            .bind(&order.tool)
            .bind(&key)
            .bind(&order.payload)
            .bind(&order.summary)
            .bind(&order.arguments)
            .bind(serde_json::to_string(&order.totals)?)
            .bind(&order.principal)
            .bind(&self.holder)
            .bind(now)
            .bind(&order.shown_before)
            .bind(order.client.as_ref().map(|client| client.id.as_str()))
            .bind(order.client.as_ref().map(|client| client.name.as_str()))
            .execute(&mut *ledger)
            .await?;
        ledger.commit().await?;
        Ok(Claim::Started)
    }

    /// The living row of an order, if there is one; attempts that came to nothing are not found.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn order(&self, account: &str, tool: &str, key: &str) -> Result<Option<Entry>, StateError> {
        let mut ledger = self.pool().await?.acquire().await?;
        living(&mut ledger, account, tool, &key_of(key)).await
    }

    /// The row with this id, whatever its state.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn order_of_id(&self, id: &str) -> Result<Option<Entry>, StateError> {
        let sql = format!("SELECT {COLUMNS} FROM orders WHERE id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(self.pool().await?).await?;
        row.as_ref().map(entry).transpose()
    }

    /// The latest orders, newest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn orders(&self, most: u32) -> Result<Vec<Entry>, StateError> {
        let sql = format!("SELECT {COLUMNS} FROM orders ORDER BY started_at DESC, id LIMIT $1");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(i64::from(most)).fetch_all(self.pool().await?).await?;
        rows.iter().map(entry).collect()
    }

    /// The latest orders of an account that one tool sent, newest first, without those that surely came to nothing.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn orders_sent(&self, account: &str, tool: &str, most: u32) -> Result<Vec<Entry>, StateError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM orders WHERE {OF_ACCOUNT} AND tool = $2 AND state <> 'failed' ORDER BY started_at DESC, id LIMIT $3"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(account)
            .bind(tool)
            .bind(i64::from(most))
            .fetch_all(self.pool().await?)
            .await?;
        rows.iter().map(entry).collect()
    }

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

    /// How many orders there are in each state, as they stand now; nothing where there is no ledger yet, for looking must
    /// not make one.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn orders_by_state(&self) -> Result<Option<Vec<(OrderState, u64)>>, StateError> {
        if !self.is_there() {
            return Ok(None);
        }
        let sql = "SELECT CASE WHEN state = 'started' AND started_at < $1 THEN 'unknown' ELSE state END AS stands, \
                   COUNT(*) AS many FROM orders GROUP BY 1";
        let rows = sqlx::query(sql).bind(store::now() - under_way()).fetch_all(self.pool().await?).await?;
        let mut counts =
            vec![(OrderState::Started, 0), (OrderState::Placed, 0), (OrderState::Failed, 0), (OrderState::Unknown, 0)];
        for row in rows {
            let state = OrderState::named(&store::text(&row, "stands")?);
            let many = u64::try_from(store::number(&row, "many")?).unwrap_or_default();
            counts.iter_mut().filter(|(known, _)| *known == state).for_each(|(_, count)| *count += many);
        }
        Ok(Some(counts))
    }

    /// Whether this process wrote the entry down.
    pub fn holds(&self, entry: &Entry) -> bool {
        entry.holder == self.holder
    }
}

impl Entry {
    /// What is known of it now: an order that its process left behind is one whose outcome nobody knows.
    pub fn stands(&self) -> OrderState {
        match self.state {
            OrderState::Started if self.started_at < store::now() - under_way() => OrderState::Unknown,
            state => state,
        }
    }
}

fn under_way() -> i64 {
    i64::try_from(UNDER_WAY.as_millis()).unwrap_or(i64::MAX)
}

/// The rows of the account `$1`, those under its former names among them.
pub(super) const OF_ACCOUNT: &str =
    "(account = $1 OR account IN (SELECT former FROM account_names WHERE account_names.account = $1))";

pub(super) fn entry(row: &AnyRow) -> Result<Entry, StateError> {
    Ok(Entry {
        id: store::text(row, "id")?,
        account: store::text(row, "account")?,
        tool: store::text(row, "tool")?,
        key: store::text(row, "order_key")?,
        payload: store::text(row, "payload")?,
        summary: store::text(row, "summary")?,
        arguments: store::text(row, "arguments")?,
        totals: serde_json::from_str(&store::text(row, "totals")?)?,
        principal: store::text(row, "principal")?,
        client: store::optional_text(row, "client_id")?
            .zip(store::optional_text(row, "client_name")?)
            .map(|(id, name)| ActingClient { id, name }),
        holder: store::text(row, "holder")?,
        state: OrderState::named(&store::text(row, "state")?),
        started_at: store::number(row, "started_at")?,
        settled_at: sqlx::Row::try_get(row, "settled_at")?,
        answer: store::optional_text(row, "answer")?,
        found: store::optional_text(row, "found")?,
        shown_before: store::optional_text(row, "shown_before")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(id: &str, key: &str, amount: i64) -> NewOrder {
        NewOrder {
            id: id.into(),
            account: "acme".into(),
            tool: "infinigate_accept_quote".into(),
            key: key.into(),
            payload: "digest".into(),
            summary: format!("quote {key}"),
            arguments: "{}".into(),
            totals: vec![Total { currency: "EUR".into(), amount }],
            principal: "test".into(),
            client: None,
            shown_before: None,
        }
    }

    #[tokio::test]
    async fn of_many_who_start_the_same_order_one_may_send_it() {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("state.db").display());
        let stores: Vec<Store> = (0..4).map(|holder| Store::new(&address, holder.to_string())).collect();
        stores[0].ready().await.unwrap();
        let claims = (0..16).map(|n| {
            let (store, order) = (&stores[n % 4], order(&n.to_string(), "AN1", 10));
            async move { store.claim_order(&order, None).await.unwrap() }
        });
        let claims = futures::future::join_all(claims).await;
        assert_eq!(claims.iter().filter(|claim| matches!(claim, Claim::Started)).count(), 1);
    }

    #[tokio::test]
    async fn an_attempt_that_came_to_nothing_may_be_made_again_and_a_placed_order_may_not() {
        let store = Store::in_memory("test");
        assert!(matches!(store.claim_order(&order("1", "AN1", 10), None).await.unwrap(), Claim::Started));
        assert!(store.settle_order("1", OrderState::Failed, None, Some("refused")).await.unwrap());
        assert!(matches!(store.claim_order(&order("2", "AN1", 10), None).await.unwrap(), Claim::Started));
        assert!(store.settle_order("2", OrderState::Placed, Some("{}"), None).await.unwrap());
        assert!(!store.settle_order("2", OrderState::Failed, None, None).await.unwrap(), "a placed order stays placed");
        let Claim::Exists(entry) = store.claim_order(&order("3", "AN1", 10), None).await.unwrap() else {
            panic!("the order was started twice")
        };
        assert_eq!((entry.id.as_str(), entry.state), ("2", OrderState::Placed));
        assert_eq!(store.orders(10).await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn an_order_of_a_former_name_is_found_and_counts_for_the_day() {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("state.db").display());
        let before = Store::new(&address, "before");
        let old = NewOrder { account: "old".into(), ..order("1", "AN1", 60) };
        assert!(matches!(before.claim_order(&old, None).await.unwrap(), Claim::Started));
        let after = Store::new(&address, "after");
        after.also_known_as("acme", "old");
        let Claim::Exists(entry) = after.claim_order(&order("2", "AN1", 60), None).await.unwrap() else {
            panic!("the order was started twice")
        };
        assert_eq!((entry.id.as_str(), entry.account.as_str()), ("1", "acme"));
        let found = after.order("acme", "infinigate_accept_quote", "AN1").await.unwrap();
        assert_eq!(found.map(|entry| entry.id).as_deref(), Some("1"));
        let claim = after.claim_order(&order("3", "AN2", 50), Some(100)).await.unwrap();
        assert!(matches!(claim, Claim::OverLimit { .. }), "{claim:?}");
        assert!(after.order("other", "infinigate_accept_quote", "AN1").await.unwrap().is_none());
    }

    #[tokio::test]
    async fn an_order_keeps_the_program_that_sent_it() {
        let store = Store::in_memory("test");
        let client = ActingClient { id: "https://tools.example/c".into(), name: "Desk".into() };
        let by_client = NewOrder { client: Some(client.clone()), ..order("1", "AN1", 10) };
        store.claim_order(&by_client, None).await.unwrap();
        store.claim_order(&order("2", "AN2", 10), None).await.unwrap();
        let of = async |id: &str| store.order_of_id(id).await.unwrap().unwrap().client;
        assert_eq!((of("1").await, of("2").await), (Some(client), None));
    }

    #[tokio::test]
    async fn the_limit_of_a_day_counts_everything_that_was_not_surely_in_vain() {
        let store = Store::in_memory("test");
        assert!(matches!(store.claim_order(&order("1", "AN1", 60), Some(100)).await.unwrap(), Claim::Started));
        store.settle_order("1", OrderState::Unknown, None, None).await.unwrap();
        let Claim::OverLimit { committed } = store.claim_order(&order("2", "AN2", 50), Some(100)).await.unwrap() else {
            panic!("the limit was passed")
        };
        assert_eq!(committed, Total { currency: "EUR".into(), amount: 60 });
        store.settle_order("1", OrderState::Failed, None, None).await.unwrap();
        assert!(matches!(store.claim_order(&order("2", "AN2", 50), Some(100)).await.unwrap(), Claim::Started));
    }

    #[tokio::test]
    async fn an_order_that_a_crash_left_behind_counts_as_one_whose_outcome_is_not_known() {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("state.db").display());
        assert_eq!(
            Store::new(&address, "looks").orders_by_state().await.unwrap(),
            None,
            "there is no ledger to look at"
        );
        assert!(!folder.path().join("state.db").exists(), "looking makes none");

        let crashed = Store::new(&address, "crashed");
        assert!(matches!(crashed.claim_order(&order("1", "AN1", 10), None).await.unwrap(), Claim::Started));
        assert!(matches!(crashed.claim_order(&order("2", "AN2", 10), None).await.unwrap(), Claim::Started));
        let sql = "UPDATE orders SET started_at = started_at - 180001 WHERE id = '1'";
        sqlx::query(sql).execute(crashed.pool().await.unwrap()).await.unwrap();

        let next = Store::new(&address, "next");
        let counts = next.orders_by_state().await.unwrap().unwrap();
        let of = |state| counts.iter().find(|(known, _)| *known == state).map(|(_, count)| *count);
        assert_eq!((of(OrderState::Unknown), of(OrderState::Started)), (Some(1), Some(1)), "{counts:?}");
        let stands = |id: &'static str| {
            let next = &next;
            async move { next.order_of_id(id).await.unwrap().unwrap().stands() }
        };
        assert_eq!((stands("1").await, stands("2").await), (OrderState::Unknown, OrderState::Started));
    }
}
