//! Which price of an article is meant, where the price list has several.

use std::collections::BTreeSet;

use super::money::Amount;
use super::products::Product;
use super::tiers::Tier;

/// What is known of an order before its prices are.
#[derive(Debug, Default)]
pub struct Terms {
    /// Whose prices the end customer gets; everybody's unless it was said.
    pub tier: Option<Tier>,
    /// What the order is to be in, where that was said.
    pub currency: Option<String>,
}

/// The row that is meant among the rows of one article.
///
/// # Errors
/// In words, when there is none, or when nothing tells which.
pub fn choose<'a>(rows: &[&'a Product], quantity: Amount, terms: &Terms) -> Result<&'a Product, String> {
    let rows = of_tier(rows, terms.tier.unwrap_or(Tier::Std))?;
    let rows = of_currency(&rows, terms.currency.as_deref())?;
    let rows = of_quantity(rows, quantity)?;
    let price = |row: &Product| (row.price, row.currency.clone(), row.price_on_request);
    let first = rows.first().copied().ok_or_else(|| "the price list has no price for it".to_owned())?;
    if rows.iter().all(|row| price(row) == price(first)) {
        return Ok(first);
    }
    let prices: BTreeSet<Amount> = rows.iter().filter_map(|row| row.price).collect();
    let prices: Vec<String> = prices.into_iter().map(Amount::money).collect();
    Err(format!("the price list has several prices for it ({}), and nothing tells which is meant", prices.join(", ")))
}

/// The prices for this end customer. Schools and authorities get everybody's price where they have none of their own;
/// theirs is for nobody else.
fn of_tier<'a>(rows: &[&'a Product], tier: Tier) -> Result<Vec<&'a Product>, String> {
    let is_for =
        |row: &Product, tier: Tier| row.tier.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(tier.name()));
    let (special, everybody): (Vec<&Product>, Vec<&Product>) =
        rows.iter().copied().partition(|row| is_for(row, Tier::Edu) || is_for(row, Tier::Gov));
    let own: Vec<&Product> = special.iter().copied().filter(|row| is_for(row, tier)).collect();
    if !own.is_empty() {
        return Ok(own);
    }
    if !everybody.is_empty() {
        return Ok(everybody);
    }
    let tiers: BTreeSet<&str> = special.iter().filter_map(|row| row.tier.as_deref()).collect();
    Err(format!(
        "its price is for the tier {} only, and the end customer's is {}; end_customer.tier says so if it is another",
        tiers.into_iter().collect::<Vec<_>>().join(" or "),
        tier.name()
    ))
}

/// The prices in the currency of the order.
fn of_currency<'a>(rows: &[&'a Product], wanted: Option<&str>) -> Result<Vec<&'a Product>, String> {
    let named: BTreeSet<&str> = rows.iter().filter_map(|row| row.currency.as_deref()).collect();
    let listed = named.iter().copied().collect::<Vec<_>>().join(" and ");
    let Some(wanted) = wanted else {
        return match named.len() {
            0 | 1 => Ok(rows.to_vec()),
            _ => Err(format!("it has prices in {listed}; options.currency says which is meant")),
        };
    };
    let of = |currency: Option<&str>| -> Vec<&'a Product> {
        rows.iter().copied().filter(|row| row.currency.as_deref() == currency).collect()
    };
    let (own, unnamed) = (of(Some(wanted)), of(None));
    if !own.is_empty() {
        return Ok(own);
    }
    if unnamed.is_empty() {
        Err(format!("its price is in {listed}, and options.currency is {wanted}"))
    } else {
        Ok(unnamed)
    }
}

/// The prices for this quantity. The band of an article that has one price is no choice: hardware, too, has one.
fn of_quantity(rows: Vec<&Product>, quantity: Amount) -> Result<Vec<&Product>, String> {
    if rows.len() == 1 {
        return Ok(rows);
    }
    let fits = |row: &&Product| {
        row.min_quantity.is_none_or(|least| quantity >= least) && row.max_quantity.is_none_or(|most| quantity <= most)
    };
    let fitting: Vec<&Product> = rows.into_iter().filter(fits).collect();
    if fitting.is_empty() {
        return Err(format!("the price list has no price for a quantity of {quantity}"));
    }
    Ok(fitting)
}

#[cfg(test)]
mod tests {
    use infini_mcp_core::api::infinigate::types::{LicenseBand, ListPrice, PriceListItem};

    use super::*;

    fn row(tier: &str, price: f64, currency: &str, band: (f64, Option<f64>)) -> Product {
        let list_price =
            ListPrice { discounted_price: Some(price), currency_code: Some(currency.into()), ..Default::default() };
        Product::from(PriceListItem {
            sku: Some("1".into()),
            end_user_type: Some(tier.into()),
            list_price: Some(list_price),
            license_band: Some(LicenseBand { min: Some(band.0), max: band.1 }),
            ..Default::default()
        })
    }

    fn chosen(rows: &[Product], quantity: f64, tier: Option<Tier>, currency: Option<&str>) -> Result<String, String> {
        let terms = Terms { tier, currency: currency.map(str::to_owned) };
        choose(&rows.iter().collect::<Vec<_>>(), Amount::of(quantity), &terms).map(|row| row.price.unwrap().to_string())
    }

    const ANY: (f64, Option<f64>) = (1.0, None);

    #[test]
    fn the_price_is_that_of_the_end_customers_tier() {
        let all = [row("Edu", 6.0, "EUR", ANY), row("GOV", 8.0, "EUR", ANY), row("Std", 10.0, "EUR", ANY)];
        for (tier, price) in [(None, "10"), (Some(Tier::Std), "10"), (Some(Tier::Edu), "6"), (Some(Tier::Gov), "8")] {
            assert_eq!(chosen(&all, 1.0, tier, None).unwrap(), price, "{tier:?}");
        }
        // Everybody's price is for a school, too; a school's is for no one else.
        assert_eq!(chosen(&all[2..], 1.0, Some(Tier::Edu), None).unwrap(), "10");
        assert_eq!(chosen(&[row("Commercial", 9.0, "EUR", ANY)], 1.0, None, None).unwrap(), "9");
        for tier in [None, Some(Tier::Std)] {
            let told = chosen(&all[..2], 1.0, tier, None).unwrap_err();
            assert!(told.contains("tier Edu or Gov only, and the end customer's is Std"), "{told}");
        }
        assert!(chosen(&all[..1], 1.0, Some(Tier::Gov), None).unwrap_err().contains("the tier Edu only"));
    }

    #[test]
    fn the_price_is_in_the_currency_of_the_order() {
        let all = [row("Std", 10.0, "EUR", ANY), row("Std", 11.0, "CHF", ANY)];
        assert_eq!(chosen(&all, 1.0, None, Some("CHF")).unwrap(), "11");
        assert_eq!(chosen(&all, 1.0, None, Some("EUR")).unwrap(), "10");
        assert!(chosen(&all, 1.0, None, None).unwrap_err().contains("prices in CHF and EUR; options.currency"));
        assert!(chosen(&all[..1], 1.0, None, Some("CHF")).unwrap_err().contains("in EUR, and options.currency is CHF"));
        assert_eq!(chosen(&[row("Std", 9.0, "", ANY)], 1.0, None, Some("CHF")).unwrap(), "9");
    }

    #[test]
    fn the_price_is_that_of_the_quantity_within_the_tier() {
        let all = [
            row("Edu", 5.0, "EUR", (1.0, Some(9.0))),
            row("Std", 10.0, "EUR", (1.0, Some(9.0))),
            row("Std", 8.0, "EUR", (10.0, Some(49.0))),
        ];
        assert_eq!(chosen(&all, 9.0, None, None).unwrap(), "10");
        assert_eq!(chosen(&all, 10.0, None, None).unwrap(), "8");
        assert!(chosen(&all, 50.0, None, None).unwrap_err().contains("no price for a quantity of 50"));
        // The one price for schools is no choice between quantities.
        assert_eq!(chosen(&all, 10.0, Some(Tier::Edu), None).unwrap(), "5");
    }

    #[test]
    fn of_several_prices_that_fit_alike_none_is_taken() {
        let told = chosen(&[row("Std", 5.0, "EUR", ANY), row("Std", 4.0, "EUR", ANY)], 1.0, None, None).unwrap_err();
        assert!(told.contains("several prices for it (4.00, 5.00)"), "{told}");
        assert_eq!(
            chosen(&[row("Std", 5.0, "EUR", ANY), row("Std", 5.0, "EUR", (2.0, None))], 3.0, None, None).unwrap(),
            "5"
        );
    }
}
