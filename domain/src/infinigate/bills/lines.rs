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
    /// Net price of all, to the cent; missing only where no amount of the line tells it.
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
        let (gross, vat_rate) = (line.gross_extended_price.map(Exact::of), line.vat_rate.map(Exact::of));
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
            net: Amounts { quantity, unit_price, net: line.net_extended_price.map(Exact::of), gross, vat_rate }.net(),
            gross,
            vat_rate,
            customer: EndCustomer::of_company(line.end_customer_dto)
                .completed_by(EndCustomer::of_company(line.end_customer))
                .completed_by(facts.customer),
            contract: Contract::of(line.contract_information_dto).or_else(|| Contract::of(line.contract_information)),
            more: facts.more,
        }
    }
}

/// What a line says of money. Each part may be missing.
struct Amounts {
    quantity: Option<Exact>,
    unit_price: Option<Exact>,
    net: Option<Exact>,
    gross: Option<Exact>,
    vat_rate: Option<Exact>,
}

impl Amounts {
    /// The net sum: of quantity and price where both are told, otherwise of the line's own sums. A gross sum without its
    /// rate tells no net one.
    fn net(&self) -> Option<Exact> {
        let product = self.quantity.zip(self.unit_price).map(|(quantity, price)| quantity.times(price).to_the_cent());
        // A zero that stands beside a sum is a number that was not filled in.
        product.filter(|product| *product != Exact::ZERO).or_else(|| self.stated()).or(product)
    }

    fn stated(&self) -> Option<Exact> {
        let is_told = |amount: &Exact| *amount != Exact::ZERO;
        self.net
            .filter(is_told)
            .map(Exact::to_the_cent)
            .or_else(|| self.gross?.without_percent(self.vat_rate?))
            .or(self.net)
    }
}

fn is_heading(line: &types::InvoiceLine) -> bool {
    let is_nothing = |number: Option<f64>| number.is_none_or(|number| number == 0.0);
    line.line_type.as_deref().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text"))
        && (is_nothing(line.quantity) || is_nothing(line.net_unit_price))
        && is_nothing(line.gross_extended_price)
        && is_nothing(line.net_extended_price)
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

    #[test]
    fn a_line_without_price_or_quantity_costs_what_its_own_sum_says() {
        let net = |quantity, price, net: Option<f64>, gross, rate| {
            let line = Line::from(types::InvoiceLine {
                quantity,
                net_unit_price: price,
                net_extended_price: net,
                gross_extended_price: gross,
                vat_rate: rate,
                ..Default::default()
            });
            line.net.map(Exact::money)
        };
        let told = |text: &str| Some(text.to_owned());
        assert_eq!(net(Some(4.0), None, None, Some(2075.36), Some(19.0)), told("1744.00"));
        assert_eq!(net(None, Some(100.0), None, Some(357.0), Some(19.0)), told("300.00"));
        assert_eq!(net(None, None, None, Some(35.66), Some(7.0)), told("33.33"));
        assert_eq!(net(None, None, None, Some(111.1), Some(0.0)), told("111.10"));
        assert_eq!(net(None, None, Some(99.95), None, None), told("99.95"));
        assert_eq!(net(Some(0.0), Some(0.0), None, Some(-23.8), Some(19.0)), told("-20.00"));
        assert_eq!(
            net(Some(2.0), Some(1.005), Some(7.0), Some(8.0), Some(19.0)),
            told("2.01"),
            "price goes before sums"
        );
        assert_eq!(net(Some(1.0), Some(0.0), None, Some(0.0), Some(19.0)), told("0.00"), "what is free costs nothing");
        assert_eq!(net(Some(1.0), None, None, Some(59.5), None), None, "a gross sum without a rate");
        assert_eq!(net(Some(1.0), None, None, Some(59.5), Some(-100.0)), None, "no rate at all");
    }

    #[test]
    fn a_contract_is_read_under_either_name() {
        let contract =
            |serial: &str| types::ContractInformation { serial_number: Some(serial.into()), ..Default::default() };
        let line = types::InvoiceLine { contract_information: Some(contract("SN-2")), ..Default::default() };
        let serial = |line| Line::from(line).contract.and_then(|contract| contract.serial_number);
        assert_eq!(serial(line.clone()).as_deref(), Some("SN-2"));
        let both = types::InvoiceLine { contract_information_dto: Some(contract("SN-1")), ..line };
        assert_eq!(serial(both).as_deref(), Some("SN-1"));
    }
}
