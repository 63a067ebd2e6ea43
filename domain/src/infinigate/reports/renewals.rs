//! Contracts that are about to end, found in what was bought. A later contract for the same licence takes its place.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::aliases::Aliases;
use crate::infinigate::bills::bill::Bill;
use crate::infinigate::bills::contracts::Contract;
use crate::infinigate::bills::end_customers::EndCustomer;
use crate::infinigate::bills::lines::Line;
use crate::infinigate::bills::periods::DaySpan;
use crate::infinigate::bills::usage::Usage;
use crate::infinigate::documents::Kind;
use crate::infinigate::exact::Exact;
use crate::infinigate::money::Amount;

/// Usage is billed by the month and goes on by itself; what runs longer is a term that somebody must renew.
const MONTHLY: i64 = 45;

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
}

/// Something with an end, as a bill tells it.
struct Term<'a> {
    bill: &'a Bill,
    end: NaiveDate,
    /// What other tellings of the same licence have in common with this one.
    keys: Vec<String>,
    customer: &'a EndCustomer,
    product: Option<&'a str>,
    sku: Option<&'a str>,
    license_id: Option<&'a str>,
    serial_number: Option<&'a str>,
    quantity: Option<Exact>,
    unit_price: Option<Exact>,
}

/// The contracts whose last day lies within `ends`, the earliest first.
pub fn due<'a>(
    bills: impl IntoIterator<Item = &'a Bill>,
    ends: DaySpan,
    today: NaiveDate,
    aliases: &Aliases,
    is_wanted: impl Fn(&EndCustomer) -> bool,
) -> Vec<Renewal> {
    let bills: Vec<&Bill> = bills.into_iter().collect();
    let terms: Vec<Term<'_>> = bills.iter().copied().flat_map(terms_of).collect();
    let (sold, credited): (Vec<Term<'_>>, Vec<Term<'_>>) =
        terms.into_iter().partition(|term| term.bill.kind == Kind::Invoice);
    let mut newest: BTreeMap<&str, NaiveDate> = BTreeMap::new();
    for (key, end) in sold.iter().flat_map(|term| term.keys.iter().map(|key| (key.as_str(), term.end))) {
        let latest = newest.entry(key).or_insert(end);
        *latest = end.max(*latest);
    }
    let is_newest = |term: &Term<'_>| term.keys.iter().all(|key| newest.get(key.as_str()) <= Some(&term.end));
    let mut due: Vec<&Term<'_>> = sold
        .iter()
        .filter(|term| ends.holds(term.end) && is_newest(term) && is_wanted(term.customer))
        .filter(|term| !is_credited(term, &credited))
        .collect();
    due.sort_by_key(|term| (term.end, term.sku, term.serial_number));
    due.into_iter().map(|term| term.told(today, aliases)).collect()
}

/// Whether all of it was given back later.
fn is_credited(term: &Term<'_>, credited: &[Term<'_>]) -> bool {
    let of_it = |memo: &&Term<'_>| {
        memo.sku == term.sku && memo.bill.day >= term.bill.day && memo.keys.iter().any(|key| term.keys.contains(key))
    };
    let size = |quantity: Exact| if quantity < Exact::ZERO { -quantity } else { quantity };
    let back: Exact = credited.iter().filter(of_it).filter_map(|memo| memo.quantity).map(size).sum();
    back > Exact::ZERO && term.quantity.is_some_and(|quantity| back >= quantity)
}

fn terms_of(bill: &Bill) -> Vec<Term<'_>> {
    let lines = bill.lines.iter().filter_map(|line| of_line(bill, line));
    lines.chain(bill.usage.iter().filter_map(|usage| of_usage(bill, usage))).collect()
}

fn of_line<'a>(bill: &'a Bill, line: &'a Line) -> Option<Term<'a>> {
    let contract = line.contract.as_ref()?;
    let mut term = Term {
        bill,
        end: contract.end?,
        keys: Vec::new(),
        customer: &line.customer,
        product: line.description.as_deref(),
        sku: line.sku.as_deref(),
        license_id: contract.license_id.as_deref(),
        serial_number: contract.serial_number.as_deref(),
        quantity: line.quantity,
        unit_price: line.unit_price,
    };
    term.keys = keys(&term, Some(contract));
    Some(term)
}

fn of_usage<'a>(bill: &'a Bill, usage: &'a Usage) -> Option<Term<'a>> {
    let contract = usage.contract.as_ref();
    let stated = contract.and_then(|contract| contract.end);
    let period = usage.period.filter(|period| period.days() > MONTHLY).map(|period| period.last);
    let mut term = Term {
        bill,
        end: stated.or(period)?,
        keys: Vec::new(),
        customer: &usage.customer,
        product: usage.product.as_deref(),
        sku: usage.sku.as_deref(),
        license_id: contract.and_then(|one| one.license_id.as_deref()).or(usage.contract_number.as_deref()),
        serial_number: contract.and_then(|one| one.serial_number.as_deref()).or(usage.device.as_deref()),
        quantity: usage.quantity,
        unit_price: usage.unit_price,
    };
    term.keys = keys(&term, contract);
    Some(term)
}

/// A licence is known by its serial number or licence id at its vendor. Where a bill tells neither, what one customer has
/// of one article under one contract is taken for one licence.
fn keys(term: &Term<'_>, contract: Option<&Contract>) -> Vec<String> {
    let vendor = term.bill.document.vendor_code.as_deref().or(term.bill.document.vendor.as_deref()).unwrap_or_default();
    let key = |kind: &str, id: &str| format!("{vendor}|{kind}|{id}").to_lowercase();
    let ids: Vec<String> = contract.into_iter().flat_map(Contract::ids).map(|id| key("id", id)).collect();
    if !ids.is_empty() {
        return ids;
    }
    let parts = [term.customer.called(), term.sku.or(term.product), term.license_id, term.serial_number];
    vec![key("use", &parts.map(Option::unwrap_or_default).join("|"))]
}

impl Term<'_> {
    fn told(&self, today: NaiveDate, aliases: &Aliases) -> Renewal {
        let document = &self.bill.document;
        let text = |text: Option<&str>| text.map(str::to_owned);
        Renewal {
            end: self.end.to_string(),
            days_left: (self.end - today).num_days(),
            vendor: document.vendor.clone().or_else(|| document.vendor_code.clone()),
            end_customer: text(aliases.name_of(self.customer)),
            product: text(self.product),
            sku: text(self.sku),
            license_id: text(self.license_id),
            serial_number: text(self.serial_number),
            quantity: self.quantity.map(Exact::amount),
            unit_price: self.unit_price.map(Exact::amount),
            currency: document.currency.clone(),
            document_number: document.number.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infinigate::bills::positions::made::{bill, line, usage};

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

    fn ending(bills: &[Bill]) -> Vec<String> {
        let ends = DaySpan::of("2026-11-01".parse().unwrap(), "2027-02-28".parse().unwrap()).unwrap();
        let due = due(bills, ends, "2026-11-22".parse().unwrap(), &Aliases::default(), |_| true);
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
        let renewed = sold(Kind::Invoice, "RE2", "2026-11-10", &[("B", Some("s1"), "2027-11-30")]);
        let same_article = sold(Kind::Invoice, "RE3", "2026-11-10", &[("A", None, "2027-12-31")]);
        assert_eq!(ending(&[old.clone(), renewed.clone()]), ["2026-12-31 - 39"]);
        assert!(ending(&[old, renewed, same_article]).is_empty());
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
