//! What was spent, cut by vendor, month, end customer or product. Currencies are never added to each other.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::aliases::Aliases;
use crate::folding::fold;
use crate::infinigate::bills::bill::Bill;
use crate::infinigate::bills::positions::{self, Position};
use crate::infinigate::exact::Exact;
use crate::infinigate::money::Amount;
use crate::months;

/// What an amount without a vendor, customer or product is filed under.
const UNNAMED: &str = "(not stated)";

/// How amounts are put together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupBy {
    /// By manufacturer.
    #[default]
    Vendor,
    /// By month of posting.
    Month,
    /// By the reseller's customer.
    EndCustomer,
    /// By article.
    Product,
}

impl GroupBy {
    /// As a title says it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Vendor => "vendor",
            Self::Month => "month",
            Self::EndCustomer => "end customer",
            Self::Product => "product",
        }
    }

    fn group<'a>(self, position: &Position<'a>, aliases: &'a Aliases) -> Label {
        let document = &position.bill.document;
        match self {
            Self::Vendor => Label::of(
                document.vendor.as_deref().or(document.vendor_code.as_deref()),
                document.vendor_code.as_deref(),
            ),
            Self::Month => Label::of(position.bill.day.map(months::name).as_deref(), None),
            Self::EndCustomer => Label::of(position.customer.and_then(|customer| aliases.name_of(customer)), None),
            Self::Product => Label {
                key: fold(position.sku.or(position.product).unwrap_or_default()),
                ..Label::of(position.product.or(position.sku), position.sku)
            },
        }
    }
}

/// What a group is called.
struct Label {
    key: String,
    name: String,
    id: Option<String>,
}

impl Label {
    fn of(name: Option<&str>, id: Option<&str>) -> Self {
        let name = name.unwrap_or(UNNAMED);
        Self { key: fold(name), name: name.to_owned(), id: id.filter(|id| *id != name).map(str::to_owned) }
    }
}

/// What was spent in one currency.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Spend {
    /// Missing if not told.
    pub currency: Option<String>,
    /// Net, credits subtracted.
    pub total: Amount,
    /// On invoices.
    pub invoiced: Amount,
    /// On credit memos.
    pub credited: Amount,
    /// Largest first; months in order.
    pub rows: Vec<Row>,
    /// All smaller groups.
    pub others: Option<Others>,
}

/// One group.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct Row {
    /// What it is.
    pub name: String,
    /// Vendor code or SKU.
    pub id: Option<String>,
    /// Net, credits subtracted.
    pub net: Amount,
    /// Of the total.
    pub percent: Option<Amount>,
    /// Bills it stands on.
    pub documents: usize,
}

/// The groups that are not shown one by one.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct Others {
    /// How many.
    pub groups: usize,
    /// Their net.
    pub net: Amount,
}

#[derive(Default)]
struct Group {
    name: String,
    id: Option<String>,
    net: Exact,
    documents: BTreeSet<usize>,
}

/// Groups what was spent, one table a currency, the largest first.
pub fn spend<'a>(bills: impl IntoIterator<Item = &'a Bill>, by: GroupBy, aliases: &Aliases, top: usize) -> Vec<Spend> {
    let mut currencies: BTreeMap<Option<String>, Sums> = BTreeMap::new();
    for (place, bill) in bills.into_iter().enumerate() {
        let sums = currencies.entry(bill.document.currency.clone()).or_default();
        for position in positions::of(bill) {
            sums.add(place, &position, by.group(&position, aliases));
        }
    }
    let mut all: Vec<(Exact, Spend)> =
        currencies.into_iter().map(|(currency, sums)| sums.told(currency, by, top)).collect();
    all.sort_by_key(|(total, _)| std::cmp::Reverse(*total));
    all.into_iter().map(|(_, spend)| spend).collect()
}

#[derive(Default)]
struct Sums {
    invoiced: Exact,
    credited: Exact,
    groups: BTreeMap<String, Group>,
}

impl Sums {
    fn add(&mut self, place: usize, position: &Position<'_>, label: Label) {
        use crate::infinigate::documents::Kind;
        match position.bill.kind {
            Kind::Invoice => self.invoiced = self.invoiced + position.net,
            Kind::CreditMemo => self.credited = self.credited - position.net,
        }
        let group = self.groups.entry(label.key).or_default();
        if group.name.is_empty() {
            group.name = label.name;
        }
        group.id = group.id.take().or(label.id);
        group.net = group.net + position.net;
        group.documents.insert(place);
    }

    fn told(self, currency: Option<String>, by: GroupBy, top: usize) -> (Exact, Spend) {
        let total = self.invoiced - self.credited;
        // Months are few and lie in a row: none of them is left to the others.
        let top = if by == GroupBy::Month { usize::MAX } else { top };
        let mut groups: Vec<Group> = self.groups.into_values().collect();
        if by != GroupBy::Month {
            groups.sort_by(|one, other| other.net.cmp(&one.net).then_with(|| one.name.cmp(&other.name)));
        }
        let others = groups.split_off(groups.len().min(top));
        let rows = groups.into_iter().map(|group| Row {
            percent: group.net.percent_of(total).map(Exact::amount),
            net: group.net.amount(),
            name: group.name,
            id: group.id,
            documents: group.documents.len(),
        });
        let spend = Spend {
            currency,
            total: total.amount(),
            invoiced: self.invoiced.amount(),
            credited: self.credited.amount(),
            rows: rows.collect(),
            others: (!others.is_empty()).then(|| Others {
                groups: others.len(),
                net: others.iter().map(|group| group.net).sum::<Exact>().amount(),
            }),
        };
        (total, spend)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infinigate::bills::positions::made::{bill, line};
    use crate::infinigate::documents::Kind;
    use crate::infinigate::reports::aliases::Alias;

    fn bills() -> Vec<Bill> {
        let mut first = bill(Kind::Invoice, "RE1", "2026-08-05");
        first.lines = vec![line("A", "0.10", "Example GmbH"), line("B", "0.20", "")];
        let mut second = bill(Kind::Invoice, "RE2", "2026-09-05");
        second.lines = vec![line("A", "10", "EXG")];
        let mut memo = bill(Kind::CreditMemo, "GU1", "2026-09-09");
        memo.lines = vec![line("A", "4", "EXAMPLE GMBH")];
        let mut swiss = bill(Kind::Invoice, "RE3", "2026-09-10");
        swiss.document.currency = Some("CHF".into());
        swiss.lines = vec![line("A", "7", "")];
        vec![first, second, memo, swiss]
    }

    fn rows(by: GroupBy, top: usize) -> (Vec<String>, Option<Others>) {
        let aliases = Aliases::of(vec![Alias { alias: "exg".into(), name: "Example GmbH".into() }]);
        let euros = spend(&bills(), by, &aliases, top).into_iter().find(|one| one.currency.as_deref() == Some("EUR"));
        let euros = euros.unwrap();
        assert_eq!((euros.total, euros.invoiced, euros.credited), (Amount::of(6.3), Amount::of(10.3), Amount::of(4.0)));
        (
            euros.rows.iter().map(|row| format!("{} {} {}", row.name, row.net.number(), row.documents)).collect(),
            euros.others,
        )
    }

    #[test]
    fn every_cut_has_the_same_total_and_credits_are_taken_away() {
        assert_eq!(rows(GroupBy::Vendor, 10).0, ["Sophos 6.3 3"]);
        assert_eq!(rows(GroupBy::Month, 1).0, ["2026-08 0.3 1", "2026-09 6 2"]);
        assert_eq!(rows(GroupBy::EndCustomer, 10).0, ["Example GmbH 6.1 3", "(not stated) 0.2 1"]);
        assert_eq!(rows(GroupBy::Product, 10).0, ["Article A 6.1 3", "Article B 0.2 1"]);
    }

    #[test]
    fn what_is_not_among_the_largest_is_added_up_as_others() {
        let (shown, others) = rows(GroupBy::Product, 1);
        assert_eq!(shown, ["Article A 6.1 3"]);
        assert_eq!(others, Some(Others { groups: 1, net: Amount::of(0.2) }));
    }

    #[test]
    fn currencies_stay_apart() {
        let all = spend(&bills(), GroupBy::Vendor, &Aliases::default(), 10);
        let totals: Vec<(Option<&str>, f64)> =
            all.iter().map(|one| (one.currency.as_deref(), one.total.number())).collect();
        assert_eq!(totals, [(Some("CHF"), 7.0), (Some("EUR"), 6.3)]);
    }
}
