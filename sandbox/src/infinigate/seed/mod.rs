//! What the simulated distributor has in its books at the start: made by code from small tables, always the same.

pub(super) mod catalogue;
mod credit_memos;
pub(super) mod customers;
mod invoices;
pub(super) mod paper;
pub(super) mod quotes;
mod usage;
pub(super) mod vendors;

use catalogue::Article;
use chrono::NaiveDate;
use paper::Document;
use quotes::Quote;

/// The books; lists are oldest first.
#[derive(Debug)]
pub(super) struct Books {
    pub(super) articles: Vec<Article>,
    pub(super) invoices: Vec<Document>,
    pub(super) credit_memos: Vec<Document>,
    pub(super) quotes: Vec<Quote>,
}

impl Books {
    /// The books as they are at the start of this day.
    pub(super) fn open(today: NaiveDate) -> Self {
        let articles = catalogue::articles();
        let invoices = invoices::invoices(&articles);
        let credit_memos = credit_memos::credit_memos(&articles);
        let quotes = quotes::quotes(&articles, today);
        Self { articles, invoices, credit_memos, quotes }
    }
}

/// An invoice over lines that were bought while the sandbox runs, for so many cents net.
pub(super) fn invoice_for(head: paper::Head<'_>, lines: &[serde_json::Value], net: i64) -> Document {
    // The amount belongs to the whole purchase; which line carries it does not show.
    let lines = lines
        .iter()
        .enumerate()
        .map(|(place, json)| paper::Line { json: json.clone(), net: if place == 0 { net } else { 0 } });
    paper::document(head, lines.collect(), serde_json::Value::Null)
}
