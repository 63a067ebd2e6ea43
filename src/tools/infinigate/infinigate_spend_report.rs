//! What was spent with Infinigate, and on what.
//!
//! No answer of Infinigate adds anything up, and the totals of its headers are ambiguous. So every bill of the period is
//! read and its lines are summed; a bill that could not be read is named, because a sum without it is no sum.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinigate::bills::periods::DaySpan;
use crate::domain::infinigate::bills::reading::{self, Coverage, Wanted};
use crate::domain::infinigate::reports::aliases::Aliases;
use crate::domain::infinigate::reports::chart::{self, Bar, Chart};
use crate::domain::infinigate::reports::spend::{self, GroupBy, Spend};
use crate::tool::{Attachment, Ctx, Result, tool};

/// Groups when the caller does not say.
const TOP: u32 = 10;
/// Charts of one answer; further currencies are in the table only, which is said.
const CHARTS: usize = 4;

/// How a chart is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ChartFormat {
    /// A picture.
    #[default]
    Png,
    /// A file to keep.
    Svg,
}

/// What to add up.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Default vendor.
    group_by: Option<GroupBy>,
    /// First day or month; default 12 full months.
    date_from: Option<String>,
    /// Last day or month.
    date_to: Option<String>,
    /// Only this vendor.
    vendor: Option<String>,
    /// Groups to show; default 10.
    #[schemars(range(min = 1, max = 50))]
    top: Option<u32>,
    /// Also draw bars; default true.
    chart: Option<bool>,
    /// png (a picture; default) or svg (a file).
    chart_format: Option<ChartFormat>,
}

/// What was spent.
#[derive(Serialize, JsonSchema)]
pub struct Answer {
    /// First day.
    date_from: String,
    /// Last day.
    date_to: String,
    /// How it is grouped.
    group_by: GroupBy,
    /// One a currency.
    currencies: Vec<Spend>,
    /// Currencies without a chart.
    without_chart: Option<Vec<String>>,
    /// How much of the period was read.
    #[serde(flatten)]
    coverage: Coverage,
}

/// Add up net spend by vendor, month, end customer or product, credit memos subtracted, with a bar chart a currency.
///
/// Reads every bill of the period, so check `complete`. For single bills use `infinigate_list_invoices`.
#[tool(reads, toolset = reports, progress)]
pub async fn infinigate_spend_report(ctx: &Ctx, args: Args) -> Result<Answer> {
    let days = DaySpan::asked(args.date_from.as_deref(), args.date_to.as_deref(), ctx.today())?;
    let aliases = Aliases::load(ctx).await?;
    let gathered = reading::gather(ctx, &Wanted::of(days, args.vendor)).await?;
    let (by, top) = (args.group_by.unwrap_or_default(), args.top.unwrap_or(TOP));
    let top = usize::try_from(top).unwrap_or(usize::MAX);
    let currencies = spend::spend(gathered.bills.iter().map(Arc::as_ref), by, &aliases, top);
    let without_chart = if args.chart.unwrap_or(true) {
        let shown: Vec<&Spend> = currencies.iter().filter(|spend| !spend.rows.is_empty()).collect();
        let charts = shown.iter().take(CHARTS).map(|spend| chart_of(spend, by, days)).collect();
        attach(ctx, charts, args.chart_format.unwrap_or_default(), days).await?;
        shown.iter().skip(CHARTS).map(|spend| name_of(spend).to_owned()).collect()
    } else {
        Vec::new()
    };
    Ok(Answer {
        date_from: days.first.to_string(),
        date_to: days.last.to_string(),
        group_by: by,
        currencies,
        without_chart: (!without_chart.is_empty()).then_some(without_chart),
        coverage: gathered.coverage_of_sums(),
    })
}

/// Models take no SVG for a picture, so it travels as a file, and only to those who ask for it.
async fn attach(ctx: &Ctx, charts: Vec<Chart>, format: ChartFormat, days: DaySpan) -> Result<()> {
    match format {
        ChartFormat::Png => {
            for picture in chart::pngs(charts).await? {
                ctx.attach(Attachment::Png(picture));
            }
        }
        ChartFormat::Svg => {
            let currencies: Vec<String> = charts.iter().map(|chart| chart.currency.replace(' ', "-")).collect();
            for (text, currency) in chart::svgs(charts).await?.into_iter().zip(currencies) {
                let uri = format!("infinigate://reports/spend-{}-{}-{currency}.svg", days.first, days.last);
                ctx.attach(Attachment::File { uri, media_type: "image/svg+xml", text });
            }
        }
    }
    Ok(())
}

fn name_of(spend: &Spend) -> &str {
    spend.currency.as_deref().unwrap_or("a currency not told")
}

fn chart_of(spend: &Spend, by: GroupBy, days: DaySpan) -> Chart {
    let mut bars: Vec<Bar> = spend.rows.iter().map(|row| Bar { name: row.name.clone(), amount: row.net }).collect();
    bars.extend(
        spend.others.as_ref().map(|others| Bar { name: format!("{} others", others.groups), amount: others.net }),
    );
    let title = format!("Spend by {}, {} to {}", by.words(), days.first, days.last);
    Chart { title, currency: name_of(spend).to_owned(), bars }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::infinigate::money::Amount;
    use crate::domain::infinigate::reports::spend::{Others, Row};

    #[test]
    fn the_picture_shows_every_row_and_what_is_left() {
        let spend = Spend {
            currency: Some("EUR".into()),
            total: Amount::of(3.0),
            invoiced: Amount::of(3.0),
            credited: Amount::of(0.0),
            rows: vec![Row { name: "Sophos".into(), id: None, net: Amount::of(2.0), percent: None, documents: 1 }],
            others: Some(Others { groups: 4, net: Amount::of(1.0) }),
        };
        let days = DaySpan::of("2026-01-01".parse().unwrap(), "2026-01-31".parse().unwrap()).unwrap();
        let chart = chart_of(&spend, GroupBy::Vendor, days);
        assert_eq!(
            (chart.title.as_str(), chart.currency.as_str()),
            ("Spend by vendor, 2026-01-01 to 2026-01-31", "EUR")
        );
        let bars: Vec<(&str, f64)> =
            chart.bars.iter().map(|bar| (bar.name.as_str(), bar.amount.amount().number())).collect();
        assert_eq!(bars, [("Sophos", 2.0), ("4 others", 1.0)]);
    }
}
