//! List the manufacturers that Infinigate sells.
//!
//! Price lists are asked for by these names, search filters by short codes, and Infinigate pairs the two nowhere but in
//! documents. Here both stand side by side, as far as the reseller's own documents tell.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinigate::addresses::filled;
use crate::domain::infinigate::manufacturers;
use crate::domain::infinigate::pages::{self, Ask};
use crate::domain::infinigate::vendor_filter;
use crate::domain::infinigate::vendors::{Vendors, folded};
use crate::tool::near::nearest_few;
use crate::tool::{Ctx, Result, tool};

/// How many names are offered for one that was mistyped.
const OFFERED: usize = 4;

/// Which manufacturers.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Part of a name, or a code such as HOS.
    name: Option<String>,
    /// Rows; default 20.
    #[schemars(range(min = 1, max = 100))]
    take: Option<u32>,
    /// The last next_skip.
    skip: Option<u32>,
}

/// Manufacturers by name.
#[derive(Serialize, JsonSchema)]
pub struct Answer {
    /// The manufacturers.
    manufacturers: Vec<Manufacturer>,
    /// Rows here.
    count: usize,
    /// All matches.
    total_count: usize,
    /// More follow.
    has_more: bool,
    /// The skip for them.
    next_skip: Option<usize>,
    /// What to know.
    notes: Option<Vec<String>>,
}

/// One of them.
#[derive(Serialize, JsonSchema)]
pub struct Manufacturer {
    /// Exact name.
    name: String,
    /// Short codes, as far as known.
    codes: Option<Vec<String>>,
}

/// List the manufacturers in the price list, with codes where known.
///
/// To spell a vendor for the other tools.
#[tool(reads)]
pub async fn infinigate_list_manufacturers(ctx: &Ctx, args: Args) -> Result<Answer> {
    let ask = Ask::of(ctx, args.take, args.skip);
    let names = manufacturers::names(ctx).await?;
    let mut notes = Vec::new();
    // The names are an answer even where the documents cannot be read.
    if vendor_filter::learn_if_due(ctx).await.is_err() {
        notes.push("The codes could not be learned, for quotes and invoices cannot be read now.".to_owned());
    }
    let vendors = ctx.memory::<Vendors>();
    let wanted = filled(args.name.as_deref());
    let all: Vec<Manufacturer> = names
        .iter()
        .map(|name| Manufacturer { name: name.clone(), codes: Some(vendors.codes_of(name)) })
        .filter(|one| wanted.is_none_or(|word| one.is_meant(word)))
        .collect();
    if let Some(word) = wanted.filter(|_| all.is_empty()) {
        let near = nearest_few(word, names.iter().map(String::as_str), OFFERED);
        notes.push(format!("No manufacturer is called so. The nearest names are {}.", near.join(", ")));
    }
    let total_count = all.len();
    let shown: Vec<Manufacturer> =
        all.into_iter().skip(ask.skip).take(ask.take).map(Manufacturer::without_gaps).collect();
    let has_more = total_count > ask.skip.saturating_add(shown.len()) && !shown.is_empty();
    Ok(Answer {
        count: shown.len(),
        total_count,
        has_more,
        next_skip: pages::next_skip(ask, shown.len(), has_more),
        notes: (!notes.is_empty()).then_some(notes),
        manufacturers: shown,
    })
}

impl Manufacturer {
    fn is_meant(&self, word: &str) -> bool {
        let code = |code: &String| code.eq_ignore_ascii_case(word);
        let part = folded(word);
        self.codes.iter().flatten().any(code) || (!part.is_empty() && folded(&self.name).contains(&part))
    }

    fn without_gaps(self) -> Self {
        Self { codes: self.codes.filter(|codes| !codes.is_empty()), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manufacturer_is_meant_by_a_part_of_its_name_or_its_code() {
        let one = Manufacturer { name: "HPE Aruba Networking".into(), codes: Some(vec!["HPA".into()]) };
        for word in ["aruba", "net work", "hpa"] {
            assert!(one.is_meant(word), "{word}");
        }
        assert!(!one.is_meant("HP-X") && !one.is_meant("-"));
    }
}
