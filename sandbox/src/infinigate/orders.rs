//! Buying: orders at the current price, and the record of everything bought.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::seed::catalogue::{Article, Kind, money};
use super::seed::quotes::{Quote, quoted_line};
use super::seed::vendors::{self, Vendor};
use super::seed::{invoice_for, paper};
use super::switches::OrderInvoice;
use super::{State, refusals, written};
use crate::service::{Reply, Request};

/// Something that was bought.
#[derive(Debug, Clone)]
pub(super) struct Purchase {
    kind: &'static str,
    number: String,
    reference: String,
    total_cents: i64,
    currency: String,
    vendor: Option<Vendor>,
    lines: Vec<Value>,
}

impl Purchase {
    /// The purchase that accepting a quote is.
    pub(super) fn of_quote(quote: &Quote) -> Self {
        Self {
            kind: "quote",
            number: quote.number.clone(),
            reference: quote.buyer_reference.clone(),
            total_cents: quote.total_cents,
            currency: quote.currency.clone(),
            vendor: quote.vendor,
            lines: quote.lines.clone(),
        }
    }

    /// The ledger's row.
    pub(super) fn json(&self) -> Value {
        json!({ "service": "infinigate", "kind": self.kind, "number": self.number, "reference": self.reference,
            "total": money(self.total_cents), "currency": self.currency })
    }
}

/// Writes a purchase down; an invoice follows at once when the switch says so, and not in this life otherwise.
pub(super) fn record(state: &mut State, purchase: Purchase, today: NaiveDate) {
    if state.switches.order_invoice == OrderInvoice::AtOnce {
        let (guid, number) = state.next_document("RE26");
        let head = paper::Head {
            guid,
            number,
            posted: today,
            reference: purchase.reference.clone(),
            vendor: purchase.vendor.unwrap_or(vendors::SOPHOS),
            currency: &purchase.currency,
            pdf: None,
        };
        state.books.invoices.push(invoice_for(head, &purchase.lines, purchase.total_cents));
    }
    state.purchases.push(purchase);
}

/// Takes an order whose form the document allows.
pub(super) fn place(state: &mut State, request: &Request, today: NaiveDate) -> Reply {
    let body = request.json();
    let asked = body.get("lines").and_then(Value::as_array).cloned().unwrap_or_default();
    let header = body.get("header").cloned().unwrap_or_default();
    let mut lines = Vec::new();
    let (mut total_cents, mut needs_end_user) = (0, false);
    let named = header.get("currencyCode").and_then(Value::as_str);
    let mut currency = None;
    for (place, line) in asked.iter().enumerate() {
        let article = match ordered(&state.books.articles, place, line) {
            Ok(article) => article,
            Err(reply) => return reply,
        };
        needs_end_user |= article.kind == Kind::Software;
        // Whether the real service converts is not known; here nothing is sold in another currency than its price's.
        if named.is_some_and(|named| named != article.currency) {
            return refusals::invalid_field("header.currencyCode", &format!("is not that of lines.{place}"));
        }
        currency.get_or_insert(article.currency);
        let (line, net) = priced(place, article, line);
        lines.push(line);
        total_cents += net;
    }
    if let Err(reply) = check_header(&header, needs_end_user, today) {
        return reply;
    }
    let (guid, number) = state.next_document("AB26");
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    let purchase = Purchase {
        kind: "order",
        number: number.clone(),
        reference: text("yourReference").unwrap_or_default().to_owned(),
        total_cents,
        currency: currency.unwrap_or("EUR").to_owned(),
        vendor: vendor_of(&state.books.articles, &asked),
        lines,
    };
    record(state, purchase, today);
    written(&state.switches, &guid, &number, 1, "Ordered")
}

/// The article a line orders: known, the same by both numbers, and with a price.
fn ordered<'a>(articles: &'a [Article], place: usize, line: &Value) -> Result<&'a Article, Reply> {
    let refused = |name: &str, fault: &str| Err(refusals::invalid_field(&format!("lines.{place}.{name}"), fault));
    let text = |name: &str| line.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let fits = |article: &&Article| {
        text("itemNumber").is_none_or(|sku| sku == article.sku)
            && text("manufacturerItemNumber").is_none_or(|part| part == article.vendor_sku)
    };
    let name = if text("itemNumber").is_some() { "itemNumber" } else { "manufacturerItemNumber" };
    if text(name).is_none() {
        return refused(name, "is needed: either number of the article");
    }
    match articles.iter().find(fits) {
        None => refused(name, "names no article"),
        Some(article) if article.price.is_none() => {
            refused(name, "names an article whose price is on request: ask for a quote")
        }
        Some(article) => Ok(article),
    }
}

/// A line at today's price. Quantities may be fractions, so the amount is rounded to the cent.
fn priced(place: usize, article: &Article, asked: &Value) -> (Value, i64) {
    let quantity = asked.get("quantity").and_then(Value::as_f64).unwrap_or_default();
    let net = (article.buying_cents().unwrap_or_default() as f64 * quantity).round() as i64;
    let (mut line, _) = quoted_line(place, article, 1);
    if let Some(fields) = line.as_object_mut() {
        fields.insert("quantity".to_owned(), json!(quantity));
        fields.insert("grossExtendedPrice".to_owned(), json!(money(paper::gross(net, paper::GERMAN_VAT))));
    }
    (line, net)
}

/// Rules of an order that its schema cannot say.
fn check_header(header: &Value, needs_end_user: bool, today: NaiveDate) -> Result<(), Reply> {
    let company = header.pointer("/endUser/company/name").and_then(Value::as_str).unwrap_or_default();
    if needs_end_user && company.is_empty() {
        return Err(refusals::invalid_field("header.endUser.company", "is needed for licences"));
    }
    let wished = header.get("requestedDeliveryDate").and_then(Value::as_str).and_then(|text| text.get(..10));
    if wished.and_then(|text| text.parse::<NaiveDate>().ok()).is_some_and(|wished| wished < today) {
        return Err(refusals::invalid_field("header.requestedDeliveryDate", "is in the past"));
    }
    Ok(())
}

/// The manufacturer of the first article among these lines that is known.
pub(super) fn vendor_of(articles: &[Article], lines: &[Value]) -> Option<Vendor> {
    let numbers = |line: &Value| {
        ["itemNumber", "manufacturerItemNumber"].map(|name| line.get(name).and_then(Value::as_str).map(str::to_owned))
    };
    lines.iter().flat_map(numbers).flatten().find_map(|number| {
        articles
            .iter()
            .find(|article| article.sku == number || article.vendor_sku == number)
            .map(|article| article.vendor)
    })
}
