//! Read one invoice or credit memo whole.
//!
//! Behind an MSP invoice stand hundreds of pieces of usage, which only here have a customer. What fits into a
//! conversation is given, with the way to the rest; sums are always those of the whole bill.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ids::{DocumentGuid, DocumentNumber};
use crate::domain::infinigate::bills::bill::{self, Bill};
use crate::domain::infinigate::bills::lines;
use crate::domain::infinigate::bills::usage;
use crate::domain::infinigate::documents::{Document, Kind};
use crate::domain::infinigate::exact::Exact;
use crate::domain::infinigate::money::Amount;
use crate::domain::infinigate::quotes::Key;
use crate::tool::schema::rows_by_name;
use crate::tool::{Code, Ctx, Error, Result, tool};

/// Rows of each list when the caller does not say; fewer where they are long.
const ROWS: usize = 60;
/// Bytes of JSON that the rows of an answer may have then: under 4,000 tokens.
const BYTES: usize = 9_000;

/// Which bill.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Such as RE2600123.
    document_number: Option<DocumentNumber>,
    /// Instead of it.
    document_guid: Option<DocumentGuid>,
    /// Default both.
    document_type: Option<DocumentType>,
    /// From next_skip.
    skip: Option<u32>,
    /// Rows a list.
    #[schemars(range(min = 1, max = 200))]
    take: Option<u32>,
}

/// Which of the two lists it is in.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum DocumentType {
    Invoice,
    CreditMemo,
}

/// The bill.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Answer {
    /// Which kind it is.
    document_type: Kind,
    /// Its number.
    document_number: Option<String>,
    /// Its identifier.
    document_guid: Option<String>,
    /// Posted on.
    date: Option<String>,
    /// Payable by.
    due_date: Option<String>,
    /// Of all amounts.
    currency: Option<String>,
    /// Sum of all lines.
    net_total: Amount,
    /// With VAT.
    gross_total: Option<Amount>,
    /// The reseller's reference.
    buyer_reference: Option<String>,
    /// The reseller's own number.
    external_document_number: Option<String>,
    /// Buyer's address.
    sold_to: Option<String>,
    /// If another.
    bill_to: Option<String>,
    /// If another.
    ship_to: Option<String>,
    /// What is billed.
    #[schemars(schema_with = "rows_by_name::<Line>", extend("x-long-text" = true))]
    lines: Vec<Line>,
    /// MSP usage by customer.
    #[schemars(default, schema_with = "rows_by_name::<Usage>")]
    usage: Option<Vec<Usage>>,
    /// All lines.
    line_count: usize,
    /// All usage rows.
    usage_count: Option<usize>,
    /// More rows follow.
    has_more: bool,
    /// The skip for them.
    next_skip: Option<usize>,
    /// What to know.
    notes: Option<Vec<String>>,
}

/// A line.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Line {
    /// Infinigate's number.
    sku: Option<String>,
    /// The vendor's.
    vendor_sku: Option<String>,
    /// What it is.
    description: Option<String>,
    /// Pieces.
    quantity: Option<Amount>,
    /// Net, each.
    unit_price: Option<Amount>,
    /// Net, all.
    net: Option<Amount>,
    /// With VAT.
    gross: Option<Amount>,
    /// VAT percent.
    vat_rate: Option<Amount>,
    /// For whom.
    end_customer: Option<String>,
    /// Their number.
    customer_number: Option<String>,
    /// Licence.
    license_id: Option<String>,
    /// Serial number.
    serial_number: Option<String>,
    /// Contract's first day.
    start: Option<String>,
    /// Its last day.
    end: Option<String>,
    /// Its length.
    term: Option<String>,
    /// Other facts.
    more: Option<BTreeMap<String, String>>,
}

/// A piece of usage.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Usage {
    /// Name or domain.
    end_customer: Option<String>,
    /// Short code.
    customer_code: Option<String>,
    /// Protected device.
    device: Option<String>,
    /// Vendor's contract.
    contract: Option<String>,
    /// First day.
    start: Option<String>,
    /// Last day.
    end: Option<String>,
    /// Infinigate's number.
    sku: Option<String>,
    /// What it is.
    product: Option<String>,
    /// How much.
    quantity: Option<Amount>,
    /// Cost, each.
    unit_price: Option<Amount>,
    /// Cost, all.
    net: Option<Amount>,
    /// Suggested sales price, each.
    recommended_price: Option<Amount>,
    /// That less cost, all.
    margin: Option<Amount>,
    /// Other facts.
    more: Option<BTreeMap<String, String>>,
}

/// Read one invoice or credit memo: lines, addresses, contracts, MSP usage by end customer.
///
/// Numbers are in `infinigate_list_invoices`; the reports add up many.
#[tool(reads)]
pub async fn infinigate_get_invoice(ctx: &Ctx, args: Args) -> Result<Answer> {
    let key = key(args.document_number, args.document_guid)?;
    for kind in kinds(args.document_type) {
        if let Some(bill) = bill::read(ctx, *kind, &key, Document::default()).await? {
            return Ok(told(bill, Window::of(args.skip, args.take)));
        }
    }
    Err(unknown(&key, args.document_type))
}

fn key(number: Option<DocumentNumber>, guid: Option<DocumentGuid>) -> Result<Key> {
    if number.is_none() && guid.is_none() {
        return Err(Error::of_argument("document_number", "give it, or `document_guid`")
            .with_hint("Both are in the rows of infinigate_list_invoices."));
    }
    Key::of(number, guid)
}

fn kinds(wanted: Option<DocumentType>) -> &'static [Kind] {
    match wanted {
        Some(DocumentType::Invoice) => &[Kind::Invoice],
        Some(DocumentType::CreditMemo) => &[Kind::CreditMemo],
        None => &[Kind::Invoice, Kind::CreditMemo],
    }
}

fn unknown(key: &Key, wanted: Option<DocumentType>) -> Error {
    let what = match wanted {
        Some(DocumentType::Invoice) => "invoice",
        Some(DocumentType::CreditMemo) => "credit memo",
        None => "invoice or credit memo",
    };
    let named = match key {
        Key::Number(number) => number.to_string(),
        Key::Guid(guid) => guid.to_string(),
    };
    Error::new(Code::NotFound, format!("Infinigate knows no {what} {named}. Nothing was changed."))
        .with_hint("infinigate_list_invoices gives the documents of this account with their numbers.")
}

/// Which rows of the two lists are given.
#[derive(Debug, Clone, Copy)]
struct Window {
    skip: usize,
    take: usize,
    bytes: usize,
}

impl Window {
    fn of(skip: Option<u32>, take: Option<u32>) -> Self {
        let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        Self {
            skip: size(skip.unwrap_or_default()),
            take: take.map_or(ROWS, size),
            bytes: if take.is_some() { usize::MAX } else { BYTES },
        }
    }

    /// How many pairs of a line and a piece of usage fit.
    fn rows(self, lines: &[Line], usage: &[Usage]) -> usize {
        let length = |row: Option<String>| row.map_or(0, |row| row.len() + 1);
        let mut spare = self.bytes;
        let longest = lines.len().max(usage.len()).min(self.take);
        for at in 0..longest {
            let cost = length(lines.get(at).and_then(written)) + length(usage.get(at).and_then(written));
            match spare.checked_sub(cost) {
                Some(left) => spare = left,
                None => return at.max(1),
            }
        }
        longest
    }
}

/// A row as it will be sent, without what is empty.
fn written(row: &impl Serialize) -> Option<String> {
    let mut value = serde_json::to_value(row).ok()?;
    value.as_object_mut()?.retain(|_, inner| !inner.is_null());
    Some(value.to_string())
}

fn told(bill: Bill, window: Window) -> Answer {
    let (net_total, gross_total) = (bill.net(), bill.gross());
    let (line_count, usage_count) = (bill.lines.len(), bill.usage.len());
    let notes = notes(&bill);
    let mut lines: Vec<Line> = bill.lines.into_iter().skip(window.skip).map(Line::from).collect();
    let mut usage: Vec<Usage> = bill.usage.into_iter().skip(window.skip).map(Usage::from).collect();
    let rows = window.rows(&lines, &usage);
    let has_more = lines.len().max(usage.len()) > rows;
    lines.truncate(rows);
    usage.truncate(rows);
    let another = |address: Option<String>| address.filter(|address| bill.sold_to.as_ref() != Some(address));
    Answer {
        document_type: bill.kind,
        document_number: bill.document.number,
        document_guid: bill.document.guid,
        date: bill.document.date,
        due_date: bill.due_date,
        currency: bill.document.currency,
        net_total: net_total.amount(),
        gross_total: gross_total.map(Exact::amount),
        buyer_reference: bill.document.buyer_reference,
        external_document_number: bill.document.external_document_number,
        bill_to: another(bill.bill_to),
        ship_to: another(bill.ship_to),
        sold_to: bill.sold_to,
        lines,
        usage: (usage_count > 0).then_some(usage),
        line_count,
        usage_count: (usage_count > 0).then_some(usage_count),
        has_more,
        next_skip: has_more.then_some(window.skip.saturating_add(rows)),
        notes: (!notes.is_empty()).then_some(notes),
    }
}

fn notes(bill: &Bill) -> Vec<String> {
    let mut notes = Vec::new();
    let without = bill.lines.iter().filter(|line| line.net.is_none()).count();
    if without > 0 {
        notes.push(format!("{without} lines tell no price and no sum and are not in net_total."));
    }
    let usage: Exact = bill.usage.iter().filter_map(|usage| usage.net).sum();
    let difference = bill.net() - usage;
    if !bill.usage.is_empty() && difference != Exact::ZERO {
        notes.push(format!("The usage adds up to {usage}, which differs from net_total by {difference}."));
    }
    notes
}

impl From<lines::Line> for Line {
    fn from(line: lines::Line) -> Self {
        let contract = line.contract.unwrap_or_default();
        let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string());
        Self {
            sku: line.sku,
            vendor_sku: line.vendor_sku,
            description: line.description,
            quantity: line.quantity.map(Exact::amount),
            unit_price: line.unit_price.map(Exact::amount),
            net: line.net.map(Exact::amount),
            gross: line.gross.map(Exact::amount),
            vat_rate: line.vat_rate.map(Exact::amount),
            end_customer: line.customer.called().map(str::to_owned),
            customer_number: line.customer.number,
            license_id: contract.license_id,
            serial_number: contract.serial_number,
            start: day(contract.start),
            end: day(contract.end),
            term: contract.term,
            more: (!line.more.is_empty()).then_some(line.more),
        }
    }
}

impl From<usage::Usage> for Usage {
    fn from(usage: usage::Usage) -> Self {
        let margin = usage.margin().map(Exact::amount);
        let code = usage.customer.code.as_deref();
        Self {
            customer_code: code.filter(|code| usage.customer.called() != Some(code)).map(str::to_owned),
            end_customer: usage.customer.called().map(str::to_owned),
            device: usage.device,
            contract: usage.contract_number,
            start: usage.begins.map(|day| day.to_string()),
            end: usage.ends.map(|day| day.to_string()),
            sku: usage.sku,
            product: usage.product,
            quantity: usage.quantity.map(Exact::amount),
            unit_price: usage.unit_price.map(Exact::amount),
            net: usage.net.map(Exact::amount),
            recommended_price: usage.recommended_price.map(Exact::amount),
            margin,
            more: (!usage.more.is_empty()).then_some(usage.more),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: usize, bytes: usize) -> Vec<Line> {
        let line = lines::Line { description: Some("x".repeat(bytes)), ..Default::default() };
        (0..count).map(|_| Line::from(line.clone())).collect()
    }

    #[test]
    fn long_rows_end_a_page_early_unless_the_caller_says_how_many() {
        let lines = rows(80, 900);
        let given = Window::of(None, None).rows(&lines, &[]);
        assert!((8..=10).contains(&given), "{given}");
        assert_eq!(Window::of(None, Some(70)).rows(&lines, &[]), 70);
        assert_eq!(Window::of(None, None).rows(&rows(80, 10), &[]), ROWS);
    }

    #[test]
    fn a_single_row_is_given_however_long_it_is() {
        assert_eq!(Window::of(None, None).rows(&rows(2, 20_000), &[]), 1);
        assert_eq!(Window::of(None, None).rows(&[], &[]), 0);
    }
}
