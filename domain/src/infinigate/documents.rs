//! Rows of the three document lists: invoices, credit memos and quotes share one form.

use chrono::NaiveDateTime;
use schemars::JsonSchema;
use serde::Serialize;

use super::addresses::filled;
use super::dates;
use super::money::{Amount, currency};
use super::pages::{Ask, Sent};
use super::period::Period;
use super::vendors::Vendors;
use infini_mcp_core::api::infinigate::types;
use infini_mcp_core::tool::{Ctx, Result};

/// Which of Infinigate's bills a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Money to pay.
    Invoice,
    /// Money given back.
    CreditMemo,
}

impl Kind {
    /// What several of them are called.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Invoice => "invoices",
            Self::CreditMemo => "credit memos",
        }
    }
}

/// A document without its lines, in our own words. Upstream may leave out every part.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// The number printed on it.
    pub number: Option<String>,
    /// Its identifier.
    pub guid: Option<String>,
    /// Its revision, which accepting and rejecting a quote need.
    pub revision: Option<i64>,
    /// When it was made; a day where it has no time.
    pub date: Option<String>,
    /// Until when a quote is valid.
    pub valid_until: Option<String>,
    /// Status text; the values are not published.
    pub status: Option<String>,
    /// The vendor's name.
    pub vendor: Option<String>,
    /// The vendor's short code.
    pub vendor_code: Option<String>,
    /// The reseller's reference.
    pub buyer_reference: Option<String>,
    /// The reseller's own document or order number.
    pub external_document_number: Option<String>,
    /// Net total.
    pub total: Option<Amount>,
    /// ISO 4217 currency of the total.
    pub currency: Option<String>,
    /// Whether a quote may be accepted now.
    pub can_be_accepted: Option<bool>,
    /// Whether a quote may be rejected now.
    pub can_be_rejected: Option<bool>,
    /// Infinigate's sales person.
    pub sales_contact: Option<String>,
    /// The PDF's identifier; no route to download it is known.
    pub pdf_guid: Option<String>,
}

impl From<types::DocumentInfo> for Document {
    fn from(row: types::DocumentInfo) -> Self {
        let text = |text: Option<String>| filled(text.as_deref()).map(str::to_owned);
        Self {
            number: text(row.document_number),
            guid: text(row.document_guid),
            revision: row.document_version,
            date: dates::shown(row.document_created.as_deref()),
            valid_until: dates::shown(row.document_valid_until.as_deref()),
            status: text(row.document_status),
            vendor: text(row.manufacturer_name),
            vendor_code: text(row.vendor_code),
            buyer_reference: text(row.buyer_reference),
            external_document_number: text(row.external_document_number),
            total: row.total.map(Amount::of),
            currency: currency(row.currency_code),
            can_be_accepted: row.can_be_accepted,
            can_be_rejected: row.can_be_rejected,
            sales_contact: row.sales_contact.and_then(|contact| text(contact.name)),
            pdf_guid: text(row.pdf_document_guid),
        }
    }
}

impl Document {
    /// The moment it was made, for putting documents in order.
    pub fn moment(&self) -> Option<NaiveDateTime> {
        self.date.as_deref().and_then(dates::read)
    }

    /// Takes from another telling of the same document what this one leaves out.
    #[must_use]
    pub fn completed_by(self, other: Self) -> Self {
        Self {
            number: self.number.or(other.number),
            guid: self.guid.or(other.guid),
            revision: self.revision.or(other.revision),
            date: self.date.or(other.date),
            valid_until: self.valid_until.or(other.valid_until),
            status: self.status.or(other.status),
            vendor: self.vendor.or(other.vendor),
            vendor_code: self.vendor_code.or(other.vendor_code),
            buyer_reference: self.buyer_reference.or(other.buyer_reference),
            external_document_number: self.external_document_number.or(other.external_document_number),
            total: self.total.or(other.total),
            currency: self.currency.or(other.currency),
            can_be_accepted: self.can_be_accepted.or(other.can_be_accepted),
            can_be_rejected: self.can_be_rejected.or(other.can_be_rejected),
            sales_contact: self.sales_contact.or(other.sales_contact),
            pdf_guid: self.pdf_guid.or(other.pdf_guid),
        }
    }
}

/// The references of the reseller that all three lists can be filtered by; blank ones filter nothing.
#[derive(Debug, Clone, Default)]
pub struct References {
    /// The reseller's reference.
    pub buyer: Option<String>,
    /// The reseller's own document or order number.
    pub external: Option<String>,
}

/// One page of invoices or credit memos.
///
/// # Errors
/// When the list cannot be read.
pub async fn bills(
    ctx: &Ctx,
    kind: Kind,
    period: &Period,
    references: &References,
    ask: Ask,
) -> Result<Sent<Document>> {
    let client = ctx.infinigate()?;
    let (start, end) = (period.start(), period.end());
    // The two calls are of different types but have the same filters.
    macro_rules! page_of {
        ($call:expr) => {{
            let mut call = $call.take(rows(ask.take)).skip(rows(ask.skip));
            if let Some(start) = start {
                call = call.period_start(start);
            }
            if let Some(end) = end {
                call = call.period_end(end);
            }
            if let Some(reference) = filled(references.buyer.as_deref()) {
                call = call.buyer_reference(reference);
            }
            if let Some(number) = filled(references.external.as_deref()) {
                call = call.external_document_number(number);
            }
            call.send().await?.into_inner()
        }};
    }
    let page = match kind {
        Kind::Invoice => page_of!(client.list_purchase_invoices()),
        Kind::CreditMemo => page_of!(client.list_purchase_credit_memos()),
    };
    sent(ctx, page)
}

/// One page of quotes.
///
/// # Errors
/// When the list cannot be read.
pub async fn quotes(ctx: &Ctx, references: &References, ask: Ask) -> Result<Sent<Document>> {
    let client = ctx.infinigate()?;
    let mut call = client.list_purchase_quotes().take(rows(ask.take)).skip(rows(ask.skip));
    if let Some(reference) = filled(references.buyer.as_deref()) {
        call = call.buyer_reference(reference);
    }
    if let Some(number) = filled(references.external.as_deref()) {
        call = call.external_document_number(number);
    }
    let page = call.send().await?.into_inner();
    sent(ctx, page.0)
}

/// Every document that passes by teaches a vendor's code and name.
fn sent(ctx: &Ctx, page: types::PagedDocumentInfo) -> Result<Sent<Document>> {
    let vendors = ctx.memory::<Vendors>();
    let sent: Sent<Document> = Sent::of(page.result, page.count)?;
    sent.rows.iter().for_each(|row| vendors.learn(row.vendor_code.as_deref(), row.vendor.as_deref()));
    Ok(sent)
}

/// A number of rows as the generated client takes it.
pub fn rows(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_nothing_and_dates_are_days() {
        let document = Document::from(types::DocumentInfo {
            document_number: Some("RE2600123".into()),
            document_created: Some("2026-09-03T00:00:00".into()),
            external_document_number: Some(" ".into()),
            total: Some(1234.56),
            currency_code: Some(String::new()),
            ..Default::default()
        });
        assert_eq!(document.date.as_deref(), Some("2026-09-03"));
        assert_eq!((document.external_document_number, document.currency), (None, None));
    }

    #[test]
    fn what_one_telling_leaves_out_comes_from_the_other() {
        let one = Document { number: Some("AN1".into()), total: Some(Amount::of(2.0)), ..Default::default() };
        let other = Document { number: Some("AN2".into()), can_be_accepted: Some(false), ..Default::default() };
        let whole = one.completed_by(other);
        assert_eq!((whole.number.as_deref(), whole.can_be_accepted), (Some("AN1"), Some(false)));
    }
}
