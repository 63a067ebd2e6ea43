//! StartInfinity's lists: one page for a caller, or all pages one after the other.

use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use infini_mcp_core::api;
use infini_mcp_core::api::infinity::types;
use infini_mcp_core::tool::Ctx;

/// Rows that one request may bring.
pub const LARGEST: u32 = 100;
/// Pages after which a list of names is left unfinished.
const MOST_PAGES: usize = 20;

/// Which way a list runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From small to large, from old to new.
    Asc,
    /// From large to small, from new to old.
    Desc,
}

impl From<Direction> for types::SortDirection {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Asc => Self::Asc,
            Direction::Desc => Self::Desc,
        }
    }
}

/// Which page a caller asks for.
#[derive(Debug, Clone)]
pub struct Paging {
    /// Rows at most.
    pub limit: u32,
    /// The cursor to go on after.
    pub after: Option<String>,
    /// The cursor to go back from.
    pub before: Option<String>,
    /// What to sort by.
    pub sort_by: Option<String>,
    /// Which way.
    pub sort_direction: Option<Direction>,
}

impl Paging {
    /// The page of `limit` rows, or as many as this server gives when the caller does not say.
    pub fn of(ctx: &Ctx, limit: Option<u32>) -> Self {
        let limit = ctx.pages().choose(limit).min(LARGEST);
        Self { limit, after: None, before: None, sort_by: None, sort_direction: None }
    }

    /// With cursors; an empty one counts as left out.
    #[must_use]
    pub fn from_cursors(mut self, after: Option<String>, before: Option<String>) -> Self {
        let given = |cursor: Option<String>| cursor.filter(|cursor| !cursor.trim().is_empty());
        (self.after, self.before) = (given(after), given(before));
        self
    }

    /// In an order.
    #[must_use]
    pub fn sorted(mut self, by: Option<String>, direction: Option<Direction>) -> Self {
        self.sort_by = by.filter(|by| !by.trim().is_empty());
        self.sort_direction = direction;
        self
    }

    /// The cursors worth giving back: `(after, before)`.
    ///
    /// Upstream sets both on every page, so those that lead nowhere are left out: on the first page there is nothing
    /// before, and `has_more` speaks of the direction that was asked for.
    pub fn cursors(
        &self,
        has_more: bool,
        after: Option<String>,
        before: Option<String>,
    ) -> (Option<String>, Option<String>) {
        if self.before.is_some() {
            return (after, before.filter(|_| has_more));
        }
        (after.filter(|_| has_more), before.filter(|_| self.after.is_some()))
    }
}

/// The paging arguments of a list tool.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub struct Asked {
    /// Rows, default 20.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// Cursor for the next page.
    after: Option<String>,
    /// Cursor for the page before.
    before: Option<String>,
    /// id or created_at.
    #[schemars(extend("x-silent" = true))]
    sort_by: Option<String>,
    /// Sort direction.
    #[schemars(extend("x-silent" = true))]
    sort_direction: Option<Direction>,
}

impl Asked {
    /// The page that is asked for.
    pub fn paging(self, ctx: &Ctx) -> Paging {
        Paging::of(ctx, self.limit).from_cursors(self.after, self.before).sorted(self.sort_by, self.sort_direction)
    }
}

/// The part of a list's answer that leads on to the other pages.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Onward {
    /// Rows here.
    count: usize,
    /// More follow.
    has_more: bool,
    /// Next page.
    after: Option<String>,
    /// Page before.
    before: Option<String>,
}

impl Onward {
    /// From what upstream says of a page, of which `count` rows are shown.
    pub fn of(
        paging: &Paging,
        count: usize,
        has_more: Option<bool>,
        after: Option<String>,
        before: Option<String>,
    ) -> Self {
        let has_more = has_more.unwrap_or_default();
        let (after, before) = paging.cursors(has_more, after, before);
        Self { count, has_more, after, before }
    }
}

/// Puts a [`Paging`] into the builder of any list operation; each has a type of its own, so this cannot be a function.
#[macro_export]
macro_rules! paged {
    ($list:expr, $paging:expr) => {{
        let paging = &$paging;
        let mut list = $list.limit(i64::from(paging.limit));
        if let Some(after) = &paging.after {
            list = list.after(after.clone());
        }
        if let Some(before) = &paging.before {
            list = list.before(before.clone());
        }
        if let Some(by) = &paging.sort_by {
            list = list.sort_by(by.clone());
        }
        if let Some(direction) = paging.sort_direction {
            list = list.sort_direction(direction);
        }
        list
    }};
}

pub use paged;

/// Reads all pages of a list operation and turns the rows into `T`; rows without an id, and deleted ones, are dropped.
macro_rules! gathered {
    ($list:expr, $convert:expr) => {
        $crate::infinity::pages::gather(|after: Option<String>| {
            let list = $list.limit(i64::from($crate::infinity::pages::LARGEST));
            let list = match after {
                Some(after) => list.after(after),
                None => list,
            };
            async move {
                let page = list.send().await?.into_inner();
                let living = page.data.unwrap_or_default().into_iter().filter(|row| row.deleted != Some(true));
                Ok($crate::infinity::pages::Page {
                    rows: living.filter_map($convert).collect(),
                    has_more: page.has_more.unwrap_or_default(),
                    after: page.after,
                })
            }
        })
    };
}

pub(crate) use gathered;

/// One page as it came.
#[derive(Debug)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Whether there are more; `after` is no sign, for it is set on the last page too.
    pub has_more: bool,
    /// Where to go on.
    pub after: Option<String>,
}

/// A list that was read to its end, or to a limit.
#[derive(Debug)]
pub struct Listed<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Whether these are all.
    pub is_whole: bool,
    read: Instant,
}

impl<T> Listed<T> {
    /// A list that may not be read, or not to its end.
    pub fn in_part(rows: Vec<T>) -> Self {
        Self { rows, is_whole: false, read: Instant::now() }
    }

    /// How long ago it was read.
    pub fn age(&self) -> Duration {
        self.read.elapsed()
    }
}

/// Reads page after page, at most 20 of them.
///
/// # Errors
/// Those of `fetch`.
pub async fn gather<T, F, Fut>(fetch: F) -> api::Result<Listed<T>>
where
    F: Fn(Option<String>) -> Fut,
    Fut: Future<Output = api::Result<Page<T>>>,
{
    let mut listed = Listed::in_part(Vec::new());
    let mut after = None;
    for _ in 0..MOST_PAGES {
        let page = fetch(after.clone()).await?;
        listed.rows.extend(page.rows);
        if !page.has_more {
            listed.is_whole = true;
            break;
        }
        // A cursor that is missing or leads nowhere would read the same page for ever.
        if page.after.is_none() || page.after == after {
            break;
        }
        after = page.after;
    }
    Ok(listed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    /// A list of `pages` pages whose cursor is set even on the last, and after `stuck` no longer moves.
    fn read(pages: usize, stuck: usize) -> (Listed<usize>, usize) {
        let sent = Cell::new(0);
        let listed = futures::executor::block_on(gather(|after: Option<String>| {
            sent.set(sent.get() + 1);
            let at: usize = after.map_or(0, |after| after.parse().unwrap());
            let next = (at + 1).min(stuck);
            async move { Ok(Page { rows: vec![at], has_more: at + 1 < pages, after: Some(next.to_string()) }) }
        }));
        (listed.unwrap(), sent.get())
    }

    #[test]
    fn the_end_of_a_list_is_told_by_has_more_and_not_by_the_cursor() {
        let (listed, sent) = read(3, 99);
        assert_eq!((listed.rows, listed.is_whole, sent), (vec![0, 1, 2], true, 3));
    }

    #[test]
    fn a_list_that_does_not_end_is_left_and_said_to_be_in_part() {
        let (listed, sent) = read(1_000, 1_000);
        assert_eq!((listed.rows.len(), listed.is_whole, sent), (MOST_PAGES, false, MOST_PAGES));
        let (listed, sent) = read(1_000, 2);
        assert_eq!((listed.rows, listed.is_whole, sent), (vec![0, 1, 2], false, 3));
    }

    #[test]
    fn cursors_that_lead_nowhere_are_not_given_back() {
        let page = |after: Option<&str>, before: Option<&str>, has_more| {
            let paging = Paging {
                limit: 5,
                after: after.map(Into::into),
                before: before.map(Into::into),
                sort_by: None,
                sort_direction: None,
            };
            let (after, before) = paging.cursors(has_more, Some("A".into()), Some("B".into()));
            (after.is_some(), before.is_some())
        };
        assert_eq!(page(None, None, true), (true, false));
        assert_eq!(page(None, None, false), (false, false));
        assert_eq!(page(Some("x"), None, false), (false, true));
        assert_eq!(page(None, Some("x"), true), (true, true));
        assert_eq!(page(None, Some("x"), false), (true, false));
    }
}
