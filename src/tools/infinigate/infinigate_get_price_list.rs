//! Read a manufacturer's price list.
//!
//! Infinigate gives it in one piece of perhaps thousands of rows. It is read once, kept for some minutes, and given in
//! pages that a conversation can bear.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinigate::manufacturers;
use crate::domain::infinigate::pages::{self, Ask};
use crate::domain::infinigate::price_lists::{self, Freshness, Wanted};
use crate::domain::infinigate::products::Product;
use crate::tool::{Ctx, Error, Result, tool};

/// Which part of which list.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// The manufacturer's name, or a short code such as HOS.
    manufacturer: String,
    /// Only articles with all these words in number or description.
    query: Option<String>,
    /// Only these kinds, such as Hardware or Software.
    #[schemars(length(max = 20))]
    product_types: Option<Vec<String>>,
    /// Rows to give; default 20.
    #[schemars(range(min = 1, max = 100))]
    take: Option<u32>,
    /// Rows to leave out first: next_skip of the last answer.
    skip: Option<u32>,
    /// Read the list anew instead of using the one of the last five minutes.
    refresh: Option<bool>,
}

/// A page of the list.
#[derive(Serialize, JsonSchema)]
pub struct Answer {
    /// Whose list it is.
    manufacturer: String,
    /// The articles.
    products: Vec<Product>,
    /// Rows here.
    count: usize,
    /// All matches in the list.
    total_count: usize,
    /// Whether more follow.
    has_more: bool,
    /// The skip for them.
    next_skip: Option<usize>,
    /// Seconds since the list was read.
    age_seconds: u64,
    /// What to know about these rows.
    notes: Option<Vec<String>>,
}

/// Read a manufacturer's whole price list, page by page.
///
/// For surveys of one vendor; a single article is found faster with `infinigate_search_products`. The list tells no
/// stock: ask `infinigate_get_products_by_sku` for that.
#[tool(reads, toolset = catalogue, progress)]
pub async fn infinigate_get_price_list(ctx: &Ctx, args: Args) -> Result<Answer> {
    if !args.manufacturer.chars().any(char::is_alphanumeric) {
        return Err(Error::of_argument("manufacturer", "needs a name or a short code")
            .with_hint("infinigate_list_manufacturers gives the names."));
    }
    let ask = Ask::of(ctx, args.take, args.skip);
    let manufacturer = manufacturers::named(ctx, &args.manufacturer).await?;
    let freshness = if args.refresh.unwrap_or_default() { Freshness::Now } else { Freshness::SomeMinutes };
    let list = price_lists::of(ctx, &manufacturer, freshness).await?;
    let wanted = Wanted::of(args.query.as_deref(), &args.product_types.unwrap_or_default());
    let matches = list.pick(&wanted);
    let products: Vec<Product> = matches.iter().skip(ask.skip).take(ask.take).map(|one| (*one).clone()).collect();
    let has_more = !products.is_empty() && matches.len() > ask.skip.saturating_add(products.len());
    Ok(Answer {
        count: products.len(),
        total_count: matches.len(),
        has_more,
        next_skip: pages::next_skip(ask, products.len(), has_more),
        age_seconds: list.age_seconds(),
        notes: list.cut_short().map(|note| vec![note]),
        manufacturer,
        products,
    })
}
