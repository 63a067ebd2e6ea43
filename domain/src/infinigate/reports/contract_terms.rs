//! Everything with an end that bills tell of, and what can be said of two of them: whether they are the same product for the
//! same customer, and whether one takes over where the other ends.

use chrono::{NaiveDate, TimeDelta};
use schemars::JsonSchema;
use serde::Serialize;

use super::aliases::Aliases;
use crate::infinigate::bills::bill::Bill;
use crate::infinigate::bills::contracts::{Contract, is_placeholder};
use crate::infinigate::bills::end_customers::EndCustomer;
use crate::infinigate::bills::lines::Line;
use crate::infinigate::bills::usage::Usage;
use crate::infinigate::documents::Kind;
use crate::infinigate::exact::Exact;

/// Usage is billed by the month and goes on by itself; what runs longer is a term that somebody must renew.
const MONTHLY: i64 = 45;
/// Days by which a renewal may begin before or after the day that follows the old end.
const AROUND: i64 = 31;
/// Days before the old end that a renewal may be billed, where its own start is not told.
const BILLED_AHEAD: i64 = 92;

/// Something with an end, as a bill tells it.
#[derive(Debug)]
pub struct ContractTerm<'a> {
    /// The bill.
    pub bill: &'a Bill,
    /// First day, if it is told or can be reckoned.
    pub start: Option<NaiveDate>,
    /// Last day.
    pub end: NaiveDate,
    /// For whom.
    pub customer: &'a EndCustomer,
    /// What it is.
    pub product: Option<&'a str>,
    /// Infinigate's number.
    pub sku: Option<&'a str>,
    /// Licence or contract.
    pub license_id: Option<&'a str>,
    /// Serial number or device.
    pub serial_number: Option<&'a str>,
    /// How many.
    pub quantity: Option<Exact>,
    /// Net price of one.
    pub unit_price: Option<Exact>,
    vendor_sku: Option<&'a str>,
    /// Whether every bill of the usage tells it again.
    is_told_again: bool,
}

/// The terms of a bill.
pub fn of(bill: &Bill) -> impl Iterator<Item = ContractTerm<'_>> {
    let lines = bill.lines.iter().filter_map(move |line| of_line(bill, line));
    lines.chain(bill.usage.iter().filter_map(move |usage| of_usage(bill, usage)))
}

/// A contract whose end cannot be reckoned.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unreckoned {
    /// Where it stands.
    pub document_number: Option<String>,
    /// The line's number, or the place of the usage.
    pub line: String,
    /// For whom.
    pub end_customer: Option<String>,
    /// What it is.
    pub product: Option<String>,
    /// Infinigate's number.
    pub sku: Option<String>,
    /// What is told of its time.
    pub told: String,
}

/// The contracts of a bill whose end cannot be reckoned.
pub fn unreckoned(bill: &Bill, aliases: &Aliases, is_wanted: impl Fn(&EndCustomer) -> bool) -> Vec<Unreckoned> {
    if bill.kind == Kind::CreditMemo {
        return Vec::new();
    }
    let row = |line, customer, product: &Option<String>, sku: &Option<String>, contract: Option<&Contract>| {
        Some(Unreckoned {
            document_number: bill.document.number.clone().or_else(|| bill.document.guid.clone()),
            line,
            end_customer: aliases.name_of(customer).map(str::to_owned),
            product: product.clone(),
            sku: sku.clone(),
            told: contract?.unreckoned.clone()?,
        })
    };
    let lines = bill.lines.iter().zip(1..).filter(|(line, _)| is_wanted(&line.customer)).filter_map(|(line, at)| {
        let place = format!("line {}", line.number.unwrap_or(at));
        row(place, &line.customer, &line.description, &line.sku, line.contract.as_ref())
    });
    let usage = bill.usage.iter().zip(1..).filter(|(usage, _)| is_wanted(&usage.customer)).filter_map(|(usage, at)| {
        row(format!("usage {at}"), &usage.customer, &usage.product, &usage.sku, usage.contract.as_ref())
    });
    lines.chain(usage).collect()
}

fn of_line<'a>(bill: &'a Bill, line: &'a Line) -> Option<ContractTerm<'a>> {
    let contract = line.contract.as_ref()?;
    let end = contract.end?;
    Some(ContractTerm {
        bill,
        start: start_of(contract, end),
        end,
        customer: &line.customer,
        product: line.description.as_deref(),
        sku: line.sku.as_deref(),
        license_id: contract.license_id.as_deref(),
        serial_number: contract.serial_number.as_deref(),
        quantity: line.quantity,
        unit_price: line.unit_price,
        vendor_sku: line.vendor_sku.as_deref(),
        is_told_again: false,
    })
}

fn of_usage<'a>(bill: &'a Bill, usage: &'a Usage) -> Option<ContractTerm<'a>> {
    let contract = usage.contract.as_ref();
    let stated = contract.and_then(|contract| contract.end);
    let period = usage.period.filter(|period| period.days() > MONTHLY);
    let end = stated.or(period.map(|period| period.last))?;
    Some(ContractTerm {
        bill,
        start: match (stated, contract) {
            (Some(end), Some(contract)) => start_of(contract, end),
            (_, _) => period.map(|period| period.first),
        },
        end,
        customer: &usage.customer,
        product: usage.product.as_deref(),
        sku: usage.sku.as_deref(),
        license_id: contract.and_then(|one| one.license_id.as_deref()).or(usage.contract_number.as_deref()),
        serial_number: contract.and_then(|one| one.serial_number.as_deref()).or(usage.device.as_deref()),
        quantity: usage.quantity,
        unit_price: usage.unit_price,
        vendor_sku: None,
        is_told_again: stated.is_some(),
    })
}

fn start_of(contract: &Contract, end: NaiveDate) -> Option<NaiveDate> {
    contract.start.or_else(|| contract.length()?.start_to(end))
}

impl ContractTerm<'_> {
    /// Whether it is given back: on a credit memo, or with a minus on an invoice.
    pub fn is_given_back(&self) -> bool {
        self.bill.kind == Kind::CreditMemo || self.quantity.is_some_and(|quantity| quantity < Exact::ZERO)
    }

    /// Whether both are the same product of the same vendor.
    pub fn is_same_product(&self, other: &Self) -> bool {
        let of_vendor = |one: &Option<String>, other: &Option<String>| match (one, other) {
            (Some(one), Some(other)) => Some(one.eq_ignore_ascii_case(other)),
            (_, _) => None,
        };
        let (one, another) = (&self.bill.document, &other.bill.document);
        let is_same_vendor =
            of_vendor(&one.vendor_code, &another.vendor_code).or_else(|| of_vendor(&one.vendor, &another.vendor));
        let by_sku = alike(self.sku, other.sku);
        let by_vendor_sku = alike(self.vendor_sku, other.vendor_sku);
        is_same_vendor != Some(false)
            && (by_sku == Some(true)
                || by_vendor_sku == Some(true)
                || (by_sku.is_none() && by_vendor_sku.is_none() && alike(self.product, other.product) == Some(true)))
    }

    /// Whether both have the same serial number or licence id; what stands for none is none.
    pub fn shares_id(&self, other: &Self) -> bool {
        same_id(self.serial_number, other.serial_number) == Some(true)
            || same_id(self.license_id, other.license_id) == Some(true)
    }

    /// Whether both are for the same customer. Who a bill does not name is the same only where the licence is.
    fn is_of_same_customer(&self, other: &Self, aliases: &Aliases) -> bool {
        match (aliases.name_of(self.customer), aliases.name_of(other.customer)) {
            (Some(_), Some(name)) => aliases.is_called(self.customer, name),
            (_, _) => self.shares_id(other),
        }
    }

    /// Whether one may stand for the other: the same product for the same customer, and not for two devices.
    pub fn is_same_thing(&self, other: &Self, aliases: &Aliases) -> bool {
        self.is_same_product(other)
            && self.is_of_same_customer(other, aliases)
            && same_id(self.serial_number, other.serial_number) != Some(false)
    }

    /// How many days off it begins from where another ends, if that is near enough for a renewal.
    pub fn follows(&self, old: &Self) -> Option<i64> {
        if self.end <= old.end {
            return None;
        }
        match self.start {
            Some(start) => Some((start - old.end).num_days() - 1).filter(|days| days.abs() <= AROUND),
            None => {
                let posted = self.bill.day?;
                let (first, last) = (old.end - TimeDelta::days(BILLED_AHEAD), old.end + TimeDelta::days(AROUND));
                (first <= posted && posted <= last).then(|| (posted - old.end).num_days())
            }
        }
    }

    /// Whether a later bill tells of the same term anew: each month's bill of usage does, and so does a bill that moves the
    /// end of a licence that goes on.
    pub fn is_told_anew_by(&self, later: &Self, aliases: &Aliases) -> bool {
        if !self.is_same_thing(later, aliases) || self.bill.day.is_none() || later.bill.day <= self.bill.day {
            return false;
        }
        let is_moved =
            self.start.is_some() && self.start == later.start && self.end < later.end && self.shares_id(later);
        let is_repeated = self.is_told_again
            && later.is_told_again
            && self.end == later.end
            && alike(self.license_id, later.license_id) != Some(false)
            && alike(self.serial_number, later.serial_number) != Some(false);
        is_moved || is_repeated
    }
}

/// Whether two texts say the same, where both say something.
fn alike(one: Option<&str>, other: Option<&str>) -> Option<bool> {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    one.zip(other).map(|(one, other)| plain(one) == plain(other))
}

fn same_id(one: Option<&str>, other: Option<&str>) -> Option<bool> {
    alike(one.filter(|id| !is_placeholder(id)), other.filter(|id| !is_placeholder(id)))
}
