//! Lists of Infinigate, page by page, without promising what upstream does not say.
//!
//! A list may come in a page with a `count`, or bare. `count` is read as the number of all matching rows, but that
//! is only what clients say, so a full page whose `count` promises nothing more is followed by a look at the next row.

use futures::future::try_join_all;

use infini_mcp_core::tool::{Code, Ctx, Error, Result};

/// The largest `Take` that was seen to be honoured in production; a short page after a larger one may be the server's cut.
pub const SURELY_HONOURED: usize = 50;
/// Pages that are read at the same time.
const AT_ONCE: usize = 4;

/// Which rows to ask a list for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// Rows at most.
    pub take: usize,
    /// Rows to leave out first.
    pub skip: usize,
}

impl Ask {
    /// What a caller asks for, within the sizes of this server.
    pub fn of(ctx: &Ctx, take: Option<u32>, skip: Option<u32>) -> Self {
        let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        Self { take: size(ctx.pages().choose(take)), skip: size(skip.unwrap_or_default()) }
    }
}

/// Rows as they came.
#[derive(Debug)]
pub struct Sent<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// What upstream says of their number, if it says something.
    pub count: Option<i64>,
}

impl<T> Sent<T> {
    /// The rows of a page. One that counts rows and has no list for them cannot be read, which is not the same as empty.
    ///
    /// # Errors
    /// `upstream_unavailable` when the list is missing.
    pub fn of<R: Into<T>>(rows: Option<Vec<R>>, count: Option<i64>) -> Result<Self> {
        if rows.is_none() && count.is_none_or(|count| count > 0) {
            let text = "Infinigate answered with a page that has no list of rows. Nothing was changed.";
            return Err(Error::new(Code::UpstreamUnavailable, text).with_hint(
                "Its form may have changed: `infini-mcp doctor --live` compares its answers with the document.",
            ));
        }
        Ok(Self { rows: rows.unwrap_or_default().into_iter().map(R::into).collect(), count })
    }
}

/// One page for a caller.
#[derive(Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Whether another page has rows.
    pub has_more: bool,
    /// The number of all matching rows, where it is known.
    pub total: Option<usize>,
}

impl<T> Page<T> {
    /// The `skip` for the page after this one, when there is one.
    pub fn next_skip(&self, ask: Ask) -> Option<usize> {
        next_skip(ask, self.rows.len(), self.has_more)
    }
}

/// The `skip` for the page after one with `rows` rows, when there is one.
pub fn next_skip(ask: Ask, rows: usize, has_more: bool) -> Option<usize> {
    has_more.then_some(ask.skip.saturating_add(rows))
}

/// What a page says of the rows after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Rows,
    Nothing,
    Unsaid,
}

fn next<T>(sent: &Sent<T>, ask: Ask) -> Next {
    let (length, end) = (sent.rows.len(), ask.skip + sent.rows.len());
    let count = sent.count.and_then(|count| usize::try_from(count).ok());
    match count {
        _ if length > ask.take => Next::Rows,
        _ if length == 0 => Next::Nothing,
        Some(count) if count > end => Next::Rows,
        Some(count) if length < ask.take && count == end => Next::Nothing,
        _ if length < ask.take && ask.take <= SURELY_HONOURED => Next::Nothing,
        _ => Next::Unsaid,
    }
}

/// The number of all rows, as far as one page tells it.
fn total<T>(sent: &Sent<T>, ask: Ask, next: Next) -> Option<usize> {
    let end = ask.skip + sent.rows.len();
    let count = sent.count.and_then(|count| usize::try_from(count).ok());
    match next {
        Next::Rows => count.filter(|count| *count > end),
        Next::Nothing if sent.rows.is_empty() && ask.skip > 0 => count.filter(|count| (1..=ask.skip).contains(count)),
        Next::Nothing => Some(end),
        Next::Unsaid => None,
    }
}

/// One page of a list, and whether there is another.
///
/// # Errors
/// Those of `list`.
pub async fn page<T, F, Fut>(ask: Ask, list: F) -> Result<Page<T>>
where
    F: Fn(Ask) -> Fut,
    Fut: Future<Output = Result<Sent<T>>>,
{
    let mut sent = list(ask).await?;
    let mut next = next(&sent, ask);
    if next == Next::Unsaid {
        let after = list(Ask { take: 1, skip: ask.skip + sent.rows.len() }).await?;
        next = if after.rows.is_empty() { Next::Nothing } else { Next::Rows };
    }
    let total = total(&sent, ask, next);
    sent.rows.truncate(ask.take);
    Ok(Page { rows: sent.rows, has_more: next == Next::Rows, total })
}

/// How far to walk through a list.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Stop when so many rows were kept.
    pub wanted: usize,
    /// Stop when so many rows were looked through.
    pub most: usize,
    /// Rows to ask for at a time.
    pub page: usize,
}

/// What a walk through a list brought.
#[derive(Debug)]
pub struct Walked<T> {
    /// The rows that were kept; a few more than wanted are possible.
    pub rows: Vec<T>,
    /// How many rows were looked through.
    pub looked_through: usize,
    /// Whether the list has ended.
    pub is_whole: bool,
    /// The number of all rows of the list, kept or not, where it is known.
    pub total: Option<usize>,
}

impl<T> Walked<T> {
    fn take(&mut self, sent: Sent<T>, ask: Ask, keep: &impl Fn(&T) -> bool) -> Next {
        let next = next(&sent, ask);
        self.looked_through += sent.rows.len();
        self.is_whole = next == Next::Nothing;
        self.total = if self.is_whole { Some(self.looked_through) } else { total(&sent, ask, next).or(self.total) };
        self.rows.extend(sent.rows.into_iter().filter(keep));
        next
    }

    /// How many pages to read next: as many as seem to be needed, going by what the rows so far have brought.
    fn pages_to_read(&self, limits: Limits, size: usize) -> usize {
        let Some(total) = self.total else { return 1 };
        let rest = total.min(limits.most).saturating_sub(self.looked_through);
        let missing = limits.wanted.saturating_sub(self.rows.len());
        let needed = (missing * self.looked_through).checked_div(self.rows.len()).unwrap_or(rest);
        needed.min(rest).div_ceil(size).clamp(1, AT_ONCE)
    }
}

/// Walks through a list from its start and keeps some of its rows.
///
/// # Errors
/// Those of `list`.
pub async fn walk<T, F, Fut>(limits: Limits, list: F, keep: impl Fn(&T) -> bool) -> Result<Walked<T>>
where
    F: Fn(Ask) -> Fut,
    Fut: Future<Output = Result<Sent<T>>>,
{
    let mut walked = Walked { rows: Vec::new(), looked_through: 0, is_whole: false, total: None };
    let mut size = limits.page.max(1);
    while !walked.is_whole && walked.rows.len() < limits.wanted && walked.looked_through < limits.most {
        let start = walked.looked_through;
        let asks: Vec<Ask> =
            (0..walked.pages_to_read(limits, size)).map(|at| Ask { take: size, skip: start + at * size }).collect();
        let sent: Vec<Sent<T>> = try_join_all(asks.iter().copied().map(&list)).await?;
        for (ask, sent) in asks.into_iter().zip(sent) {
            let length = sent.rows.len();
            let next = walked.take(sent, ask, &keep);
            if next != Next::Rows || length != size {
                // A page shorter than asked for is the server's own size: the pages after it were asked for at the wrong places.
                size = if (1..size).contains(&length) { length } else { size };
                break;
            }
        }
    }
    Ok(walked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    /// A list of numbers that counts its requests.
    struct List {
        rows: usize,
        says_count: bool,
        most: usize,
        asked: RefCell<Vec<Ask>>,
    }

    impl List {
        fn of(rows: usize) -> Self {
            Self { rows, says_count: true, most: usize::MAX, asked: RefCell::default() }
        }

        fn bare(rows: usize) -> Self {
            Self { says_count: false, ..Self::of(rows) }
        }

        async fn send(&self, ask: Ask) -> Result<Sent<usize>> {
            self.asked.borrow_mut().push(ask);
            let rows = (0..self.rows).skip(ask.skip).take(ask.take.min(self.most)).collect();
            Ok(Sent { rows, count: self.says_count.then_some(self.rows as i64) })
        }

        fn page(&self, take: usize, skip: usize) -> (usize, bool, Option<usize>, usize) {
            let page = futures::executor::block_on(page(Ask { take, skip }, |ask| self.send(ask))).unwrap();
            (page.rows.len(), page.has_more, page.total, self.asked.borrow().len())
        }

        fn walk(&self, wanted: usize, page: usize) -> Walked<usize> {
            let limits = Limits { wanted, most: 1_000, page };
            futures::executor::block_on(walk(limits, |ask| self.send(ask), |row| row % 10 == 0)).unwrap()
        }
    }

    #[test]
    fn a_page_that_counts_rows_and_has_none_is_not_an_empty_one() {
        let sent = |rows: Option<Vec<usize>>, count| Sent::<usize>::of(rows, count).map(|sent| sent.rows.len());
        assert_eq!(sent(Some(vec![1, 2]), Some(2)).unwrap(), 2);
        assert_eq!((sent(Some(vec![]), None).unwrap(), sent(None, Some(0)).unwrap()), (0, 0));
        assert_eq!(sent(None, Some(467)).unwrap_err().code(), Code::UpstreamUnavailable);
        assert_eq!(sent(None, None).unwrap_err().code(), Code::UpstreamUnavailable);
    }

    #[test]
    fn a_counted_list_says_at_once_whether_there_is_more() {
        assert_eq!(List::of(137).page(20, 0), (20, true, Some(137), 1));
        assert_eq!(List::of(137).page(20, 120), (17, false, Some(137), 1));
        assert_eq!(List::of(0).page(20, 0), (0, false, Some(0), 1));
    }

    #[test]
    fn a_full_page_that_promises_nothing_is_followed_by_a_look_at_the_next_row() {
        assert_eq!(List::bare(40).page(20, 0), (20, true, None, 2));
        assert_eq!(List::bare(40).page(20, 20), (20, false, Some(40), 2));
        assert_eq!(List::bare(40).page(50, 0), (40, false, Some(40), 1));
        assert_eq!(List::of(20).page(20, 0), (20, false, Some(20), 2));
    }

    #[test]
    fn rows_that_the_server_cuts_off_are_not_taken_for_the_end() {
        assert_eq!(List { most: 25, ..List::of(137) }.page(100, 0), (25, true, Some(137), 1));
        assert_eq!(List { most: 60, ..List::bare(137) }.page(100, 0), (60, true, None, 2));
    }

    #[test]
    fn a_walk_keeps_what_fits_and_stops_when_it_has_enough() {
        let list = List::of(500);
        let walked = list.walk(12, 50);
        assert!(walked.rows.len() >= 12 && walked.rows.starts_with(&[0, 10, 20]));
        assert!(list.asked.borrow().len() <= 4, "{:?}", list.asked.borrow());
    }

    #[test]
    fn a_walk_to_the_end_misses_no_row_whatever_the_server_makes_of_pages() {
        for list in
            [List::of(333), List::bare(333), List { most: 30, ..List::of(333) }, List { most: 60, ..List::bare(333) }]
        {
            let walked = list.walk(usize::MAX / 2_000, 100);
            assert_eq!(
                (walked.rows.len(), walked.looked_through, walked.is_whole),
                (34, 333, true),
                "{:?}",
                list.asked.borrow()
            );
            assert_eq!(walked.total, Some(333));
        }
    }

    #[test]
    fn a_walk_ends_at_its_limit_and_says_that_the_list_goes_on() {
        let walked = List::of(5_000).walk(5_000, 100);
        assert!(!walked.is_whole && walked.looked_through >= 1_000 && walked.looked_through < 1_400);
    }
}
