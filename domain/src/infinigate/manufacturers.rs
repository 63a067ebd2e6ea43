//! Which manufacturers Infinigate sells, by the names that its price lists are asked for.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::addresses::filled;
use super::vendor_filter::{self, no_such_vendor};
use super::vendors::{Vendors, folded, is_called};
use infini_mcp_core::tool::{Code, Ctx, Error, Result, text};

/// How many of several faults or names one sentence tells.
const MOST_TOLD: usize = 10;

/// How long the names are used; a distributor takes on a manufacturer a few times a year.
const FRESH_FOR: Duration = Duration::from_secs(600);

/// The names as they were last read; one for each account, kept in the memory of the tools.
#[derive(Debug, Default)]
pub struct Manufacturers {
    last: Mutex<Option<(Instant, Arc<Vec<String>>)>>,
}

impl Manufacturers {
    fn fresh(&self) -> Option<Arc<Vec<String>>> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().filter(|(read, _)| read.elapsed() < FRESH_FOR).map(|(_, names)| names.clone())
    }

    fn keep(&self, names: Vec<String>) -> Arc<Vec<String>> {
        let names = Arc::new(names);
        // Nothing is worth remembering where there is nothing: the next call may have more luck.
        let kept = (!names.is_empty()).then(|| (Instant::now(), names.clone()));
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        names
    }
}

/// All names, in the order of the alphabet. Where Infinigate gives codes beside them, they are learned.
///
/// # Errors
/// When they cannot be read.
pub async fn names(ctx: &Ctx) -> Result<Arc<Vec<String>>> {
    let memory = ctx.memory::<Manufacturers>();
    if let Some(names) = memory.fresh() {
        return Ok(names);
    }
    let entries = ctx.infinigate()?.list_manufacturers().send().await?.into_inner().0;
    let vendors = ctx.memory::<Vendors>();
    entries.iter().for_each(|entry| vendors.learn(entry.0.code.as_deref(), entry.0.name.as_deref()));
    let named = entries.into_iter().filter_map(|entry| filled(entry.0.name.as_deref()).map(str::to_owned));
    let mut names: Vec<String> = named.collect();
    names.sort_by_key(|name| name.to_lowercase());
    names.dedup();
    Ok(memory.keep(names))
}

/// The manufacturer's name that a caller's word stands for: a name, a part of one, or a short code.
///
/// # Errors
/// `not_found` with the nearest names, `ambiguous_name` with all that the word could mean.
pub async fn named(ctx: &Ctx, word: &str) -> Result<String> {
    let (names, vendors) = (names(ctx).await?, ctx.memory::<Vendors>());
    if let Meant::One(name) = meant(word, &names, &vendors) {
        return Ok(name);
    }
    // Only documents explain codes; a name that could be another word's beginning needs no explanation.
    vendor_filter::learn_if_due(ctx).await?;
    match meant(word, &names, &vendors) {
        Meant::One(name) => Ok(name),
        Meant::Several(several) => Err(several_are_called(word, &several)),
        Meant::Nobody => Err(no_such_vendor(word, &vendors.all(), &names)),
    }
}

/// What a word stands for among the names.
#[derive(Debug, PartialEq, Eq)]
enum Meant {
    One(String),
    Several(Vec<String>),
    Nobody,
}

fn meant(word: &str, names: &[String], vendors: &Vendors) -> Meant {
    let same = |wanted: &str| names.iter().find(|name| folded(name) == folded(wanted));
    if let Some(name) = same(word) {
        return Meant::One(name.clone());
    }
    let coded = vendors.all().into_iter().find(|vendor| vendor.code.eq_ignore_ascii_case(word.trim()));
    if let Some(vendor) = coded {
        // Documents may write a name a little differently; then theirs is worth a try.
        return Meant::One(same(&vendor.name).cloned().unwrap_or(vendor.name));
    }
    let mut alike: Vec<String> = names.iter().filter(|name| is_called(word, name)).cloned().collect();
    match (alike.pop(), alike.is_empty()) {
        (None, _) => Meant::Nobody,
        (Some(only), true) => Meant::One(only),
        (Some(last), false) => {
            alike.push(last);
            Meant::Several(alike)
        }
    }
}

fn several_are_called(word: &str, several: &[String]) -> Error {
    let candidates: Vec<Value> = several.iter().map(|name| json!({ "name": name })).collect();
    let message = format!(
        "Several manufacturers could be meant by {word:?}: {}. Nothing was read.",
        text::listed(several, MOST_TOLD, ", ")
    );
    Error::new(Code::AmbiguousName, message)
        .with_hint("Give one of these names whole.")
        .with("candidates", json!(candidates))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manufacturer_is_meant_by_name_part_or_code() {
        let names = ["Extreme Networks", "Extreme Cloud", "N-able", "HPE Aruba Networking"].map(str::to_owned);
        let vendors = Vendors::default();
        vendors.learn(Some("SOW"), Some("N-Able"));
        vendors.learn(Some("OLD"), Some("Gone Inc."));
        for (word, name) in
            [("nable", "N-able"), ("aruba", "HPE Aruba Networking"), ("sow", "N-able"), ("old", "Gone Inc.")]
        {
            assert_eq!(meant(word, &names, &vendors), Meant::One(name.to_owned()), "{word}");
        }
        assert!(matches!(meant("extreme", &names, &vendors), Meant::Several(two) if two.len() == 2));
        assert_eq!(meant("Sophos", &names, &vendors), Meant::Nobody);
        let error = several_are_called("extreme", &names);
        assert!(error.to_string().contains("Extreme Networks, Extreme Cloud"), "{error}");
    }

    #[test]
    fn names_are_remembered_and_nothing_is_not() {
        let manufacturers = Manufacturers::default();
        manufacturers.keep(Vec::new());
        assert_eq!(manufacturers.fresh(), None);
        manufacturers.keep(vec!["Sophos".into()]);
        assert_eq!(manufacturers.fresh().map(|names| names.len()), Some(1));
    }
}
