//! The bag of key and value on usage and lines.
//!
//! Keys are compared to the letter: `clientName` is a domain and `ClientName` a short code. Whatever is not known here is
//! passed on, for other vendors bring keys of their own.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::end_customers::{EndCustomer, domain};
use super::periods::{DaySpan, american};
use crate::infinigate::addresses::filled;
use crate::infinigate::exact::Exact;
use infini_mcp_core::api::infinigate::types;

/// What a bag says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// For whom.
    pub customer: EndCustomer,
    /// The protected device.
    pub device: Option<String>,
    /// The vendor's contract or licence number.
    pub contract_number: Option<String>,
    /// The service period.
    pub period: Option<DaySpan>,
    /// What the vendor suggests the customer should pay for one.
    pub recommended_price: Option<Exact>,
    /// Keys and values nobody has explained.
    pub more: BTreeMap<String, String>,
}

/// The two ends of a period, which stand in two entries.
#[derive(Default)]
struct Ends {
    first: Option<NaiveDate>,
    last: Option<NaiveDate>,
}

impl Facts {
    /// Reads a bag; blank values say nothing.
    pub fn read(infos: Option<Vec<types::AdditionalInfo>>) -> Self {
        let mut facts = Self::default();
        let mut ends = Ends::default();
        for info in infos.unwrap_or_default() {
            if let (Some(key), Some(value)) = (filled(info.description.as_deref()), filled(info.value.as_deref()))
                && !facts.understand(key, value, &mut ends)
            {
                facts.more.entry(key.to_owned()).or_insert_with(|| value.to_owned());
            }
        }
        let stated = ends.first.zip(ends.last).and_then(|(first, last)| DaySpan::of(first, last));
        facts.period = stated.or(facts.period);
        facts
    }

    /// Whether the entry was one of those whose meaning is known.
    fn understand(&mut self, key: &str, value: &str, ends: &mut Ends) -> bool {
        match key {
            "clientName" => set(&mut self.customer.domain, Some(domain(value))),
            "ClientName" => set(&mut self.customer.code, Some(value.to_owned())),
            "ObjectName" => set(&mut self.device, Some(value.to_owned())),
            "vendorContractNumber" => set(&mut self.contract_number, Some(value.to_owned())),
            "periodStart" => set(&mut ends.first, american(value)),
            "periodEnd" => set(&mut ends.last, american(value)),
            "SiteName" => set(&mut self.period, DaySpan::german(value)),
            "recommendedEndUserUnitPrice" => set(&mut self.recommended_price, Exact::read(value)),
            _ => false,
        }
    }
}

/// Takes the first value that can be read.
fn set<T>(place: &mut Option<T>, value: Option<T>) -> bool {
    let is_new = place.is_none() && value.is_some();
    if is_new {
        *place = value;
    }
    is_new
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(bag: &[(&str, &str)]) -> Facts {
        let info = |(key, value): &(&str, &str)| types::AdditionalInfo {
            description: Some((*key).to_owned()),
            value: Some((*value).to_owned()),
        };
        Facts::read(Some(bag.iter().map(info).collect()))
    }

    fn span(first: &str, last: &str) -> Option<DaySpan> {
        DaySpan::of(first.parse().unwrap(), last.parse().unwrap())
    }

    #[test]
    fn keys_that_differ_only_in_case_mean_different_things() {
        let both = facts(&[("ClientName", "EXG"), ("clientName", "www.example-gmbh.de")]);
        assert_eq!(both.customer.domain.as_deref(), Some("example-gmbh.de"));
        assert_eq!(both.customer.code.as_deref(), Some("EXG"));
        assert!(both.more.is_empty());
    }

    #[test]
    fn a_period_is_read_from_either_place_and_a_site_stays_a_site() {
        let american = facts(&[("periodStart", "8/1/2026 12:00:00 AM"), ("periodEnd", "8/31/2026 12:00:00 AM")]);
        assert_eq!(american.period, span("2026-08-01", "2026-08-31"));
        assert_eq!(facts(&[("SiteName", "01.08.2026 - 31.08.2026")]).period, american.period);
        let site = facts(&[("SiteName", "Werk Süd"), ("periodStart", "soon")]);
        assert_eq!((site.period, site.more.len()), (None, 2));
    }

    #[test]
    fn unknown_keys_are_kept_and_blank_values_say_nothing() {
        let other =
            facts(&[("tenantRegion", "eu-1"), ("ObjectName", " "), ("recommendedEndUserUnitPrice", "on request")]);
        assert_eq!(other.device, None);
        assert_eq!(other.more.get("tenantRegion").map(String::as_str), Some("eu-1"));
        assert_eq!(other.more.get("recommendedEndUserUnitPrice").map(String::as_str), Some("on request"));
        assert_eq!(facts(&[("recommendedEndUserUnitPrice", "2,95")]).recommended_price, Exact::read("2.95"));
    }
}
