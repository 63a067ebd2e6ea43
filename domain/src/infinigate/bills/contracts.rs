//! Contracts and licences, as lines and usage carry them.

use chrono::{Months, NaiveDate, NaiveDateTime};
use serde_json::Value;

use crate::infinigate::addresses::filled;
use crate::infinigate::dates;
use infini_mcp_core::api::infinigate::types;

/// A licence or support contract.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contract {
    /// The vendor's licence id.
    pub license_id: Option<String>,
    /// The device's or licence's serial number.
    pub serial_number: Option<String>,
    /// First day.
    pub start: Option<NaiveDate>,
    /// Last day; reckoned from start and term where it is not told.
    pub end: Option<NaiveDate>,
    /// Its length as it was told, mostly in months.
    pub term: Option<String>,
}

impl Contract {
    /// Reads a contract; one that says nothing is none.
    pub fn of(told: Option<types::ContractInformation>) -> Option<Self> {
        let told = told?;
        let text = |text: Option<String>| filled(text.as_deref()).map(str::to_owned);
        let day = |text: Option<String>| text.as_deref().and_then(dates::read).as_ref().map(NaiveDateTime::date);
        let (start, term) = (day(told.start_date), told.term.and_then(|term| written(&term)));
        let contract = Self {
            license_id: text(told.license_id),
            serial_number: text(told.serial_number),
            start,
            end: day(told.end_date).or_else(|| after(start?, months(term.as_deref()?)?)),
            term,
        };
        (contract != Self::default()).then_some(contract)
    }

    /// What the licence is known by, whichever of the two is told.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        [self.serial_number.as_deref(), self.license_id.as_deref()].into_iter().flatten()
    }
}

/// Whether a term is a number or a text is not published.
fn written(term: &Value) -> Option<String> {
    match term {
        Value::String(text) => filled(Some(text)).map(str::to_owned),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The months of a bare number; anything else would be guessing.
fn months(term: &str) -> Option<u32> {
    term.parse().ok().filter(|months| (1..=240).contains(months))
}

fn after(start: NaiveDate, months: u32) -> Option<NaiveDate> {
    start.checked_add_months(Months::new(months))?.pred_opt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(end: Option<&str>, term: Value) -> Option<Contract> {
        Contract::of(Some(types::ContractInformation {
            start_date: Some("2026-09-01T00:00:00".into()),
            end_date: end.map(str::to_owned),
            term: Some(term),
            ..Default::default()
        }))
    }

    #[test]
    fn an_end_that_is_not_told_is_reckoned_from_the_term() {
        let end = |end, term| told(end, term).and_then(|contract| contract.end).map(|day| day.to_string());
        assert_eq!(end(None, json!("36")).as_deref(), Some("2029-08-31"));
        assert_eq!(end(None, json!(12)).as_deref(), Some("2027-08-31"));
        assert_eq!(end(Some("2028-01-31T00:00:00"), json!("12")).as_deref(), Some("2028-01-31"));
        assert_eq!(end(None, json!("three years")), None);
    }

    #[test]
    fn a_contract_that_says_nothing_is_none() {
        assert_eq!(Contract::of(Some(types::ContractInformation::default())), None);
        assert_eq!(Contract::of(None), None);
    }
}
