//! Invoices and credit memos as one list, filtered by vendor where wanted.

use std::cmp::Reverse;

use super::documents::{self, Document, Kind, References};
use super::merge::newest_first;
use super::pages::{self, Ask, Limits, Walked};
use super::period::Period;
use super::vendor_filter;
use super::vendors::is_of;
use infini_mcp_core::tool::{Ctx, Result};

/// How many rows of each list are looked through when it cannot be left to Infinigate to pick them.
pub const MOST_LOOKED_THROUGH: usize = 1_000;

/// Which bills are wanted.
#[derive(Debug)]
pub struct Wanted {
    /// The lists to read; one or both.
    pub kinds: &'static [Kind],
    /// When they were made.
    pub period: Period,
    /// The reseller's references.
    pub references: References,
    /// A vendor's code or name.
    pub vendor: Option<String>,
    /// Which of the rows.
    pub page: Ask,
}

impl Wanted {
    /// Whether Infinigate can pick the rows by itself. Of a period it cannot: it is asked for more than that, and what it
    /// compares is not known.
    fn is_plain(&self) -> bool {
        self.vendor.is_none() && self.period.is_open()
    }
}

/// A page of bills.
#[derive(Debug)]
pub struct Bills {
    /// The rows, newest first.
    pub rows: Vec<(Kind, Document)>,
    /// Whether another page has rows.
    pub has_more: bool,
    /// The number of all matching rows, where it is known.
    pub total: Option<usize>,
    /// What a reader of these rows must know.
    pub notes: Vec<String>,
}

/// The page of bills that is wanted.
///
/// # Errors
/// When a list cannot be read; `not_found` when there is no such vendor.
pub async fn list(ctx: &Ctx, wanted: &Wanted) -> Result<Bills> {
    let mut bills = match wanted.kinds {
        [only] if wanted.is_plain() => straight(ctx, wanted, *only).await?,
        _ => looked_through(ctx, wanted).await?,
    };
    if let Some(vendor) = wanted.vendor.as_ref().filter(|_| bills.total == Some(0)) {
        // Nothing for a vendor that exists is an answer; nothing for a slip of the pen is not.
        vendor_filter::understand(ctx, std::slice::from_ref(vendor)).await?;
    }
    let is_in_order = bills.rows.is_sorted_by(|(_, one), (_, other)| one.moment() >= other.moment());
    if !is_in_order {
        bills.rows.sort_by_key(|(_, row)| Reverse(row.moment()));
        bills
            .notes
            .push("Infinigate did not send the newest first, so only the rows within this page are in order.".into());
    }
    Ok(bills)
}

/// One list without a filter of ours: Infinigate's own pages.
async fn straight(ctx: &Ctx, wanted: &Wanted, kind: Kind) -> Result<Bills> {
    let page =
        pages::page(wanted.page, |ask| documents::bills(ctx, kind, &wanted.period, &wanted.references, ask)).await?;
    let rows = page.rows.into_iter().map(|row| (kind, row)).collect();
    Ok(Bills { rows, has_more: page.has_more, total: page.total, notes: Vec::new() })
}

/// Reads the beginning of each list, as far as the page needs it, and puts them together.
async fn looked_through(ctx: &Ctx, wanted: &Wanted) -> Result<Bills> {
    let is_wanted = |kind: Kind| wanted.kinds.contains(&kind);
    let (invoices, memos) = futures::try_join!(
        async { if is_wanted(Kind::Invoice) { walk(ctx, wanted, Kind::Invoice).await.map(Some) } else { Ok(None) } },
        async {
            if is_wanted(Kind::CreditMemo) { walk(ctx, wanted, Kind::CreditMemo).await.map(Some) } else { Ok(None) }
        },
    )?;
    Ok(together(invoices, memos, wanted.page))
}

async fn walk(ctx: &Ctx, wanted: &Wanted, kind: Kind) -> Result<Walked<Document>> {
    // One row beyond the page tells whether there is another page.
    let enough = wanted.page.skip.saturating_add(wanted.page.take).saturating_add(1);
    let largest = usize::try_from(ctx.pages().largest).unwrap_or(usize::MAX);
    let size = if wanted.is_plain() { enough.min(largest) } else { largest };
    let limits = Limits { wanted: enough, most: MOST_LOOKED_THROUGH, page: size };
    let fits = |row: &Document| {
        let of_vendor = |vendor: &str| is_of(vendor, row.vendor_code.as_deref(), row.vendor.as_deref());
        wanted.vendor.as_deref().is_none_or(of_vendor) && wanted.period.holds(row.date.as_deref())
    };
    let send = |ask: Ask| {
        ctx.call().report(&format!("Looking through {} from row {}", kind.plural(), ask.skip + 1));
        documents::bills(ctx, kind, &wanted.period, &wanted.references, ask)
    };
    pages::walk(limits, send, fits).await
}

fn together(invoices: Option<Walked<Document>>, memos: Option<Walked<Document>>, page: Ask) -> Bills {
    let notes = [(&invoices, Kind::Invoice), (&memos, Kind::CreditMemo)]
        .into_iter()
        .filter_map(|(walked, kind)| cut_short(walked.as_ref()?, kind.plural(), page))
        .collect();
    let total =
        [&invoices, &memos].into_iter().flatten().try_fold(0, |sum, walked| all_kept(walked).map(|kept| sum + kept));
    let rows_of = |walked: Option<Walked<Document>>, kind| {
        walked.map(|walked| walked.rows).unwrap_or_default().into_iter().map(|row| (kind, row)).collect()
    };
    let (invoices, memos) = (rows_of(invoices, Kind::Invoice), rows_of(memos, Kind::CreditMemo));
    let merged = newest_first(invoices, memos, |(_, row): &(Kind, Document)| row.moment());
    let has_more = merged.len() > page.skip.saturating_add(page.take);
    Bills { rows: merged.into_iter().skip(page.skip).take(page.take).collect(), has_more, total, notes }
}

/// How many rows of a list fit, where that is certain: it was read to its end, or nothing was filtered out and Infinigate counts.
fn all_kept(walked: &Walked<Document>) -> Option<usize> {
    if walked.is_whole {
        return Some(walked.rows.len());
    }
    walked.total.filter(|_| walked.rows.len() == walked.looked_through)
}

fn cut_short(walked: &Walked<Document>, what: &str, page: Ask) -> Option<String> {
    let has_enough = walked.rows.len() > page.skip.saturating_add(page.take);
    (!walked.is_whole && !has_enough).then(|| {
        format!("Only the first {} {what} were looked through; there are more. Narrow the period with from and to, or filter by a reference, to reach the others.", walked.looked_through)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(days: &[u32], is_whole: bool) -> Walked<Document> {
        let rows: Vec<Document> =
            days.iter().map(|day| Document { date: Some(format!("2026-01-{day:02}")), ..Default::default() }).collect();
        Walked { looked_through: rows.len(), rows, is_whole, total: None }
    }

    fn days(bills: &Bills) -> Vec<String> {
        bills
            .rows
            .iter()
            .map(|(kind, row)| {
                format!(
                    "{}{}",
                    if *kind == Kind::Invoice { "i" } else { "c" },
                    row.date.as_deref().unwrap().trim_start_matches("2026-01-")
                )
            })
            .collect()
    }

    #[test]
    fn pages_of_the_merged_list_neither_repeat_nor_miss_a_row() {
        let both =
            |skip| together(Some(walked(&[20, 15, 11], true)), Some(walked(&[17, 15, 2], true)), Ask { take: 4, skip });
        assert_eq!(days(&both(0)), ["i20", "c17", "i15", "c15"]);
        assert_eq!(days(&both(4)), ["i11", "c02"]);
        assert_eq!((both(0).has_more, both(4).has_more, both(4).total), (true, false, Some(6)));
    }

    #[test]
    fn a_list_that_was_not_read_to_its_end_is_said_to_be_so() {
        let bills = together(Some(walked(&[20], false)), None, Ask { take: 4, skip: 0 });
        assert!(bills.notes.iter().any(|note| note.contains("first 1 invoices")), "{:?}", bills.notes);
        assert_eq!(bills.total, None);
    }
}
