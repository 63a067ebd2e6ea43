//! Whether a quote says what it costs: at a price that nobody knows, nothing is bought.

use super::money::Amount;
use super::quotes::Quote;
use infini_mcp_core::tool::{Code, Error, Result};

/// That the quote names its price.
///
/// # Errors
/// `conflict` when it names none, or says nothing at all because its lines have no prices yet.
pub fn must_be_known(quote: &Quote) -> Result<()> {
    let why = match quote.document.total {
        None => "does not say what it costs",
        Some(total) if total == Amount::ZERO && !is_priced(quote) => "has no prices yet",
        Some(_) => return Ok(()),
    };
    Err(Error::new(
        Code::Conflict,
        format!("Quote {} {why}, so it cannot be bought here. Nothing was done.", quote.number()),
    )
    .with_hint("Ask the sales contact for the price, or read the quote later with infinigate_get_quote."))
}

/// Whether every line that is of something has a price.
fn is_priced(quote: &Quote) -> bool {
    let of_something = quote.lines.iter().filter(|line| line.quantity.is_some_and(|quantity| quantity != 0.0));
    let mut prices = of_something.map(|line| line.net_unit_price).peekable();
    prices.peek().is_some() && prices.all(|price| price.is_some())
}

#[cfg(test)]
mod tests {
    use infini_mcp_core::api::infinigate::types::QuoteLine;

    use super::*;
    use crate::infinigate::documents::Document;

    fn refusal(total: Option<f64>, prices: &[Option<f64>]) -> Option<String> {
        let line =
            |price: &Option<f64>| QuoteLine { quantity: Some(1.0), net_unit_price: *price, ..Default::default() };
        let document = Document { total: total.map(Amount::of), ..Default::default() };
        let quote = Quote { document, header: Default::default(), lines: prices.iter().map(line).collect() };
        must_be_known(&quote).err().map(|error| error.to_string())
    }

    #[test]
    fn a_quote_without_a_price_is_not_bought_and_one_that_is_free_may_be() {
        assert!(refusal(None, &[Some(1.0)]).unwrap().contains("does not say what it costs"));
        assert!(refusal(Some(0.0), &[Some(1.0), None]).unwrap().contains("has no prices yet"));
        assert!(refusal(Some(0.0), &[]).unwrap().contains("has no prices yet"));
        assert_eq!(refusal(Some(0.0), &[Some(0.0)]), None);
        assert_eq!(refusal(Some(10.0), &[None]), None);
        assert_eq!(refusal(Some(-1.0), &[]), None);
    }
}
