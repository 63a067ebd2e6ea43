//! Which order a key names: two keys that look the same are one.

use sqlx::AnyConnection;

use super::orders::{COLUMNS, Entry, OF_ACCOUNT, entry};
use super::store::{self, StateError};
use crate::sanitize::plain_number;

/// The form in which keys are kept and compared: two that look the same are the same, whatever their capitals.
pub(super) fn key_of(key: &str) -> String {
    plain_number(&plain_number(key).to_uppercase())
}

/// The living row of an order: under its key, or under what an earlier version kept in its place, which was the key as it
/// was typed.
pub(super) async fn living(
    ledger: &mut AnyConnection,
    account: &str,
    tool: &str,
    key: &str,
) -> Result<Option<Entry>, StateError> {
    if let Some(entry) = under(ledger, account, tool, key).await? {
        return Ok(Some(entry));
    }
    let sql = format!(
        "SELECT order_key FROM orders WHERE {OF_ACCOUNT} AND tool = $2 AND state <> 'failed' ORDER BY started_at DESC"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(account).bind(tool).fetch_all(&mut *ledger).await?;
    for row in rows {
        let typed = store::text(&row, "order_key")?;
        if key_of(&typed) == key {
            return under(ledger, account, tool, &typed).await;
        }
    }
    Ok(None)
}

async fn under(ledger: &mut AnyConnection, account: &str, tool: &str, key: &str) -> Result<Option<Entry>, StateError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM orders WHERE {OF_ACCOUNT} AND tool = $2 AND order_key = $3 AND state <> 'failed'"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(account).bind(tool).bind(key);
    query.fetch_optional(ledger).await?.as_ref().map(entry).transpose()
}

#[cfg(test)]
mod tests {
    use super::super::{Claim, NewOrder, Store};

    fn order(id: &str, key: &str) -> NewOrder {
        NewOrder {
            id: id.into(),
            account: "acme".into(),
            tool: "infinigate_create_order".into(),
            key: key.into(),
            payload: "digest".into(),
            summary: format!("order {key}"),
            arguments: "{}".into(),
            totals: Vec::new(),
            principal: "test".into(),
            client: None,
            shown_before: None,
        }
    }

    #[tokio::test]
    async fn a_number_that_looks_the_same_is_the_same_order_also_where_an_earlier_version_kept_it_as_typed() {
        let store = Store::in_memory("test");
        assert!(matches!(store.claim_order(&order("1", "po-9 b\u{fc}ro"), None).await.unwrap(), Claim::Started));
        let same = [
            "PO-9 B\u{dc}RO",
            "PO\u{2011}9\u{a0}b\u{fc}ro",
            "P\u{200b}O-9 bu\u{308}ro ",
            "\u{ff30}O\u{2013}9  B\u{fc}ro",
        ];
        // As it is now, and as earlier versions kept it: in capitals, and otherwise as it came.
        for kept in ["PO-9 B\u{dc}RO", "PO\u{2011}9 B\u{dc}RO", "PO-9  BU\u{308}RO", "P\u{200b}O-9\u{a0}B\u{dc}RO"] {
            let pool = store.pool().await.unwrap();
            sqlx::query("UPDATE orders SET order_key = $1").bind(kept).execute(pool).await.unwrap();
            for key in same {
                let found = store.order("acme", "infinigate_create_order", key).await.unwrap();
                assert_eq!(found.map(|entry| entry.id).as_deref(), Some("1"), "{key} in {kept}");
                let claim = store.claim_order(&order("2", key), None).await.unwrap();
                assert!(matches!(claim, Claim::Exists(entry) if entry.id == "1"), "{key} in {kept}");
            }
        }
        assert!(store.order("acme", "infinigate_create_order", "PO-90 B\u{dc}RO").await.unwrap().is_none());
        assert!(matches!(store.claim_order(&order("3", "PO9 B\u{dc}RO"), None).await.unwrap(), Claim::Started));
    }
}
