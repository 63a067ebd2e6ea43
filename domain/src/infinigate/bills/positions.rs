//! What the bills add up to, cut as finely as they tell it: each amount with its product and its end customer.
//!
//! The lines are what is paid. Where usage stands behind a line it takes the line's place, because only usage names the
//! customer; whatever the two differ by stays as a position of its own, so that every cut has the same sum.

use std::collections::BTreeMap;

use super::bill::{Bill, Counting};
use super::end_customers::EndCustomer;
use super::lines::Line;
use super::usage::Usage;
use crate::infinigate::exact::Exact;

/// An amount of a bill.
#[derive(Debug, Clone, Copy)]
pub struct Position<'a> {
    /// Where it stands.
    pub bill: &'a Bill,
    /// Infinigate's item number.
    pub sku: Option<&'a str>,
    /// What it is.
    pub product: Option<&'a str>,
    /// For whom.
    pub customer: Option<&'a EndCustomer>,
    /// Net, as it counts: negative on a credit memo.
    pub net: Exact,
}

/// The positions of one bill; together they are its net total.
pub fn of(bill: &Bill) -> Vec<Position<'_>> {
    let (counting, counting_usage) = (bill.counting(), bill.counting_usage());
    if bill.usage.is_empty() {
        return bill.lines.iter().filter_map(|line| Some(of_line(bill, line, counting.of(line.net?)))).collect();
    }
    let mut used: BTreeMap<&str, Exact> = BTreeMap::new();
    for usage in &bill.usage {
        let sum = used.entry(usage.sku.as_deref().unwrap_or_default()).or_default();
        *sum = *sum + counting_usage.of(usage.net.unwrap_or_default());
    }
    let mut positions: Vec<Position<'_>> =
        bill.usage.iter().filter_map(|usage| of_usage(bill, usage, counting_usage)).collect();
    let billed = |sku: &str| bill.lines.iter().any(|line| line.sku.as_deref() == Some(sku));
    if used.keys().all(|sku| billed(sku)) {
        positions.extend(bill.lines.iter().filter_map(|line| remainder(bill, line, counting, &mut used)));
    } else if bill.has_priced_lines() {
        let net = bill.counted_net() - used.values().copied().sum();
        let rest = Position { bill, sku: None, product: None, customer: None, net };
        positions.extend((net != Exact::ZERO).then_some(rest));
    }
    positions
}

fn of_line<'a>(bill: &'a Bill, line: &'a Line, net: Exact) -> Position<'a> {
    Position {
        bill,
        sku: line.sku.as_deref(),
        product: line.description.as_deref(),
        customer: line.customer.called().map(|_| &line.customer),
        net,
    }
}

fn of_usage<'a>(bill: &'a Bill, usage: &'a Usage, counting: Counting) -> Option<Position<'a>> {
    Some(Position {
        bill,
        sku: usage.sku.as_deref(),
        product: usage.product.as_deref(),
        customer: usage.customer.called().map(|_| &usage.customer),
        net: counting.of(usage.net?),
    })
}

/// What of a line its usage does not explain; the line whole where it has none.
fn remainder<'a>(
    bill: &'a Bill,
    line: &'a Line,
    counting: Counting,
    used: &mut BTreeMap<&str, Exact>,
) -> Option<Position<'a>> {
    let net = counting.of(line.net.unwrap_or_default());
    let explained = line.sku.as_deref().and_then(|sku| used.get_mut(sku));
    let rest = match explained {
        // The first line of an article takes all its usage, so that a second one is not diminished again.
        Some(sum) => net - std::mem::take(sum),
        None => net,
    };
    (rest != Exact::ZERO).then(|| of_line(bill, line, rest))
}

#[cfg(test)]
pub(in crate::infinigate) mod made {
    //! Bills made for tests.

    use super::*;
    use crate::infinigate::documents::{Document, Kind};

    pub fn bill(kind: Kind, number: &str, day: &str) -> Bill {
        Bill {
            kind,
            document: Document {
                number: Some(number.into()),
                vendor: Some("Sophos".into()),
                currency: Some("EUR".into()),
                ..Default::default()
            },
            day: day.parse().ok(),
            due_date: None,
            sold_to: None,
            bill_to: None,
            ship_to: None,
            lines: Vec::new(),
            usage: Vec::new(),
        }
    }

    pub fn line(sku: &str, net: &str, customer: &str) -> Line {
        let name = (!customer.is_empty()).then(|| customer.to_owned());
        Line {
            sku: Some(sku.into()),
            description: Some(format!("Article {sku}")),
            quantity: Exact::read("1"),
            unit_price: Exact::read(net),
            net: Exact::read(net),
            customer: EndCustomer { name, ..Default::default() },
            ..Default::default()
        }
    }

    pub fn usage(sku: &str, net: &str, domain: &str) -> Usage {
        Usage {
            sku: Some(sku.into()),
            quantity: Exact::read("1"),
            unit_price: Exact::read(net),
            net: Exact::read(net),
            customer: EndCustomer { domain: Some(domain.into()), ..Default::default() },
            ..Default::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::made::{bill, line, usage};
    use super::*;
    use crate::infinigate::documents::Kind;

    fn told(bill: &Bill) -> Vec<String> {
        let positions = of(bill);
        let sum: Exact = positions.iter().map(|position| position.net).sum();
        assert_eq!(sum, bill.counted_net(), "every cut has the sum of the bill");
        positions
            .iter()
            .map(|one| {
                let customer = one.customer.and_then(EndCustomer::called).unwrap_or("-");
                format!("{} {customer} {}", one.sku.unwrap_or("-"), one.net)
            })
            .collect()
    }

    #[test]
    fn usage_takes_the_place_of_its_line_and_the_difference_stays() {
        let mut bill = bill(Kind::Invoice, "RE1", "2026-09-05");
        bill.lines = vec![line("TP", "78.01", ""), line("FREIGHT", "14.90", "")];
        bill.usage = vec![usage("TP", "48.75", "a.example"), usage("TP", "29.25", "b.example")];
        assert_eq!(told(&bill), ["TP a.example 48.75", "TP b.example 29.25", "TP - 0.01", "FREIGHT - 14.9"]);
    }

    #[test]
    fn usage_of_articles_that_no_line_names_leaves_one_difference() {
        let mut bill = bill(Kind::CreditMemo, "GU1", "2026-09-05");
        bill.lines = vec![line("TOTAL", "80", "")];
        bill.usage = vec![usage("TP", "48.75", "a.example"), usage("VMB", "29.25", "b.example")];
        assert_eq!(told(&bill), ["TP a.example -48.75", "VMB b.example -29.25", "- - -2"]);
        bill.lines = vec![line("TP", "-48.75", ""), line("VMB", "-29.25", "")];
        assert_eq!(told(&bill), ["TP a.example -48.75", "VMB b.example -29.25"], "only the lines have a minus");
        bill.lines.clear();
        assert_eq!(told(&bill), ["TP a.example -48.75", "VMB b.example -29.25"]);
    }

    #[test]
    fn a_classic_bill_is_its_lines() {
        let mut bill = bill(Kind::Invoice, "RE1", "2026-09-05");
        bill.lines = vec![line("A", "10", "Example GmbH"), line("B", "5", "")];
        assert_eq!(told(&bill), ["A Example GmbH 10", "B - 5"]);
    }
}
