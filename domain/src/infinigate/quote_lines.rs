//! The lines of a quote.

use infini_mcp_core::api::infinigate::types;
use schemars::JsonSchema;
use serde::Serialize;

use super::addresses::filled;
use super::descriptions;
use super::money::Amount;

/// A line of the quote.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Line {
    /// Its position.
    pub line_number: Option<Amount>,
    /// Infinigate's item number.
    pub sku: Option<String>,
    /// The vendor's part number.
    pub vendor_sku: Option<String>,
    /// What it is; alone on heading lines.
    #[schemars(extend("x-long-text" = true))]
    pub description: Option<String>,
    /// How many pieces.
    pub quantity: Option<Amount>,
    /// Net price a piece.
    pub unit_price: Option<Amount>,
    /// List price a piece.
    pub list_price: Option<Amount>,
    /// Discount on it.
    pub discount_percent: Option<Amount>,
    /// Quantity times unit price.
    pub net_total: Option<Amount>,
    /// Special price or deal number.
    pub deal_number: Option<String>,
}

impl From<types::QuoteLine> for Line {
    fn from(line: types::QuoteLine) -> Self {
        let description =
            descriptions::whole(line.item_description.as_deref(), line.item_description2.as_deref(), None);
        let line_number = line.line_number.map(Amount::of);
        // Heading lines carry zeros where they have no amounts.
        if line.line_type.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("text")) {
            return Self {
                line_number,
                description,
                sku: None,
                vendor_sku: None,
                quantity: None,
                unit_price: None,
                list_price: None,
                discount_percent: None,
                net_total: None,
                deal_number: None,
            };
        }
        Self {
            line_number,
            description,
            sku: line.item_number,
            vendor_sku: line.vendor_item_number,
            quantity: line.quantity.map(Amount::of),
            unit_price: line.net_unit_price.map(Amount::of),
            list_price: line.list_price.map(Amount::of),
            discount_percent: line.discount_percent.map(Amount::of),
            net_total: line
                .quantity
                .zip(line.net_unit_price)
                .map(|(quantity, price)| Amount::of(quantity).times(Amount::of(price)).to_the_cent()),
            deal_number: filled(line.special_bid_deal_no.as_deref()).map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_line_has_no_amounts_and_others_are_multiplied_out() {
        let heading = Line::from(types::QuoteLine {
            line_type: Some("Text".into()),
            quantity: Some(0.0),
            item_description: Some("Option A".into()),
            ..Default::default()
        });
        assert_eq!(
            (heading.quantity, heading.net_total, heading.description.as_deref()),
            (None, None, Some("Option A"))
        );
        let line =
            Line::from(types::QuoteLine { quantity: Some(3.0), net_unit_price: Some(0.1), ..Default::default() });
        assert_eq!(line.net_total, Some(Amount::of(0.3)));
    }
}
