//! Looking articles up by their exact numbers: the distributor's own, the manufacturer's, or whichever it is.
//!
//! Two addresses answer the two kinds, and no rule tells the kinds apart, so both are asked and what they answer is
//! compared with what was wanted.

use std::collections::BTreeSet;

use futures::{StreamExt, TryStreamExt, stream};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::documents::rows;
use super::pages::{self, Ask, Limits, Sent};
use super::products::{self, Product};
use infini_mcp_core::tool::{Code, Ctx, Error, Result, text};

/// How many of several faults or names one sentence tells.
const MOST_TOLD: usize = 10;

/// Characters of numbers in one address; gateways are known to refuse addresses of some two thousand.
const IN_ONE_ADDRESS: usize = 1_200;
/// Rows asked for at a time.
const PAGE: usize = 50;
/// Rows one address may give; more of one part number would be no answer.
const MOST: usize = 1_000;
/// Addresses that are asked at the same time.
const AT_ONCE: usize = 3;

/// Whose number an article was found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Infinigate's item number.
    Infinigate,
    /// The vendor's part number.
    Vendor,
}

/// Whose numbers a caller gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kinds {
    /// Either.
    #[default]
    Auto,
    /// Infinigate's.
    Infinigate,
    /// The vendors'.
    Vendor,
}

impl Kinds {
    fn to_ask(self) -> &'static [Kind] {
        match self {
            Self::Auto => &[Kind::Infinigate, Kind::Vendor],
            Self::Infinigate => &[Kind::Infinigate],
            Self::Vendor => &[Kind::Vendor],
        }
    }
}

/// An article, and which number led to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// The number as the caller gave it.
    pub requested: String,
    /// Whose number it is.
    pub kind: Kind,
    /// The article.
    pub product: Product,
}

/// What a look-up brought.
#[derive(Debug, Default)]
pub struct Found {
    /// The articles, in the order of the numbers.
    pub matches: Vec<Match>,
    /// Numbers that no article has.
    pub missing: Vec<String>,
    /// Numbers that several articles have.
    pub ambiguous: Vec<String>,
}

/// Looks the numbers up.
///
/// # Errors
/// When the price list cannot be read.
pub async fn look_up(ctx: &Ctx, skus: &[String], kinds: Kinds) -> Result<Found> {
    let mut asks: Vec<(Kind, Vec<String>)> = Vec::new();
    for kind in kinds.to_ask() {
        asks.extend(chunks(skus).into_iter().map(|chunk| (*kind, chunk)));
    }
    let answers: Vec<(Kind, Vec<Product>)> = stream::iter(asks)
        .map(|(kind, chunk)| async move { send_all(ctx, kind, chunk).await.map(|products| (kind, products)) })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(compare(skus, answers.into_iter().flat_map(|(kind, all)| all.into_iter().map(move |one| (kind, one))).collect()))
}

/// The one article of each number, for what is to be ordered or quoted: there a guess would be a wrong delivery.
///
/// # Errors
/// `not_found` naming all numbers of no article, `ambiguous_name` with the articles of a number that has several.
pub async fn one_each(ctx: &Ctx, skus: &[String]) -> Result<Vec<Product>> {
    let found = look_up(ctx, skus, Kinds::Auto).await?;
    if !found.missing.is_empty() {
        let message =
            format!("No article has the number {}. Nothing was sent.", text::listed(&found.missing, MOST_TOLD, ", "));
        return Err(Error::new(Code::NotFound, message)
            .with_hint("infinigate_search_products finds articles by words or parts of a number."));
    }
    if let Some(sku) = found.ambiguous.first() {
        return Err(several_have(sku, &found.matches));
    }
    let of = |sku: &String| found.matches.iter().find(|one| one.requested == *sku).map(|one| one.product.clone());
    Ok(skus.iter().filter_map(of).collect())
}

fn several_have(sku: &str, matches: &[Match]) -> Error {
    let candidates: Vec<Value> = matches
        .iter()
        .filter(|one| one.requested == sku)
        .map(|one| json!({ "sku": one.product.sku, "vendor": one.product.vendor, "description": one.product.description }))
        .collect();
    Error::new(Code::AmbiguousName, format!("Several articles have the number {sku}. Nothing was sent."))
        .with_hint("Let the person choose one of the candidates, and give its `sku`.")
        .with("candidates", json!(candidates))
}

/// The numbers in lists that fit into an address each, every one also in capitals: whether upstream minds is not known.
fn chunks(skus: &[String]) -> Vec<Vec<String>> {
    let mut chunks: Vec<Vec<String>> = Vec::new();
    let mut length = IN_ONE_ADDRESS;
    for sku in skus {
        let mut spellings = vec![sku.clone(), sku.to_uppercase()];
        spellings.dedup();
        // A character outside ASCII takes up to six in an address, and each number comes with its name.
        let size: usize = spellings.iter().map(|spelling| spelling.len() * 3 + "&no=".len()).sum();
        length += size;
        match chunks.last_mut() {
            Some(last) if length <= IN_ONE_ADDRESS => last.extend(spellings),
            _ => {
                chunks.push(spellings);
                length = size;
            }
        }
    }
    chunks
}

async fn send_all(ctx: &Ctx, kind: Kind, numbers: Vec<String>) -> Result<Vec<Product>> {
    let limits = Limits { wanted: MOST, most: MOST, page: PAGE };
    Ok(pages::walk(limits, |ask| send(ctx, kind, &numbers, ask), |_| true).await?.rows)
}

async fn send(ctx: &Ctx, kind: Kind, numbers: &[String], ask: Ask) -> Result<Sent<Product>> {
    let client = ctx.infinigate()?;
    let numbers = numbers.to_vec();
    let answer = match kind {
        Kind::Infinigate => {
            client.get_price_list_by_sku().no(numbers).take(rows(ask.take)).skip(rows(ask.skip)).send().await
        }
        Kind::Vendor => {
            client.get_price_list_by_vendor_sku().no(numbers).take(rows(ask.take)).skip(rows(ask.skip)).send().await
        }
    };
    products::sent(answer)
}

/// Puts each article to the number that it was asked for by.
fn compare(skus: &[String], articles: Vec<(Kind, Product)>) -> Found {
    let mut found = Found::default();
    for sku in skus {
        let mut matches: Vec<Match> = Vec::new();
        for (kind, product) in articles.iter().filter(|(kind, product)| is_number_of(*kind, sku, product)) {
            // An article whose two numbers are the same comes from both addresses.
            if !matches.iter().any(|known| known.product == *product) {
                matches.push(Match { requested: sku.clone(), kind: *kind, product: product.clone() });
            }
        }
        let items: BTreeSet<Option<&str>> = matches.iter().map(|one| one.product.sku.as_deref()).collect();
        match items.len() {
            0 => found.missing.push(sku.clone()),
            1 => {}
            _ => found.ambiguous.push(sku.clone()),
        }
        found.matches.extend(matches);
    }
    found
}

fn is_number_of(kind: Kind, sku: &str, product: &Product) -> bool {
    let number = match kind {
        Kind::Infinigate => &product.sku,
        Kind::Vendor => &product.vendor_sku,
    };
    number.as_deref().is_some_and(|number| number.to_uppercase() == sku.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use infini_mcp_core::api::infinigate::types::PriceListItem;

    fn article(sku: &str, vendor_sku: &str) -> Product {
        Product::from(PriceListItem {
            sku: Some(sku.into()),
            vendor_sku: Some(vendor_sku.into()),
            ..Default::default()
        })
    }

    fn texts(skus: &[&str]) -> Vec<String> {
        skus.iter().map(|sku| (*sku).to_owned()).collect()
    }

    #[test]
    fn each_number_says_what_it_led_to() {
        let (one, two, same) = (article("1", "P"), article("2", "P"), article("S", "S"));
        let found = compare(
            &texts(&["p", "S", "9"]),
            vec![
                (Kind::Infinigate, same.clone()),
                (Kind::Vendor, one),
                (Kind::Vendor, two),
                (Kind::Vendor, same),
                (Kind::Vendor, article("7", "stranger")),
            ],
        );
        let told: Vec<(&str, Kind)> = found.matches.iter().map(|one| (one.requested.as_str(), one.kind)).collect();
        assert_eq!(told, [("p", Kind::Vendor), ("p", Kind::Vendor), ("S", Kind::Infinigate)]);
        assert_eq!((found.missing, found.ambiguous), (texts(&["9"]), texts(&["p"])));
    }

    #[test]
    fn a_number_of_two_kinds_for_two_articles_is_ambiguous() {
        let articles = vec![(Kind::Infinigate, article("4711", "A")), (Kind::Vendor, article("0815", "4711"))];
        assert_eq!(compare(&texts(&["4711"]), articles).ambiguous, ["4711"]);
    }

    #[test]
    fn long_lists_are_cut_so_that_each_address_stays_short() {
        let skus: Vec<String> = (0..50).map(|number| format!("{number:060}")).collect();
        let chunks = chunks(&skus);
        assert!(chunks.len() > 2);
        assert_eq!(chunks.concat(), skus);
        let longest = chunks.iter().map(|chunk| chunk.iter().map(|sku| sku.len() + 4).sum::<usize>()).max();
        assert!(longest.unwrap() <= IN_ONE_ADDRESS);
        assert_eq!(super::chunks(&texts(&["ab"])), [texts(&["ab", "AB"])]);
    }
}
