//! What each end customer used in a month, to be billed on.
//!
//! The bill comes after the month and tells the customer only in the bag behind its lines. Which month a piece belongs to
//! is told by its service period, not by the day of the bill.

use std::sync::Arc;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinigate::bills::periods::DaySpan;
use crate::domain::infinigate::bills::reading::{self, Coverage, Wanted};
use crate::domain::infinigate::reports::aliases::Aliases;
use crate::domain::infinigate::reports::customers;
use crate::domain::infinigate::reports::late_usage::{self, LateCorrection};
use crate::domain::infinigate::reports::rebilling::{self, Month, Piece, Row, Total};
use crate::domain::months;
use crate::tool::schema::rows_by_name;
use crate::tool::{Attachment, Ctx, Result, tool};

const ROWS: u32 = 30;
/// The most late corrections in an answer; the file has all.
const MAX_LATE: usize = 30;

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
    /// Usage of other months on this month's bills, not in rows: billed or credited too late for their own report.
    #[schemars(schema_with = "rows_by_name::<LateCorrection>")]
    late_corrections: Option<Vec<LateCorrection>>,
    /// The attached CSV file.
    file: Option<String>,
    /// That of the late corrections.
    late_file: Option<String>,
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
    let month = DaySpan::month(args.month.as_deref(), ctx.today())?;
    let aliases = Aliases::load(ctx).await?;
    let gathered = reading::gather(ctx, &Wanted::of(rebilling::billed_around(month), args.vendor)).await?;
    let bills = || gathered.bills.iter().map(Arc::as_ref);
    let chosen = args.end_customer.map(|word| customers::meant(bills(), &aliases, &word)).transpose()?;
    let used = rebilling::of_month(bills(), month, |customer| {
        chosen.as_deref().is_none_or(|name| aliases.is_called(customer, name))
    });
    let name = months::name(month.first);
    let with_csv = args.csv.unwrap_or(true);
    let file = attach(ctx, with_csv, &used.pieces, &aliases, &name)?;
    let late_file = attach(ctx, with_csv, &used.late, &aliases, &format!("{name}-late"))?;
    let mut late = late_usage::rows(&used.late, &aliases);
    let notes = notes(&used, late.len(), rebilling::billed_around(month), ctx.today());
    late.truncate(MAX_LATE);
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
        late_corrections: (!late.is_empty()).then_some(late),
        file,
        late_file,
        notes,
        coverage: gathered.coverage,
    })
}

/// Attaches the pieces as a file, if there are any and a file is wanted.
fn attach(ctx: &Ctx, is_wanted: bool, pieces: &[Piece<'_>], aliases: &Aliases, name: &str) -> Result<Option<String>> {
    if !is_wanted || pieces.is_empty() {
        return Ok(None);
    }
    let uri = format!("infinigate://reports/msp-usage-{name}.csv");
    let text = rebilling::csv(pieces, aliases)?;
    ctx.attach(Attachment::File { uri: uri.clone(), media_type: "text/csv", text });
    Ok(Some(uri))
}

fn notes(used: &Month<'_>, late: usize, read: DaySpan, today: NaiveDate) -> Option<Vec<String>> {
    let told = [
        (used.undated, "pieces tell no service period; they are counted to the month their bill was posted in."),
        (
            rebilling::unpriced(&used.pieces),
            "pieces tell no price or no quantity: their cost is not known, and they are in no sum of costs or margins.",
        ),
        (
            late,
            "late corrections: usage of other months that bills of this month charge or credit, in neither rows nor totals of any month.",
        ),
    ];
    let told = told.into_iter().filter(|(count, _)| *count > 0);
    let mut notes: Vec<String> = told.map(|(count, what)| format!("{count} {what}")).collect();
    let last = read.last;
    notes.push(if last < today {
        format!("Bills posted after {last} were not read; usage of this month on them is a late correction of the month they were posted in.")
    } else {
        format!("Bills of this month may still come until {last}.")
    });
    Some(notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_without_a_period_is_told() {
        let read = DaySpan::of("2026-07-17".parse().unwrap(), "2026-11-01".parse().unwrap()).unwrap();
        let told =
            |used: &Month<'_>, late, today: &str| notes(used, late, read, today.parse().unwrap()).unwrap().join(" ");
        let plain = told(&Month::default(), 0, "2026-12-01");
        assert!(plain.starts_with("Bills posted after 2026-11-01 were not read"), "{plain}");
        let odd = told(&Month { undated: 3, ..Default::default() }, 2, "2026-11-01");
        assert!(
            odd.starts_with("3 pieces") && odd.contains("2 late corrections") && odd.ends_with("until 2026-11-01.")
        );
    }
}
