//! The lines of an invoice or credit memo, without the headings between them.

use std::collections::BTreeMap;

use super::contracts::Contract;
use super::end_customers::EndCustomer;
use super::facts::Facts;
use crate::infinigate::addresses::filled;
use crate::infinigate::descriptions;
use crate::infinigate::exact::Exact;
use infini_mcp_core::api::infinigate::types;

/// One thing that was billed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    /// Its number on the bill.
    pub number: Option<u64>,
    /// Infinigate's item number.
    pub sku: Option<String>,
    /// The vendor's part number.
    pub vendor_sku: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// How many.
    pub quantity: Option<Exact>,
    /// Net price of one.
    pub unit_price: Option<Exact>,
    /// Net price of all, to the cent.
    pub net: Option<Exact>,
    /// The same with VAT.
    pub gross: Option<Exact>,
    /// VAT in percent.
    pub vat_rate: Option<Exact>,
    /// For whom.
    pub customer: EndCustomer,
    /// The contract that begins with it.
    pub contract: Option<Contract>,
    /// Keys and values nobody has explained.
    pub more: BTreeMap<String, String>,
}

impl Line {
    /// The lines that bill something. A heading has the type `Text` and no amounts but zeros.
    pub fn billed(lines: Option<Vec<types::InvoiceLine>>) -> Vec<Self> {
        lines.unwrap_or_default().into_iter().filter(|line| !is_heading(line)).map(Self::from).collect()
    }
}

impl From<types::InvoiceLine> for Line {
    fn from(line: types::InvoiceLine) -> Self {
        let text = |text: Option<String>| filled(text.as_deref()).map(str::to_owned);
        let facts = Facts::read(line.additional_infos);
        let (quantity, unit_price) = (line.quantity.map(Exact::of), line.net_unit_price.map(Exact::of));
        Self {
            number: line.line_number.filter(|number| *number > 0.0).map(|number| number as u64),
            description: descriptions::whole(
                line.item_description.as_deref(),
                line.item_description2.as_deref(),
                line.full_description.as_deref(),
            ),
            sku: text(line.item_number),
            vendor_sku: text(line.vendor_item_number),
            quantity,
            unit_price,
            net: quantity.zip(unit_price).map(|(quantity, price)| quantity.times(price).to_the_cent()),
            gross: line.gross_extended_price.map(Exact::of),
            vat_rate: line.vat_rate.map(Exact::of),
            customer: EndCustomer::of_company(line.end_customer_dto)
                .completed_by(EndCustomer::of_company(line.end_customer))
                .completed_by(facts.customer),
            contract: Contract::of(line.contract_information_dto),
            more: facts.more,
        }
    }
}

fn is_heading(line: &types::InvoiceLine) -> bool {
    let is_nothing = |number: Option<f64>| number.is_none_or(|number| number == 0.0);
    line.line_type.as_deref().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text"))
        && (is_nothing(line.quantity) || is_nothing(line.net_unit_price))
        && is_nothing(line.gross_extended_price)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_left_out_and_amounts_are_never() {
        let line = |kind: &str, quantity: f64, price: f64| types::InvoiceLine {
            line_type: Some(kind.into()),
            quantity: Some(quantity),
            net_unit_price: Some(price),
            gross_extended_price: Some(0.0),
            ..Default::default()
        };
        let lines = Line::billed(Some(vec![line("Text", 0.0, 0.0), line("Item", 3.0, 1.005), line("Text", 1.0, 14.9)]));
        let nets: Vec<String> = lines.iter().map(|line| line.net.unwrap().money()).collect();
        assert_eq!(nets, ["3.02", "14.90"]);
    }

    #[test]
    fn a_line_without_a_price_has_no_net_instead_of_zero() {
        let line = Line::from(types::InvoiceLine { quantity: Some(2.0), ..Default::default() });
        assert_eq!(line.net, None);
    }
}
