//! The reseller's customers as Infinigate's bills know them.
//!
//! No list of them can be asked for. Gathered from bills, they show under how many names one company goes, which is where
//! aliases begin.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinigate::bills::periods::DaySpan;
use crate::domain::infinigate::bills::reading::{self, Coverage, Wanted};
use crate::domain::infinigate::reports::aliases::Aliases;
use crate::domain::infinigate::reports::customers::{self, Customer};
use crate::domain::infinigate::reports::suggestions::{self, Suggestion};
use crate::tool::{Ctx, Result, tool};

const ROWS: u32 = 40;

/// Which bills to look through.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// First day or month; default 12 full months.
    date_from: Option<String>,
    /// Last day or month.
    date_to: Option<String>,
    /// Only this vendor.
    vendor: Option<String>,
    /// Rows to give.
    #[schemars(range(min = 1, max = 200))]
    take: Option<u32>,
    /// From next_skip.
    skip: Option<u32>,
}

/// The customers, the most often billed first.
#[derive(Serialize, JsonSchema)]
pub struct Answer {
    /// First day.
    date_from: String,
    /// Last day.
    date_to: String,
    /// The customers.
    end_customers: Vec<Customer>,
    /// Rows here.
    count: usize,
    /// All of them.
    total_count: usize,
    /// More rows follow.
    has_more: bool,
    /// The skip for them.
    next_skip: Option<usize>,
    /// Bills with amounts for nobody named.
    bills_without_customer: usize,
    /// What bills speak for joining.
    suggested_aliases: Option<Vec<Suggestion>>,
    /// How much of the period was read.
    #[serde(flatten)]
    coverage: Coverage,
}

/// List the reseller's end customers found on bills: how often, how much, when last, from which vendors.
///
/// One company may appear by name, domain and short code: join them with `infinigate_set_alias`. Check `complete`.
#[tool(reads, toolset = reports, progress)]
pub async fn infinigate_list_end_customers(ctx: &Ctx, args: Args) -> Result<Answer> {
    let days = DaySpan::asked(args.date_from.as_deref(), args.date_to.as_deref(), ctx.today())?;
    let aliases = Aliases::load(ctx).await?;
    let gathered = reading::gather(ctx, &Wanted::of(days, args.vendor)).await?;
    let (all, bills_without_customer) = customers::gather(gathered.bills.iter().map(Arc::as_ref), &aliases);
    let suggested = suggestions::suggested(gathered.bills.iter().map(Arc::as_ref), &aliases);
    let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let (total_count, skip) = (all.len(), size(args.skip.unwrap_or_default()));
    let end_customers: Vec<Customer> = all.into_iter().skip(skip).take(size(args.take.unwrap_or(ROWS))).collect();
    let next = skip.saturating_add(end_customers.len());
    Ok(Answer {
        date_from: days.first.to_string(),
        date_to: days.last.to_string(),
        count: end_customers.len(),
        total_count,
        has_more: next < total_count,
        next_skip: (next < total_count).then_some(next),
        end_customers,
        bills_without_customer,
        suggested_aliases: (!suggested.is_empty()).then_some(suggested),
        coverage: gathered.coverage_of_sums(),
    })
}
