//! What all orders of a day may cost together.

use sqlx::AnyConnection;

use super::orders::{OF_ACCOUNT, Total};
use super::store::{self, StateError, Store};

const MILLISECONDS_A_DAY: i64 = 86_400_000;

impl Store {
    /// The sum that keeps an order from fitting into the day's limit, with what was committed before; nothing when it fits.
    /// All sums are in ten-thousandths.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn passes_the_day(
        &self,
        account: &str,
        totals: &[Total],
        a_day: i64,
    ) -> Result<Option<Total>, StateError> {
        let mut ledger = self.pool().await?.acquire().await?;
        Ok(passed(&committed_today(&mut ledger, account, store::now()).await?, totals, a_day))
    }
}

/// What all orders of the account since midnight cost that were not surely in vain.
pub(super) async fn committed_today(
    ledger: &mut AnyConnection,
    account: &str,
    now: i64,
) -> Result<Vec<Total>, StateError> {
    let since = now - now.rem_euclid(MILLISECONDS_A_DAY);
    let sql = format!("SELECT totals FROM orders WHERE {OF_ACCOUNT} AND started_at >= $2 AND state <> 'failed'");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(account).bind(since).fetch_all(ledger).await?;
    let mut committed: Vec<Total> = Vec::new();
    for row in rows {
        committed.extend(serde_json::from_str::<Vec<Total>>(&store::text(&row, "totals")?)?);
    }
    Ok(committed)
}

/// The currency in which the sum of both passes the limit, with what was committed in it before. Rebates count like
/// charges, and a sum without a currency may be in any.
pub(super) fn passed(committed: &[Total], more: &[Total], limit: i64) -> Option<Total> {
    let sum = |totals: &[Total], currency: &str| -> i64 {
        let may_be = |other: &str| other == currency || other.is_empty() || currency.is_empty();
        let counted = totals.iter().filter(|total| may_be(&total.currency));
        counted.fold(0, |sum, total| sum.saturating_add(total.amount.saturating_abs()))
    };
    more.iter()
        .map(|total| Total { currency: total.currency.clone(), amount: sum(committed, &total.currency) })
        .find(|before| before.amount.saturating_add(sum(more, &before.currency)) > limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rebates_and_sums_without_a_currency_use_the_day_up() {
        let total = |currency: &str, amount| Total { currency: currency.into(), amount };
        let before = [total("EUR", -60), total("", 10), total("CHF", 90)];
        assert_eq!(passed(&before, &[total("EUR", 30)], 100), None);
        assert_eq!(passed(&before, &[total("EUR", 31)], 100), Some(total("EUR", 70)));
        assert_eq!(passed(&before, &[total("EUR", -31)], 100), Some(total("EUR", 70)));
        assert_eq!(passed(&before, &[total("", 1)], 100), Some(total("", 160)));
    }
}
