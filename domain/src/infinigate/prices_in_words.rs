//! Prices and quantities in the words of a question.

use super::money::Amount;
use infini_mcp_core::tool::details::Line;

/// A price with its currency; that nobody names one is said, and never guessed.
pub fn price(amount: Amount, currency: Option<&str>) -> String {
    amount.with_currency(currency.unwrap_or_default())
}

/// A number of pieces.
pub fn pieces(amount: Amount) -> String {
    amount.to_string()
}

/// What one article costs, and how many there are of it.
#[derive(Debug, Default)]
pub struct Position<'a> {
    /// Infinigate's number.
    pub sku: Option<&'a str>,
    /// The vendor's number.
    pub vendor_sku: Option<&'a str>,
    /// What it is.
    pub name: Option<&'a str>,
    /// How many.
    pub quantity: Option<Amount>,
    /// What a piece costs.
    pub price: Option<Amount>,
    /// What it costs in the list.
    pub list_price: Option<Amount>,
    /// How much less it costs than that, in percent.
    pub discount: Option<Amount>,
    /// What all of them cost.
    pub net: Option<Amount>,
    /// Of all of these.
    pub currency: Option<&'a str>,
}

impl Position<'_> {
    /// The line of a question about it, with what else is told of it.
    pub fn line(&self, more: Vec<String>) -> Line {
        let quantity = self.quantity.map(|quantity| format!("{} \u{d7} ", pieces(quantity))).unwrap_or_default();
        let number = match (self.sku, self.vendor_sku) {
            (Some(sku), Some(other)) if sku != other => format!("{sku} ({other})"),
            (Some(only), _) | (None, Some(only)) => only.to_owned(),
            (None, None) => String::new(),
        };
        Line {
            what: format!("{quantity}{number}").trim_end().to_owned(),
            name: self.name.map(str::to_owned),
            price: self.prices().join(", "),
            more,
        }
    }

    fn prices(&self) -> Vec<String> {
        let mut told = Vec::new();
        told.extend(self.price.map(|each| format!("{} each", price(each, self.currency))));
        let above = |list: &Amount| self.price.is_none_or(|each| each != *list);
        told.extend(self.list_price.filter(above).map(|list| format!("list {}", list.money())));
        let discount = self.discount.filter(|percent| *percent != Amount::ZERO);
        told.extend(discount.map(|percent| format!("{} % off", pieces(percent))));
        told.extend(self.net.map(|net| format!("{} in all", price(net, self.currency))));
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_have_two_decimals_or_as_many_as_they_need() {
        let told = [1614.0, 0.5, 1.005, 0.0125].map(|number| price(Amount::of(number), Some("EUR")));
        assert_eq!(told, ["1614.00 EUR", "0.50 EUR", "1.005 EUR", "0.0125 EUR"]);
        assert_eq!(price(Amount::of(1.0), None), "1.00 (no currency named)");
    }

    #[test]
    fn a_position_tells_both_numbers_and_every_price() {
        let position = Position {
            sku: Some("200417"),
            vendor_sku: Some("WGT20033"),
            name: Some("Firebox"),
            quantity: Some(Amount::of(2.0)),
            price: Some(Amount::of(1210.5)),
            list_price: Some(Amount::of(1614.0)),
            discount: Some(Amount::of(25.0)),
            net: Some(Amount::of(2421.0)),
            currency: Some("EUR"),
        };
        let line = position.line(Vec::new());
        assert_eq!(line.what, "2 \u{d7} 200417 (WGT20033)");
        assert_eq!(line.price, "1210.50 EUR each, list 1614.00, 25 % off, 2421.00 EUR in all");
        assert_eq!(Position { sku: Some("A"), vendor_sku: Some("A"), ..Default::default() }.line(Vec::new()).what, "A");
    }
}
