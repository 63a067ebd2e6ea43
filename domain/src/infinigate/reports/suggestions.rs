//! Aliases that bills speak for: two names that are one customer's by what stands beside them.
//!
//! Nothing is joined by itself. What is alike may still be two companies, and a sum joined wrongly is billed wrongly.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::aliases::{Aliases, folded};
use super::customers::all_in;
use crate::folding::fold;
use crate::infinigate::bills::bill::Bill;
use crate::infinigate::bills::end_customers::EndCustomer;

/// Names with the bill on which each stands, by what they have in common.
type Evidence = BTreeMap<String, BTreeMap<String, (String, String)>>;

/// A name that may belong to a customer with another one.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Suggestion {
    /// Domain or code.
    pub alias: String,
    /// Whose it seems to be.
    pub name: String,
    /// What speaks for it.
    pub why: String,
}

/// What the bills of a period tell of names that belong together.
#[derive(Default)]
struct Seen {
    /// Named customers by the domain their contacts write from.
    mail: Evidence,
    /// Named customers and domains by the code that one piece tells beside them.
    codes: Evidence,
    /// Named customers and domains by the vendor's contract.
    contracts: Evidence,
    /// Customers without a name: what they are called, with their contracts.
    nameless: BTreeMap<String, (EndCustomer, BTreeSet<String>)>,
}

/// The aliases that bills speak for and that are not set, by alias.
pub fn suggested<'a>(bills: impl IntoIterator<Item = &'a Bill>, aliases: &Aliases) -> Vec<Suggestion> {
    let mut seen = Seen::default();
    for bill in bills {
        let number = bill.document.number.as_deref().unwrap_or("a bill without a number");
        for customer in all_in(bill).filter(|customer| customer.called().is_some()) {
            seen.take(customer, number, aliases);
        }
        for usage in &bill.usage {
            seen.take_contract(&usage.customer, usage.contract_number.as_deref(), number, aliases);
        }
    }
    let known: BTreeSet<Suggestion> = seen.nameless.values().filter_map(|(one, of)| seen.whose(one, of)).collect();
    known.into_iter().collect()
}

impl Seen {
    fn take(&mut self, customer: &EndCustomer, bill: &str, aliases: &Aliases) {
        let name = aliases.given(customer).or(customer.name.as_deref());
        if let (Some(name), Some(domain)) = (name, &customer.mail_domain) {
            note(&mut self.mail, domain, name, bill);
        }
        if let (Some(name), Some(code)) = (name.or(customer.domain.as_deref()), &customer.code) {
            note(&mut self.codes, code, name, bill);
        }
        if let (None, Some(called)) = (name, customer.called()) {
            self.nameless.entry(folded(called)).or_insert_with(|| (customer.clone(), BTreeSet::new()));
        }
    }

    fn take_contract(&mut self, customer: &EndCustomer, contract: Option<&str>, bill: &str, aliases: &Aliases) {
        let (Some(contract), Some(called)) = (contract, aliases.name_of(customer)) else { return };
        // A code alone says less than whatever it is compared with.
        if aliases.given(customer).is_some() || customer.name.is_some() || customer.domain.is_some() {
            note(&mut self.contracts, contract, called, bill);
        }
        if let Some((_, contracts)) = self.nameless.get_mut(&folded(called)) {
            contracts.insert(contract.to_owned());
        }
    }

    fn whose(&self, customer: &EndCustomer, contracts: &BTreeSet<String>) -> Option<Suggestion> {
        let alias = customer.called()?;
        let only = |evidence: &Evidence, key: &str| {
            let names = evidence.get(&folded(key))?;
            let mut others = names.values().filter(|(name, _)| folded(name) != folded(alias));
            // What two customers have in common, as the domain of a mail provider, tells nothing of either.
            Some((others.next()?.clone(), others.next())).filter(|(_, second)| second.is_none()).map(|(first, _)| first)
        };
        let told = |(name, bill): (String, String), why: String| {
            Some(Suggestion { alias: alias.to_owned(), name, why: format!("{why} ({bill}).") })
        };
        if let Some(found) = customer.domain.as_deref().and_then(|domain| only(&self.mail, domain)) {
            let why = format!("The contact of {} writes from this domain", found.0);
            return told(found, why);
        }
        if let Some(found) = customer.code.as_deref().and_then(|code| only(&self.codes, code)) {
            let why = format!("A bill tells this code beside {}", found.0);
            return told(found, why);
        }
        let (contract, found) =
            contracts.iter().find_map(|contract| Some((contract, only(&self.contracts, contract)?)))?;
        let why = format!("Both have the contract {contract}");
        told(found, why)
    }
}

fn note(evidence: &mut Evidence, key: &str, name: &str, bill: &str) {
    let names = evidence.entry(folded(key)).or_default();
    names.entry(fold(name)).or_insert_with(|| (name.to_owned(), bill.to_owned()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infinigate::bills::positions::made::{bill, line, usage};
    use crate::infinigate::documents::Kind;
    use crate::infinigate::reports::aliases::Alias;

    fn bought(number: &str, name: &str, mail_domain: &str) -> Bill {
        let mut bill = bill(Kind::Invoice, number, "2026-08-05");
        let mut line = line("A", "10", name);
        line.customer.mail_domain = Some(mail_domain.into());
        bill.lines = vec![line];
        bill
    }

    fn told(bills: &[Bill], aliases: &Aliases) -> Vec<String> {
        suggested(bills, aliases).iter().map(|one| format!("{} = {}: {}", one.alias, one.name, one.why)).collect()
    }

    #[test]
    fn a_domain_is_suggested_for_the_one_customer_whose_contact_writes_from_it() {
        let mut used = bill(Kind::Invoice, "RE9", "2026-08-05");
        used.usage = vec![usage("TP", "1", "own.example"), usage("TP", "1", "provider.example")];
        let bills = [
            bought("RE1", "Own GmbH", "own.example"),
            bought("RE2", "OWN  GmbH", "own.example"),
            bought("RE3", "Anna Klein", "provider.example"),
            bought("RE4", "Bert Groß", "provider.example"),
            used,
        ];
        let expected = "own.example = Own GmbH: The contact of Own GmbH writes from this domain (RE1).";
        assert_eq!(told(&bills, &Aliases::default()), [expected]);
        let set = Alias { alias: "own.example".into(), name: "Own GmbH".into() };
        assert!(told(&bills, &Aliases::of(vec![set])).is_empty());
    }

    #[test]
    fn a_code_is_suggested_where_a_piece_or_a_contract_ties_it_to_another_name() {
        let mut used = bill(Kind::Invoice, "RE9", "2026-08-05");
        let code = |code: &str| EndCustomer { code: Some(code.into()), ..Default::default() };
        let mut beside = usage("TP", "1", "own.example");
        beside.customer.code = Some("OWN".into());
        let mut by_contract = usage("VMB", "1", "tied.example");
        by_contract.contract_number = Some("MSP-1".into());
        let mut tied = by_contract.clone();
        tied.customer = code("TIE");
        let mut alone = usage("VMB", "1", "");
        alone.customer = code("OWN");
        used.usage = vec![beside, by_contract, tied, alone];
        assert_eq!(
            told(&[used], &Aliases::default()),
            [
                "OWN = own.example: A bill tells this code beside own.example (RE9).",
                "TIE = tied.example: Both have the contract MSP-1 (RE9).",
            ]
        );
    }
}
