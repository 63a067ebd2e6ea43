//! Read one quote whole.
//!
//! Whoever decides about a quote must know its revision and whether it can be decided about at all. Infinigate says
//! so in several places, or in the list only; here it is always in one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ids::{DocumentGuid, DocumentNumber};
use crate::api::infinigate::types;
use crate::domain::infinigate::addresses::one_line;
use crate::domain::infinigate::money::Amount;
use crate::domain::infinigate::quote_lines::Line;
use crate::domain::infinigate::quotes::{self, Key, Quote};
use crate::tool::{Ctx, Result, tool};

/// Which quote.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// The quote's number, such as AN2600456.
    document_number: Option<DocumentNumber>,
    /// Its GUID, instead of the number.
    document_guid: Option<DocumentGuid>,
    /// Also give sold-to, bill-to and ship-to addresses.
    include_addresses: Option<bool>,
}

/// The quote.
#[derive(Serialize, JsonSchema)]
pub struct Answer {
    /// Its number.
    document_number: Option<String>,
    /// Its identifier.
    document_guid: Option<String>,
    /// The revision to accept or reject.
    document_revision: Option<i64>,
    /// Whether it can be accepted now.
    can_be_accepted: Option<bool>,
    /// Whether it can be rejected now.
    can_be_rejected: Option<bool>,
    /// Status text.
    status: Option<String>,
    /// When it was made.
    date: Option<String>,
    /// Last day it is valid.
    valid_until: Option<String>,
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
    /// Of all amounts.
    currency: Option<String>,
    /// For whom it is.
    end_user: Option<String>,
    /// Infinigate's sales person.
    sales_contact: Option<String>,
    /// Remarks on it.
    #[schemars(extend("x-long-text" = true))]
    comment: Option<String>,
    /// Buyer's address.
    sold_to: Option<String>,
    /// Invoice address.
    bill_to: Option<String>,
    /// Delivery address.
    ship_to: Option<String>,
    /// Its lines.
    lines: Vec<Line>,
}

/// Read one quote: lines, revision, and whether it can be accepted or rejected now.
///
/// Use before deciding about it. To find one: `infinigate_list_quotes`.
#[tool(reads)]
pub async fn infinigate_get_quote(ctx: &Ctx, args: Args) -> Result<Answer> {
    let key = Key::of(args.document_number, args.document_guid)?;
    let quote = quotes::read(ctx, &key).await?;
    Ok(told(quote, args.include_addresses.unwrap_or_default()))
}

fn told(quote: Quote, with_addresses: bool) -> Answer {
    let Quote { document, header, lines } = quote;
    let address = |address: Option<types::Address>| address.filter(|_| with_addresses).as_ref().and_then(one_line);
    let end_user = header
        .end_user
        .and_then(|user| user.company)
        .and_then(|company| if with_addresses { one_line(&company) } else { company.name });
    Answer {
        document_number: document.number,
        document_guid: document.guid,
        document_revision: document.revision,
        can_be_accepted: document.can_be_accepted,
        can_be_rejected: document.can_be_rejected,
        status: document.status,
        date: document.date,
        valid_until: document.valid_until,
        vendor: document.vendor,
        vendor_code: document.vendor_code,
        buyer_reference: document.buyer_reference,
        external_document_number: document.external_document_number,
        total: document.total,
        currency: document.currency,
        end_user,
        sales_contact: document.sales_contact,
        comment: header.comment.filter(|comment| !comment.trim().is_empty()),
        sold_to: address(header.sell_to),
        bill_to: address(header.bill_to),
        ship_to: address(header.ship_to),
        lines: lines.into_iter().map(Line::from).collect(),
    }
}
