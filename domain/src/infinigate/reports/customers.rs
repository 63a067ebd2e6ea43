//! The reseller's customers, gathered from what was billed for them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::aliases::{Aliases, folded};
use crate::folding::fold;
use crate::infinigate::bills::bill::Bill;
use crate::infinigate::bills::end_customers::EndCustomer;
use crate::infinigate::bills::positions;
use crate::infinigate::exact::Exact;
use crate::infinigate::money::Amount;
use infini_mcp_core::tool::near::nearest_few;
use infini_mcp_core::tool::{Code, Error, Result};

/// How many customers an error names.
const NEAREST: usize = 6;

/// One customer.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct Customer {
    /// Its alias, or as documents call it.
    pub name: String,
    /// Other domains, codes and numbers.
    pub known_as: Option<Vec<String>>,
    /// True if an alias is set.
    pub has_alias: bool,
    /// Bills that name it.
    pub documents: usize,
    /// What was bought for it.
    pub spent: Vec<Sum>,
    /// From whom.
    pub vendors: Vec<String>,
    /// Newest bill.
    pub last_seen: Option<String>,
}

/// A sum in one currency.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct Sum {
    /// Net, credits subtracted.
    pub net: Amount,
    /// Of the sum.
    pub currency: Option<String>,
}

#[derive(Default)]
struct Seen {
    name: String,
    known_as: BTreeSet<String>,
    has_alias: bool,
    documents: BTreeSet<usize>,
    spent: BTreeMap<Option<String>, Exact>,
    vendors: BTreeSet<String>,
    last_seen: Option<NaiveDate>,
}

/// The customers, the most often billed first, with the number of bills that name none at some amount.
pub fn gather<'a>(bills: impl IntoIterator<Item = &'a Bill>, aliases: &Aliases) -> (Vec<Customer>, usize) {
    let mut all: BTreeMap<String, Seen> = BTreeMap::new();
    let mut nameless = BTreeSet::new();
    for (place, bill) in bills.into_iter().enumerate() {
        for position in positions::of(bill) {
            let Some((customer, name)) =
                position.customer.and_then(|customer| Some((customer, aliases.name_of(customer)?)))
            else {
                nameless.insert(place);
                continue;
            };
            let seen = all.entry(fold(name)).or_default();
            if seen.name.is_empty() {
                seen.name = name.to_owned();
            }
            seen.known_as.extend(customer.identities().filter(|one| fold(one) != fold(name)).map(str::to_owned));
            seen.has_alias |= aliases.given(customer).is_some();
            seen.documents.insert(place);
            let spent = seen.spent.entry(bill.document.currency.clone()).or_default();
            *spent = *spent + position.net;
            seen.vendors.extend(bill.document.vendor.clone().or_else(|| bill.document.vendor_code.clone()));
            seen.last_seen = seen.last_seen.max(bill.day);
        }
    }
    let mut all: Vec<Customer> = all.into_values().map(Customer::from).collect();
    all.sort_by(|one, other| other.documents.cmp(&one.documents).then_with(|| one.name.cmp(&other.name)));
    (all, nameless.len())
}

/// The customer a caller means by a name, domain, code, number or a part of a name; told as reports call it.
///
/// # Errors
/// `not_found` with the nearest names, `ambiguous_name` with those that fit.
pub fn meant<'a>(bills: impl IntoIterator<Item = &'a Bill>, aliases: &Aliases, word: &str) -> Result<String> {
    let wanted = folded(word);
    let (mut names, mut exact) = (BTreeSet::new(), None);
    for customer in bills.into_iter().flat_map(all_in) {
        let Some(name) = aliases.name_of(customer) else { continue };
        names.insert(name.to_owned());
        if folded(name) == wanted || customer.identities().any(|identity| folded(identity) == wanted) {
            exact = Some(name.to_owned());
        }
    }
    let parts: Vec<&String> = names.iter().filter(|name| folded(name).contains(&wanted)).collect();
    match (exact, parts.as_slice()) {
        (Some(name), _) => Ok(name),
        (None, [only]) if !wanted.is_empty() => Ok((*only).clone()),
        (None, parts) => Err(unclear(word, parts, &names)),
    }
}

fn unclear(word: &str, parts: &[&String], names: &BTreeSet<String>) -> Error {
    let word: String = word.chars().take(60).collect();
    let hint = "infinigate_list_end_customers gives the names; infinigate_set_alias adds one.";
    if parts.len() > 1 {
        let some: Vec<&str> = parts.iter().take(NEAREST).map(|name| name.as_str()).collect();
        let text = format!(
            "{} end customers fit {word:?}, among them {}. Nothing was reported.",
            parts.len(),
            some.join(", ")
        );
        return Error::new(Code::AmbiguousName, text).with_hint(hint);
    }
    let nearest = nearest_few(&word, names.iter().map(String::as_str), NEAREST);
    let known = if nearest.is_empty() {
        "They name none".to_owned()
    } else {
        format!("The nearest are {}", nearest.join(", "))
    };
    Error::new(
        Code::NotFound,
        format!("No bill of this period names an end customer {word:?}. {known}. Nothing was reported."),
    )
    .with_hint(hint)
}

/// How many bills are in part for customers that `is_meant` picks.
pub fn bills_for<'a>(bills: impl IntoIterator<Item = &'a Bill>, is_meant: impl Fn(&EndCustomer) -> bool) -> usize {
    bills.into_iter().filter(|bill| all_in(bill).any(&is_meant)).count()
}

/// Every customer of a bill, once for each line and piece that names it.
pub fn all_in(bill: &Bill) -> impl Iterator<Item = &EndCustomer> {
    bill.lines.iter().map(|line| &line.customer).chain(bill.usage.iter().map(|usage| &usage.customer))
}

impl From<Seen> for Customer {
    fn from(mut seen: Seen) -> Self {
        seen.known_as.remove(&seen.name);
        Self {
            name: seen.name,
            known_as: (!seen.known_as.is_empty()).then(|| seen.known_as.into_iter().collect()),
            has_alias: seen.has_alias,
            documents: seen.documents.len(),
            spent: seen.spent.into_iter().map(|(currency, net)| Sum { net: net.amount(), currency }).collect(),
            vendors: seen.vendors.into_iter().collect(),
            last_seen: seen.last_seen.map(|day| day.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infinigate::bills::positions::made::{bill, line, usage};
    use crate::infinigate::documents::Kind;
    use crate::infinigate::reports::aliases::Alias;

    #[test]
    fn one_company_under_two_names_is_one_customer_once_an_alias_says_so() {
        let mut goods = bill(Kind::Invoice, "RE1", "2026-08-05");
        goods.lines = vec![line("A", "10", "Example GmbH"), line("F", "1", "")];
        let mut used = bill(Kind::Invoice, "RE2", "2026-09-05");
        used.usage = vec![usage("TP", "2.50", "example-gmbh.de"), usage("TP", "1.25", "other.example")];
        let bills = [goods, used];
        let (apart, nameless) = gather(&bills, &Aliases::default());
        assert_eq!((apart.len(), nameless), (3, 1));
        let alias = Alias { alias: "Example-GmbH.de".into(), name: "Example GmbH".into() };
        let (together, _) = gather(&bills, &Aliases::of(vec![alias]));
        let first = together.first().unwrap();
        assert_eq!((first.name.as_str(), first.documents, first.has_alias), ("Example GmbH", 2, true));
        assert_eq!(first.known_as.as_deref(), Some(&["example-gmbh.de".to_owned()][..]));
        assert_eq!(first.spent, [Sum { net: Amount::of(12.5), currency: Some("EUR".into()) }]);
        assert_eq!(first.last_seen.as_deref(), Some("2026-09-05"));
    }

    #[test]
    fn a_customer_is_found_by_any_of_its_names_and_a_part_that_fits_only_one() {
        let mut used = bill(Kind::Invoice, "RE2", "2026-09-05");
        used.usage = vec![usage("TP", "2", "north.example"), usage("TP", "1", "south.example")];
        let alias = Alias { alias: "north.example".into(), name: "Nordwind GmbH".into() };
        let aliases = Aliases::of(vec![alias]);
        let bills = [used];
        for word in ["Nordwind GmbH", "www.north.example", "nordwind"] {
            assert_eq!(meant(&bills, &aliases, word).unwrap(), "Nordwind GmbH", "{word}");
        }
        let ambiguous = meant(&bills, &Aliases::default(), ".example").unwrap_err();
        assert_eq!(ambiguous.code(), Code::AmbiguousName);
        assert!(ambiguous.to_string().contains("north.example, south.example"), "{ambiguous}");
        let unknown = meant(&bills, &aliases, "Nordwint").unwrap_err();
        assert_eq!(unknown.code(), Code::NotFound);
        assert!(unknown.to_string().contains("Nordwind GmbH"), "{unknown}");
    }
}
