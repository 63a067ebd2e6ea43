//! List invoices and credit memos.
//!
//! They live in two lists upstream, but the person who asks what a vendor cost wants one. Together they are merged
//! by date; a vendor is picked here, since Infinigate cannot filter by one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinigate::documents::{Document, Kind, References};
use crate::domain::infinigate::invoices::{self, Wanted};
use crate::domain::infinigate::money::Amount;
use crate::domain::infinigate::pages::{self, Ask};
use crate::domain::infinigate::period::Period;
use crate::tool::{Ctx, Result, tool};

/// Which bills.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Default invoice; both merges them.
    document_type: Option<DocumentType>,
    /// First day, as 2026-01-31.
    from: Option<String>,
    /// Last day, included.
    to: Option<String>,
    /// Vendor name or short code, among the newest 1,000.
    vendor: Option<String>,
    /// Only this reference.
    buyer_reference: Option<String>,
    /// Only this own number.
    external_document_number: Option<String>,
    /// Rows; default 20.
    #[schemars(range(min = 1, max = 100))]
    take: Option<u32>,
    /// The last next_skip.
    skip: Option<u32>,
}

/// Which documents.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum DocumentType {
    #[default]
    Invoice,
    CreditMemo,
    Both,
}

impl DocumentType {
    fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Invoice => &[Kind::Invoice],
            Self::CreditMemo => &[Kind::CreditMemo],
            Self::Both => &[Kind::Invoice, Kind::CreditMemo],
        }
    }
}

/// The bills, newest first.
#[derive(Serialize, JsonSchema)]
pub struct Answer {
    /// The documents.
    documents: Vec<Row>,
    /// Rows here.
    count: usize,
    /// All matches, if known.
    total_count: Option<usize>,
    /// Whether more rows follow.
    has_more: bool,
    /// The skip for them.
    next_skip: Option<usize>,
    /// What to know about these rows.
    notes: Option<Vec<String>>,
}

/// One bill.
#[derive(Serialize, JsonSchema)]
pub struct Row {
    /// Which kind it is.
    document_type: Kind,
    /// Its number.
    document_number: Option<String>,
    /// Its identifier.
    document_guid: Option<String>,
    /// When it was made.
    date: Option<String>,
    /// Status text.
    status: Option<String>,
    /// Manufacturer.
    vendor: Option<String>,
    /// Its short code.
    vendor_code: Option<String>,
    /// The reseller's reference.
    buyer_reference: Option<String>,
    /// The reseller's own number.
    external_document_number: Option<String>,
    /// Net total.
    total: Option<Amount>,
    /// Of the total.
    currency: Option<String>,
}

impl Row {
    fn of((document_type, document): (Kind, Document)) -> Self {
        Self {
            document_type,
            document_number: document.number,
            document_guid: document.guid,
            date: document.date,
            status: document.status,
            vendor: document.vendor,
            vendor_code: document.vendor_code,
            buyer_reference: document.buyer_reference,
            external_document_number: document.external_document_number,
            total: document.total,
            currency: document.currency,
        }
    }
}

/// List invoices, credit memos or both, newest first.
///
/// For lines read one with `infinigate_get_invoice`. Orders appear here by their buyer_reference.
#[tool(reads, progress)]
pub async fn infinigate_list_invoices(ctx: &Ctx, args: Args) -> Result<Answer> {
    let page = Ask::of(ctx, args.take, args.skip);
    let wanted = Wanted {
        kinds: args.document_type.unwrap_or_default().kinds(),
        period: Period::between(args.from.as_deref(), args.to.as_deref(), ctx.zone())?,
        references: References { buyer: args.buyer_reference, external: args.external_document_number },
        vendor: args.vendor.filter(|vendor| !vendor.trim().is_empty()),
        page,
    };
    let bills = invoices::list(ctx, &wanted).await?;
    Ok(Answer {
        count: bills.rows.len(),
        total_count: bills.total,
        has_more: bills.has_more,
        next_skip: pages::next_skip(page, bills.rows.len(), bills.has_more),
        documents: bills.rows.into_iter().map(Row::of).collect(),
        notes: (!bills.notes.is_empty()).then_some(bills.notes),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_means_two_lists_and_nothing_means_invoices() {
        assert_eq!(DocumentType::default().kinds(), [Kind::Invoice]);
        assert_eq!(DocumentType::Both.kinds().len(), 2);
    }
}
