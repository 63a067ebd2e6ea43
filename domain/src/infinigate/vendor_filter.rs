//! Turns what a caller calls a vendor into what the price list can be filtered by.

use super::addresses::filled;
use super::documents::{self, Kind, References};
use super::manufacturers;
use super::pages::Ask;
use super::period::Period;
use super::vendors::{Found, Vendor, Vendors, is_called};
use infini_mcp_core::tool::near::nearest_few;
use infini_mcp_core::tool::{Code, Ctx, Error, Result};

/// How many of the newest documents of a kind teach which vendors there are.
const NEWEST: usize = 100;
/// How many vendors an error lists.
const LISTED: usize = 6;

/// Which vendors a search is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VendorFilter {
    /// Any.
    Any,
    /// Those with these codes; Infinigate filters.
    Codes(Vec<String>),
    /// Those with these names, because the code of one is not known; we filter.
    Names(Vec<String>),
}

/// One word of the caller, understood.
#[derive(Debug)]
enum Meant {
    Vendors(Vec<Vendor>),
    /// A manufacturer whose code no document reveals.
    Name(String),
    /// Something that looks like a code, though no document mentions it.
    Code(String),
}

/// Understands codes and names of vendors.
///
/// # Errors
/// `not_found` for a name that no vendor has, with the nearest ones.
pub async fn understand(ctx: &Ctx, words: &[String]) -> Result<VendorFilter> {
    let mut meant = Vec::new();
    for word in words.iter().flat_map(|word| word.split(',')).filter_map(|word| filled(Some(word))) {
        meant.push(one(ctx, word).await?);
    }
    filter(meant)
}

/// What to say of codes that no document of this account mentions, where a search with them found nothing.
pub fn unexplained(ctx: &Ctx, codes: &[String]) -> Option<String> {
    let vendors = ctx.memory::<Vendors>().all();
    let is_known = |code: &String| vendors.iter().any(|vendor| vendor.code.eq_ignore_ascii_case(code));
    let strange: Vec<&str> = codes.iter().filter(|code| !is_known(code)).map(String::as_str).collect();
    (!strange.is_empty()).then(|| {
        format!(
            "No quote or invoice of this account mentions the vendor code {}, so it may be misspelt; infinigate_list_manufacturers gives the names.",
            strange.join(", ")
        )
    })
}

async fn one(ctx: &Ctx, word: &str) -> Result<Meant> {
    let vendors = ctx.memory::<Vendors>();
    let mut found = vendors.find(word);
    if found == Found::None {
        learn_if_due(ctx).await?;
        found = vendors.find(word);
    }
    match found {
        Found::One(vendor) => Ok(Meant::Vendors(vec![vendor])),
        Found::Several(several) => Ok(Meant::Vendors(several)),
        Found::None => unknown(ctx, word, &vendors.all()).await,
    }
}

/// Lets the documents teach which vendors there are, unless they did so some minutes ago.
///
/// # Errors
/// When they cannot be listed.
pub async fn learn_if_due(ctx: &Ctx) -> Result<()> {
    let vendors = ctx.memory::<Vendors>();
    if !vendors.should_ask() {
        return Ok(());
    }
    learn(ctx).await.inspect_err(|_| vendors.asked_in_vain())
}

/// The newest quotes and invoices name the vendors a reseller deals with.
async fn learn(ctx: &Ctx) -> Result<()> {
    let ask = Ask { take: NEWEST.min(usize::try_from(ctx.pages().largest).unwrap_or(NEWEST)), skip: 0 };
    let (period, references) = (Period::default(), References::default());
    futures::try_join!(
        documents::quotes(ctx, &references, ask),
        documents::bills(ctx, Kind::Invoice, &period, &references, ask)
    )?;
    Ok(())
}

/// A word that no document explains: a manufacturer by name, a code to be tried, or a mistake.
async fn unknown(ctx: &Ctx, word: &str, known: &[Vendor]) -> Result<Meant> {
    let vendors = ctx.memory::<Vendors>();
    let names = manufacturers::names(ctx).await?;
    if let Found::One(vendor) = vendors.find(word) {
        return Ok(Meant::Vendors(vec![vendor]));
    }
    match names.iter().find(|name| is_called(word, name)) {
        Some(name) => Ok(Meant::Name(name.clone())),
        None if looks_like_a_code(word) => Ok(Meant::Code(word.to_owned())),
        None => Err(no_such_vendor(word, known, &names)),
    }
}

fn looks_like_a_code(word: &str) -> bool {
    (2..=10).contains(&word.len())
        && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '_' | '-'))
}

/// A word that no vendor is called by, with the nearest names.
pub fn no_such_vendor(word: &str, known: &[Vendor], manufacturers: &[String]) -> Error {
    let names = known.iter().map(|vendor| vendor.name.as_str()).chain(manufacturers.iter().map(String::as_str));
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    let nearest = nearest_few(word, names, LISTED);
    let word: String = word.chars().take(60).collect();
    Error::new(
        Code::NotFound,
        format!("No vendor is called {word:?}. The nearest names are {}. Nothing was searched.", nearest.join(", ")),
    )
    .with_hint("Use one of these names, or a short code such as HOS from a quote or an invoice.")
}

/// Codes where all are known, because Infinigate then filters; otherwise names.
fn filter(meant: Vec<Meant>) -> Result<VendorFilter> {
    if meant.is_empty() {
        return Ok(VendorFilter::Any);
    }
    let by_name = meant.iter().any(|one| matches!(one, Meant::Name(_)));
    let (mut codes, mut names) = (Vec::new(), Vec::new());
    for one in meant {
        match one {
            Meant::Vendors(vendors) => vendors.into_iter().for_each(|vendor| {
                codes.push(vendor.code);
                names.push(vendor.name);
            }),
            Meant::Name(name) => names.push(name),
            Meant::Code(code) if by_name => {
                let message = format!(
                    "The code `{code}` cannot be combined with a vendor whose code is not known ({}). Nothing was searched.",
                    names.join(", ")
                );
                return Err(Error::new(Code::InvalidArguments, message).with_hint("Search for them in separate calls."));
            }
            Meant::Code(code) => codes.push(code),
        }
    }
    Ok(if by_name { VendorFilter::Names(names) } else { VendorFilter::Codes(codes) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sophos() -> Meant {
        Meant::Vendors(vec![Vendor { code: "SO_CL".into(), name: "Sophos".into() }])
    }

    #[test]
    fn codes_are_used_where_all_are_known_and_names_otherwise() {
        assert_eq!(filter(vec![]).unwrap(), VendorFilter::Any);
        assert_eq!(
            filter(vec![sophos(), Meant::Code("XYZ".into())]).unwrap(),
            VendorFilter::Codes(vec!["SO_CL".into(), "XYZ".into()])
        );
        assert_eq!(
            filter(vec![sophos(), Meant::Name("Barracuda".into())]).unwrap(),
            VendorFilter::Names(vec!["Sophos".into(), "Barracuda".into()])
        );
        assert!(
            filter(vec![Meant::Name("Barracuda".into()), Meant::Code("XYZ".into())])
                .unwrap_err()
                .to_string()
                .contains("`XYZ`")
        );
    }

    #[test]
    fn a_mistyped_name_is_answered_with_the_nearest() {
        let known = [Vendor { code: "SO_CL".into(), name: "Sophos".into() }];
        let error = no_such_vendor("Sofos", &known, &["SonicWall".into(), "Sophos".into()]);
        assert!(error.to_string().contains("nearest names are Sophos, SonicWall"), "{error}");
    }

    #[test]
    fn codes_are_short_and_in_capitals() {
        assert!(looks_like_a_code("SO_CL") && looks_like_a_code("HOS"));
        assert!(!looks_like_a_code("Sophos") && !looks_like_a_code("A") && !looks_like_a_code("VERYLONGWORD"));
    }
}
