//! Usage behind an MSP invoice: one piece an end customer and product, finer than the invoice's lines.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::contracts::Contract;
use super::end_customers::EndCustomer;
use super::facts::Facts;
use super::periods::DaySpan;
use crate::infinigate::addresses::filled;
use crate::infinigate::exact::Exact;
use infini_mcp_core::api::infinigate::types;

/// What one customer, or one of its devices, used of one product.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Usage {
    /// Infinigate's item number.
    pub sku: Option<String>,
    /// What it is.
    pub product: Option<String>,
    /// How much.
    pub quantity: Option<Exact>,
    /// What one costs the reseller, net.
    pub unit_price: Option<Exact>,
    /// What all cost, to the cent.
    pub net: Option<Exact>,
    /// What the vendor suggests the customer should pay for one.
    pub recommended_price: Option<Exact>,
    /// For whom.
    pub customer: EndCustomer,
    /// The protected device.
    pub device: Option<String>,
    /// The vendor's contract number.
    pub contract_number: Option<String>,
    /// The contract, where one is told.
    pub contract: Option<Contract>,
    /// The service period.
    pub period: Option<DaySpan>,
    /// Its first day, also where no last one is told.
    pub begins: Option<NaiveDate>,
    /// Its last day, also where no first one is told.
    pub ends: Option<NaiveDate>,
    /// Keys and values nobody has explained.
    pub more: BTreeMap<String, String>,
}

impl Usage {
    /// What the vendor suggests the customer should pay for all, to the cent; taken back where the cost is.
    pub fn recommended(&self) -> Option<Exact> {
        let all = self.quantity.zip(self.recommended_price);
        let all = all.map(|(quantity, price)| quantity.times(price).to_the_cent())?;
        Some(if self.is_given_back() { -all.magnitude() } else { all.magnitude() })
    }

    /// Whether this piece was written with a minus, which may stand before the quantity or before the price.
    pub fn is_given_back(&self) -> bool {
        let written = self.net.filter(|net| *net != Exact::ZERO).or(self.quantity);
        written.is_some_and(|amount| amount < Exact::ZERO)
    }

    /// The day that says to which month it belongs.
    pub fn belongs_to(&self) -> Option<NaiveDate> {
        self.period.map(|period| period.first).or(self.begins).or(self.ends)
    }

    /// What would remain of that.
    pub fn margin(&self) -> Option<Exact> {
        self.recommended().zip(self.net).map(|(recommended, cost)| recommended - cost)
    }
}

impl From<types::MspDetailInformation> for Usage {
    fn from(told: types::MspDetailInformation) -> Self {
        let text = |text: Option<String>| filled(text.as_deref()).map(str::to_owned);
        let facts = Facts::read(told.additional_infos);
        let (quantity, unit_price) = (told.quantity.map(Exact::of), told.price.map(Exact::of));
        let contract = Contract::of(told.contract_information);
        let tells_period = facts.begins.or(facts.ends).is_some();
        let of_contract = contract
            .as_ref()
            .and_then(|contract| DaySpan::of(contract.start?, contract.end?))
            .filter(|_| !tells_period);
        Self {
            sku: text(told.item_sku),
            product: text(told.item_description),
            quantity,
            unit_price,
            net: quantity.zip(unit_price).map(|(quantity, price)| quantity.times(price).to_the_cent()),
            recommended_price: facts.recommended_price,
            customer: EndCustomer::of_company(told.end_customer).completed_by(facts.customer),
            device: facts.device,
            contract_number: facts.contract_number,
            begins: facts.begins.or(of_contract.map(|period| period.first)),
            ends: facts.ends.or(of_contract.map(|period| period.last)),
            period: facts.period.or(of_contract),
            contract,
            more: facts.more,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_margin_is_between_the_suggested_price_and_the_cost_of_all() {
        let info = types::AdditionalInfo {
            description: Some("recommendedEndUserUnitPrice".into()),
            value: Some("2.95".into()),
        };
        let mut told = types::MspDetailInformation {
            quantity: Some(25.0),
            price: Some(1.95),
            additional_infos: Some(vec![info]),
            ..Default::default()
        };
        let usage = Usage::from(told.clone());
        assert_eq!(usage.net, Exact::read("48.75"));
        assert_eq!((usage.recommended(), usage.margin()), (Exact::read("73.75"), Exact::read("25")));
        told.price = None;
        let unpriced = Usage::from(told.clone());
        assert_eq!((unpriced.net, unpriced.recommended(), unpriced.margin()), (None, Exact::read("73.75"), None));
        told.additional_infos = None;
        assert_eq!(Usage::from(told).margin(), None);
    }

    #[test]
    fn what_is_suggested_has_the_sign_of_the_cost_wherever_the_minus_stands() {
        for (quantity, price) in [("5", "-1.95"), ("-5", "1.95")] {
            let usage = Usage {
                quantity: Exact::read(quantity),
                net: Exact::read("-9.75"),
                unit_price: Exact::read(price),
                recommended_price: Exact::read("2.95"),
                ..Default::default()
            };
            assert_eq!((usage.recommended(), usage.margin()), (Exact::read("-14.75"), Exact::read("-5")));
        }
    }

    #[test]
    fn usage_with_many_places_is_rounded_once_at_the_total() {
        let usage = Usage::from(types::MspDetailInformation {
            quantity: Some(0.33333333),
            price: Some(0.12345678),
            ..Default::default()
        });
        assert_eq!(usage.net, Exact::read("0.04"));
        assert_eq!(usage.unit_price, Exact::read("0.12345678"));
    }
}
