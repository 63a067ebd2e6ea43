//! Look articles up by their exact numbers.
//!
//! A buyer has a list of numbers and rarely knows whose they are. Both kinds are asked for; what was not found and what
//! stands for several articles is said, for a price of the wrong article is worse than none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinigate::lookup::{self, Found, Kind, Kinds};
use crate::domain::infinigate::products::Product;
use crate::domain::infinigate::skus::Skus;
use crate::tool::{Ctx, Result, tool};

/// Which articles.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Exact SKUs, of either kind.
    skus: Skus,
    /// Whose numbers they are; default auto.
    sku_type: Option<Kinds>,
}

/// The articles, in the order asked.
#[derive(Serialize, JsonSchema)]
pub struct Answer {
    /// The articles.
    products: Vec<Row>,
    /// Rows here.
    count: usize,
    /// SKUs of no article.
    not_found: Option<Vec<String>>,
    /// SKUs of several articles.
    ambiguous: Option<Vec<String>>,
    /// What to know.
    notes: Option<Vec<String>>,
}

/// One article.
#[derive(Serialize, JsonSchema)]
pub struct Row {
    /// The SKU asked for.
    requested: String,
    /// Whose SKU it is.
    matched: Kind,
    #[serde(flatten)]
    product: Product,
}

/// Look articles up by their exact SKUs.
///
/// Infinigate's or the vendor's; says which are missing or ambiguous. For words: `infinigate_search_products`.
#[tool(reads)]
pub async fn infinigate_get_products_by_sku(ctx: &Ctx, args: Args) -> Result<Answer> {
    let kinds = args.sku_type.unwrap_or_default();
    let found = lookup::look_up(ctx, args.skus.as_slice(), kinds).await?;
    let notes = next_step(&found, kinds);
    Ok(Answer {
        count: found.matches.len(),
        products: found
            .matches
            .into_iter()
            .map(|one| Row { requested: one.requested, matched: one.kind, product: one.product })
            .collect(),
        not_found: (!found.missing.is_empty()).then_some(found.missing),
        ambiguous: (!found.ambiguous.is_empty()).then_some(found.ambiguous),
        notes: (!notes.is_empty()).then_some(notes),
    })
}

fn next_step(found: &Found, kinds: Kinds) -> Vec<String> {
    let mut notes = Vec::new();
    if !found.missing.is_empty() {
        notes.push(if kinds == Kinds::Auto {
            "For what was not found try infinigate_search_products with a part of it.".to_owned()
        } else {
            "For what was not found try sku_type auto.".to_owned()
        });
    }
    if !found.ambiguous.is_empty() {
        notes.push("Let the person choose among the articles of an ambiguous SKU; their own `sku` differs.".to_owned());
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_step_depends_on_what_went_wrong() {
        let found = |missing: &[&str], ambiguous: &[&str]| Found {
            matches: Vec::new(),
            missing: missing.iter().map(|sku| (*sku).to_owned()).collect(),
            ambiguous: ambiguous.iter().map(|sku| (*sku).to_owned()).collect(),
        };
        assert!(next_step(&found(&[], &[]), Kinds::Auto).is_empty());
        assert!(next_step(&found(&["X"], &[]), Kinds::Auto).concat().contains("infinigate_search_products"));
        assert!(next_step(&found(&["X"], &[]), Kinds::Vendor).concat().contains("sku_type auto"));
        assert!(next_step(&found(&[], &["X"]), Kinds::Auto).concat().contains("choose"));
    }
}
