//! Usage that was billed or credited so late, or so early, that the report of its own month does not look for it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::aliases::Aliases;
use super::rebilling::{self, Piece};
use crate::folding::fold;
use crate::infinigate::money::Amount;
use crate::months;

/// What of another month was billed or credited on a bill of this one.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct LateCorrection {
    /// The month it was used in.
    pub month: String,
    /// The bill.
    pub document_number: Option<String>,
    /// Its alias, name, domain or code.
    pub end_customer: String,
    /// Infinigate's number.
    pub sku: Option<String>,
    /// What it is.
    pub product: Option<String>,
    /// How much; negative if credited.
    pub quantity: Option<Amount>,
    /// Cost, all; null where no price is told.
    pub cost: Option<Amount>,
    /// Of the cost.
    pub currency: Option<String>,
}

/// The pieces put together: one row a month, bill, customer, article and price.
pub fn rows(pieces: &[Piece<'_>], aliases: &Aliases) -> Vec<LateCorrection> {
    let mut groups: BTreeMap<_, Vec<&Piece<'_>>> = BTreeMap::new();
    for piece in pieces {
        let (usage, document) = (piece.usage, &piece.bill.document);
        let month = usage.belongs_to().map(months::name).unwrap_or_default();
        let customer = aliases.name_of(&usage.customer).map(fold);
        let article = usage.sku.as_deref().or(usage.product.as_deref());
        groups.entry((month, &document.number, customer, article, usage.unit_price)).or_default().push(piece);
    }
    let row = |((month, ..), pieces): ((String, _, _, _, _), Vec<&Piece<'_>>)| {
        let document_number = pieces.first()?.bill.document.number.clone();
        let row = rebilling::together(&pieces, aliases)?;
        Some(LateCorrection {
            month,
            document_number,
            end_customer: row.end_customer,
            sku: row.sku,
            product: row.product,
            quantity: row.quantity,
            cost: row.cost,
            currency: row.currency,
        })
    };
    groups.into_iter().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infinigate::bills::positions::made::{bill, usage};
    use crate::infinigate::bills::usage::Usage;
    use crate::infinigate::documents::Kind;

    #[test]
    fn a_late_credit_is_told_with_its_month_and_its_bill() {
        let mut memo = bill(Kind::CreditMemo, "GU1", "2026-12-15");
        memo.usage = vec![Usage { begins: "2026-08-01".parse().ok(), ..usage("TP", "2.5", "a.example") }];
        let [usage] = memo.usage.as_slice() else { panic!() };
        let told = rows(&[Piece { bill: &memo, usage, counting: memo.counting_usage() }], &Aliases::default());
        let [row] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!((row.month.as_str(), row.document_number.as_deref()), ("2026-08", Some("GU1")));
        assert_eq!((row.cost, row.quantity), (Some(Amount::of(-2.5)), Some(Amount::of(-1.0))));
    }
}
