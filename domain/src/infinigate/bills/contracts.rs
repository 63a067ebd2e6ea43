//! Contracts and licences, as lines and usage carry them.

use chrono::NaiveDate;
use serde_json::Value;

use super::contract_days;
use super::terms::Term;
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
    /// What is told of its time, where no end can be reckoned from it.
    pub unreckoned: Option<String>,
}

impl Contract {
    /// Reads a contract; one that says nothing is none.
    pub fn of(told: Option<types::ContractInformation>) -> Option<Self> {
        let told = told?;
        let text = |text: Option<String>| filled(text.as_deref()).map(str::to_owned);
        let (first, last) = (text(told.start_date), text(told.end_date));
        let term = told.term.and_then(|term| written(&term));
        let length = term.as_deref().and_then(Term::read);
        let (start, stated) = contract_days::read(first.as_deref(), last.as_deref(), length);
        let end = stated.or_else(|| length?.end_from(start?));
        let mut contract = Self {
            license_id: text(told.license_id),
            serial_number: text(told.serial_number),
            start,
            end,
            term,
            unreckoned: None,
        };
        let has_dates = [&first, &last].into_iter().any(|text| dates::shown(text.as_deref()).is_some());
        if contract == Self::default() && !has_dates {
            // Dates that nobody filled in are all there is.
            return None;
        }
        if end.is_none() {
            contract.unreckoned = as_told(first.as_deref(), last.as_deref(), contract.term.as_deref());
        }
        Some(contract)
    }

    /// How long it runs, where that is told in a way that can be read.
    pub fn length(&self) -> Option<Term> {
        self.term.as_deref().and_then(Term::read)
    }
}

/// What stands for an identifier where there is none: `N/A`, `-`, `0000`.
pub fn is_placeholder(id: &str) -> bool {
    let letters: String = id.chars().filter(|sign| sign.is_alphanumeric()).collect::<String>().to_lowercase();
    const WORDS: [&str; 16] = [
        "",
        "na",
        "none",
        "null",
        "nil",
        "nv",
        "ka",
        "kein",
        "keine",
        "no",
        "unknown",
        "unbekannt",
        "tbd",
        "tba",
        "pending",
        "notavailable",
    ];
    WORDS.contains(&letters.as_str())
        || letters == "notapplicable"
        || letters.chars().all(|sign| sign == '0')
        || letters.chars().all(|sign| sign == 'x')
}

/// Whether a term is a number or a text is not published.
fn written(term: &Value) -> Option<String> {
    match term {
        Value::String(text) => filled(Some(text)).map(str::to_owned),
        Value::Number(number) => {
            let text = number.to_string();
            Some(text.strip_suffix(".0").map(str::to_owned).unwrap_or(text))
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn as_told(start: Option<&str>, end: Option<&str>, term: Option<&str>) -> Option<String> {
    let part = |name: &str, value: Option<&str>| value.map(|value| format!("{name} {value}"));
    let parts: Vec<String> =
        [part("start", start), part("end", end), part("term", term)].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const START: Option<&str> = Some("2026-09-01T00:00:00");

    fn told(start: Option<&str>, end: Option<&str>, term: Value) -> Option<Contract> {
        Contract::of(Some(types::ContractInformation {
            start_date: start.map(str::to_owned),
            end_date: end.map(str::to_owned),
            term: Some(term),
            ..Default::default()
        }))
    }

    fn end(start: Option<&str>, end: Option<&str>, term: Value) -> Option<String> {
        told(start, end, term).and_then(|contract| contract.end).map(|day| day.to_string())
    }

    #[test]
    fn an_end_that_is_not_told_is_reckoned_from_the_term() {
        assert_eq!(end(START, None, json!("36")).as_deref(), Some("2029-08-31"));
        for year in [json!(12), json!(12.0), json!("12.0"), json!("12 Monate"), json!("12 months"), json!("1 Jahr")] {
            assert_eq!(end(START, None, year.clone()).as_deref(), Some("2027-08-31"), "{year}");
            assert_eq!(end(START, Some("0001-01-01T00:00:00"), year.clone()).as_deref(), Some("2027-08-31"), "{year}");
        }
        assert_eq!(end(START, Some("2028-01-31T00:00:00"), json!("12")).as_deref(), Some("2028-01-31"));
        assert_eq!(end(None, Some("2028-10-01T00:00:00+02:00"), json!(null)).as_deref(), Some("2028-10-01"));
    }

    #[test]
    fn what_gives_no_end_is_told_as_it_came() {
        let unreckoned = |start, end, term| told(start, end, term).and_then(|contract| contract.unreckoned);
        let told = unreckoned(START, Some("0001-01-01T00:00:00"), json!("three years"));
        assert_eq!(told.as_deref(), Some("start 2026-09-01T00:00:00, end 0001-01-01T00:00:00, term three years"));
        assert_eq!(unreckoned(None, Some("3/4/2027"), json!(12.0)).as_deref(), Some("end 3/4/2027, term 12"));
        assert_eq!(unreckoned(None, Some("3/4/2027"), json!(null)).as_deref(), Some("end 3/4/2027"));
        assert_eq!(unreckoned(START, None, json!("12")), None);
    }

    #[test]
    fn a_contract_that_says_nothing_is_none() {
        assert_eq!(Contract::of(Some(types::ContractInformation::default())), None);
        assert_eq!(Contract::of(None), None);
        assert_eq!(told(Some("0001-01-01T00:00:00"), Some("0001-01-01T00:00:00"), json!(null)), None);
    }

    #[test]
    fn what_stands_for_no_number_is_no_number() {
        for none in ["N/A", "n.a.", "-", "--", "none", "0000", "XXXX", "unbekannt", "Not available", "k.A."] {
            assert!(is_placeholder(none), "{none}");
        }
        for number in ["S1", "0001", "X1X", "LIC-1", "NA-4711"] {
            assert!(!is_placeholder(number), "{number}");
        }
    }
}
