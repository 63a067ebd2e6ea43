//! MSP usage of one month by end customer, ready to be billed on.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::aliases::Aliases;
use super::spreadsheet;
use crate::folding::fold;
use crate::infinigate::bills::bill::{Bill, Counting};
use crate::infinigate::bills::end_customers::EndCustomer;
use crate::infinigate::bills::periods::DaySpan;
use crate::infinigate::bills::usage::Usage;
use crate::infinigate::documents::Kind;
use crate::infinigate::exact::Exact;
use crate::infinigate::money::Amount;
use crate::months;
use infini_mcp_core::tool::Result;

/// A customer that no document names.
const UNNAMED: &str = "(not stated)";

const HEADING: [&str; 21] = [
    "month",
    "end_customer",
    "domain",
    "code",
    "vendor",
    "document_type",
    "document_number",
    "document_date",
    "sku",
    "product",
    "device",
    "contract",
    "period_start",
    "period_end",
    "quantity",
    "unit_cost",
    "cost",
    "recommended_unit_price",
    "recommended",
    "margin",
    "currency",
];

/// Bills of a month's usage are looked for from so many days before it, for what is paid ahead.
const BEFORE: u64 = 15;
/// And until so many days after it. What is billed or credited later is told with the month it was posted in.
const AFTER: u64 = 62;

/// A piece of usage with the bill it stands on.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    /// The bill.
    pub bill: &'a Bill,
    /// The piece.
    pub usage: &'a Usage,
    /// How much of it counts, and with which sign.
    pub counting: Counting,
}

/// The usage of a month, and how much of it tells no period.
#[derive(Debug, Default)]
pub struct Month<'a> {
    /// All pieces, by customer and article.
    pub pieces: Vec<Piece<'a>>,
    /// Pieces without a period, counted to the month of their bill.
    pub undated: usize,
    /// Pieces of other months on bills of this one, which the reports of those months do not look for.
    pub late: Vec<Piece<'a>>,
}

/// What a customer used of an article.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct Row {
    /// Its alias, name, domain or code.
    pub end_customer: String,
    /// Manufacturer.
    pub vendor: Option<String>,
    /// Infinigate's number.
    pub sku: Option<String>,
    /// What it is.
    pub product: Option<String>,
    /// How much.
    pub quantity: Option<Amount>,
    /// Cost, each.
    pub unit_cost: Option<Amount>,
    /// Cost, all; missing without a price.
    pub cost: Option<Amount>,
    /// Suggested sales price, each.
    pub recommended_price: Option<Amount>,
    /// That less cost, all.
    pub margin: Option<Amount>,
    /// Of all amounts.
    pub currency: Option<String>,
    /// Devices in it.
    pub devices: Option<usize>,
}

/// What all used, in one currency.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct Total {
    /// Of these sums.
    pub currency: Option<String>,
    /// What it cost.
    pub cost: Amount,
    /// At suggested prices, where told.
    pub recommended: Amount,
    /// That less its cost, where both are told.
    pub margin: Amount,
    /// Cost without suggested price.
    pub cost_without_price: Amount,
    /// How many customers.
    pub customers: usize,
}

impl Piece<'_> {
    fn counted(&self, amount: Option<Exact>) -> Option<Exact> {
        amount.map(|amount| self.counting.of(amount))
    }

    /// How much, with the sign of what it cost: on a credit memo the minus may stand before the price.
    fn quantity(&self) -> Option<Exact> {
        let quantity = self.usage.quantity?;
        if self.bill.kind == Kind::Invoice {
            return Some(quantity);
        }
        let size = quantity.magnitude();
        self.counted(Some(if self.usage.is_given_back() { -size } else { size }))
    }

    /// What one costs; on a credit memo without the minus, which its quantity has.
    fn unit_price(&self) -> Option<Exact> {
        self.usage.unit_price.map(|price| if self.bill.kind == Kind::Invoice { price } else { price.magnitude() })
    }

    /// The customer as reports call it.
    fn customer<'a>(&'a self, aliases: &'a Aliases) -> &'a str {
        aliases.name_of(&self.usage.customer).unwrap_or(UNNAMED)
    }
}

/// The days on which usage of a month is billed.
pub fn billed_around(month: DaySpan) -> DaySpan {
    month.widened(BEFORE, AFTER)
}

fn month_of(day: NaiveDate) -> DaySpan {
    DaySpan { first: months::first_of(day), last: months::last_of(day) }
}

/// The usage whose period begins in the month. What tells no period counts to the month its bill was posted in.
pub fn of_month<'a>(
    bills: impl IntoIterator<Item = &'a Bill>,
    month: DaySpan,
    is_wanted: impl Fn(&EndCustomer) -> bool,
) -> Month<'a> {
    let mut of_month = Month::default();
    for bill in bills {
        let counting = bill.counting_usage();
        for usage in bill.usage.iter().filter(|usage| is_wanted(&usage.customer)) {
            let Some(day) = usage.belongs_to().or(bill.day) else { continue };
            let piece = Piece { bill, usage, counting };
            if month.holds(day) {
                of_month.undated += usize::from(usage.belongs_to().is_none());
                of_month.pieces.push(piece);
            } else if bill.day.is_some_and(|posted| month.holds(posted) && !billed_around(month_of(day)).holds(posted))
            {
                of_month.late.push(piece);
            }
        }
    }
    of_month
}

/// How many pieces tell no price or no quantity, so that nobody knows what they cost.
pub fn unpriced(pieces: &[Piece<'_>]) -> usize {
    pieces.iter().filter(|piece| piece.usage.net.is_none()).count()
}

/// The pieces put together: one row a customer, article and price.
pub fn rows(pieces: &[Piece<'_>], aliases: &Aliases) -> Vec<Row> {
    let mut rows: BTreeMap<_, Vec<&Piece<'_>>> = BTreeMap::new();
    for piece in pieces {
        let (usage, document) = (piece.usage, &piece.bill.document);
        let article = usage.sku.as_deref().or(usage.product.as_deref()).unwrap_or_default();
        // What tells no quantity is kept apart too: a row without a cost must not hide in one that has it.
        let prices = (piece.unit_price(), usage.recommended_price, usage.quantity.is_some());
        let key = (fold(piece.customer(aliases)), article, &document.currency, &document.vendor, prices);
        rows.entry(key).or_default().push(piece);
    }
    rows.into_values().filter_map(|pieces| together(&pieces, aliases)).collect()
}

pub(super) fn together(pieces: &[&Piece<'_>], aliases: &Aliases) -> Option<Row> {
    let first = pieces.first()?;
    let sum = |amounts: &dyn Fn(&Piece<'_>) -> Option<Exact>| -> Option<Exact> {
        pieces.iter().filter_map(|piece| amounts(piece)).reduce(|sum, amount| sum + amount)
    };
    let cost = sum(&|piece| piece.counted(piece.usage.net));
    let margin = sum(&|piece| piece.counted(piece.usage.margin()));
    let devices: BTreeSet<&str> = pieces.iter().filter_map(|piece| piece.usage.device.as_deref()).collect();
    let (usage, document) = (first.usage, &first.bill.document);
    Some(Row {
        end_customer: first.customer(aliases).to_owned(),
        vendor: document.vendor.clone().or_else(|| document.vendor_code.clone()),
        sku: usage.sku.clone(),
        product: usage.product.clone(),
        quantity: sum(&|piece| piece.quantity()).map(Exact::amount),
        unit_cost: first.unit_price().map(Exact::amount),
        cost: cost.map(Exact::amount),
        recommended_price: usage.recommended_price.map(Exact::amount),
        margin: margin.map(Exact::amount),
        currency: document.currency.clone(),
        devices: (!devices.is_empty()).then_some(devices.len()),
    })
}

/// The sums, one a currency.
pub fn totals(pieces: &[Piece<'_>], aliases: &Aliases) -> Vec<Total> {
    let mut currencies: BTreeMap<&Option<String>, Vec<&Piece<'_>>> = BTreeMap::new();
    for piece in pieces {
        currencies.entry(&piece.bill.document.currency).or_default().push(piece);
    }
    let told = |(currency, pieces): (&Option<String>, Vec<&Piece<'_>>)| {
        let cost: Exact = pieces.iter().filter_map(|piece| piece.counted(piece.usage.net)).sum();
        // A margin lies between two amounts: what tells only one of them has none.
        let priced = || pieces.iter().filter(|piece| piece.usage.margin().is_some());
        let recommended: Exact = pieces.iter().filter_map(|piece| piece.counted(piece.usage.recommended())).sum();
        let margin: Exact = priced().filter_map(|piece| piece.counted(piece.usage.margin())).sum();
        let priced_cost: Exact = priced().filter_map(|piece| piece.counted(piece.usage.net)).sum();
        let customers: BTreeSet<String> = pieces.iter().map(|piece| fold(piece.customer(aliases))).collect();
        Total {
            currency: currency.clone(),
            cost: cost.amount(),
            recommended: recommended.amount(),
            margin: margin.amount(),
            cost_without_price: (cost - priced_cost).amount(),
            customers: customers.len(),
        }
    };
    currencies.into_iter().map(told).collect()
}

/// Every piece as a row of a CSV file, each with the month it was used in.
///
/// # Errors
/// When the file cannot be written.
pub fn csv(pieces: &[Piece<'_>], aliases: &Aliases) -> Result<String> {
    let mut sorted: Vec<&Piece<'_>> = pieces.iter().collect();
    sorted.sort_by_key(|piece| (fold(piece.customer(aliases)), piece.usage.sku.clone(), piece.usage.device.clone()));
    spreadsheet::csv(&HEADING, sorted.into_iter().map(|piece| fields(piece, aliases)))
}

fn fields(piece: &Piece<'_>, aliases: &Aliases) -> Vec<String> {
    let (bill, usage) = (piece.bill, piece.usage);
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let amount = |amount: Option<Exact>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    let money = |amount: Option<Exact>| piece.counted(amount).map(Exact::money).unwrap_or_default();
    let kind = match bill.kind {
        Kind::Invoice => "invoice",
        Kind::CreditMemo => "credit_memo",
    };
    vec![
        usage.belongs_to().or(bill.day).map(months::name).unwrap_or_default(),
        piece.customer(aliases).to_owned(),
        text(&usage.customer.domain),
        text(&usage.customer.code),
        text(&bill.document.vendor),
        kind.to_owned(),
        text(&bill.document.number),
        bill.day.map(|day| day.to_string()).unwrap_or_default(),
        text(&usage.sku),
        text(&usage.product),
        text(&usage.device),
        text(&usage.contract_number),
        usage.begins.map(|day| day.to_string()).unwrap_or_default(),
        usage.ends.map(|day| day.to_string()).unwrap_or_default(),
        amount(piece.quantity()),
        amount(piece.unit_price()),
        money(usage.net),
        amount(usage.recommended_price),
        money(usage.recommended()),
        money(usage.margin()),
        text(&bill.document.currency),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infinigate::bills::positions::made::{bill, usage};

    fn august() -> DaySpan {
        DaySpan::of("2026-08-01".parse().unwrap(), "2026-08-31".parse().unwrap()).unwrap()
    }

    fn used(kind: Kind, day: &str, domain: &str, price: &str, recommended: Option<&str>) -> Bill {
        let mut bill = bill(kind, "RE1", day);
        let recommended_price = recommended.and_then(Exact::read);
        bill.usage = vec![Usage { recommended_price, ..usage("TP", price, domain) }];
        bill
    }

    #[test]
    fn usage_belongs_to_the_month_its_period_begins_in_and_else_to_that_of_its_bill() {
        let mut dated = used(Kind::Invoice, "2026-09-05", "a.example", "2", None);
        if let Some(usage) = dated.usage.first_mut() {
            usage.period = Some(august());
        }
        let bills = [
            dated,
            used(Kind::Invoice, "2026-09-05", "b.example", "2", None),
            used(Kind::Invoice, "2026-08-05", "c.example", "2", None),
        ];
        let month = of_month(&bills, august(), |_| true);
        assert_eq!((month.pieces.len(), month.undated), (2, 1));
    }

    #[test]
    fn a_start_alone_is_enough_and_nothing_is_of_two_months_or_of_none() {
        let of = |day: &str, begins: &str| {
            let mut bill = used(Kind::Invoice, day, "a.example", "2", None);
            bill.usage.iter_mut().for_each(|usage| usage.begins = begins.parse().ok());
            bill
        };
        let posted = ["2026-07-10", "2026-08-05", "2026-09-05", "2026-11-01", "2026-11-02", "2027-01-15"];
        let months: Vec<DaySpan> = (1..=12)
            .chain([13])
            .map(|month| {
                month_of(NaiveDate::from_ymd_opt(2026 + (month - 1) / 12, (month as u32 - 1) % 12 + 1, 1).unwrap())
            })
            .collect();
        for day in posted {
            let bills = [of(day, "2026-08-01")];
            let mut told = Vec::new();
            for month in &months {
                let read = bills.iter().filter(|bill| billed_around(*month).holds(bill.day.unwrap()));
                let month = of_month(read, *month, |_| true);
                told.extend(month.pieces.iter().map(|_| "counted"));
                told.extend(month.late.iter().map(|_| "late"));
            }
            let is_late = ["2026-07-10", "2026-11-02", "2027-01-15"].contains(&day);
            assert_eq!(told, [if is_late { "late" } else { "counted" }], "{day}");
        }
    }

    #[test]
    fn a_credit_is_taken_off_the_row_it_corrects() {
        let bills = [
            used(Kind::Invoice, "2026-08-05", "a.example", "2.5", Some("4")),
            used(Kind::Invoice, "2026-08-05", "A.example", "2.5", Some("4")),
            used(Kind::CreditMemo, "2026-08-09", "a.example", "2.5", Some("4")),
            used(Kind::Invoice, "2026-08-05", "a.example", "3", None),
        ];
        let month = of_month(&bills, august(), |_| true);
        let told: Vec<(f64, f64, Option<f64>)> = rows(&month.pieces, &Aliases::default())
            .iter()
            .map(|row| {
                let number = |amount: Option<Amount>| amount.map(Amount::number);
                (number(row.quantity).unwrap(), number(row.cost).unwrap(), number(row.margin))
            })
            .collect();
        assert_eq!(told, [(1.0, 2.5, Some(1.5)), (1.0, 3.0, None)]);
        let totals = totals(&month.pieces, &Aliases::default());
        let total = totals.first().unwrap();
        assert_eq!((total.cost.number(), total.recommended.number(), total.margin.number()), (5.5, 4.0, 1.5));
        assert_eq!((total.cost_without_price.number(), total.customers), (3.0, 1));
    }

    #[test]
    fn a_memo_takes_away_quantity_cost_and_suggestion_wherever_its_minus_stands() {
        for (quantity, price) in [("5", "1.95"), ("-5", "1.95"), ("5", "-1.95")] {
            let mut memo = used(Kind::CreditMemo, "2026-08-09", "a.example", "1.95", Some("2.95"));
            for usage in &mut memo.usage {
                usage.quantity = Exact::read(quantity);
                usage.unit_price = Exact::read(price);
                usage.net = usage.quantity.zip(usage.unit_price).map(|(quantity, price)| quantity.times(price));
            }
            let bills = [used(Kind::Invoice, "2026-08-05", "a.example", "1.95", Some("2.95")), memo];
            let month = of_month(&bills, august(), |_| true);
            let rows = rows(&month.pieces, &Aliases::default());
            let told: Vec<Option<f64>> = rows
                .iter()
                .flat_map(|row| [row.quantity, row.unit_cost, row.cost, row.margin])
                .map(|amount| amount.map(Amount::number))
                .collect();
            assert_eq!(told, [Some(-4.0), Some(1.95), Some(-7.8), Some(-4.0)], "{quantity} x {price}");
            let total = totals(&month.pieces, &Aliases::default());
            assert_eq!(total.first().map(|total| total.recommended.number()), Some(-11.8));
            let text = csv(&month.pieces, &Aliases::default()).unwrap();
            assert!(text.contains(",-5,1.95,-9.75,2.95,-14.75,-5.00,EUR"), "{text}");
        }
    }

    #[test]
    fn usage_without_a_price_has_no_cost_instead_of_none() {
        let mut bill = used(Kind::Invoice, "2026-08-05", "a.example", "2", Some("4"));
        let mut unpriced_piece = bill.usage.first().cloned().unwrap();
        (unpriced_piece.unit_price, unpriced_piece.net) = (None, None);
        bill.usage.push(unpriced_piece);
        let bills = [bill];
        let month = of_month(&bills, august(), |_| true);
        assert_eq!(unpriced(&month.pieces), 1);
        let costs: Vec<(Option<f64>, Option<f64>)> = rows(&month.pieces, &Aliases::default())
            .iter()
            .map(|row| (row.cost.map(Amount::number), row.margin.map(Amount::number)))
            .collect();
        assert_eq!(costs, [(None, None), (Some(2.0), Some(2.0))]);
        let totals = totals(&month.pieces, &Aliases::default());
        let total = totals.first().unwrap();
        assert_eq!((total.cost.number(), total.recommended.number(), total.margin.number()), (2.0, 8.0, 2.0));
    }

    #[test]
    fn the_file_has_a_row_a_piece_and_disarms_what_looks_like_a_formula() {
        let bills = [used(Kind::CreditMemo, "2026-08-05", "=cmd.example", "2.5", None)];
        let month = of_month(&bills, august(), |_| true);
        let text = csv(&month.pieces, &Aliases::default()).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.headers().unwrap().len(), HEADING.len());
        let row = reader.records().next().unwrap().unwrap();
        assert_eq!((row.get(1), row.get(14), row.get(16)), (Some("'=cmd.example"), Some("-1"), Some("-2.50")));
    }
}
