//! An order in a question: every line at its price, and what a buyer should know before it is sent.

use std::collections::BTreeMap;

use infini_mcp_core::api::infinigate::types::{OrderRequest, OrderRequestLine};
use infini_mcp_core::tool::Details;

use super::basket::Line as Priced;
use super::money::Amount;
use super::prices_in_words::{Position, pieces};
use super::sent_words;

/// Tells an order as it will be sent, at the prices it was looked up with.
pub fn tell(details: &mut Details, order: &OrderRequest, priced: &[Priced]) {
    stock(details, priced);
    bands(details, priced);
    currencies(details, order, priced);
    deals(details, &order.lines);
    sent_words::order(details, &order.header);
    for (sent, priced) in order.lines.iter().zip(priced) {
        let article = &priced.article;
        let position = Position {
            sku: Some(&priced.sku),
            vendor_sku: priced.vendor_sku.as_deref(),
            name: priced.description.as_deref(),
            quantity: Some(priced.quantity),
            price: Some(priced.price),
            list_price: article.list_price,
            discount: article.discount_percent,
            net: Some(priced.net),
            currency: priced.currency.as_deref(),
        };
        details.line(position.line(sent_words::order_line(sent)));
    }
}

/// Goods that there are fewer of than are ordered; licences are never in stock.
fn stock(details: &mut Details, priced: &[Priced]) {
    let mut wanted: BTreeMap<&str, (Amount, Option<Amount>)> = BTreeMap::new();
    let goods = priced.iter().filter(|line| !is_licence(line));
    for line in goods {
        let (sum, stock) = wanted.entry(&line.sku).or_insert((Amount::ZERO, line.stock));
        *sum = *sum + line.quantity;
        *stock = stock.or(line.stock);
    }
    for (sku, (sum, stock)) in wanted {
        if let Some(stock) = stock.filter(|stock| *stock < sum) {
            let text = format!("Stock: {sum} of {sku} are ordered, and {} are there now.", pieces(stock));
            details.warn(format!("stock {sku}"), &text);
        }
    }
}

fn is_licence(line: &Priced) -> bool {
    line.article.product_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("software"))
}

/// Quantities that the price in the list is not for.
fn bands(details: &mut Details, priced: &[Priced]) {
    for (place, line) in priced.iter().enumerate() {
        let (least, most) = (line.article.min_quantity, line.article.max_quantity);
        let quantity = line.quantity;
        let is_within = least.is_none_or(|least| quantity >= least) && most.is_none_or(|most| quantity <= most);
        if is_within || !is_licence(line) {
            continue;
        }
        let band = match (least, most) {
            (Some(least), Some(most)) => format!("{} to {}", pieces(least), pieces(most)),
            (Some(least), None) => format!("{} and more", pieces(least)),
            (None, Some(most)) => format!("{} at most", pieces(most)),
            (None, None) => continue,
        };
        let text = format!(
            "Licence band: the price of line {} ({}) is for {band}, and {quantity} are ordered.",
            place + 1,
            line.sku
        );
        details.warn(format!("band {} {}", place + 1, line.sku), &text);
    }
}

/// Prices in several currencies, in none, or in another one than the order asks for.
fn currencies(details: &mut Details, order: &OrderRequest, priced: &[Priced]) {
    let mut named: Vec<&str> = priced.iter().filter_map(|line| line.currency.as_deref()).collect();
    named.sort_unstable();
    named.dedup();
    if named.len() > 1 {
        let text = format!("The prices are in {}, and are not added up across currencies.", named.join(" and "));
        details.warn(format!("currencies {}", named.join(" ")), &text);
    }
    if priced.iter().any(|line| line.currency.is_none()) {
        details.warn("no currency", "The price list names no currency for some of the prices.");
    }
    let others: Vec<&str> = match order.header.currency_code.as_deref() {
        Some(asked) => named.into_iter().filter(|currency| !currency.eq_ignore_ascii_case(asked)).collect(),
        None => Vec::new(),
    };
    if let (Some(asked), false) = (order.header.currency_code.as_deref(), others.is_empty()) {
        let text = format!("The order asks for {asked}, and the prices below are in {}.", others.join(" and "));
        details.warn(format!("asked for {asked}"), &text);
    }
}

/// A deal's price is not in the price list.
fn deals(details: &mut Details, lines: &[OrderRequestLine]) {
    let with_deal: Vec<String> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.special_bid_deal_no.is_some())
        .map(|(place, _)| (place + 1).to_string())
        .collect();
    if !with_deal.is_empty() {
        let text = format!(
            "The special price of a deal is not in the sum: line {} is shown at the price list's price.",
            with_deal.join(", ")
        );
        details.warn("deal", &text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infinigate::products::Product;
    use infini_mcp_core::api::infinigate::types::{LicenseBand, ListPrice, OrderRequestHeader, PriceListItem};

    fn priced(sku: &str, quantity: f64, currency: Option<&str>, stock: Option<f64>, kind: &str) -> Priced {
        let article = Product::from(PriceListItem {
            sku: Some(sku.into()),
            product_type: Some(kind.into()),
            list_price: Some(ListPrice { price: Some(2.0), discount_percent: Some(50.0), ..Default::default() }),
            license_band: Some(LicenseBand { min: Some(10.0), max: Some(49.0) }),
            ..Default::default()
        });
        Priced {
            sku: sku.into(),
            vendor_sku: None,
            description: None,
            quantity: Amount::of(quantity),
            price: Amount::of(1.0),
            net: Amount::of(quantity),
            currency: currency.map(str::to_owned),
            stock: stock.map(Amount::of),
            article,
        }
    }

    fn told(priced: &[Priced], deal: Option<&str>, currency: Option<&str>) -> String {
        let lines = priced.iter().map(|line| OrderRequestLine {
            item_number: Some(line.sku.clone()),
            manufacturer_item_number: None,
            item_description: None,
            quantity: line.quantity.number(),
            special_bid_deal_no: deal.map(str::to_owned),
            your_item_number: None,
            your_line_number: None,
            manufacturer_additional_info: None,
        });
        let header = OrderRequestHeader {
            your_reference: "PO-1".try_into().unwrap(),
            currency_code: currency.map(str::to_owned),
            contact: None,
            end_user: None,
            ship_to: None,
            sell_to: None,
            bill_to: None,
            disallow_partial_shipment: None,
            ship_hardware_complete: None,
            requested_delivery_date: None,
            license_delivery_address: None,
            manufacturer_partner_id: None,
            comment: None,
        };
        let mut details = Details::default();
        tell(&mut details, &OrderRequest { header, lines: lines.collect() }, priced);
        details.text()
    }

    #[test]
    fn a_line_tells_list_price_discount_and_sum() {
        let text = told(&[priced("A", 20.0, Some("EUR"), Some(20.0), "Hardware")], None, None);
        assert!(text.contains("1. 20 \u{d7} A: 1.00 EUR each, list 2.00, 50 % off, 20.00 EUR in all"), "{text}");
        assert!(!text.contains('!'), "{text}");
        assert!(text.contains("- End customer: nobody named\n- Delivered to: the account's address"), "{text}");
    }

    #[test]
    fn the_stock_is_held_against_all_lines_of_an_article() {
        let pieces = |quantity| priced("A", quantity, Some("EUR"), Some(5.0), "Hardware");
        let text = told(&[pieces(3.0), pieces(3.0)], None, None);
        assert!(text.contains("! Stock: 6 of A are ordered, and 5 are there now."), "{text}");
        assert!(!told(&[priced("L", 20.0, Some("EUR"), Some(0.0), "Software")], None, None).contains("Stock"));
    }

    #[test]
    fn bands_deals_and_currencies_are_warned_of() {
        let licence = |quantity| priced("L", quantity, Some("EUR"), None, "Software");
        let text = told(&[licence(5.0)], Some("SB-1"), None);
        assert!(text.contains("! Licence band: the price of line 1 (L) is for 10 to 49, and 5 are ordered."), "{text}");
        assert!(text.contains("! The special price of a deal is not in the sum: line 1 is shown"), "{text}");
        let text = told(&[licence(10.0), priced("S", 10.0, Some("CHF"), None, "Software")], None, Some("CHF"));
        assert!(text.contains("! The prices are in CHF and EUR, and are not added up"), "{text}");
        assert!(text.contains("! The order asks for CHF, and the prices below are in EUR."), "{text}");
        let text = told(&[priced("L", 10.0, None, None, "Software")], None, None);
        assert!(text.contains("! The price list names no currency") && text.contains("(no currency named)"), "{text}");
    }
}
