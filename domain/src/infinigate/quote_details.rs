//! A quote in a question: what is decided about, line by line, and what is odd about it.

use infini_mcp_core::api::infinigate::types;
use infini_mcp_core::tool::Details;

use super::addresses::{filled, one_line};
use super::bills::contracts::Contract;
use super::money::Amount;
use super::prices_in_words::{Position, price};
use super::quote_lines::Line;
use super::quotes::Quote;

/// Tells a quote whole.
pub fn tell(details: &mut Details, quote: &Quote) {
    warn(details, quote);
    facts(details, quote);
    let currency = quote.document.currency.as_deref();
    for line in &quote.lines {
        let told = Line::from(line.clone());
        let position = Position {
            sku: told.sku.as_deref(),
            vendor_sku: told.vendor_sku.as_deref(),
            name: told.description.as_deref(),
            quantity: told.quantity,
            price: told.unit_price,
            list_price: told.list_price,
            discount: told.discount_percent,
            net: told.net_total,
            currency,
        };
        details.line(position.line(more(line)));
    }
}

/// What the quote costs, for the heading.
pub fn cost(quote: &Quote) -> String {
    let currency = quote.document.currency.as_deref();
    quote.document.total.map_or_else(|| "a price that it does not tell".to_owned(), |total| price(total, currency))
}

fn warn(details: &mut Details, quote: &Quote) {
    let lines: Vec<Line> = quote.lines.iter().cloned().map(Line::from).collect();
    if lines.is_empty() {
        details.warn("no lines", "The quote tells no lines: what it is for cannot be shown here.");
    }
    if quote.document.total.is_none() {
        details.warn("no total", "The quote tells no total: what it costs is not known here.");
    }
    let unpriced: Vec<String> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.quantity.is_some() && line.unit_price.is_none())
        .map(|(place, _)| (place + 1).to_string())
        .collect();
    if !unpriced.is_empty() {
        details.warn("no price", &format!("Without a price: line {}.", unpriced.join(", ")));
        return;
    }
    let sum: Amount = lines.iter().filter_map(|line| line.net_total).sum();
    if let Some(total) = quote.document.total
        && !lines.is_empty()
        && sum != total.to_the_cent()
    {
        let total = price(total, quote.document.currency.as_deref());
        details.warn("sum", &format!("The lines add up to {}, and the quote says {total}.", sum.money()));
    }
}

fn facts(details: &mut Details, quote: &Quote) {
    let (document, header) = (&quote.document, &quote.header);
    let text = |text: &Option<String>| filled(text.as_deref()).map(str::to_owned);
    let end_user = header.end_user.as_ref().and_then(|user| user.company.as_ref()).and_then(one_line);
    let place = |address: &Option<types::Address>| address.as_ref().and_then(one_line);
    details.fact("Your reference", document.buyer_reference.as_deref());
    details.fact("Your number", document.external_document_number.as_deref());
    details.fact("Valid until", Some(document.valid_until.as_deref().unwrap_or("no day is named")));
    details.fact("End customer", Some(end_user.as_deref().unwrap_or("nobody named")));
    details.fact("Delivered to", place(&header.ship_to).as_deref());
    details.fact("Sold to", place(&header.sell_to).as_deref());
    details.fact("Billed to", place(&header.bill_to).as_deref());
    details.fact("Sales contact", document.sales_contact.as_deref());
    details.words("Remarks on the quote", text(&header.comment).as_deref());
}

/// What a line says beside article, quantity and price.
fn more(line: &types::QuoteLine) -> Vec<String> {
    let mut told = Vec::new();
    let mut tell = |name: &str, value: Option<&str>| {
        told.extend(filled(value).map(|value| format!("{name} {value}")));
    };
    tell("deal number", line.special_bid_deal_no.as_deref());
    tell("your item number", line.your_item_number.as_deref());
    let customer = line.end_customer_dto.as_ref().and_then(|customer| customer.company.as_ref());
    tell("for", customer.and_then(|company| company.name.as_deref()));
    if let Some(contract) = Contract::of(line.contract_information_dto.clone()) {
        tell("licence", contract.license_id.as_deref());
        tell("serial number", contract.serial_number.as_deref());
        tell("from", contract.start.map(|day| day.to_string()).as_deref());
        tell("to", contract.end.map(|day| day.to_string()).as_deref());
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infinigate::documents::Document;

    fn line(sku: &str, quantity: f64, price: Option<f64>) -> types::QuoteLine {
        types::QuoteLine {
            item_number: Some(sku.into()),
            quantity: Some(quantity),
            net_unit_price: price,
            special_bid_deal_no: Some("SB-1".into()),
            ..Default::default()
        }
    }

    fn told(total: Option<f64>, lines: Vec<types::QuoteLine>) -> String {
        let document = Document { total: total.map(Amount::of), currency: Some("EUR".into()), ..Default::default() };
        let mut details = Details::default();
        tell(&mut details, &Quote { document, header: types::QuoteHeader::default(), lines });
        details.text()
    }

    #[test]
    fn every_line_is_told_and_a_sum_that_agrees_is_no_warning() {
        let text = told(Some(30.3), vec![line("A", 3.0, Some(0.1)), line("B", 2.0, Some(15.0))]);
        assert!(text.contains("1. 3 \u{d7} A: 0.10 EUR each, 0.30 EUR in all\n   deal number SB-1"), "{text}");
        assert!(text.contains("2. 2 \u{d7} B: 15.00 EUR each, 30.00 EUR in all"), "{text}");
        assert!(!text.contains('!'), "{text}");
    }

    #[test]
    fn what_is_missing_or_does_not_agree_is_a_warning() {
        assert!(told(None, vec![line("A", 1.0, Some(1.0))]).contains("! The quote tells no total"));
        assert!(told(Some(1.0), Vec::new()).contains("! The quote tells no lines"));
        assert!(told(Some(1.0), vec![line("A", 1.0, None)]).contains("! Without a price: line 1."));
        let text = told(Some(2.0), vec![line("A", 1.0, Some(1.0))]);
        assert!(text.contains("! The lines add up to 1.00, and the quote says 2.00 EUR."), "{text}");
    }
}
