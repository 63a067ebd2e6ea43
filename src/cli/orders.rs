//! `infini-mcp orders`: the ledger of what was ordered.

use std::path::Path;

use clap::{Args, Subcommand};
use tokio_util::sync::CancellationToken;

use super::{Failure, of_state, on_runtime, opened, opened_with_users, print};
use crate::server::App;
use crate::state::{Entry, OrderState, Total};
use crate::tool::{Amount, Evidence, Service, ledger};

/// How many orders one look at the ledger takes in.
const MOST: u32 = 10_000;

/// What to do with the ledger.
#[derive(Args)]
pub struct Orders {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Print the latest orders, newest first.
    List {
        /// As JSON, one object an order.
        #[arg(long)]
        json: bool,
        /// How many.
        #[arg(long, default_value_t = 50)]
        last: u32,
    },
    /// Look up the orders whose outcome is open, and write down what upstream shows. Nothing is ordered.
    Reconcile {
        /// Only this one; needed with --placed and --not-placed.
        // Some of the ledger's older names begin with a hyphen.
        #[arg(allow_hyphen_values = true)]
        id: Option<String>,
        /// Somebody has asked the supplier: it was placed.
        #[arg(long, requires = "id", conflicts_with = "not_placed")]
        placed: bool,
        /// Somebody has asked the supplier: it was not placed, and may be ordered again.
        #[arg(long, requires = "id")]
        not_placed: bool,
    },
}

impl Orders {
    /// Lists or reconciles.
    pub fn run(self, config: Option<&Path>) -> Result<(), Failure> {
        // An order of a user was sent with the credentials of their profile.
        let app = match self.action {
            Action::List { .. } => opened(config)?,
            Action::Reconcile { .. } => opened_with_users(config)?,
        };
        on_runtime(async move {
            match self.action {
                Action::List { json, last } => list(&app, json, last).await,
                Action::Reconcile { id: Some(id), placed: true, .. } => decide(&app, &id, OrderState::Placed).await,
                Action::Reconcile { id: Some(id), not_placed: true, .. } => decide(&app, &id, OrderState::Failed).await,
                Action::Reconcile { id, .. } => reconcile(&app, id.as_deref()).await,
            }
        })
    }
}

async fn list(app: &App, json: bool, last: u32) -> Result<(), Failure> {
    let orders = app.store().orders(last).await.map_err(|error| of_state(&error))?;
    if json {
        let lines: Result<String, _> =
            orders.iter().map(|order| serde_json::to_string(order).map(|line| line + "\n")).collect();
        return print(&lines.map_err(|error| Failure::Failed(error.to_string()))?);
    }
    if orders.is_empty() {
        return print("No order was ever sent.\n");
    }
    print(&orders.iter().map(line).collect::<String>())
}

fn line(order: &Entry) -> String {
    let sum = |total: &Total| Amount::of_ten_thousandths(total.amount).with_currency(&total.currency);
    let totals: Vec<String> = order.totals.iter().map(sum).collect();
    let client =
        order.client.as_ref().map(|client| format!(" with {} ({})", client.name, client.id)).unwrap_or_default();
    let found = order.found.as_ref().map(|found| format!("  ({found})")).unwrap_or_default();
    format!(
        "{}  {}  {:<7}  {}  {}  by {}{client}{found}\n",
        order.id,
        ledger::moment(order.started_at),
        order.stands().name(),
        order.summary,
        if totals.is_empty() { "at an unknown price".to_owned() } else { totals.join(" + ") },
        order.principal
    )
}

/// A person's word settles what upstream cannot tell.
async fn decide(app: &App, id: &str, state: OrderState) -> Result<(), Failure> {
    let found = format!("a person said so with `orders reconcile`, as {}", state.name());
    let settled = app.store().settle_order(id, state, None, Some(&found)).await.map_err(|error| of_state(&error))?;
    if settled {
        return print(&format!("{id} is now {}.\n", state.name()));
    }
    let known = app.store().order_of_id(id).await.map_err(|error| of_state(&error))?;
    Err(Failure::Failed(match known {
        Some(order) => format!("{id} is settled already: {}", order.state.name()),
        None => format!("there is no order {id}; `infini-mcp orders list` shows them"),
    }))
}

async fn reconcile(app: &App, only: Option<&str>) -> Result<(), Failure> {
    let orders = app.store().orders(MOST).await.map_err(|error| of_state(&error))?;
    let open: Vec<&Entry> = orders
        .iter()
        .filter(|order| matches!(order.state, OrderState::Started | OrderState::Unknown))
        .filter(|order| only.is_none_or(|id| order.id == id))
        .collect();
    if open.is_empty() {
        return print("No order is open.\n");
    }
    for order in open {
        let told = match app.accounts.acting_for(&order.account, Service::Infinigate) {
            None => "was sent with credentials that are neither the server's own nor a profile's in these settings; run this in the \
                     installation's folder, or name its settings with --config"
                .to_owned(),
            Some(upstreams) => {
                let ctx = app.ctx(upstreams, "orders-reconcile", CancellationToken::new(), None);
                match ledger::reconcile(&ctx, order).await.map_err(|error| Failure::Failed(error.to_string()))? {
                    Some(Evidence::Happened(found)) => format!("was placed: {found}"),
                    Some(Evidence::NotThere(found)) => format!("is not there: {found}"),
                    Some(Evidence::Unclear(found)) => {
                        format!("cannot be told: {found}. Ask the supplier, then say --placed or --not-placed")
                    }
                    None => "cannot be looked up now; try again later".to_owned(),
                }
            }
        };
        print(&format!("{}  {}  {told}\n", order.id, order.summary))?;
    }
    Ok(())
}
