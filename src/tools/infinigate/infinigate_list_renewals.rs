//! Which contracts and licences end soon.
//!
//! Infinigate has no list of licences. What is known of them stands on the bills they were bought with, years back for a
//! long term; a later bill of the same product for the same customer that takes over at the end says that it was renewed.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinigate::bills::end_customers::EndCustomer;
use crate::domain::infinigate::bills::periods::DaySpan;
use crate::domain::infinigate::bills::reading::{self, Coverage, Wanted};
use crate::domain::infinigate::period;
use crate::domain::infinigate::reports::aliases::Aliases;
use crate::domain::infinigate::reports::contract_terms::{self, Unreckoned};
use crate::domain::infinigate::reports::customers;
use crate::domain::infinigate::reports::renewals::{self, Renewal};
use crate::domain::months;
use crate::tool::schema::rows_by_name;
use crate::tool::{Ctx, Result, tool};

const WITHIN: u32 = 90;
/// What ended up to so many days ago can still be renewed.
const OVERDUE: u64 = 30;
/// Three years, and a month for a bill that came late.
const LOOK_BACK: u32 = 37;
const ROWS: u32 = 30;
const UNRECKONED: &str = " contracts tell nothing that their end can be reckoned from; `unreckoned` names them. Ask the vendor when they end.";
/// The most of them that are named one by one.
const MAX_UNRECKONED: usize = 30;

/// Which ends are asked for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Days ahead; default 90.
    #[schemars(range(min = 0, max = 1095))]
    within_days: Option<u32>,
    /// Only this vendor.
    vendor: Option<String>,
    /// Only this customer.
    end_customer: Option<String>,
    /// Months of bills to read; default 37.
    #[schemars(range(min = 1, max = 72))]
    look_back_months: Option<u32>,
    /// Day to reckon from; default today.
    as_of: Option<String>,
    /// Rows to give.
    #[schemars(range(min = 1, max = 200))]
    take: Option<u32>,
    /// From next_skip.
    skip: Option<u32>,
}

/// The contracts to renew, the earliest first.
#[derive(Serialize, JsonSchema)]
pub struct Answer {
    /// The contracts.
    renewals: Vec<Renewal>,
    /// Rows here.
    count: usize,
    /// All that are due.
    total_count: usize,
    /// More rows follow.
    has_more: bool,
    /// The skip for them.
    next_skip: Option<usize>,
    /// Contracts whose end cannot be reckoned.
    #[schemars(schema_with = "rows_by_name::<Unreckoned>")]
    unreckoned: Option<Vec<Unreckoned>>,
    /// Bills read since.
    bills_from: String,
    /// How much of them was read.
    #[serde(flatten)]
    coverage: Coverage,
}

/// List contracts and licences that end soon, or ended in the last 30 days without being renewed.
///
/// Found on past bills. Renewed is what a bill of the same product for the same customer continues; monthly usage renews itself. Shows the last price paid.
#[tool(reads, toolset = reports, progress)]
pub async fn infinigate_list_renewals(ctx: &Ctx, args: Args) -> Result<Answer> {
    let today = reckoned_from(args.as_of.as_deref(), ctx.today())?;
    let aliases = Aliases::load(ctx).await?;
    let look_back = args.look_back_months.unwrap_or(LOOK_BACK);
    let first = months::before(today, look_back).unwrap_or(today);
    let days = DaySpan { first, last: today };
    let mut gathered = reading::gather(ctx, &Wanted::of(days, args.vendor)).await?;
    let bills = || gathered.bills.iter().map(Arc::as_ref);
    let chosen = args.end_customer.map(|word| customers::meant(bills(), &aliases, &word)).transpose()?;
    let ends = window(today, args.within_days.unwrap_or(WITHIN));
    let is_wanted = |customer: &EndCustomer| chosen.as_deref().is_none_or(|name| aliases.is_called(customer, name));
    let due = renewals::due(bills(), ends, today, &aliases, is_wanted);
    let mut unreckoned: Vec<Unreckoned> =
        bills().flat_map(|bill| contract_terms::unreckoned(bill, &aliases, is_wanted)).collect();
    let documents: BTreeSet<String> = unreckoned.iter().filter_map(|row| row.document_number.clone()).collect();
    gathered.coverage.leave_out(&format!("{}{UNRECKONED}", unreckoned.len()), documents.into_iter().collect());
    unreckoned.truncate(MAX_UNRECKONED);
    let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let (total_count, skip) = (due.len(), size(args.skip.unwrap_or_default()));
    let renewals: Vec<Renewal> = due.into_iter().skip(skip).take(size(args.take.unwrap_or(ROWS))).collect();
    let next = skip.saturating_add(renewals.len());
    Ok(Answer {
        count: renewals.len(),
        total_count,
        has_more: next < total_count,
        next_skip: (next < total_count).then_some(next),
        renewals,
        unreckoned: (!unreckoned.is_empty()).then_some(unreckoned),
        bills_from: first.to_string(),
        coverage: gathered.coverage,
    })
}

fn reckoned_from(as_of: Option<&str>, today: NaiveDate) -> Result<NaiveDate> {
    let Some(text) = as_of else { return Ok(today) };
    period::span(text).map(|(first, _)| first).ok_or_else(|| period::no_date("as_of", text))
}

fn window(today: NaiveDate, within: u32) -> DaySpan {
    DaySpan {
        first: today.checked_sub_days(Days::new(OVERDUE)).unwrap_or(today),
        last: today.checked_add_days(Days::new(within.into())).unwrap_or(today),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_reaches_from_what_has_just_ended_to_what_ends_soon() {
        let window = window("2026-11-22".parse().unwrap(), 90);
        assert_eq!((window.first.to_string(), window.last.to_string()), ("2026-10-23".into(), "2027-02-20".into()));
    }

    #[test]
    fn a_day_that_is_none_is_refused_by_its_name() {
        let today = "2026-12-01".parse().unwrap();
        assert!(reckoned_from(Some("soon"), today).unwrap_err().to_string().contains("`as_of`"));
        assert_eq!(reckoned_from(Some("22.11.2026"), today).unwrap().to_string(), "2026-11-22");
        assert_eq!(reckoned_from(None, today).unwrap(), today);
    }
}
