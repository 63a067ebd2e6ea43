//! Whole price lists of a manufacturer, which come in one piece and are therefore kept for some minutes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::products::{self, Product};
use super::vendors::folded;
use crate::cache::Cache;
use infini_mcp_core::tool::{Ctx, Result};

/// How long a list is used: long enough to page through it, short enough for a price.
const KEPT_FOR: Duration = Duration::from_secs(300);
/// Articles that are kept at once, over all lists of an account; one takes about half a kilobyte.
const MOST_ROWS: u64 = 60_000;

/// The price list of one manufacturer.
#[derive(Debug)]
pub struct PriceList {
    rows: Vec<Product>,
    said: Option<i64>,
    read: Instant,
}

impl PriceList {
    /// Seconds since it was read.
    pub fn age_seconds(&self) -> u64 {
        self.read.elapsed().as_secs()
    }

    /// What Infinigate left out of the list without a way to ask for the rest.
    pub fn cut_short(&self) -> Option<String> {
        let said = usize::try_from(self.said?).ok().filter(|said| *said > self.rows.len())?;
        Some(format!(
            "Infinigate gave only {} of {said} articles of this list, and it has no pages; infinigate_search_products reaches the others.",
            self.rows.len()
        ))
    }

    /// The articles that `wanted` picks.
    pub fn pick(&self, wanted: &Wanted) -> Vec<&Product> {
        self.rows.iter().filter(|product| wanted.has(product)).collect()
    }
}

/// Which articles of a list are wanted.
#[derive(Debug, Default)]
pub struct Wanted {
    words: Vec<String>,
    kinds: Vec<String>,
}

impl Wanted {
    /// Articles with all words of `query` in number or description, of one of these kinds; either may be empty.
    pub fn of(query: Option<&str>, kinds: &[String]) -> Self {
        let all = |texts: &mut dyn Iterator<Item = &str>| {
            texts.map(folded).filter(|text| !text.is_empty()).collect::<Vec<String>>()
        };
        Self {
            words: all(&mut query.unwrap_or_default().split_whitespace()),
            kinds: all(&mut kinds.iter().flat_map(|kind| kind.split(','))),
        }
    }

    /// Whether an article is one of them.
    pub fn has(&self, product: &Product) -> bool {
        let texts = [&product.sku, &product.vendor_sku, &product.description];
        let texts: Vec<String> = texts.into_iter().flatten().map(|text| folded(text)).collect();
        let kind = product.product_type.as_deref().map(folded);
        self.words.iter().all(|word| texts.iter().any(|text| text.contains(word)))
            && (self.kinds.is_empty() || kind.is_some_and(|kind| self.kinds.contains(&kind)))
    }
}

/// The lists that were read in the last minutes; one collection for each account, kept in the memory of the tools.
pub struct PriceLists(Cache<PriceList>);

impl Default for PriceLists {
    fn default() -> Self {
        Self(Cache::new(MOST_ROWS, KEPT_FOR))
    }
}

/// Whether a list that was read some minutes ago will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// It will.
    SomeMinutes,
    /// It is read anew.
    Now,
}

/// The price list of a manufacturer, by its exact name.
///
/// # Errors
/// When it cannot be read.
pub async fn of(ctx: &Ctx, name: &str, freshness: Freshness) -> Result<Arc<PriceList>> {
    let lists = ctx.memory::<PriceLists>();
    let kept_as = vec![name.to_owned()];
    if freshness == Freshness::SomeMinutes
        && let Some(list) = lists.0.get(&kept_as).await
    {
        return Ok(list);
    }
    ctx.call().report(&format!("Reading the whole price list of {name}, which can take a while"));
    let read = Instant::now();
    let answer = ctx.infinigate()?.get_price_list_by_manufacturer().manufacturer_name(name).send().await;
    let sent = products::sent(answer)?;
    let list = Arc::new(PriceList { rows: sent.rows, said: sent.count, read });
    lists.0.insert(kept_as, list.clone(), list.rows.len()).await;
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use infini_mcp_core::api::infinigate::types::PriceListItem;

    fn list() -> PriceList {
        let article = |sku: &str, text: &str, kind: &str| {
            Product::from(PriceListItem {
                sku: Some(sku.into()),
                description_full_text: Some(text.into()),
                product_type: Some(kind.into()),
                ..Default::default()
            })
        };
        let rows = vec![
            article("FG-40F", "FortiGate 40F, Wandhalterung weiß", "Hardware"),
            article("EMS", "Client", "Software"),
        ];
        PriceList { rows, said: Some(3), read: Instant::now() }
    }

    fn skus(query: Option<&str>, kinds: &[&str]) -> Vec<String> {
        let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        list().pick(&Wanted::of(query, &kinds)).iter().filter_map(|product| product.sku.clone()).collect()
    }

    #[test]
    fn all_words_must_be_there_wherever_they_are() {
        assert_eq!(skus(Some("40f fortigate"), &[]), ["FG-40F"]);
        assert_eq!(skus(Some("fg40f"), &["hardware"]), ["FG-40F"]);
        assert!(skus(Some("fortigate client"), &[]).is_empty());
        assert_eq!(skus(None, &["Software,Hardware"]).len(), 2);
        assert_eq!(skus(Some(" - "), &[]).len(), 2);
    }

    #[test]
    fn rows_that_did_not_come_are_told() {
        assert!(list().cut_short().is_some_and(|note| note.contains("2 of 3")));
        assert_eq!(PriceList { said: None, ..list() }.cut_short(), None);
    }
}
