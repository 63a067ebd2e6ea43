//! List quotes.
//!
//! The question behind it is nearly always what is still to be decided. Infinigate filters by reference only; status,
//! date and vendor are picked here, and the answer says how far the list was looked through.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinigate::addresses::filled;
use crate::domain::infinigate::bills::periods::DaySpan;
use crate::domain::infinigate::documents::{Document, References};
use crate::domain::infinigate::money::Amount;
use crate::domain::infinigate::pages::{self, Ask};
use crate::domain::infinigate::period::Period;
use crate::domain::infinigate::quote_list::{self, Wanted};
use crate::tool::schema::rows_by_name;
use crate::tool::{Ctx, Result, tool};

/// Which quotes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// open, or a status text.
    status: Option<String>,
    /// Made since 2026-01-31.
    from: Option<String>,
    /// Made until.
    to: Option<String>,
    /// Valid so long.
    expires_within_days: Option<u32>,
    /// Vendor name or short code.
    vendor: Option<String>,
    /// Only this one.
    buyer_reference: Option<String>,
    /// Only this one.
    external_document_number: Option<String>,
    /// Rows; default 20.
    #[schemars(range(min = 1, max = 100))]
    take: Option<u32>,
    /// The last next_skip.
    skip: Option<u32>,
}

/// Quotes, newest first.
#[derive(Serialize, JsonSchema)]
pub struct Answer {
    /// The quotes.
    #[schemars(schema_with = "rows_by_name::<Row>")]
    quotes: Vec<Row>,
    /// Rows here.
    count: usize,
    /// All matches, if known.
    total_count: Option<usize>,
    /// More follow.
    has_more: bool,
    /// The skip for them.
    next_skip: Option<usize>,
    /// Quotes looked through.
    searched: Option<usize>,
    /// All were.
    complete: Option<bool>,
    /// What to know.
    notes: Option<Vec<String>>,
}

/// One quote.
#[derive(Serialize, JsonSchema)]
pub struct Row {
    /// Its number.
    document_number: Option<String>,
    /// If it has no number.
    document_guid: Option<String>,
    /// Current revision.
    document_revision: Option<i64>,
    /// When made.
    date: Option<String>,
    /// Last valid day.
    valid_until: Option<String>,
    /// Status text.
    status: Option<String>,
    /// Now.
    can_be_accepted: Option<bool>,
    /// Now.
    can_be_rejected: Option<bool>,
    /// Manufacturer.
    vendor: Option<String>,
    /// Short code.
    vendor_code: Option<String>,
    /// Of the reseller.
    buyer_reference: Option<String>,
    /// Where it differs.
    external_document_number: Option<String>,
    /// Net total.
    total: Option<Amount>,
    /// Of the total.
    currency: Option<String>,
    /// At Infinigate.
    sales_contact: Option<String>,
}

impl From<Document> for Row {
    fn from(document: Document) -> Self {
        let external = document.external_document_number;
        Self {
            document_guid: document.guid.filter(|_| document.number.is_none()),
            document_number: document.number,
            document_revision: document.revision,
            date: document.date,
            valid_until: document.valid_until,
            status: document.status,
            can_be_accepted: document.can_be_accepted,
            can_be_rejected: document.can_be_rejected,
            vendor: document.vendor,
            vendor_code: document.vendor_code,
            external_document_number: external.filter(|number| Some(number) != document.buyer_reference.as_ref()),
            buyer_reference: document.buyer_reference,
            total: document.total,
            currency: document.currency,
            sales_contact: document.sales_contact,
        }
    }
}

/// List the quotes made for this reseller, newest first.
///
/// Rows have no lines; read one with `infinigate_get_quote`.
#[tool(reads, progress)]
pub async fn infinigate_list_quotes(ctx: &Ctx, args: Args) -> Result<Answer> {
    let ask = Ask::of(ctx, args.take, args.skip);
    let said = |text: Option<String>| filled(text.as_deref()).map(str::to_owned);
    let wanted = Wanted {
        status: said(args.status),
        period: Period::between(args.from.as_deref(), args.to.as_deref(), ctx.zone())?,
        references: References { buyer: args.buyer_reference, external: args.external_document_number },
        vendor: said(args.vendor),
        expires: args.expires_within_days.map(|days| DaySpan::from_today(ctx.today(), days)),
    };
    let quotes = quote_list::list(ctx, &wanted, ask).await?;
    Ok(Answer {
        count: quotes.rows.len(),
        total_count: quotes.total,
        has_more: quotes.has_more,
        next_skip: pages::next_skip(ask, quotes.rows.len(), quotes.has_more),
        searched: quotes.searched,
        complete: quotes.complete,
        notes: (!quotes.notes.is_empty()).then_some(quotes.notes),
        quotes: quotes.rows.into_iter().map(Row::from).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_nothing_twice() {
        let document = Document {
            number: Some("AN1".into()),
            guid: Some("g".into()),
            buyer_reference: Some("PO 1".into()),
            external_document_number: Some("PO 1".into()),
            ..Default::default()
        };
        let row = Row::from(document.clone());
        assert_eq!((row.document_guid, row.external_document_number), (None, None));
        let other = Document { number: None, external_document_number: Some("7".into()), ..document };
        let row = Row::from(other);
        assert_eq!((row.document_guid.as_deref(), row.external_document_number.as_deref()), (Some("g"), Some("7")));
    }
}
