//! Orders under the same number that were sent before: nobody should buy again without knowing of them.

use serde_json::Value;

use super::amount::Amount;
use super::declaration::Service;
use super::details::Details;
use super::error::{Error, Result};
use super::ledger::{Purchase, moment};
use super::order::Order;
use super::text::plain_number;
use crate::state::{Entry, OrderState, Total};

/// So many of the latest orders are looked through.
const LOOKED_THROUGH: u32 = 2_000;
/// So many of them are told.
const TOLD: usize = 5;

impl Purchase {
    /// The orders of this account that were sent with the number of this one under other keys, newest first; those that
    /// surely came to nothing are left out.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub(super) async fn earlier(&self, order: &Order) -> Result<Vec<Entry>> {
        let tool = self.tool.declaration.name;
        let Some((argument, number)) = &order.number else { return Ok(Vec::new()) };
        let account = self.ctx.account(Service::Infinigate)?;
        let entries = self.ctx.store().orders_sent(account, tool, LOOKED_THROUGH).await?;
        let is_meant = |entry: &Entry| {
            folded(&entry.key) != folded(&order.key) && numbered(entry, argument) == Some(folded(number))
        };
        Ok(entries.into_iter().filter(is_meant).collect())
    }

    /// Warns of these orders in the question about the next one.
    pub(super) fn warn_of(&self, earlier: &[Entry], details: &mut Details) {
        for entry in earlier.iter().take(TOLD) {
            let text = format!(
                "This number was ordered before: {}. An order cannot be changed: this one is bought in addition.",
                told(entry, &self.principal)
            );
            details.warn(format!("earlier {}", entry.id), &text);
        }
        if let Some(more) = earlier.len().checked_sub(TOLD).filter(|more| *more > 0) {
            details.warn(format!("earlier {more}"), &format!("{more} more orders had this number before those."));
        }
    }

    /// Says in a refusal what is known here of the purchase that led to it.
    pub(super) fn refused_after(&self, earlier: &[Entry], refusal: Error) -> Error {
        match earlier.first() {
            Some(entry) => refusal.with("ordered_here", Value::String(told(entry, &self.principal))),
            None => refusal,
        }
    }
}

/// When it was, for how much, and what became of it. What another user bought is theirs to know.
fn told(entry: &Entry, principal: &str) -> String {
    let (when, state) = (moment(entry.started_at), became(entry.stands()));
    if entry.principal != principal {
        return format!("at {when} by another user, {state}");
    }
    format!("at {when}, {}, for {}, {state}", entry.summary, cost(&entry.totals))
}

fn became(state: OrderState) -> &'static str {
    match state {
        OrderState::Started => "still under way",
        OrderState::Placed => "placed",
        OrderState::Failed => "came to nothing",
        OrderState::Unknown => "still open: nobody knows whether it was placed",
    }
}

fn cost(totals: &[Total]) -> String {
    let sum = |total: &Total| Amount::of_ten_thousandths(total.amount).with_currency(&total.currency);
    let sums: Vec<String> = totals.iter().map(sum).collect();
    if sums.is_empty() { "a price that was not told".to_owned() } else { sums.join(" + ") }
}

/// The number an order was sent under, as numbers are compared.
fn numbered(entry: &Entry, argument: &str) -> Option<String> {
    let arguments: Value = serde_json::from_str(&entry.arguments).ok()?;
    arguments.get(argument)?.as_str().map(folded)
}

fn folded(number: &str) -> String {
    plain_number(number).to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_user_bought_is_theirs_to_know() {
        let entry = Entry {
            id: "1".into(),
            account: "acme".into(),
            tool: "infinigate_create_order".into(),
            key: "PO-1".into(),
            payload: String::new(),
            summary: "order PO-1, 2 lines".into(),
            arguments: r#"{"po_number":" po-1 "}"#.into(),
            totals: vec![Total { currency: "EUR".into(), amount: 24_210_050 }],
            principal: "ana".into(),
            client: None,
            holder: String::new(),
            state: OrderState::Placed,
            started_at: 1_700_000_000_000,
            settled_at: None,
            answer: None,
            found: None,
            shown_before: None,
        };
        assert_eq!(numbered(&entry, "po_number").as_deref(), Some("PO-1"));
        assert_eq!(told(&entry, "ana"), "at 2023-11-14T22:13:20Z, order PO-1, 2 lines, for 2421.005 EUR, placed");
        assert_eq!(told(&entry, "bob"), "at 2023-11-14T22:13:20Z by another user, placed");
    }
}
