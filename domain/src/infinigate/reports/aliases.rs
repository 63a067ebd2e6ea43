//! Names the reseller has given to its customers' domains, short codes and numbers.
//!
//! The same company is a domain on one invoice, a short code on the next and a number on the third. Infinigate is said to
//! have such a mapping of its own, but nothing of it is published, so this one is kept here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::folding::fold;
use crate::infinigate::bills::end_customers::{EndCustomer, domain};
use infini_mcp_core::state::Kept;
use infini_mcp_core::tool::near::nearest_few;
use infini_mcp_core::tool::{Code, Ctx, Error, Result, Service, text};

/// What aliases are filed under.
const KIND: &str = "alias";
const LONGEST: usize = 200;
/// How many aliases an error names.
const NEAREST: usize = 5;

/// One alias.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alias {
    /// Domain, code or number.
    pub alias: String,
    /// The customer's name.
    pub name: String,
}

impl Alias {
    /// Callers keep aliases for each other, so what comes back is text of others, whoever cleaned it when it was kept.
    fn as_told(kept: Self) -> Self {
        Self { alias: text::name(&kept.alias), name: text::name(&kept.name) }
    }
}

/// All aliases of an account.
#[derive(Debug, Default)]
pub struct Aliases(BTreeMap<String, String>);

impl Aliases {
    /// Reads them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load(ctx: &Ctx) -> Result<Self> {
        Ok(Self::of(all(ctx).await?))
    }

    /// These ones.
    pub fn of(all: Vec<Alias>) -> Self {
        // Names that were kept before are found whichever way they were folded then.
        Self(all.into_iter().map(|one| (folded(&one.alias), one.name)).collect())
    }

    /// What the customer is called in reports: by its alias, otherwise as documents call it.
    pub fn name_of<'a>(&'a self, customer: &'a EndCustomer) -> Option<&'a str> {
        self.given(customer).or_else(|| customer.called())
    }

    /// Whether reports call the customer so.
    pub fn is_called(&self, customer: &EndCustomer, name: &str) -> bool {
        self.name_of(customer).is_some_and(|called| fold(called) == fold(name))
    }

    /// The name that a domain, code or number stands for.
    pub fn stands_for(&self, alias: &str) -> Option<&str> {
        self.0.get(&folded(alias)).map(String::as_str)
    }

    /// The name the reseller has given.
    pub fn given(&self, customer: &EndCustomer) -> Option<&str> {
        customer.identities().find_map(|identity| self.0.get(&folded(identity))).map(String::as_str)
    }
}

/// All aliases, by alias.
///
/// # Errors
/// When the store cannot be read.
pub async fn all(ctx: &Ctx) -> Result<Vec<Alias>> {
    let mut all: Vec<Alias> = kept(ctx)?.all().await?.into_iter().map(|(_, alias)| Alias::as_told(alias)).collect();
    all.sort_by_key(|one| folded(&one.alias));
    Ok(all)
}

/// Lets `alias` stand for `name`; gives the name it stood for before.
///
/// # Errors
/// `invalid_arguments` when either is blank or too long.
pub async fn set(ctx: &Ctx, alias: &str, name: &str) -> Result<(Alias, Option<String>)> {
    let wanted = Alias { alias: plain("alias", alias)?, name: plain("name", name)? };
    let key = folded(&wanted.alias);
    if key.is_empty() {
        return Err(Error::of_argument("alias", "needs a domain, a short code or a customer number"));
    }
    let kept = kept(ctx)?;
    let before = stored(ctx, &key).await?;
    kept.put(&key, &wanted).await?;
    for (other, _) in before.iter().filter(|(other, _)| *other != key) {
        kept.remove(other).await?;
    }
    Ok((wanted, before.into_iter().next().map(|(_, before)| Alias::as_told(before).name)))
}

/// What is kept for an alias. What was kept under an earlier folding stands under another key, and is meant all the same.
async fn stored(ctx: &Ctx, key: &str) -> Result<Vec<(String, Alias)>> {
    let all = kept(ctx)?.all().await?;
    Ok(all.into_iter().filter(|(_, alias)| folded(&alias.alias) == key).collect())
}

/// The alias of this writing.
///
/// # Errors
/// `not_found` with the nearest ones.
pub async fn find(ctx: &Ctx, alias: &str) -> Result<Alias> {
    if let Some((_, found)) = stored(ctx, &folded(alias)).await?.into_iter().next() {
        return Ok(Alias::as_told(found));
    }
    let all = all(ctx).await?;
    let nearest = nearest_few(alias, all.iter().map(|one| one.alias.as_str()), NEAREST);
    let known =
        if nearest.is_empty() { "None is set".to_owned() } else { format!("The nearest are {}", nearest.join(", ")) };
    let shown = text::line(alias, 60);
    Err(Error::new(Code::NotFound, format!("There is no alias “{shown}”. {known}. Nothing was removed."))
        .with_hint("infinigate_list_aliases gives all of them."))
}

/// Forgets the alias.
///
/// # Errors
/// When the store cannot be written.
pub async fn remove(ctx: &Ctx, alias: &str) -> Result<bool> {
    let kept = kept(ctx)?;
    let mut removed = false;
    for (key, _) in stored(ctx, &folded(alias)).await? {
        removed |= kept.remove(&key).await?;
    }
    Ok(removed)
}

fn kept(ctx: &Ctx) -> Result<Kept<'_, Alias>> {
    ctx.kept(Service::Infinigate, KIND)
}

/// As aliases are compared: as names are, and a domain without what a browser puts around it.
pub fn folded(alias: &str) -> String {
    let alias = fold(alias);
    let bare = alias.strip_prefix("https://").or_else(|| alias.strip_prefix("http://")).unwrap_or(&alias);
    domain(bare.trim_end_matches(['/', '.']))
}

fn plain(field: &str, text: &str) -> Result<String> {
    let text = text::line(text, usize::MAX);
    if (1..=LONGEST).contains(&text.chars().count()) {
        return Ok(text);
    }
    Err(Error::of_argument(field, "needs 1 to 200 visible characters"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aliases() -> Aliases {
        let alias = |alias: &str, name: &str| Alias { alias: alias.into(), name: name.into() };
        Aliases::of(vec![alias("WWW.Example-GmbH.de", "Example GmbH"), alias("exg", "Example GmbH")])
    }

    #[test]
    fn one_name_stands_for_domain_code_and_number_without_regard_to_case() {
        let aliases = aliases();
        for customer in [
            EndCustomer { domain: Some("example-gmbh.de".into()), ..Default::default() },
            EndCustomer { code: Some("EXG".into()), ..Default::default() },
            EndCustomer { name: Some("Muster AG".into()), number: Some("exg".into()), ..Default::default() },
        ] {
            assert_eq!(aliases.name_of(&customer), Some("Example GmbH"), "{customer:?}");
        }
        let other = EndCustomer { code: Some("EXG2".into()), ..Default::default() };
        assert_eq!((aliases.given(&other), aliases.name_of(&other)), (None, Some("EXG2")));
    }

    #[test]
    fn a_domain_is_the_same_however_it_was_copied() {
        for written in ["example.de", "www.example.de", " HTTPS://www.Example.de/ ", "example.de."] {
            assert_eq!(folded(written), "example.de", "{written}");
        }
    }

    #[test]
    fn blank_and_endless_names_are_refused() {
        assert_eq!(plain("name", "  Example \u{200B} GmbH ").unwrap(), "Example GmbH");
        for bad in ["", " ", "\u{200B}", &"x".repeat(201)] {
            assert!(plain("name", bad).unwrap_err().to_string().contains("`name`"));
        }
    }
}
