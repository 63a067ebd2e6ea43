//! One invoice or credit memo, read whole.

use chrono::NaiveDate;

use super::lines::Line;
use super::usage::Usage;
use crate::infinigate::addresses::{filled, one_line};
use crate::infinigate::dates;
use crate::infinigate::documents::{Document, Kind};
use crate::infinigate::exact::Exact;
use crate::infinigate::money::currency;
use crate::infinigate::quotes::Key;
use infini_mcp_core::api::infinigate::ResponseValue;
use infini_mcp_core::api::infinigate::types;
use infini_mcp_core::api::{self, Cause};
use infini_mcp_core::tool::{Ctx, Result};

/// A bill in our own words.
#[derive(Debug, Clone)]
pub struct Bill {
    /// Money to pay, or money given back.
    pub kind: Kind,
    /// What its row in the list says too. A bill that was read without its row knows no vendor.
    pub document: Document,
    /// When it was posted.
    pub day: Option<NaiveDate>,
    /// When it is to be paid.
    pub due_date: Option<String>,
    /// The buyer's address in one line.
    pub sold_to: Option<String>,
    /// The address of the invoice.
    pub bill_to: Option<String>,
    /// Where the goods went.
    pub ship_to: Option<String>,
    /// What it bills.
    pub lines: Vec<Line>,
    /// Where the lines are usage: the usage behind them.
    pub usage: Vec<Usage>,
}

/// How the amounts of a bill count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// As they are written.
    AsWritten,
    /// With the other sign.
    Turned,
}

impl Counting {
    /// An amount as it counts.
    pub fn of(self, amount: Exact) -> Exact {
        match self {
            Self::AsWritten => amount,
            Self::Turned => -amount,
        }
    }
}

impl Bill {
    /// Net of all lines; of the usage where no line has a price. Totals in the header are ambiguous, so they are not read.
    pub fn net(&self) -> Exact {
        if self.has_priced_lines() {
            self.lines.iter().filter_map(|line| line.net).sum()
        } else {
            self.usage.iter().filter_map(|usage| usage.net).sum()
        }
    }

    /// The lines with VAT, if all of them tell it.
    pub fn gross(&self) -> Option<Exact> {
        let all: Option<Vec<Exact>> = self.lines.iter().map(|line| line.gross).collect();
        all.filter(|all| !all.is_empty()).map(|all| all.into_iter().sum())
    }

    /// Whether its lines say what they cost.
    pub fn has_priced_lines(&self) -> bool {
        self.lines.iter().any(|line| line.net.is_some())
    }

    /// How amounts of its lines count in a sum: those of a credit memo are taken away.
    ///
    /// Whether Infinigate writes credit memos with a minus is not known. Their lines together are always given back, so a
    /// sum that is below zero is left as it is, and another is turned; a line against the others, such as a fee that is
    /// kept, stays against them.
    pub fn counting(&self) -> Counting {
        self.counting_by(self.lines.iter().filter_map(|line| line.net).sum())
    }

    /// The same for its usage, which may be written without the minus that the lines have.
    pub fn counting_usage(&self) -> Counting {
        let nets: Exact = self.usage.iter().filter_map(|usage| usage.net).sum();
        let quantities = || self.usage.iter().filter_map(|usage| usage.quantity).sum();
        self.counting_by(if nets == Exact::ZERO { quantities() } else { nets })
    }

    /// Its net as it counts.
    pub fn counted_net(&self) -> Exact {
        let counting = if self.has_priced_lines() { self.counting() } else { self.counting_usage() };
        counting.of(self.net())
    }

    fn counting_by(&self, sum: Exact) -> Counting {
        match self.kind {
            Kind::CreditMemo if sum >= Exact::ZERO => Counting::Turned,
            Kind::CreditMemo | Kind::Invoice => Counting::AsWritten,
        }
    }

    /// How many of its lines, or pieces of usage where there are no lines, tell no amount and are in no sum.
    pub fn unpriced(&self) -> usize {
        let usage = || self.usage.iter().filter(|usage| usage.net.is_none()).count();
        let lines = self.lines.iter().filter(|line| line.net.is_none()).count();
        if self.has_priced_lines() || self.usage.is_empty() { lines } else { usage() }
    }

    fn of(kind: Kind, detail: types::InvoiceDetail, row: Document) -> Self {
        let header = detail.header.unwrap_or_default();
        let text = |text: &Option<String>| filled(text.as_deref()).map(str::to_owned);
        let date = |date: &Option<String>| dates::shown(date.as_deref());
        let document = Document {
            number: text(&header.document_number),
            guid: text(&header.document_guid),
            date: date(&header.posting_date).or_else(|| date(&header.document_date)),
            buyer_reference: text(&header.buyer_reference),
            external_document_number: text(&header.external_document_number),
            currency: currency(header.currency_code),
            ..Document::default()
        }
        .completed_by(row);
        let address = |address: Option<types::Address>| address.as_ref().and_then(one_line);
        Self {
            kind,
            day: document.date.as_deref().and_then(dates::day),
            due_date: dates::shown(header.due_date.as_deref()),
            sold_to: address(header.sell_to),
            bill_to: address(header.bill_to),
            ship_to: address(header.ship_to),
            lines: Line::billed(detail.lines),
            usage: detail.msp_detail_information.unwrap_or_default().into_iter().map(Usage::from).collect(),
            document,
        }
    }
}

/// Reads a bill of this kind; `row` completes what its detail leaves out. Nothing when there is no such bill.
///
/// # Errors
/// When it cannot be read.
pub async fn read(ctx: &Ctx, kind: Kind, key: &Key, row: Document) -> Result<Option<Bill>> {
    match detail(ctx, kind, key).await? {
        Ok(detail) => Ok(Some(Bill::of(kind, detail, row))),
        Err(error) if matches!(error.cause, Cause::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn detail(ctx: &Ctx, kind: Kind, key: &Key) -> Result<api::Result<types::InvoiceDetail>> {
    let client = ctx.infinigate()?;
    let answer = match (kind, key) {
        (Kind::Invoice, Key::Number(number)) => {
            client.get_purchase_invoice_by_number().document_number(number.as_str()).send().await
        }
        (Kind::Invoice, Key::Guid(guid)) => client.get_purchase_invoice().document_guid(guid.to_string()).send().await,
        (Kind::CreditMemo, Key::Number(number)) => {
            client.get_purchase_credit_memo_by_number().document_number(number.as_str()).send().await
        }
        (Kind::CreditMemo, Key::Guid(guid)) => {
            client.get_purchase_credit_memo().document_guid(guid.to_string()).send().await
        }
    };
    Ok(answer.map(ResponseValue::into_inner).map_err(api::Error::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bill(kind: Kind, nets: &[&str]) -> Bill {
        let line = |net: &&str| Line { net: Exact::read(net), ..Default::default() };
        Bill {
            lines: nets.iter().map(line).collect(),
            ..Bill::of(kind, types::InvoiceDetail::default(), Document::default())
        }
    }

    #[test]
    fn a_credit_memo_is_taken_away_whichever_sign_it_is_written_with() {
        let amount = |text| Exact::read(text).unwrap();
        assert_eq!(bill(Kind::Invoice, &["10"]).counting().of(amount("10")), amount("10"));
        assert_eq!(bill(Kind::CreditMemo, &["10", "-2"]).counting().of(amount("10")), amount("-10"));
        assert_eq!(bill(Kind::CreditMemo, &["-10"]).counting().of(amount("-10")), amount("-10"));
        assert_eq!(bill(Kind::CreditMemo, &["-10", "2"]).counting().of(amount("2")), amount("2"), "a fee is kept");
    }

    #[test]
    fn usage_is_taken_away_also_where_only_its_lines_have_the_minus() {
        let mut memo = bill(Kind::CreditMemo, &["-9.75"]);
        let amount = |text| Exact::read(text).unwrap();
        memo.usage = vec![Usage { net: Exact::read("9.75"), quantity: Exact::read("5"), ..Default::default() }];
        assert_eq!((memo.counting_usage().of(amount("9.75")), memo.counted_net()), (amount("-9.75"), amount("-9.75")));
        memo.usage = vec![Usage { quantity: Exact::read("5"), ..Default::default() }];
        assert_eq!(memo.counting_usage().of(amount("5")), amount("-5"), "without a price the quantity says it");
    }

    #[test]
    fn what_tells_no_amount_is_counted() {
        let mut bill = bill(Kind::Invoice, &["1"]);
        assert_eq!(bill.unpriced(), 0);
        bill.lines.push(Line::default());
        bill.usage = vec![Usage::default()];
        assert_eq!(bill.unpriced(), 1, "the lines are what is paid");
        bill.lines.clear();
        assert_eq!(bill.unpriced(), 1);
    }

    #[test]
    fn what_the_detail_says_goes_before_what_the_row_says() {
        let header = types::InvoiceHeader {
            document_number: Some("RE1".into()),
            document_date: Some("2026-09-05T00:00:00".into()),
            ..Default::default()
        };
        let detail = types::InvoiceDetail { header: Some(header), ..Default::default() };
        let row = Document {
            number: Some("RE2".into()),
            vendor: Some("Sophos".into()),
            currency: Some("CHF".into()),
            ..Default::default()
        };
        let bill = Bill::of(Kind::Invoice, detail, row);
        assert_eq!((bill.document.number.as_deref(), bill.document.vendor.as_deref()), (Some("RE1"), Some("Sophos")));
        assert_eq!(bill.day, "2026-09-05".parse().ok());
        assert_eq!(bill.document.currency.as_deref(), Some("CHF"));
    }

    #[test]
    fn a_gross_sum_needs_the_gross_of_every_line() {
        let mut bill = bill(Kind::Invoice, &["1", "2"]);
        assert_eq!(bill.gross(), None);
        bill.lines.iter_mut().for_each(|line| line.gross = Exact::read("1.19"));
        assert_eq!(bill.gross(), Exact::read("2.38"));
    }
}
