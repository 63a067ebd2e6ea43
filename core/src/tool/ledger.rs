//! Orders are written down before they leave, and never sent twice.

use std::time::Duration;

use serde_json::{Value, json};

use super::amount::Amount;
use super::audit::{self, Confirmed};
use super::ctx::Ctx;
use super::declaration::Service;
use super::error::{Code, Error, Result};
use super::order::{Evidence, Order};
use super::run::unharmed;
use super::workflow::{Prepared, TOOLS, Tool};
use crate::state::{Claim, Entry, NewOrder, OrderState, Total, UNDER_WAY};
use crate::vault::digest_json;

/// A request that upstream does not show after this long did not arrive.
const SETTLING: Duration = Duration::from_secs(120);
/// What sending may take once it was decided, whatever became of the client.
const SENDING: Duration = Duration::from_secs(60);
/// What a look afterwards may take.
const LOOKING: Duration = Duration::from_secs(20);

/// What may be spent, in units of any currency.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// By one order (`ORDER_LIMIT_AMOUNT`).
    pub one_order: Option<Amount>,
    /// By all orders of a day (`ORDER_LIMIT_PER_DAY`).
    pub a_day: Option<Amount>,
}

impl Limits {
    fn allow(&self, order: &Order) -> Result<()> {
        if self.one_order.is_none() && self.a_day.is_none() {
            return Ok(());
        }
        if order.totals.is_empty() {
            return Err(over_limit(
                "This server has a spending limit, and upstream does not say what this order costs.".to_owned(),
            ));
        }
        let Some(limit) = self.one_order else { return Ok(()) };
        let sums = order.totals.iter().map(|(currency, _)| (at_stake(order, currency), currency));
        let above = sums.into_iter().find(|(sum, _)| *sum > limit);
        above.map_or(Ok(()), |(sum, currency)| {
            let sum = sum.with_currency(currency);
            Err(over_limit(format!("The order costs {sum}, and one order may cost {limit} at most.")))
        })
    }
}

/// What an order moves in a currency. Rebates count like charges, and a sum without a currency may be in any.
fn at_stake(order: &Order, currency: &str) -> Amount {
    let may_be = |other: &str| other == currency || other.is_empty() || currency.is_empty();
    order.totals.iter().filter(|(other, _)| may_be(other)).map(|(_, sum)| sum.magnitude()).sum()
}

fn over_limit(why: String) -> Error {
    Error::new(Code::PermissionDenied, format!("{why} Nothing was sent."))
        .with_hint("Whoever runs this server sets ORDER_LIMIT_AMOUNT and ORDER_LIMIT_PER_DAY.")
}

/// One order in the hands of one caller. It owns what it needs: sending outlives a client that hangs up.
pub struct Purchase {
    /// The call.
    pub ctx: Ctx,
    /// What may be spent.
    pub limits: Limits,
    /// The tool that sends it.
    pub tool: Tool,
    /// The arguments of the call.
    pub arguments: Value,
    /// Who orders.
    pub principal: String,
}

/// What the ledger says before a person is asked.
pub enum Recall {
    /// Nothing like it is there: it may be asked about and sent.
    Free,
    /// It was placed before; this is what was answered then.
    Recorded(Value),
}

impl Purchase {
    /// Looks whether the order was sent before, settles what was left open, and holds it against the limits.
    ///
    /// # Errors
    /// When it was sent before and its answer cannot be given again, or when it costs too much.
    pub async fn recall(&self, order: &Order) -> Result<Recall> {
        let recalled = match self.ctx.store().order(self.account()?, self.name(), &order.key).await? {
            Some(entry) => self.judge(&entry, order).await?,
            None => Recall::Free,
        };
        if matches!(recalled, Recall::Free) {
            self.limits.allow(order)?;
            self.allow_today(order).await?;
        }
        Ok(recalled)
    }

    /// Holds the order against the day's limit. Others may order meanwhile, so it is held again when it is written down.
    async fn allow_today(&self, order: &Order) -> Result<()> {
        let Some(limit) = self.limits.a_day else { return Ok(()) };
        let passed = self.ctx.store().passes_the_day(self.account()?, &totals(order), limit.ten_thousandths()).await?;
        passed.map_or(Ok(()), |committed| Err(self.over_the_day(&committed)))
    }

    fn over_the_day(&self, committed: &Total) -> Error {
        over_limit(format!(
            "Orders of {} were committed today, and all orders of a day may cost {} at most.",
            Amount::of_ten_thousandths(committed.amount).with_currency(&committed.currency),
            self.limits.a_day.unwrap_or_default()
        ))
    }

    /// Writes the order down, sends it, and writes down what became of it, in the ledger and in the log, even if the client
    /// has gone meanwhile.
    ///
    /// # Errors
    /// `outcome_unknown` when it was sent and nobody knows, with what a look afterwards found; everything else means that
    /// nothing was bought.
    pub async fn send(self, prepared: Box<dyn Prepared>, order: Order, confirmed: Confirmed) -> Result<Value> {
        let sending = async move {
            let outcome = self.carry_out(prepared, &order).await;
            audit::record(&self.ctx, &self.tool.declaration, &self.principal, &self.arguments, confirmed, &outcome)
                .await;
            outcome
        };
        // A task of its own: a client that hangs up must not keep the ledger from learning how it ended.
        match tokio::spawn(sending).await {
            Ok(outcome) => outcome,
            Err(ended) => Err(in_doubt(Error::internal(ended))),
        }
    }

    async fn carry_out(&self, prepared: Box<dyn Prepared>, order: &Order) -> Result<Value> {
        let id = match self.claim(order).await? {
            Ok(id) => id,
            Err(recorded) => return Ok(recorded),
        };
        let outcome = unharmed(prepared.run(&self.ctx.to_the_end(SENDING))).await;
        self.settle(&id, outcome, shown_before(order).as_deref()).await
    }

    async fn claim(&self, order: &Order) -> Result<std::result::Result<String, Value>> {
        // People type it: it is short, and begins with nothing that a command takes for an option.
        let id = uuid::Uuid::new_v4().to_string();
        let new = NewOrder {
            id: id.clone(),
            account: self.account()?.to_owned(),
            tool: self.name().to_owned(),
            key: order.key.clone(),
            payload: digest_json(&order.payload),
            summary: order.summary.clone(),
            arguments: self.arguments.to_string(),
            totals: totals(order),
            principal: self.principal.clone(),
            client: self.ctx.client().cloned(),
            shown_before: shown_before(order),
        };
        // Twice at most: what was found may turn out to have come to nothing, and then the place is free.
        for _ in 0..2 {
            match self.ctx.store().claim_order(&new, self.limits.a_day.map(Amount::ten_thousandths)).await? {
                Claim::Started => return Ok(Ok(id)),
                Claim::OverLimit { committed } => return Err(self.over_the_day(&committed)),
                Claim::Exists(entry) => {
                    if let Recall::Recorded(answer) = self.judge(&entry, order).await? {
                        return Ok(Err(answer));
                    }
                }
            }
        }
        Err(Error::new(Code::Conflict, "The same order is being sent by another call. Nothing was sent by this one."))
    }

    /// What an entry that is already there means for this call.
    async fn judge(&self, entry: &Entry, order: &Order) -> Result<Recall> {
        let when = moment(entry.started_at);
        if entry.principal != self.principal {
            // What it was about is theirs to know.
            let message = format!("Another user has sent an order with this key at {when}. Nothing was sent again.");
            return Err(Error::new(Code::Conflict, message));
        }
        let same = entry.payload == digest_json(&order.payload);
        match entry.state {
            OrderState::Placed if !same => Err(conflict(format!(
                "An order with the same key but other content ({}) was placed at {when}. Nothing was sent.",
                entry.summary
            ))
            .with_hint("An order cannot be changed; only the sales contact can cancel one. Another idempotency_key buys this order IN ADDITION to the earlier one, so use one only if both are wanted.")
            .with("order_id", json!(entry.id))),
            OrderState::Placed => match entry.answer.as_deref().map(serde_json::from_str::<Value>) {
                Some(Ok(answer)) => Ok(Recall::Recorded(repeated(answer, &when))),
                Some(Err(_)) | None => Err(already(entry, &when, entry.found.as_deref())),
            },
            // The query passes them over.
            OrderState::Failed => Ok(Recall::Free),
            OrderState::Started if self.ctx.store().holds(entry) && age(entry) < UNDER_WAY => Err(conflict(format!(
                "The same order was started at {when} and is still under way. Nothing was sent again."
            ))
            .with_hint("Wait for the answer of that call, or call again in some minutes.")),
            OrderState::Started | OrderState::Unknown => self.reconcile(entry, order, &when).await,
        }
    }

    /// Settles what upstream can tell, and says so where it cannot.
    async fn reconcile(&self, entry: &Entry, order: &Order, when: &str) -> Result<Recall> {
        let evidence = news(order.evidence.clone(), entry.shown_before.as_deref());
        let (store, found) = (self.ctx.store(), evidence.text());
        match &evidence {
            Evidence::Happened(_) => {
                store.settle_order(&entry.id, OrderState::Placed, None, Some(found)).await?;
                Err(already(entry, when, Some(found)))
            }
            Evidence::NotThere(_) if age(entry) >= SETTLING => {
                store.settle_order(&entry.id, OrderState::Failed, None, Some(found)).await?;
                Ok(Recall::Free)
            }
            Evidence::NotThere(_) => {
                let wait = SETTLING.saturating_sub(age(entry)).as_secs() + 1;
                Err(unknown(entry, when, found)
                    .with_hint(format!("Call again in {wait} seconds: if it is still not there then, it did not arrive and can be confirmed anew.")))
            }
            Evidence::Unclear(_) => Err(unknown(entry, when, found).with_hint(
                "Ask the supplier whether the order is there; whoever runs this server then says so with `infini-mcp orders reconcile`.",
            )),
        }
    }

    /// Writes down how an order ended. What became unclear is looked up at once.
    async fn settle(&self, id: &str, outcome: Result<Value>, before: Option<&str>) -> Result<Value> {
        let error = match outcome {
            Ok(answer) => {
                self.note(id, OrderState::Placed, Some(&answer.to_string()), None).await;
                return Ok(answer);
            }
            Err(error) if matches!(error.code(), Code::OutcomeUnknown | Code::Internal) => {
                in_doubt(error).with("order_id", json!(id))
            }
            Err(error) => {
                self.note(id, OrderState::Failed, None, Some(&error.to_string())).await;
                return Err(error);
            }
        };
        // Before the look: whatever happens during it, this much is known.
        self.note(id, OrderState::Unknown, None, Some(&error.to_string())).await;
        let Some(evidence) = look(&self.ctx, &self.tool, self.arguments.clone()).await else { return Err(error) };
        let evidence = news(evidence, before);
        let state = match &evidence {
            Evidence::Happened(_) => OrderState::Placed,
            Evidence::NotThere(_) | Evidence::Unclear(_) => OrderState::Unknown,
        };
        self.note(id, state, None, Some(evidence.text())).await;
        Err(error.with("found", json!(evidence.text())).with_hint(after_the_look(&evidence)))
    }

    /// Writes a state down. The order has left by then, so that a failure to write must not pass for one of the order: the
    /// row stays open, and the next call with the same key looks upstream.
    async fn note(&self, id: &str, state: OrderState, answer: Option<&str>, found: Option<&str>) {
        if let Err(error) = self.ctx.store().settle_order(id, state, answer, found).await {
            let (request_id, state) = (self.ctx.call().request_id(), state.name());
            tracing::error!(request_id, order_id = id, state, error = ?error, "the ledger could not be written");
        }
    }

    fn account(&self) -> Result<&str> {
        self.ctx.account(Service::Infinigate)
    }

    fn name(&self) -> &'static str {
        self.tool.declaration.name
    }
}

fn after_the_look(evidence: &Evidence) -> String {
    match evidence {
        Evidence::Happened(found) => {
            format!("Looked up afterwards: {found}, so it did happen. Do not repeat the call.")
        }
        Evidence::NotThere(found) => format!(
            "Looked up afterwards: {found}, so it has not happened so far. Call again in two minutes, not before: then it is looked up once more."
        ),
        Evidence::Unclear(found) => {
            format!("Looked up afterwards: {found}. Do not repeat the call before a person has asked the supplier.")
        }
    }
}

/// What upstream shows already that could later be taken for the effect of this order.
fn shown_before(order: &Order) -> Option<String> {
    match &order.evidence {
        Evidence::Happened(found) => Some(found.clone()),
        Evidence::NotThere(_) | Evidence::Unclear(_) => None,
    }
}

/// Only what is new since the order was sent proves anything: a number may have been used for an earlier order.
fn news(evidence: Evidence, before: Option<&str>) -> Evidence {
    match evidence {
        Evidence::Happened(found) if before == Some(found.as_str()) => {
            Evidence::Unclear(format!("nothing new has appeared since it was sent ({found})"))
        }
        evidence => evidence,
    }
}

/// Reads upstream again with fresh eyes; nothing when that fails as well.
async fn look(ctx: &Ctx, tool: &Tool, arguments: Value) -> Option<Evidence> {
    let ctx = ctx.to_the_end(LOOKING);
    let mut prepared = (tool.prepare)(arguments).ok()?;
    unharmed(prepared.show(&ctx)).await.ok()?;
    prepared.order().map(|order| order.evidence)
}

/// Looks up an order whose outcome is open, and writes down what is found. Gives the evidence; nothing when upstream
/// cannot be read.
///
/// # Errors
/// When the ledger cannot be written.
pub async fn reconcile(ctx: &Ctx, entry: &Entry) -> Result<Option<Evidence>> {
    let Some(tool) = TOOLS.iter().find(|tool| tool.declaration.name == entry.tool) else { return Ok(None) };
    let Ok(arguments) = serde_json::from_str(&entry.arguments) else { return Ok(None) };
    let Some(evidence) = look(ctx, tool, arguments).await else { return Ok(None) };
    let evidence = news(evidence, entry.shown_before.as_deref());
    let settled = match &evidence {
        Evidence::Happened(_) => Some(OrderState::Placed),
        Evidence::NotThere(_) if age(entry) >= SETTLING => Some(OrderState::Failed),
        Evidence::NotThere(_) | Evidence::Unclear(_) => None,
    };
    if let Some(state) = settled {
        ctx.store().settle_order(&entry.id, state, None, Some(evidence.text())).await?;
    }
    Ok(Some(evidence))
}

fn in_doubt(error: Error) -> Error {
    if error.code() == Code::OutcomeUnknown {
        return error;
    }
    Error::new(
        Code::OutcomeUnknown,
        "The server failed while it sent the order, so nobody knows whether it was placed.",
    )
    .with_hint("Call again with the same arguments: it is looked up first, and never sent twice.")
}

fn unknown(entry: &Entry, when: &str, found: &str) -> Error {
    Error::new(
        Code::OutcomeUnknown,
        format!(
            "The same order ({}) was sent at {when}, and nobody knows whether it was placed: {found}. Nothing was sent again.",
            entry.summary
        ),
    )
    .with("order_id", json!(entry.id))
    .with("found", json!(found))
}

fn already(entry: &Entry, when: &str, found: Option<&str>) -> Error {
    let found = found.unwrap_or("its answer was not recorded");
    conflict(format!("The order ({}) was placed at {when} already: {found}. Nothing was sent again.", entry.summary))
        .with("order_id", json!(entry.id))
        .with("found", json!(found))
}

fn conflict(message: String) -> Error {
    Error::new(Code::Conflict, message)
}

/// The recorded answer, which says that it is one.
fn repeated(mut answer: Value, when: &str) -> Value {
    if let Some(map) = answer.as_object_mut() {
        let note =
            format!("This order was placed at {when}; this is the answer recorded then. Nothing was sent again.");
        map.insert("notes".to_owned(), json!([note]));
    }
    answer
}

fn totals(order: &Order) -> Vec<Total> {
    let total =
        |(currency, sum): &(String, Amount)| Total { currency: currency.clone(), amount: sum.ten_thousandths() };
    order.totals.iter().map(total).collect()
}

fn age(entry: &Entry) -> Duration {
    let passed = chrono::Utc::now().timestamp_millis().saturating_sub(entry.started_at);
    Duration::from_millis(u64::try_from(passed).unwrap_or_default())
}

/// A time of the ledger as people read it.
pub fn moment(milliseconds: i64) -> String {
    chrono::DateTime::from_timestamp_millis(milliseconds)
        .map(|moment| moment.format("%Y-%m-%dT%H:%M:%SZ").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(totals: &[(&str, f64)]) -> Order {
        Order {
            key: "AN1".into(),
            number: None,
            payload: Value::Null,
            summary: "quote AN1".into(),
            totals: totals.iter().map(|(currency, sum)| ((*currency).to_owned(), Amount::of(*sum))).collect(),
            evidence: Evidence::Unclear("nothing".into()),
            refusal: None,
        }
    }

    #[test]
    fn an_order_at_the_limit_passes_and_one_cent_more_does_not() {
        let limits = Limits { one_order: Some(Amount::of(100.0)), a_day: None };
        assert!(limits.allow(&order(&[("EUR", 100.0), ("CHF", 99.0)])).is_ok());
        let error = limits.allow(&order(&[("EUR", 1.0), ("CHF", 100.01)])).unwrap_err();
        assert_eq!(error.code(), Code::PermissionDenied);
        assert!(error.to_string().contains("100.01 CHF"), "{error}");
    }

    #[test]
    fn rebates_and_sums_without_a_currency_do_not_make_an_order_smaller() {
        let limits = Limits { one_order: Some(Amount::of(100.0)), a_day: None };
        for totals in [&[("EUR", 101.0), ("EUR", -50.0)][..], &[("EUR", -101.0)], &[("EUR", 60.0), ("", 60.0)]] {
            assert_eq!(limits.allow(&order(totals)).unwrap_err().code(), Code::PermissionDenied, "{totals:?}");
        }
        assert!(limits.allow(&order(&[("EUR", 60.0), ("EUR", -40.0), ("CHF", 90.0)])).is_ok());
        let told = limits.allow(&order(&[("", 101.0)])).unwrap_err().to_string();
        assert!(told.contains("costs 101.00 (no currency named), and one order may cost 100"), "{told}");
    }

    #[test]
    fn what_costs_nobody_knows_what_is_not_bought_under_a_limit() {
        assert!(Limits::default().allow(&order(&[])).is_ok());
        let limits = Limits { one_order: None, a_day: Some(Amount::of(1.0)) };
        assert_eq!(limits.allow(&order(&[])).unwrap_err().code(), Code::PermissionDenied);
    }
}
