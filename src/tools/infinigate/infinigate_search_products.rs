//! Search the price list.
//!
//! The first question of every purchase: which article, at what price, is it there. The price that a reseller pays
//! comes first in each row, because that is the one to calculate with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinigate::pages::Ask;
use crate::domain::infinigate::products::{self, Product, Search};
use crate::domain::infinigate::tiers::Tier;
use crate::domain::infinigate::vendor_filter;
use crate::tool::{Ctx, Result, tool};

/// What to look for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Part number or words of the description.
    #[schemars(length(min = 2, max = 100))]
    query: String,
    /// Vendor names or short codes.
    #[schemars(length(max = 20))]
    vendors: Option<Vec<String>>,
    /// Such as Hardware or Software.
    #[schemars(length(max = 20))]
    product_types: Option<Vec<String>>,
    /// Only these price tiers.
    tiers: Option<Vec<Tier>>,
    /// Rows; default 20.
    #[schemars(range(min = 1, max = 100))]
    take: Option<u32>,
    /// The last next_skip.
    skip: Option<u32>,
}

/// Articles found.
#[derive(Serialize, JsonSchema)]
pub struct Answer {
    /// The articles.
    products: Vec<Product>,
    /// Rows here.
    count: usize,
    /// All matches, if known.
    total_count: Option<usize>,
    /// Whether more rows follow.
    has_more: bool,
    /// The skip for them.
    next_skip: Option<usize>,
    /// What was really searched, if not the query.
    searched_for: Option<String>,
    /// What to know about these rows.
    notes: Option<Vec<String>>,
}

/// Search the price list by part number or words, with prices and stock.
///
/// For exact SKUs use `infinigate_get_products_by_sku`. A `price_on_request` cannot be ordered, only quoted.
#[tool(reads, progress)]
pub async fn infinigate_search_products(ctx: &Ctx, args: Args) -> Result<Answer> {
    let words = products::searchable(&args.query)?;
    let ask = Ask::of(ctx, args.take, args.skip);
    let vendors = vendor_filter::understand(ctx, &args.vendors.unwrap_or_default()).await?;
    let tiers = args.tiers.unwrap_or_default().into_iter().map(Tier::upstream).collect();
    let search = Search { words, vendors, product_types: args.product_types.unwrap_or_default(), tiers };
    let (page, note) = products::find(ctx, &search, ask).await?;
    Ok(Answer {
        count: page.rows.len(),
        total_count: page.total,
        next_skip: page.next_skip(ask),
        has_more: page.has_more,
        searched_for: (search.words != args.query.trim()).then_some(search.words),
        notes: note.map(|note| vec![note]),
        products: page.rows,
    })
}
