//! The list of quotes, filtered by what Infinigate cannot filter by: status, date and vendor.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::bills::periods::DaySpan;
use super::dates;
use super::documents::{self, Document, References};
use super::pages::{self, Ask, Limits, Sent};
use super::period::Period;
use super::vendor_filter;
use super::vendors::{folded, is_of};
use infini_mcp_core::tool::{Ctx, Result};

/// How many quotes are looked through for those that fit.
pub const MOST_LOOKED_THROUGH: usize = 1_000;
/// The status that is no text of Infinigate's but what its flags say: a decision is possible now.
const OPEN: &str = "open";

/// Which quotes are wanted.
#[derive(Debug, Default)]
pub struct Wanted {
    /// `open`, or a status text.
    pub status: Option<String>,
    /// When they were made.
    pub period: Period,
    /// The reseller's references.
    pub references: References,
    /// A vendor's code or name.
    pub vendor: Option<String>,
    /// When their last valid day is.
    pub expires: Option<DaySpan>,
}

impl Wanted {
    /// Whether Infinigate can pick the rows by itself.
    fn is_plain(&self) -> bool {
        self.status.is_none() && self.vendor.is_none() && self.expires.is_none() && self.period == Period::default()
    }

    fn has(&self, row: &Document) -> bool {
        let of_vendor = |vendor: &str| is_of(vendor, row.vendor_code.as_deref(), row.vendor.as_deref());
        self.status.as_deref().is_none_or(|status| has_status(row, status))
            && self.vendor.as_deref().is_none_or(of_vendor)
            && self.period.holds(row.date.as_deref())
    }

    /// Whether the last valid day is one of those wanted; without one that cannot be said.
    fn expires(&self, row: &Document) -> Option<bool> {
        let Some(days) = self.expires else { return Some(true) };
        let last = row.valid_until.as_deref().and_then(dates::day)?;
        Some(days.holds(last))
    }
}

fn has_status(row: &Document, wanted: &str) -> bool {
    let says = || row.status.as_deref().is_some_and(|status| folded(status) == folded(wanted));
    let flags = [row.can_be_accepted, row.can_be_rejected];
    // The flags are what counts; a text that still says open outlives them.
    if folded(wanted) == OPEN && flags != [None, None] { flags.contains(&Some(true)) } else { says() }
}

/// A page of quotes.
#[derive(Debug)]
pub struct Quotes {
    /// The rows, newest first.
    pub rows: Vec<Document>,
    /// Whether another page has rows.
    pub has_more: bool,
    /// The number of all that fit, where it is known.
    pub total: Option<usize>,
    /// How many quotes were looked through, where the filter was ours.
    pub searched: Option<usize>,
    /// Whether those were all.
    pub complete: Option<bool>,
    /// What a reader of these rows must know.
    pub notes: Vec<String>,
}

/// The page of quotes that is wanted.
///
/// # Errors
/// When the list cannot be read; `not_found` when there is no such vendor.
pub async fn list(ctx: &Ctx, wanted: &Wanted, ask: Ask) -> Result<Quotes> {
    let mut quotes = if wanted.is_plain() {
        let page = pages::page(ask, |ask| documents::quotes(ctx, &wanted.references, ask)).await?;
        Quotes {
            rows: page.rows,
            has_more: page.has_more,
            total: page.total,
            searched: None,
            complete: None,
            notes: Vec::new(),
        }
    } else {
        looked_through(ctx, wanted, ask).await?
    };
    if let Some(vendor) = wanted.vendor.as_ref().filter(|_| quotes.total == Some(0)) {
        // Nothing for a vendor that exists is an answer; nothing for a slip of the pen is not.
        vendor_filter::understand(ctx, std::slice::from_ref(vendor)).await?;
    }
    if !quotes.rows.is_sorted_by(|one, other| one.moment() >= other.moment()) {
        quotes.rows.sort_by_key(|row| Reverse(row.moment()));
        let note = "Infinigate did not send the newest first, so only the rows within this page are in order.";
        quotes.notes.push(note.into());
    }
    Ok(quotes)
}

async fn looked_through(ctx: &Ctx, wanted: &Wanted, ask: Ask) -> Result<Quotes> {
    let end = ask.skip.saturating_add(ask.take);
    let limits = Limits {
        // One row beyond the page tells whether there is another page.
        wanted: end.saturating_add(1),
        most: MOST_LOOKED_THROUGH,
        // A short page of this size is surely the last one, whether or not the list is counted.
        page: usize::try_from(ctx.pages().largest).unwrap_or(usize::MAX).min(pages::SURELY_HONOURED),
    };
    let (statuses, endless) = (Mutex::new(BTreeSet::new()), AtomicUsize::new(0));
    let keep = |row: &Document| {
        statuses.lock().unwrap_or_else(PoisonError::into_inner).extend(row.status.clone());
        wanted.has(row)
            && wanted.expires(row).unwrap_or_else(|| {
                endless.fetch_add(1, Ordering::Relaxed);
                false
            })
    };
    let walked = pages::walk(limits, |ask| send(ctx, &wanted.references, ask), keep).await?;
    let mut notes = Vec::new();
    if !walked.is_whole && walked.rows.len() <= end {
        notes.push(format!("Only the first {} quotes were looked through; there are more. Filter by buyer_reference or external_document_number to reach the others.", walked.looked_through));
    }
    let endless = endless.into_inner();
    if endless > 0 {
        notes.push(format!("{endless} quotes tell no last valid day and are not among these."));
    }
    if walked.rows.is_empty() {
        notes.extend(seen_instead(wanted, &statuses.into_inner().unwrap_or_else(PoisonError::into_inner)));
    }
    Ok(Quotes {
        has_more: walked.rows.len() > end,
        total: walked.is_whole.then_some(walked.rows.len()),
        searched: Some(walked.looked_through),
        complete: Some(walked.is_whole),
        rows: walked.rows.into_iter().skip(ask.skip).take(ask.take).collect(),
        notes,
    })
}

async fn send(ctx: &Ctx, references: &References, ask: Ask) -> Result<Sent<Document>> {
    ctx.call().report(&format!("Looking through the quotes from row {}", ask.skip + 1));
    documents::quotes(ctx, references, ask).await
}

/// Status texts are not published: whoever asks for one that no quote has is told which ones there are.
fn seen_instead(wanted: &Wanted, statuses: &BTreeSet<String>) -> Option<String> {
    let status = wanted.status.as_deref().filter(|status| folded(status) != OPEN)?;
    let is_there = statuses.iter().any(|known| folded(known) == folded(status));
    let list = statuses.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    (!is_there && !list.is_empty()).then(|| {
        format!("No quote has this status; the quotes looked through have {list}. `open` picks those that can be decided now.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(status: &str, accept: Option<bool>, reject: Option<bool>) -> Document {
        Document { status: Some(status.into()), can_be_accepted: accept, can_be_rejected: reject, ..Default::default() }
    }

    #[test]
    fn open_means_that_a_decision_is_possible_whatever_the_text_says() {
        assert!(has_status(&row("Pending", Some(false), Some(true)), "Open"));
        assert!(!has_status(&row("Open", Some(false), Some(false)), "open"));
        assert!(has_status(&row("Open", None, None), "open"));
        assert!(has_status(&row("Expired", Some(false), Some(false)), " expired"));
    }

    #[test]
    fn a_quote_expires_on_its_last_valid_day_and_one_without_is_neither() {
        let today = "2026-12-01".parse().unwrap();
        let wanted = Wanted { expires: Some(DaySpan::from_today(today, 7)), ..Default::default() };
        let expires = |last: Option<&str>| {
            wanted.expires(&Document { valid_until: last.map(str::to_owned), ..Default::default() })
        };
        assert_eq!(expires(Some("2026-12-01")), Some(true));
        assert_eq!((expires(Some("2026-12-08")), expires(Some("2026-12-09"))), (Some(true), Some(false)));
        assert_eq!((expires(Some("2026-11-30")), expires(None)), (Some(false), None));
        assert!(!wanted.is_plain());
    }

    #[test]
    fn an_unknown_status_is_answered_with_those_there_are() {
        let statuses = BTreeSet::from(["Open".to_owned(), "Expired".to_owned()]);
        let wanted = |status: &str| Wanted { status: Some(status.into()), ..Default::default() };
        assert!(seen_instead(&wanted("won"), &statuses).is_some_and(|note| note.contains("Expired, Open")));
        assert_eq!(seen_instead(&wanted("expired"), &statuses), None);
        assert_eq!(seen_instead(&wanted("open"), &statuses), None);
    }
}
