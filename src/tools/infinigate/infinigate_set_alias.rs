//! Let a customer's domain, short code or number stand for one name.
//!
//! Only a person knows that `EXG` on the backup bill is `example-gmbh.de` on the mail bill. Said once, every report
//! adds the two up.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinigate::bills::end_customers::EndCustomer;
use crate::domain::infinigate::bills::periods::DaySpan;
use crate::domain::infinigate::bills::reading::{self, Wanted};
use crate::domain::infinigate::reports::aliases::{self, Aliases};
use crate::domain::infinigate::reports::customers;
use crate::tool::{Code, Ctx, Error, Result, text, tool};

/// What stands for whom.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Domain, short code, number or name on bills.
    #[schemars(length(min = 1, max = 200))]
    alias: String,
    /// What reports shall call the customer.
    #[schemars(length(min = 1, max = 200))]
    name: String,
    /// Join two customers that both have bills.
    join: Option<bool>,
}

/// The alias as it is kept.
#[derive(Serialize, JsonSchema)]
pub struct Answer {
    /// The alias.
    alias: String,
    /// It stands for this.
    name: String,
    /// It stood for that.
    previous_name: Option<String>,
    /// What to know.
    notes: Option<Vec<String>>,
}

/// Let a domain, short code or customer number stand for one end customer in all reports.
///
/// Compared without case; set again to change it. Infinigate is not told.
#[tool(writes, toolset = reports, progress, idempotent, undo = "infinigate_remove_alias")]
pub async fn infinigate_set_alias(ctx: &Ctx, args: Args) -> Result<Answer> {
    let unread = if args.join == Some(true) { None } else { must_not_join(ctx, &args).await? };
    let (set, previous_name) = aliases::set(ctx, &args.alias, &args.name).await?;
    Ok(Answer { alias: set.alias, name: set.name, previous_name, notes: unread.map(|note| vec![note]) })
}

/// Refuses to add up two customers that each have bills of their own, unless that was meant. Gives a note where it cannot
/// be known.
async fn must_not_join(ctx: &Ctx, args: &Args) -> Result<Option<String>> {
    let aliases = Aliases::load(ctx).await?;
    let is_joined = aliases.stands_for(&args.alias).is_some_and(|name| same(name, &args.name));
    if is_joined || same(&args.alias, &args.name) {
        return Ok(None);
    }
    let today = ctx.today();
    let year = DaySpan { first: today, last: today }.widened(366, 0);
    let Ok(gathered) = reading::gather(ctx, &Wanted::of(year, None)).await else {
        return Ok(Some("Bills could not be read, so it is not known whether this joins two customers.".to_owned()));
    };
    let bills = || gathered.bills.iter().map(Arc::as_ref);
    let is_alias = |customer: &EndCustomer| customer.identities().any(|identity| same(identity, &args.alias));
    let own = customers::bills_for(bills(), is_alias);
    let others =
        customers::bills_for(bills(), |customer| !is_alias(customer) && aliases.is_called(customer, &args.name));
    if own == 0 || others == 0 {
        return Ok(None);
    }
    let (alias, name) = (text::line(&args.alias, 60), text::line(&args.name, 60));
    let told = format!(
        "“{alias}” is on {own} bills of the last year and “{name}” on {others}: reports would add them up as one customer. Nothing was kept."
    );
    Err(Error::new(Code::Conflict, told)
        .with_hint("Ask the person whether both are the same company; if so, call again with `join: true`."))
}

fn same(one: &str, other: &str) -> bool {
    aliases::folded(one) == aliases::folded(other)
}
