//! Articles of the price list, and searching it.

use schemars::JsonSchema;
use serde::Serialize;

use super::addresses::filled;
use super::documents::rows;
use super::money::{Amount, currency};
use super::pages::{self, Ask, Limits, Page, Sent, Walked};
use super::vendor_filter::{self, VendorFilter};
use infini_mcp_core::api::infinigate::{ResponseValue, types};
use infini_mcp_core::api::{self, Cause, SendError};
use infini_mcp_core::tool::{Ctx, Error, Result};

mod relaxed;

/// How many rows are looked through when Infinigate cannot filter by vendor.
pub const MOST_LOOKED_THROUGH: usize = 1_000;

/// An article with the reseller's price.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Product {
    /// Infinigate's number.
    pub sku: Option<String>,
    /// The vendor's number.
    pub vendor_sku: Option<String>,
    /// Manufacturer.
    pub vendor: Option<String>,
    /// What it is.
    #[schemars(extend("x-long-text" = true))]
    pub description: Option<String>,
    /// Kind.
    pub product_type: Option<String>,
    /// Std, Edu or Gov.
    pub tier: Option<String>,
    /// What the reseller pays, net.
    pub price: Option<Amount>,
    /// Net.
    pub list_price: Option<Amount>,
    /// The reseller's.
    pub discount_percent: Option<Amount>,
    /// Of both.
    pub currency: Option<String>,
    /// Pieces.
    pub stock: Option<Amount>,
    /// Ask for a quote.
    pub price_on_request: Option<bool>,
    /// For this price.
    pub min_quantity: Option<Amount>,
    /// For this price.
    pub max_quantity: Option<Amount>,
}

impl From<types::PriceListItem> for Product {
    fn from(item: types::PriceListItem) -> Self {
        let text = |text: Option<String>| filled(text.as_deref()).map(str::to_owned);
        let band = item.license_band.unwrap_or_default();
        // A price beside that mark is no price to order at.
        let must_be_asked = item.price_on_request == Some(true);
        let price = item.list_price.filter(|_| !must_be_asked).unwrap_or_default();
        Self {
            sku: text(item.sku),
            vendor_sku: text(item.vendor_sku),
            vendor: text(item.vendor_name).or_else(|| text(item.manufacturer_name)),
            description: text(item.description_full_text),
            product_type: text(item.product_type),
            tier: text(item.end_user_type)
                .map(|tier| if tier.eq_ignore_ascii_case("gov") { "Gov".to_owned() } else { tier }),
            price: price.discounted_price.map(Amount::of),
            list_price: price.price.map(Amount::of),
            discount_percent: price.discount_percent.map(Amount::of),
            currency: currency(price.currency_code),
            stock: item.stock_level.map(Amount::of),
            price_on_request: must_be_asked.then_some(true),
            min_quantity: band.min.map(Amount::of).filter(|least| *least > Amount::of(1.0)),
            max_quantity: band.max.map(Amount::of),
        }
    }
}

/// A search of the price list.
#[derive(Debug, Clone)]
pub struct Search {
    /// The words, made fit for a path by [`searchable`].
    pub words: String,
    /// Only these vendors.
    pub vendors: VendorFilter,
    /// Only these kinds of product; any when empty.
    pub product_types: Vec<String>,
    /// Only these price tiers, as Infinigate writes them; any when empty.
    pub tiers: Vec<String>,
}

/// The words of a search as they can stand in a path: gateways mistake `/`, `\` and `%` there, so blanks take their place.
///
/// # Errors
/// `invalid_arguments` when nothing that can be searched for is left; `..`, too, would lead elsewhere.
pub fn searchable(query: &str) -> Result<String> {
    let plain: String =
        query.chars().map(|c| if matches!(c, '/' | '\\' | '%') || c.is_control() { ' ' } else { c }).collect();
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let has_word = words.chars().any(char::is_alphanumeric);
    if has_word && (2..=100).contains(&words.chars().count()) {
        return Ok(words);
    }
    Err(Error::of_argument("query", "needs 2 to 100 characters, among them a letter or digit")
        .with_hint("Search for a part number, or for a word of the description."))
}

/// A page of what a search finds, with a note where not everything could be looked through, or nothing was found.
///
/// # Errors
/// When the price list cannot be searched.
pub async fn find(ctx: &Ctx, search: &Search, ask: Ask) -> Result<(Page<Product>, Option<String>)> {
    let (page, note) = as_written(ctx, search, ask).await?;
    if !page.rows.is_empty() || note.is_some() {
        return Ok((page, note));
    }
    if ask.skip > 0 && !as_written(ctx, search, Ask { take: 1, skip: 0 }).await?.0.rows.is_empty() {
        return Ok((page, None));
    }
    relaxed::find(ctx, search, ask, page).await
}

async fn as_written(ctx: &Ctx, search: &Search, ask: Ask) -> Result<(Page<Product>, Option<String>)> {
    match &search.vendors {
        VendorFilter::Any => Ok((counted_page(ctx, search, ask).await?, None)),
        VendorFilter::Codes(codes) => {
            let page = counted_page(ctx, search, ask).await?;
            let is_empty = page.rows.is_empty() && ask.skip == 0;
            Ok((page, is_empty.then(|| vendor_filter::unexplained(ctx, codes)).flatten()))
        }
        VendorFilter::Names(names) => by_name(ctx, search, names, ask).await,
    }
}

/// A page with the number of all matches: where the list comes without it, that is asked for.
async fn counted_page(ctx: &Ctx, search: &Search, ask: Ask) -> Result<Page<Product>> {
    let page = pages::page(ask, |ask| send(ctx, search, ask)).await?;
    let total = match page.total {
        None if page.has_more => count(ctx, search).await,
        known => known,
    };
    Ok(Page { total, ..page })
}

/// All matches; nothing when that cannot be told, for the rows are good without it.
async fn count(ctx: &Ctx, search: &Search) -> Option<usize> {
    let client = ctx.infinigate().ok()?;
    let mut call = client.count_price_list().searchword(search.words.as_str());
    if let VendorFilter::Codes(codes) = &search.vendors {
        call = call.vendor_codes(codes.clone());
    }
    if !search.product_types.is_empty() {
        call = call.product_types(search.product_types.clone());
    }
    if !search.tiers.is_empty() {
        call = call.end_user_types(search.tiers.clone());
    }
    let counted = call.send().await.ok()?.into_inner().0.count?;
    usize::try_from(counted).ok()
}

async fn by_name(ctx: &Ctx, search: &Search, names: &[String], ask: Ask) -> Result<(Page<Product>, Option<String>)> {
    let end = ask.skip.saturating_add(ask.take);
    let walked = look_through(ctx, search, ask, |product| is_of_one(names, product)).await?;
    let note = (!walked.is_whole && walked.rows.len() <= end)
        .then(|| format!("Only the first {} articles with these words were looked through for {}. Use more exact words to reach the others.", walked.looked_through, names.join(", ")));
    Ok((page_of(walked, ask), note))
}

fn is_of_one(names: &[String], product: &Product) -> bool {
    product.vendor.as_ref().is_some_and(|vendor| names.contains(vendor))
}

/// The articles of a search that `is_wanted` picks, as far as the page needs them.
async fn look_through(
    ctx: &Ctx,
    search: &Search,
    ask: Ask,
    is_wanted: impl Fn(&Product) -> bool,
) -> Result<Walked<Product>> {
    let limits = Limits {
        wanted: ask.skip.saturating_add(ask.take).saturating_add(1),
        most: MOST_LOOKED_THROUGH,
        page: usize::try_from(ctx.pages().largest).unwrap_or(usize::MAX),
    };
    let look = |ask: Ask| {
        ctx.call().report(&format!("Looking through the articles from row {}", ask.skip + 1));
        send(ctx, search, ask)
    };
    pages::walk(limits, look, is_wanted).await
}

fn page_of(walked: Walked<Product>, ask: Ask) -> Page<Product> {
    let has_more = walked.rows.len() > ask.skip.saturating_add(ask.take);
    let total = walked.is_whole.then_some(walked.rows.len());
    Page { rows: walked.rows.into_iter().skip(ask.skip).take(ask.take).collect(), has_more, total }
}

async fn send(ctx: &Ctx, search: &Search, ask: Ask) -> Result<Sent<Product>> {
    let client = ctx.infinigate()?;
    let mut call =
        client.search_price_list().searchword(search.words.as_str()).take(rows(ask.take)).skip(rows(ask.skip));
    if let VendorFilter::Codes(codes) = &search.vendors {
        call = call.vendor_codes(codes.clone());
    }
    if !search.product_types.is_empty() {
        call = call.product_types(search.product_types.clone());
    }
    if !search.tiers.is_empty() {
        call = call.end_user_types(search.tiers.clone());
    }
    sent(call.send().await)
}

/// The rows of an answer of the price list. Nothing found may be answered like a thing that does not exist.
///
/// # Errors
/// When the price list could not be read.
pub fn sent(answer: std::result::Result<ResponseValue<types::PriceListAnswer>, SendError>) -> Result<Sent<Product>> {
    let page = match answer.map_err(api::Error::from) {
        Ok(page) => page.into_inner().0,
        Err(error) if error.cause == Cause::NotFound => return Ok(Sent { rows: Vec::new(), count: Some(0) }),
        Err(error) => return Err(error.into()),
    };
    Sent::of(page.result, page.count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_path_is_searched_as_a_blank() {
        assert_eq!(searchable(" FG-40F/BDL 50% ").unwrap(), "FG-40F BDL 50");
        assert_eq!(searchable("M\u{fc}ller #1?").unwrap(), "M\u{fc}ller #1?");
        for bad in ["..", "//", "%", "a", "a/", ". .", "--"] {
            assert!(searchable(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_price_on_request_is_no_price() {
        let item = types::PriceListItem {
            price_on_request: Some(true),
            list_price: Some(types::ListPrice {
                price: Some(0.0),
                discounted_price: Some(0.0),
                currency_code: Some("EUR".into()),
                discount_percent: None,
            }),
            end_user_type: Some("GOV".into()),
            ..Default::default()
        };
        let product = Product::from(item);
        assert_eq!((product.price, product.list_price, product.price_on_request), (None, None, Some(true)));
        assert_eq!(product.tier.as_deref(), Some("Gov"));
    }
}
