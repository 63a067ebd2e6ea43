//! Quotes in every state. Their dates count from today, so that what is open stays open however old this program gets.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

use super::catalogue::{Article, money};
use super::customers;
use super::paper;
use super::vendors::{self, Vendor};

/// Marks quotes in [`paper::guid`].
const KIND: u64 = 5;

/// A quote and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Quote {
    pub(crate) guid: String,
    pub(crate) number: String,
    pub(crate) version: i64,
    pub(crate) standing: Standing,
    pub(crate) buyer_reference: String,
    pub(crate) created: NaiveDate,
    pub(crate) valid_until: Option<NaiveDate>,
    pub(crate) vendor: Option<Vendor>,
    pub(crate) total_cents: i64,
    pub(crate) currency: String,
    pub(crate) lines: Vec<Value>,
    pub(crate) end_user: Value,
}

/// What has become of a quote. That it has expired is not kept but follows from the date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Asked for, not yet answered by the distributor.
    Requested,
    /// May be accepted and rejected.
    Open,
    /// The distributor still waits for the manufacturer's consent, so it can only be rejected.
    Pending,
    Accepted,
    Rejected,
}

/// One seeded quote: number, version, standing, age in days, days it is still valid, vendor, currency, lines.
type Plan = (&'static str, i64, Standing, u64, Option<i64>, Vendor, &'static str, usize);

const PLANS: [Plan; 12] = [
    ("AN2600402", 1, Standing::Accepted, 61, Some(-31), vendors::SOPHOS, "EUR", 2),
    ("AN2600411", 2, Standing::Rejected, 54, Some(-24), vendors::BARRACUDA, "EUR", 1),
    ("AN2600418", 1, Standing::Open, 48, Some(-18), vendors::FORTINET, "EUR", 3),
    ("AN2600423", 1, Standing::Accepted, 35, Some(-5), vendors::HORNETSECURITY, "EUR", 1),
    ("AN2600431", 1, Standing::Pending, 20, Some(25), vendors::FORTINET, "EUR", 2),
    ("AN2600444", 3, Standing::Open, 16, Some(29), vendors::WATCHGUARD, "EUR", 3),
    ("AN2600450", 1, Standing::Open, 12, None, vendors::ARUBA, "EUR", 2),
    ("AN2600456", 2, Standing::Open, 9, Some(21), vendors::HORNETSECURITY, "EUR", 2),
    ("AN2600461", 1, Standing::Open, 7, Some(14), vendors::SOPHOS, "CHF", 1),
    ("AN2600463", 1, Standing::Open, 5, Some(30), vendors::N_ABLE, "EUR", 2),
    ("AN2600470", 1, Standing::Requested, 2, None, vendors::EXTREME, "EUR", 1),
    ("AN2600472", 1, Standing::Open, 1, Some(44), vendors::SONICWALL, "EUR", 4),
];

/// All quotes, oldest first, as of this day.
pub(crate) fn quotes(articles: &[Article], today: NaiveDate) -> Vec<Quote> {
    PLANS.iter().enumerate().map(|(place, plan)| planned(articles, today, place, plan)).collect()
}

fn planned(articles: &[Article], today: NaiveDate, place: usize, plan: &Plan) -> Quote {
    let &(number, version, standing, age, valid, vendor, currency, count) = plan;
    let goods = articles.iter().filter(|one| one.vendor == vendor && one.currency == currency && one.price.is_some());
    let chosen = goods.skip(if currency == "EUR" { place % 5 } else { 0 }).step_by(2).take(count);
    let quoted: Vec<(Value, i64)> =
        chosen.enumerate().map(|(line, article)| quoted_line(line, article, line as i64 + 1)).collect();
    let customer = customers::ALL.get(place % customers::ALL.len());
    Quote {
        guid: paper::guid(KIND, place),
        number: number.to_owned(),
        version,
        standing,
        buyer_reference: format!("ANF-{:03}", 118 + place),
        created: today.checked_sub_days(Days::new(age)).unwrap_or(today),
        valid_until: valid.and_then(|days| today.checked_add_signed(chrono::TimeDelta::days(days))),
        vendor: Some(vendor),
        total_cents: quoted.iter().map(|(_, net)| net).sum(),
        currency: currency.to_owned(),
        lines: quoted.into_iter().map(|(line, _)| line).collect(),
        end_user: customer.map_or(Value::Null, |customer| {
            json!({ "endUserReference": customer.number, "endUserType": "Std", "company": customer.address(), "contact": customer.contact() })
        }),
    }
}

/// A line of a quote at today's price, with its net amount in cents.
pub(crate) fn quoted_line(place: usize, article: &Article, quantity: i64) -> (Value, i64) {
    let line = paper::article_line(place, article, quantity, paper::GERMAN_VAT, None);
    let mut json = line.json;
    if let Some(fields) = json.as_object_mut() {
        let (list, discount) =
            article.price.map_or((None, None), |(cents, discount)| (Some(money(cents)), Some(discount)));
        // Nobody met these two on a quote.
        fields.retain(|name, _| !["fullDescription", "additionalInfos"].contains(&name.as_str()));
        fields.insert("listPrice".to_owned(), json!(list));
        fields.insert("discountPercent".to_owned(), json!(discount));
        fields.insert("specialBidDealNo".to_owned(), Value::Null);
        fields.insert("yourItemNumber".to_owned(), Value::Null);
        fields.insert("yourLineNumber".to_owned(), json!((place + 1).to_string()));
    }
    (json, line.net)
}

impl Quote {
    /// Whether its last day has passed while it was still undecided.
    pub(crate) fn is_expired(&self, today: NaiveDate) -> bool {
        matches!(self.standing, Standing::Open | Standing::Pending) && self.valid_until.is_some_and(|last| last < today)
    }

    /// Whether the API would take an acceptance today.
    pub(crate) fn can_be_accepted(&self, today: NaiveDate) -> bool {
        self.standing == Standing::Open && !self.is_expired(today)
    }

    /// Whether the API would take a rejection today.
    pub(crate) fn can_be_rejected(&self, today: NaiveDate) -> bool {
        matches!(self.standing, Standing::Open | Standing::Pending) && !self.is_expired(today)
    }

    /// The status text. Real values are not published; these are guesses a person understands.
    pub(crate) fn status(&self, today: NaiveDate) -> &'static str {
        match self.standing {
            _ if self.is_expired(today) => "Expired",
            Standing::Requested => "Requested",
            Standing::Open => "Open",
            Standing::Pending => "Pending",
            Standing::Accepted => "Accepted",
            Standing::Rejected => "Rejected",
        }
    }

    /// The `DocumentInfo` row.
    pub(crate) fn row(&self, today: NaiveDate) -> Value {
        json!({ "documentGuid": self.guid, "documentNumber": self.number, "documentVersion": self.version,
            "buyerReference": self.buyer_reference, "externalDocumentNumber": self.buyer_reference,
            "documentCreated": paper::iso(self.created), "documentValidUntil": self.valid_until.map(paper::iso),
            "documentStatus": self.status(today), "businessType": null, "vendorCode": self.vendor.map(|vendor| vendor.code),
            "manufacturerName": self.vendor.map(|vendor| vendor.name), "total": money(self.total_cents),
            "currencyCode": self.currency, "canBeAccepted": self.can_be_accepted(today),
            "canBeRejected": self.can_be_rejected(today), "salesContact": paper::sales_contact() })
    }

    /// The whole quote: the row again as its header, addresses, and the lines.
    pub(crate) fn detail(&self, today: NaiveDate) -> Value {
        let mut header = self.row(today);
        let home = customers::reseller();
        if let Some(fields) = header.as_object_mut() {
            for (name, value) in [("sellTo", &home), ("billTo", &home), ("shipTo", &home), ("endUser", &self.end_user)]
            {
                fields.insert(name.to_owned(), value.clone());
            }
            fields.insert("comment".to_owned(), Value::Null);
        }
        json!({ "header": header, "lines": self.lines, "envelope": {} })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_state_is_there_on_whatever_day() {
        for today in [paper::date(2026, 11, 21), paper::date(2031, 2, 28)] {
            let all = quotes(&super::super::catalogue::articles(), today);
            let states: BTreeSet<&str> = all.iter().map(|quote| quote.status(today)).collect();
            assert_eq!(states, ["Accepted", "Expired", "Open", "Pending", "Rejected", "Requested"].into());
            assert!(all.iter().any(|quote| quote.version == 3 && quote.can_be_accepted(today)));
            assert!(all.iter().any(|quote| quote.valid_until.is_none() && quote.can_be_accepted(today)));
            assert!(all.iter().all(|quote| quote.total_cents > 0 && !quote.lines.is_empty()));
        }
    }
}
