//! Thirteen months of invoices: ten a month, of which two are bills of usage.

use chrono::{Datelike, Months, NaiveDate};
use serde_json::{Value, json};

use super::catalogue::Article;
use super::customers::{self, Customer};
use super::paper::{self, Document, GERMAN_VAT, Head, Line, SWISS_VAT};
use super::usage;
use super::vendors::{self, Vendor};

/// Marks invoices in [`paper::guid`].
const KIND: u64 = 1;
const PDF_KIND: u64 = 2;
/// How many months back the account goes, the current one included.
const MONTHS: u32 = 13;
/// The place, among all invoices, of the one without a PDF.
const WITHOUT_PDF: usize = 41;
/// The place of the one in Swiss francs.
const IN_FRANCS: usize = 67;

/// All invoices, oldest first. The newest is of 20 November 2026.
pub(crate) fn invoices(articles: &[Article]) -> Vec<Document> {
    let mut all = Vec::new();
    for back in (0..MONTHS).rev() {
        let month = paper::date(2026, 11, 1).checked_sub_months(Months::new(back)).unwrap_or_default();
        let growth = i64::from(MONTHS - 1 - back);
        let before = month.checked_sub_months(Months::new(1)).unwrap_or(month);
        let (lines, used) = usage::mail_security(articles, before, growth);
        all.push(paper::document(head(&all, day(month, 3), vendors::HORNETSECURITY, "EUR"), lines, used));
        let (lines, used) = usage::backup(articles, before, growth);
        all.push(paper::document(head(&all, day(month, 5), vendors::N_ABLE, "EUR"), lines, used));
        for week in 0..8 {
            let invoice = classic(articles, &all, day(month, 6 + week * 2));
            all.push(invoice);
        }
    }
    all
}

fn day(month: NaiveDate, day: u32) -> NaiveDate {
    paper::date(month.year(), month.month(), day)
}

fn head<'a>(before: &[Document], posted: NaiveDate, vendor: Vendor, currency: &'a str) -> Head<'a> {
    let place = before.len();
    Head {
        guid: paper::guid(KIND, place),
        number: format!("RE{}{:05}", posted.format("%y"), 310 + place),
        posted,
        reference: format!("PO-{}-{:04}", posted.year(), 4_700 + place),
        vendor,
        currency,
        pdf: (place != WITHOUT_PDF).then(|| paper::guid(PDF_KIND, place)),
    }
}

/// A resale invoice: goods or licences of one manufacturer, mostly for one end customer.
fn classic(articles: &[Article], before: &[Document], posted: NaiveDate) -> Document {
    let place = before.len();
    if place == IN_FRANCS {
        return in_francs(articles, before, posted);
    }
    let vendor = vendors::ALL.get(place * 7 % vendors::ALL.len()).copied().unwrap_or(vendors::SOPHOS);
    let goods: Vec<&Article> =
        articles.iter().filter(|one| one.vendor == vendor && one.price.is_some() && one.currency == "EUR").collect();
    let customer = customers::ALL.get(place % customers::ALL.len());
    let mut lines: Vec<Line> = Vec::new();
    if place.is_multiple_of(9) {
        lines.push(paper::text_line(0, "Lieferung gemäß Ihrer Bestellung"));
    }
    for step in 0..=place % 3 {
        if let Some(article) = goods.get((place * 5 + step * 3) % goods.len().max(1)) {
            lines.push(sold(lines.len(), article, place + step, customer, posted));
        }
    }
    if place.is_multiple_of(6) {
        lines.push(paper::freight_line(lines.len(), 1_490));
    }
    // Invoices without usage say so in both ways that were seen.
    let usage = if place.is_multiple_of(2) { Value::Null } else { json!([]) };
    paper::document(head(before, posted, vendor, "EUR"), lines, usage)
}

/// Licences are bought within their volume band, goods by the piece.
fn sold(line: usize, article: &Article, seed: usize, customer: Option<&Customer>, posted: NaiveDate) -> Line {
    let quantity = match article.band {
        Some((min, _)) => i64::from(min) + seed as i64 % 5,
        None => seed as i64 % 3 + 1,
    };
    paper::article_line(line, article, quantity, GERMAN_VAT, customer.map(|customer| (customer, posted)))
}

fn in_francs(articles: &[Article], before: &[Document], posted: NaiveDate) -> Document {
    let customer = customers::ALL.iter().find(|one| one.number == "E100273");
    let lines = articles
        .iter()
        .filter(|one| one.currency == "CHF")
        .map(|one| paper::article_line(0, one, 2, SWISS_VAT, customer.map(|customer| (customer, posted))));
    paper::document(head(before, posted, vendors::SOPHOS, "CHF"), lines.collect(), json!([]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infinigate::seed::catalogue::articles;

    fn all() -> Vec<Document> {
        invoices(&articles())
    }

    fn usage_of(document: &Document) -> Option<&Vec<Value>> {
        document.detail.get("mspDetailInformation").and_then(Value::as_array).filter(|usage| !usage.is_empty())
    }

    #[test]
    fn the_account_goes_back_thirteen_months_in_date_order() {
        let all = all();
        assert!(all.len() > 120);
        assert!(all.is_sorted_by_key(|invoice| invoice.posted));
        assert_eq!(all.first().map(|invoice| invoice.posted), Some(paper::date(2025, 11, 3)));
        assert_eq!(all.last().map(|invoice| invoice.posted), Some(paper::date(2026, 11, 20)));
    }

    #[test]
    fn the_odd_invoices_are_there() {
        let all = all();
        let field = |document: &Document, name: &str| document.row.get(name).cloned().unwrap_or_default();
        assert_eq!(all.iter().filter(|one| field(one, "pdfDocumentGuid").is_null()).count(), 1);
        assert_eq!(all.iter().filter(|one| field(one, "currencyCode") == "CHF").count(), 1);
        assert_eq!(all.iter().filter(|one| usage_of(one).is_some()).count(), 26);
        assert!(all.iter().any(|one| one.detail.get("mspDetailInformation") == Some(&Value::Null)));
        assert!(all.iter().any(|one| one.detail.get("mspDetailInformation") == Some(&json!([]))));
        assert!(all.iter().any(|one| one.detail.to_string().contains("\"Charge\"")));
    }

    #[test]
    fn usage_adds_up_to_the_lines() {
        for invoice in all().iter().filter(|one| usage_of(one).is_some()) {
            let sum = |list: &str, price: &str| -> f64 {
                let rows = invoice.detail.get(list).and_then(Value::as_array).into_iter().flatten();
                rows.map(|row| {
                    row.get("quantity").and_then(Value::as_f64).unwrap()
                        * row.get(price).and_then(Value::as_f64).unwrap()
                })
                .sum()
            };
            assert!(
                (sum("lines", "netUnitPrice") - sum("mspDetailInformation", "price")).abs() < 0.005,
                "{}",
                invoice.number
            );
        }
    }
}
