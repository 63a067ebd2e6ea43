//! What an order would cost: each line's article as the price list has it now.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::lookup::{self, Found, Kinds};
use super::money::Amount;
use super::price_choice::{Terms, choose};
use super::products::Product;
use infini_mcp_core::tool::{Code, Ctx, Error, Result, text};

/// How many of several faults or names one sentence tells.
const MOST_TOLD: usize = 10;

/// What is wanted of one article.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Its number, of either kind.
    pub sku: String,
    /// How much of it.
    pub quantity: Amount,
}

/// A line with today's price.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// Infinigate's item number.
    pub sku: String,
    /// The vendor's part number.
    pub vendor_sku: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// How much of it.
    pub quantity: Amount,
    /// What a piece costs, net.
    pub price: Amount,
    /// What the line costs, net.
    pub net: Amount,
    /// Of both.
    pub currency: Option<String>,
    /// Pieces in stock now. A yes does not depend on it: what it means to a buyer is a warning.
    #[serde(skip)]
    pub stock: Option<Amount>,
    /// The article as it stands in the list.
    #[serde(skip)]
    pub article: Product,
}

/// An order's lines with what they cost together.
#[derive(Debug, Clone)]
pub struct Basket {
    /// The lines, in the caller's order.
    pub lines: Vec<Line>,
    /// What is charged and what is taken off in each currency, sorted by it; one that nobody named is empty.
    pub totals: Vec<(String, Amount)>,
}

impl Basket {
    /// The sums in words, for a question.
    pub fn totals_in_words(&self) -> String {
        let mut sums: BTreeMap<&str, Amount> = BTreeMap::new();
        for (currency, part) in &self.totals {
            let sum = sums.entry(currency).or_default();
            *sum = *sum + *part;
        }
        let sums: Vec<String> = sums.into_iter().map(|(currency, sum)| sum.with_currency(currency)).collect();
        sums.join(" + ")
    }
}

/// Looks every article up and refuses what cannot be ordered at a known price, all faults at once.
///
/// # Errors
/// `validation_failed` when an article is unknown, ambiguous, or without a price; else when the price list cannot be read.
pub async fn fill(ctx: &Ctx, wanted: &[Wanted], terms: &Terms) -> Result<Basket> {
    let mut skus: Vec<String> = wanted.iter().map(|wanted| wanted.sku.clone()).collect();
    skus.sort();
    skus.dedup();
    let found = lookup::look_up(ctx, &skus, Kinds::Auto).await?;
    priced(wanted, &found, terms)
}

fn priced(wanted: &[Wanted], found: &Found, terms: &Terms) -> Result<Basket> {
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    for (place, wanted) in wanted.iter().enumerate() {
        match line(wanted, found, terms) {
            Ok(line) => lines.push(line),
            Err(fault) => faults.push((place + 1, wanted.sku.as_str(), fault)),
        }
    }
    if !faults.is_empty() {
        return Err(refused(&faults));
    }
    let totals = totals(&lines);
    Ok(Basket { lines, totals })
}

/// The sums of what is charged and of what is taken off. Added to each other, a rebate would hide a charge from a limit.
fn totals(lines: &[Line]) -> Vec<(String, Amount)> {
    let mut totals: BTreeMap<(String, bool), Amount> = BTreeMap::new();
    for line in lines {
        let is_rebate = line.net < Amount::ZERO;
        let sum = totals.entry((line.currency.clone().unwrap_or_default(), is_rebate)).or_default();
        *sum = *sum + line.net;
    }
    totals.into_iter().map(|((currency, _), sum)| (currency, sum)).collect()
}

fn refused(faults: &[(usize, &str, String)]) -> Error {
    let told: Vec<String> =
        faults.iter().map(|(line, sku, problem)| format!("line {line} ({sku}): {problem}")).collect();
    let lines: Vec<Value> =
        faults.iter().map(|(line, sku, problem)| json!({ "line": line, "sku": sku, "problem": problem })).collect();
    Error::new(
        Code::ValidationFailed,
        format!("This cannot be ordered: {}. Nothing was sent.", text::listed(&told, MOST_TOLD, "; ")),
    )
    .with_hint(
        "Find articles with infinigate_search_products; ask for prices on request with infinigate_request_quote.",
    )
    .with("lines", json!(lines))
}

fn line(wanted: &Wanted, found: &Found, terms: &Terms) -> std::result::Result<Line, String> {
    let articles: Vec<&Product> =
        found.matches.iter().filter(|one| one.requested == wanted.sku).map(|one| &one.product).collect();
    let mut skus: Vec<&str> = articles.iter().filter_map(|one| one.sku.as_deref()).collect();
    skus.sort_unstable();
    skus.dedup();
    if articles.is_empty() {
        return Err("the price list has no such article".to_owned());
    }
    if skus.len() > 1 {
        return Err(format!("several articles have this number; give one of {}", skus.join(", ")));
    }
    let article = choose(&articles, wanted.quantity, terms)?;
    let price = match (article.price, article.price_on_request) {
        (_, Some(true)) | (None, _) => return Err("its price is on request".to_owned()),
        (Some(price), _) => price,
    };
    let sku = article.sku.clone().ok_or_else(|| "the price list gives it no item number".to_owned())?;
    Ok(Line {
        sku,
        vendor_sku: article.vendor_sku.clone(),
        description: article.description.as_ref().map(|text| text.chars().take(120).collect()),
        quantity: wanted.quantity,
        price,
        net: price.times(wanted.quantity).to_the_cent(),
        currency: article.currency.clone(),
        stock: article.stock,
        article: article.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infinigate::lookup::{Kind, Match};
    use infini_mcp_core::api::infinigate::types::{ListPrice, PriceListItem};

    fn article(sku: &str, price: Option<f64>, currency: &str) -> Product {
        let list_price =
            ListPrice { discounted_price: price, currency_code: Some(currency.into()), ..Default::default() };
        let on_request = Some(price.is_none());
        Product::from(PriceListItem {
            sku: Some(sku.into()),
            list_price: Some(list_price),
            price_on_request: on_request,
            ..Default::default()
        })
    }

    fn found(articles: &[(&str, Product)]) -> Found {
        let matches = articles
            .iter()
            .map(|(requested, product)| Match {
                requested: (*requested).to_owned(),
                kind: Kind::Infinigate,
                product: product.clone(),
            })
            .collect();
        Found { matches, ..Default::default() }
    }

    fn wanted(sku: &str, quantity: f64) -> Wanted {
        Wanted { sku: sku.into(), quantity: Amount::of(quantity) }
    }

    #[test]
    fn sums_are_made_for_each_currency_and_to_the_cent() {
        let found = found(&[("1", article("1", Some(0.1), "EUR")), ("2", article("2", Some(7.5), "CHF"))]);
        let basket =
            priced(&[wanted("1", 3.0), wanted("2", 2.0), wanted("1", 1.0)], &found, &Terms::default()).unwrap();
        assert_eq!(basket.totals, [("CHF".to_owned(), Amount::of(15.0)), ("EUR".to_owned(), Amount::of(0.4))]);
        assert_eq!(basket.totals_in_words(), "15.00 CHF + 0.40 EUR");
    }

    #[test]
    fn a_rebate_is_taken_off_in_words_and_hides_nothing_from_a_limit() {
        let found = found(&[("1", article("1", Some(-40.0), "EUR")), ("2", article("2", Some(100.0), "EUR"))]);
        let basket = priced(&[wanted("1", 1.0), wanted("2", 1.0)], &found, &Terms::default()).unwrap();
        assert_eq!(basket.totals, [("EUR".to_owned(), Amount::of(100.0)), ("EUR".to_owned(), Amount::of(-40.0))]);
        assert_eq!(basket.totals_in_words(), "60.00 EUR");
    }

    #[test]
    fn a_currency_that_nobody_named_is_not_guessed() {
        let found = found(&[("1", article("1", Some(1.0), " ")), ("2", article("2", Some(2.0), "EUR"))]);
        let basket = priced(&[wanted("1", 1.0), wanted("2", 1.0)], &found, &Terms::default()).unwrap();
        assert_eq!(basket.totals_in_words(), "1.00 (no currency named) + 2.00 EUR");
    }

    #[test]
    fn the_price_is_that_of_the_quantity() {
        let band = |least: f64, most: Option<f64>, price: f64| {
            let product = article("1", Some(price), "EUR");
            Product { min_quantity: Some(Amount::of(least)), max_quantity: most.map(Amount::of), ..product }
        };
        let found = found(&[("1", band(1.0, Some(9.0), 5.0)), ("1", band(10.0, Some(49.0), 4.0))]);
        let net = |quantity: f64| {
            priced(&[wanted("1", quantity)], &found, &Terms::default()).map(|basket| basket.lines[0].net.number())
        };
        assert_eq!((net(9.0).unwrap(), net(10.0).unwrap()), (45.0, 40.0));
        assert!(net(50.0).unwrap_err().to_string().contains("no price for a quantity of 50"));
    }

    #[test]
    fn everything_that_cannot_be_ordered_is_told_at_once() {
        let found = found(&[
            ("P", article("1", Some(1.0), "EUR")),
            ("P", article("2", Some(1.0), "EUR")),
            ("ask", article("3", None, "EUR")),
        ]);
        let told = priced(&[wanted("P", 1.0), wanted("ask", 1.0), wanted("9", 1.0)], &found, &Terms::default())
            .unwrap_err()
            .to_string();
        for part in [
            "line 1 (P): several articles",
            "1, 2",
            "line 2 (ask): its price is on request",
            "line 3 (9): the price list has no",
        ] {
            assert!(told.contains(part), "{part} in {told}");
        }
    }
}
