//! What each end customer used in a month, to be billed on.
//!
//! The bill comes after the month and tells the customer only in the bag behind its lines. Which month a piece belongs to
//! is told by its service period, not by the day of the bill.

use std::sync::Arc;

use chrono::Utc;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinigate::bills::periods::{DaySpan, month_of};
use crate::domain::infinigate::bills::reading::{self, Coverage, Wanted};
use crate::domain::infinigate::reports::aliases::Aliases;
use crate::domain::infinigate::reports::customers;
use crate::domain::infinigate::reports::rebilling::{self, Month, Row, Total};
use crate::tool::schema::rows_by_name;
use crate::tool::{Attachment, Ctx, Result, tool};

/// Bills are looked for from so many days before the month, for what is paid ahead.
const BEFORE: u64 = 15;
/// Bills are looked for until so many days after the month.
const AFTER: u64 = 62;
const ROWS: u32 = 30;

/// Which usage.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Such as 2026-10; default last full month.
    month: Option<String>,
    /// Only this customer.
    end_customer: Option<String>,
    /// Only this vendor.
    vendor: Option<String>,
    /// Attach the CSV file; default true.
    csv: Option<bool>,
    /// Rows to give.
    #[schemars(range(min = 1, max = 200))]
    take: Option<u32>,
    /// From next_skip.
    skip: Option<u32>,
}

/// The usage of the month.
#[derive(Serialize, JsonSchema)]
pub struct Answer {
    /// The month.
    month: String,
    /// By customer and article.
    #[schemars(schema_with = "rows_by_name::<Row>")]
    rows: Vec<Row>,
    /// Sums a currency.
    totals: Vec<Total>,
    /// Rows here.
    count: usize,
    /// All rows.
    total_count: usize,
    /// More rows follow.
    has_more: bool,
    /// The skip for them.
    next_skip: Option<usize>,
    /// The attached CSV file.
    file: Option<String>,
    /// What to know.
    notes: Option<Vec<String>>,
    /// How many bills were read.
    #[serde(flatten)]
    coverage: Coverage,
}

/// Report MSP usage of a month by end customer, ready for rebilling: quantity, cost, recommended price, margin.
///
/// Attaches every piece as CSV. What counts is the month its service period begins in. Name customers with
/// `infinigate_set_alias`.
#[tool(reads, toolset = reports, progress)]
pub async fn infinigate_msp_usage(ctx: &Ctx, args: Args) -> Result<Answer> {
    let month = DaySpan::month(args.month.as_deref(), Utc::now().date_naive())?;
    let aliases = Aliases::load(ctx).await?;
    let gathered = reading::gather(ctx, &Wanted::of(month.widened(BEFORE, AFTER), args.vendor)).await?;
    let bills = || gathered.bills.iter().map(Arc::as_ref);
    let chosen = args.end_customer.map(|word| customers::meant(bills(), &aliases, &word)).transpose()?;
    let used = rebilling::of_month(bills(), month, |customer| {
        chosen.as_deref().is_none_or(|name| aliases.is_called(customer, name))
    });
    let name = month_of(month.first);
    let file = if args.csv.unwrap_or(true) && !used.pieces.is_empty() {
        Some(attach(ctx, &used, &aliases, &name)?)
    } else {
        None
    };
    let all = rebilling::rows(&used.pieces, &aliases);
    let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let (total_count, skip) = (all.len(), size(args.skip.unwrap_or_default()));
    let rows: Vec<Row> = all.into_iter().skip(skip).take(size(args.take.unwrap_or(ROWS))).collect();
    let next = skip.saturating_add(rows.len());
    Ok(Answer {
        month: name,
        totals: rebilling::totals(&used.pieces, &aliases),
        count: rows.len(),
        total_count,
        has_more: next < total_count,
        next_skip: (next < total_count).then_some(next),
        rows,
        file,
        notes: notes(&used),
        coverage: gathered.coverage,
    })
}

fn attach(ctx: &Ctx, used: &Month<'_>, aliases: &Aliases, month: &str) -> Result<String> {
    let uri = format!("infinigate://reports/msp-usage-{month}.csv");
    let text = rebilling::csv(&used.pieces, aliases, month)?;
    ctx.attach(Attachment::File { uri: uri.clone(), media_type: "text/csv", text });
    Ok(uri)
}

fn notes(used: &Month<'_>) -> Option<Vec<String>> {
    (used.undated > 0).then(|| {
        vec![format!(
            "{} pieces tell no service period; they are counted to the month their bill was posted in.",
            used.undated
        )]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_without_a_period_is_told() {
        assert!(notes(&Month::default()).is_none());
        let told = notes(&Month { pieces: Vec::new(), undated: 3 }).unwrap();
        assert!(told.iter().any(|note| note.starts_with("3 pieces")));
    }
}
