//! The bag of key and value on usage and lines.
//!
//! Keys are compared to the letter: `clientName` is a domain and `ClientName` a short code. Whatever is not known here is
//! passed on, for other vendors bring keys of their own.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::end_customers::{EndCustomer, domain};
use super::periods::{DaySpan, american, american_pair};
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
    /// Its first day, also where no last one is told.
    pub begins: Option<NaiveDate>,
    /// Its last day, also where no first one is told.
    pub ends: Option<NaiveDate>,
    /// What the vendor suggests the customer should pay for one.
    pub recommended_price: Option<Exact>,
    /// Keys and values nobody has explained.
    pub more: BTreeMap<String, String>,
}

/// The two ends of a period, which stand in two entries.
#[derive(Default)]
struct Ends<'a> {
    first: Option<&'a str>,
    last: Option<&'a str>,
}

impl Facts {
    /// Reads a bag; blank values say nothing.
    pub fn read(infos: Option<Vec<types::AdditionalInfo>>) -> Self {
        let mut facts = Self::default();
        let mut ends = Ends::default();
        let infos = infos.unwrap_or_default();
        for info in &infos {
            if let (Some(key), Some(value)) = (filled(info.description.as_deref()), filled(info.value.as_deref()))
                && !facts.understand(key, value, &mut ends)
            {
                facts.more.entry(key.to_owned()).or_insert_with(|| value.to_owned());
            }
        }
        let (first, last) = american_pair(ends.first, ends.last);
        let stated = first.zip(last).and_then(|(first, last)| DaySpan::of(first, last));
        let in_words = facts.period.filter(|period| first.is_none_or(|first| first == period.first));
        facts.period = stated.or(in_words);
        // A start without an end that fits still says when it began.
        facts.begins = facts.period.map(|period| period.first).or(first);
        facts.ends = facts.period.map(|period| period.last).or(last.filter(|_| first.is_none()));
        facts
    }

    /// Whether the entry was one of those whose meaning is known.
    fn understand<'a>(&mut self, key: &str, value: &'a str, ends: &mut Ends<'a>) -> bool {
        match key {
            "clientName" => set(&mut self.customer.domain, Some(domain(value))),
            "ClientName" => set(&mut self.customer.code, Some(value.to_owned())),
            "ObjectName" => set(&mut self.device, Some(value.to_owned())),
            "vendorContractNumber" => set(&mut self.contract_number, Some(value.to_owned())),
            "periodStart" => set(&mut ends.first, american(value).map(|_| value)),
            "periodEnd" => set(&mut ends.last, american(value).map(|_| value)),
            "SiteName" => set(&mut self.period, DaySpan::in_words(value)) && !names_a_site(value),
            "recommendedEndUserUnitPrice" => set(&mut self.recommended_price, Exact::read(value)),
            _ => false,
        }
    }
}

/// Whether a text says more than a period: what is no word between two days is a site.
fn names_a_site(text: &str) -> bool {
    text.split_whitespace().any(|word| word != "bis" && word.chars().any(char::is_alphabetic))
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
        let both = facts(&[("SiteName", "Standort Köln 01.08.2026 - 31.08.2026")]);
        assert_eq!((both.period, both.more.len()), (american.period, 1));
    }

    #[test]
    fn a_start_alone_says_when_it_began_and_a_year_one_says_nothing() {
        let begins = |bag: &[(&str, &str)]| facts(bag).begins.map(|day| day.to_string());
        assert_eq!(begins(&[("periodStart", "8/1/26")]).as_deref(), Some("2026-08-01"));
        assert_eq!(begins(&[("periodStart", "8/1/2026"), ("periodEnd", "1/1/0001")]).as_deref(), Some("2026-08-01"));
        assert_eq!(facts(&[("periodEnd", "8/31/2026")]).ends, "2026-08-31".parse().ok());
        assert_eq!(begins(&[("SiteName", "01.08.26 - 31.08.26")]).as_deref(), Some("2026-08-01"));
        let defaults = facts(&[("periodStart", "1/1/0001 12:00:00 AM"), ("SiteName", "01.08.2026 - 31.08.2026")]);
        assert_eq!(defaults.period, span("2026-08-01", "2026-08-31"));
        assert_eq!(begins(&[("periodStart", "1/1/0001"), ("periodEnd", "1/1/0001")]), None);
    }

    #[test]
    fn both_ends_of_a_period_are_written_in_one_order() {
        let day_first = facts(&[("periodStart", "1/12/2026"), ("periodEnd", "31/12/2026")]);
        assert_eq!(day_first.period, span("2026-12-01", "2026-12-31"));
        let month_first = facts(&[("periodStart", "1/12/2026"), ("periodEnd", "2/11/2026")]);
        assert_eq!(month_first.period, span("2026-01-12", "2026-02-11"));
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
