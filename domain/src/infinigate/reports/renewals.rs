//! Contracts that are about to end, found in what was bought.
//!
//! A renewal is the same product for the same customer, and begins where the old contract ends; it renews as many as it
//! counts. Whatever else runs on, under the same serial number or for the same customer, hides nothing.

use std::cmp::Reverse;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::aliases::Aliases;
use super::contract_terms::{self, ContractTerm};
use crate::infinigate::bills::bill::Bill;
use crate::infinigate::bills::end_customers::EndCustomer;
use crate::infinigate::bills::periods::DaySpan;
use crate::infinigate::exact::Exact;
use crate::infinigate::money::Amount;

/// A contract to renew.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct Renewal {
    /// Its last day.
    pub end: String,
    /// Below zero: has ended.
    pub days_left: i64,
    /// Manufacturer.
    pub vendor: Option<String>,
    /// For whom.
    pub end_customer: Option<String>,
    /// What it is.
    pub product: Option<String>,
    /// Infinigate's number.
    pub sku: Option<String>,
    /// Licence or contract.
    pub license_id: Option<String>,
    /// Serial number.
    pub serial_number: Option<String>,
    /// How many.
    pub quantity: Option<Amount>,
    /// Last price, net, each.
    pub unit_price: Option<Amount>,
    /// Of the price.
    pub currency: Option<String>,
    /// Last bought with.
    pub document_number: Option<String>,
    /// Another article for the same licence that begins then.
    pub perhaps_renewed_by: Option<String>,
}

/// The contracts whose last day lies within `ends`, the earliest first.
pub fn due<'a>(
    bills: impl IntoIterator<Item = &'a Bill>,
    ends: DaySpan,
    today: NaiveDate,
    aliases: &Aliases,
    is_wanted: impl Fn(&EndCustomer) -> bool,
) -> Vec<Renewal> {
    let terms: Vec<ContractTerm<'_>> = bills.into_iter().flat_map(contract_terms::of).collect();
    let (credits, sold): (Vec<ContractTerm<'_>>, Vec<ContractTerm<'_>>) =
        terms.into_iter().partition(ContractTerm::is_given_back);
    let sold = not_given_back(sold, &credits, aliases);
    let is_old = |term: &ContractTerm<'_>| sold.iter().any(|later| term.is_told_anew_by(later, aliases));
    let is_standing: Vec<bool> = sold.iter().map(|term| !is_old(term)).collect();
    let standing: Vec<&ContractTerm<'_>> =
        sold.iter().zip(is_standing).filter(|(_, is_standing)| *is_standing).map(|(term, _)| term).collect();
    let renewed = renewed(&standing, aliases);
    let mut due: Vec<&ContractTerm<'_>> = standing
        .iter()
        .zip(renewed)
        .filter(|(term, is_renewed)| !is_renewed && ends.holds(term.end) && is_wanted(term.customer))
        .map(|(term, _)| *term)
        .collect();
    due.sort_by_key(|term| (term.end, term.sku, term.serial_number));
    due.into_iter().map(|term| told(term, &standing, today, aliases)).collect()
}

/// What was bought without what was given back whole afterwards: each piece that is credited takes away one that was sold.
fn not_given_back<'a>(
    sold: Vec<ContractTerm<'a>>,
    credits: &[ContractTerm<'a>],
    aliases: &Aliases,
) -> Vec<ContractTerm<'a>> {
    let mut back: Vec<Exact> = vec![Exact::ZERO; sold.len()];
    for credit in credits {
        let mut left = size(credit.quantity);
        let mut meant: Vec<(usize, &ContractTerm<'a>)> = sold
            .iter()
            .enumerate()
            .filter(|(_, term)| term.end == credit.end && term.is_same_thing(credit, aliases))
            .filter(|(_, term)| credit.bill.day >= term.bill.day)
            .collect();
        meant.sort_by_key(|(_, term)| (!term.shares_id(credit), Reverse(term.bill.day)));
        for (place, term) in meant {
            if let Some(back) = back.get_mut(place) {
                let taken = left.min(size(term.quantity) - *back);
                (*back, left) = (*back + taken, left - taken);
            }
        }
    }
    sold.into_iter().zip(back).filter(|(term, back)| *back < size(term.quantity)).map(|(term, _)| term).collect()
}

/// Which of them were renewed: by what follows them, which renews as many pieces as it has, and those first that it fits
/// best. Who renews for fewer pieces has renewed.
fn renewed(terms: &[&ContractTerm<'_>], aliases: &Aliases) -> Vec<bool> {
    let mut pairs = Vec::new();
    for (new, renewal) in terms.iter().enumerate() {
        for (old, term) in terms.iter().enumerate() {
            if let Some(days) = renewal.follows(term).filter(|_| renewal.is_same_thing(term, aliases)) {
                pairs.push((!renewal.shares_id(term), days.abs(), term.end, old, new));
            }
        }
    }
    pairs.sort_unstable();
    let mut open: Vec<Exact> = terms.iter().map(|term| size(term.quantity)).collect();
    let (mut left, mut renewed) = (open.clone(), vec![false; terms.len()]);
    for (.., old, new) in pairs {
        if let (Some(open), Some(left), Some(renewed)) = (open.get_mut(old), left.get_mut(new), renewed.get_mut(old)) {
            let taken = (*open).min(*left);
            *renewed |= taken > Exact::ZERO;
            (*open, *left) = (*open - taken, *left - taken);
        }
    }
    renewed
}

/// How many pieces; one where that is not told.
fn size(quantity: Option<Exact>) -> Exact {
    match quantity {
        Some(quantity) if quantity < Exact::ZERO => -quantity,
        Some(quantity) if quantity > Exact::ZERO => quantity,
        Some(_) | None => Exact::of(1.0),
    }
}

fn told(term: &ContractTerm<'_>, standing: &[&ContractTerm<'_>], today: NaiveDate, aliases: &Aliases) -> Renewal {
    let document = &term.bill.document;
    let text = |text: Option<&str>| text.map(str::to_owned);
    // Vendors have articles of their own for renewals: the same licence under another article may be one.
    let another = |other: &&&ContractTerm<'_>| {
        other.shares_id(term) && !other.is_same_product(term) && other.follows(term).is_some()
    };
    let perhaps = standing.iter().find(another).map(|other| {
        let number = other.bill.document.number.as_deref().unwrap_or("a bill without a number");
        format!("{number}: {}", other.product.or(other.sku).unwrap_or("another article"))
    });
    Renewal {
        end: term.end.to_string(),
        days_left: (term.end - today).num_days(),
        vendor: document.vendor.clone().or_else(|| document.vendor_code.clone()),
        end_customer: text(aliases.name_of(term.customer)),
        product: text(term.product),
        sku: text(term.sku),
        license_id: text(term.license_id),
        serial_number: text(term.serial_number),
        quantity: term.quantity.map(Exact::amount),
        unit_price: term.unit_price.map(Exact::amount),
        currency: document.currency.clone(),
        document_number: document.number.clone(),
        perhaps_renewed_by: perhaps,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infinigate::bills::contracts::Contract;
    use crate::infinigate::bills::positions::made::{bill, line, usage};
    use crate::infinigate::bills::usage::Usage;
    use crate::infinigate::documents::Kind;

    fn sold(kind: Kind, number: &str, day: &str, contracts: &[(&str, Option<&str>, &str)]) -> Bill {
        let mut bill = bill(kind, number, day);
        for (sku, serial, end) in contracts {
            let mut line = line(sku, "10", "Example GmbH");
            line.contract = Some(Contract {
                serial_number: serial.map(str::to_owned),
                end: end.parse().ok(),
                ..Default::default()
            });
            bill.lines.push(line);
        }
        bill
    }

    fn window() -> DaySpan {
        DaySpan::of("2026-11-01".parse().unwrap(), "2027-02-28".parse().unwrap()).unwrap()
    }

    fn today() -> NaiveDate {
        "2026-11-22".parse().unwrap()
    }

    fn ending(bills: &[Bill]) -> Vec<String> {
        let due = due(bills, window(), today(), &Aliases::default(), |_| true);
        due.iter()
            .map(|one| format!("{} {} {}", one.end, one.serial_number.as_deref().unwrap_or("-"), one.days_left))
            .collect()
    }

    #[test]
    fn contracts_are_sorted_by_their_end_and_only_those_of_the_window_are_told() {
        let bills = [sold(
            Kind::Invoice,
            "RE1",
            "2025-11-30",
            &[("A", Some("S2"), "2027-01-31"), ("A", Some("S1"), "2026-11-20"), ("A", Some("S3"), "2027-03-01")],
        )];
        assert_eq!(ending(&bills), ["2026-11-20 S1 -2", "2027-01-31 S2 70"]);
    }

    #[test]
    fn a_licence_that_was_renewed_is_not_due() {
        let old =
            sold(Kind::Invoice, "RE1", "2025-11-30", &[("A", Some("S1"), "2026-11-30"), ("A", None, "2026-12-31")]);
        let renewed = sold(Kind::Invoice, "RE2", "2026-11-10", &[("A", Some("s1"), "2027-11-30")]);
        let without_serial = sold(Kind::Invoice, "RE3", "2026-12-10", &[("A", None, "2027-12-31")]);
        assert_eq!(ending(&[old.clone(), renewed.clone()]), ["2026-12-31 - 39"]);
        assert!(ending(&[old, renewed, without_serial]).is_empty());
    }

    /// A bill with one contract, from one day to another.
    fn contract(number: &str, day: &str, sku: &str, serial: &str, days: (&str, &str)) -> Bill {
        let mut bill = sold(Kind::Invoice, number, day, &[(sku, Some(serial), days.1)]);
        for contract in bill.lines.iter_mut().filter_map(|line| line.contract.as_mut()) {
            contract.start = days.0.parse().ok();
        }
        bill
    }

    #[test]
    fn another_product_under_the_same_serial_number_hides_nothing() {
        let suite = contract("RE1", "2025-12-01", "SUITE", "S1", ("2025-12-01", "2026-11-30"));
        let warranty = contract("RE2", "2025-12-01", "WARRANTY", "S1", ("2025-12-01", "2028-11-30"));
        assert_eq!(ending(&[suite.clone(), warranty]), ["2026-11-30 S1 8"]);
        let successor = contract("RE3", "2026-11-20", "SUITE-RENEWAL", "S1", ("2026-12-01", "2027-11-30"));
        let told = due(&[suite, successor], window(), today(), &Aliases::default(), |_| true);
        let [row] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!(row.perhaps_renewed_by.as_deref(), Some("RE3: Article SUITE-RENEWAL"));
    }

    #[test]
    fn what_stands_for_no_number_connects_nothing() {
        let bills = [
            contract("RE1", "2025-12-01", "A", "N/A", ("2025-12-01", "2026-11-30")),
            contract("RE2", "2026-12-01", "B", "n/a", ("2026-12-01", "2027-11-30")),
        ];
        assert_eq!(ending(&bills), ["2026-11-30 N/A 8"]);
    }

    #[test]
    fn a_renewal_begins_where_the_old_one_ends() {
        let old = contract("RE1", "2025-12-01", "A", "S1", ("2025-12-01", "2026-11-30"));
        let ending =
            |start: &str, end: &str| ending(&[old.clone(), contract("RE2", start, "A", "S1", (start, end))]).len();
        for start in ["2026-11-05", "2026-12-01", "2026-12-31"] {
            assert_eq!(ending(start, "2027-11-30"), 0, "{start}");
        }
        for start in ["2026-06-01", "2027-02-01"] {
            assert_eq!(ending(start, "2028-11-30"), 1, "{start}");
        }
    }

    #[test]
    fn another_customer_or_another_device_renews_nothing() {
        let old = contract("RE1", "2025-12-01", "A", "S1", ("2025-12-01", "2026-11-30"));
        let device = contract("RE2", "2026-12-01", "A", "S2", ("2026-12-01", "2027-11-30"));
        let mut customer = contract("RE3", "2026-12-01", "A", "S1", ("2026-12-01", "2027-11-30"));
        customer.lines.iter_mut().for_each(|line| line.customer.name = Some("Another AG".into()));
        assert_eq!(ending(&[old, device, customer]), ["2026-11-30 S1 8"]);
    }

    #[test]
    fn one_renewal_renews_as_many_as_it_counts() {
        let two = sold(Kind::Invoice, "RE1", "2025-12-01", &[("A", None, "2026-11-30"), ("A", None, "2026-12-15")]);
        let renewal = |quantity: &str| {
            let mut bill = contract("RE2", "2026-12-01", "A", "-", ("2026-12-01", "2027-11-30"));
            bill.lines.iter_mut().for_each(|line| line.quantity = Exact::read(quantity));
            bill
        };
        assert_eq!(ending(&[two.clone(), renewal("1")]), ["2026-12-15 - 23"]);
        assert!(ending(&[two, renewal("2")]).is_empty());
    }

    #[test]
    fn a_renewal_that_was_given_back_renews_nothing() {
        let old = contract("RE1", "2025-12-01", "A", "S1", ("2025-12-01", "2026-11-30"));
        let renewal = contract("RE2", "2026-12-01", "A", "S1", ("2026-12-01", "2027-11-30"));
        let mut memo = renewal.clone();
        (memo.kind, memo.day) = (Kind::CreditMemo, "2026-12-10".parse().ok());
        assert_eq!(ending(&[old, renewal, memo]), ["2026-11-30 S1 8"]);
    }

    #[test]
    fn what_cannot_be_reckoned_is_named() {
        let mut bill = contract("RE1", "2025-12-01", "A", "S1", ("2025-12-01", "2026-11-30"));
        if let [line] = bill.lines.as_mut_slice() {
            line.number = Some(20_000);
            line.contract = Some(Contract { unreckoned: Some("end 0001-01-01".into()), ..Default::default() });
        }
        let told = contract_terms::unreckoned(&bill, &Aliases::default(), |_| true);
        let [row] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!((row.document_number.as_deref(), row.line.as_str()), (Some("RE1"), "line 20000"));
        assert_eq!((row.sku.as_deref(), row.told.as_str()), (Some("A"), "end 0001-01-01"));
        assert_eq!(contract_terms::unreckoned(&bill, &Aliases::default(), |_| false).len(), 0);
    }

    #[test]
    fn a_contract_that_every_months_bill_tells_is_due_once() {
        let told = |number: &str, day: &str| {
            let mut bill = bill(Kind::Invoice, number, day);
            let contract = Contract { end: "2026-12-31".parse().ok(), ..Default::default() };
            bill.usage = vec![Usage { contract: Some(contract), ..usage("TP", "2", "a.example") }];
            bill
        };
        assert_eq!(ending(&[told("RE1", "2026-10-03"), told("RE2", "2026-11-03")]), ["2026-12-31 - 39"]);
    }

    #[test]
    fn two_lines_of_one_licence_that_end_together_are_both_due() {
        let first = sold(
            Kind::Invoice,
            "RE1",
            "2025-11-30",
            &[("A", Some("S1"), "2026-11-30"), ("B", Some("S1"), "2026-11-30")],
        );
        assert_eq!(ending(&[first]).len(), 2);
    }

    #[test]
    fn what_was_given_back_is_not_due() {
        let sale = sold(Kind::Invoice, "RE1", "2025-11-30", &[("A", Some("S1"), "2026-11-30")]);
        let memo = |day| sold(Kind::CreditMemo, "GU1", day, &[("A", Some("S1"), "2026-11-30")]);
        assert!(ending(&[sale.clone(), memo("2025-12-05")]).is_empty());
        assert_eq!(ending(&[sale, memo("2025-11-01")]).len(), 1);
    }

    #[test]
    fn monthly_usage_goes_on_by_itself_and_a_yearly_one_ends() {
        let span = |first: &str, last: &str| DaySpan::of(first.parse().unwrap(), last.parse().unwrap());
        let mut used = bill(Kind::Invoice, "RE1", "2026-11-03");
        used.usage = vec![
            Usage { period: span("2026-11-01", "2026-11-30"), ..usage("TP", "2", "a.example") },
            Usage { period: span("2025-12-01", "2026-11-30"), ..usage("TP", "2", "b.example") },
        ];
        assert_eq!(ending(&[used]), ["2026-11-30 - 8"]);
    }
}
