//! Ten credit memos, one of them for usage. Amounts are positive: the real sign is unknown, and one had to be chosen.

use serde_json::{Value, json};

use super::catalogue::Article;
use super::customers;
use super::paper::{self, Document, GERMAN_VAT, Head};
use super::{usage, vendors};

/// Marks credit memos in [`paper::guid`].
const KIND: u64 = 3;
const PDF_KIND: u64 = 4;
const COUNT: usize = 10;
/// The place of the one that corrects usage.
const OF_USAGE: usize = 7;

/// All credit memos, oldest first.
pub(crate) fn credit_memos(articles: &[Article]) -> Vec<Document> {
    (0..COUNT)
        .map(|place| if place == OF_USAGE { of_usage(articles, place) } else { of_goods(articles, place) })
        .collect()
}

fn head(place: usize, vendor: vendors::Vendor) -> Head<'static> {
    let month = u32::try_from(place).unwrap_or_default() + 1;
    Head {
        guid: paper::guid(KIND, place),
        number: format!("GU26{:05}", 71 + place * 3),
        posted: paper::date(2026, month, 17),
        reference: format!("RMA-2026-{:03}", 12 + place),
        vendor,
        currency: "EUR",
        pdf: Some(paper::guid(PDF_KIND, place)),
    }
}

fn of_goods(articles: &[Article], place: usize) -> Document {
    let vendor = vendors::ALL.get(place * 2 % vendors::ALL.len()).copied().unwrap_or(vendors::SOPHOS);
    let head = head(place, vendor);
    let returned =
        articles.iter().filter(|one| one.vendor == vendor && one.price.is_some() && one.currency == "EUR").nth(place);
    let sale = customers::ALL.get(place).map(|customer| (customer, head.posted));
    let lines = returned.map(|article| paper::article_line(0, article, 1, GERMAN_VAT, sale)).into_iter().collect();
    paper::document(head, lines, if place.is_multiple_of(2) { Value::Null } else { json!([]) })
}

fn of_usage(articles: &[Article], place: usize) -> Document {
    let head = head(place, vendors::HORNETSECURITY);
    let (lines, used) = usage::mail_security(articles, paper::date(2026, 7, 1), 0);
    paper::document(head, lines, used)
}
