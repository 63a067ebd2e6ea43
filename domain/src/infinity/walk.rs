//! Reads the items of a board or a folder page by page and keeps those that fit: upstream has no filter but the folder.

use schemars::JsonSchema;
use serde::Serialize;

use super::columns::{Columns, Table};
use super::items::ItemRow;
use super::pages::{LARGEST, Paging, paged};
use super::place::Place;
use infini_mcp_core::api::ids::FolderId;
use infini_mcp_core::api::infinity::types::{Item, ItemExpand};
use infini_mcp_core::tool::{Ctx, Result};

/// Stands between the two parts of a cursor; upstream's own cursors are base64, which has no such sign.
const MARK: char = '~';

/// What is looked through, and how far.
#[derive(Debug)]
pub struct Walk<'a> {
    /// This folder only, else the whole board.
    pub folder: Option<&'a FolderId>,
    /// Where to begin, in which order; its limit is how many items are wanted.
    pub paging: Paging,
    /// Pages of a hundred items that are read at most.
    pub most_pages: usize,
    /// What comes with each item.
    pub expand: &'a [ItemExpand],
}

/// What was found.
#[derive(Debug)]
pub struct Found {
    /// The items that fit.
    pub items: Vec<Item>,
    /// How many items were looked at.
    pub searched: usize,
    /// Whether nothing is left to look at.
    pub complete: bool,
    /// The cursor that goes on where this ended.
    pub after: Option<String>,
    /// The cursor that goes further back, where this was a page before a cursor.
    pub before: Option<String>,
}

/// What tools that look through a board answer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Listing {
    /// Items here.
    count: usize,
    /// Items looked at.
    searched: usize,
    /// Whether nothing is left to look at.
    complete: bool,
    /// Whether more may follow.
    has_more: bool,
    /// Cursor to go on.
    after: Option<String>,
    /// Cursor to go further back.
    #[schemars(skip)]
    before: Option<String>,
    /// What to know of it.
    #[schemars(skip)]
    notes: Option<Vec<String>>,
    #[serde(flatten)]
    table: Table,
}

impl Listing {
    /// With what is to be known of it.
    #[must_use]
    pub fn noting(self, notes: Vec<String>) -> Self {
        Self { notes: Some(notes).filter(|notes| !notes.is_empty()), ..self }
    }
}

impl Found {
    /// What was found as a table; `row` says how an item is shown.
    pub fn listing(self, place: &Place, columns: &Columns, row: impl Fn(&Item) -> ItemRow) -> Listing {
        Listing {
            count: self.items.len(),
            searched: self.searched,
            complete: self.complete,
            has_more: self.after.is_some() || self.before.is_some(),
            after: self.after,
            before: self.before,
            notes: None,
            table: columns.table(place, self.items.iter().map(row).collect()),
        }
    }
}

/// Walks until enough was found, the end was reached, or the most pages were read.
///
/// # Errors
/// Those of the requests.
pub async fn walk(ctx: &Ctx, place: &Place, walk: Walk<'_>, keep: impl Fn(&Item) -> bool) -> Result<Found> {
    if walk.paging.before.is_some() {
        return walk_back(ctx, place, &walk, keep).await;
    }
    let wanted = walk.paging.limit as usize;
    let (mut skip, after) = read_cursor(walk.paging.after.as_deref());
    let mut paging = Paging { limit: LARGEST, after, ..walk.paging.clone() };
    let mut found = Found { items: Vec::new(), searched: 0, complete: false, after: None, before: None };
    for _ in 0..walk.most_pages {
        let page = read_page(ctx, place, &walk, &paging).await?;
        let rows = page.data.unwrap_or_default();
        found.searched += rows.len();
        let fits = rows.into_iter().filter(|item| item.deleted != Some(true) && keep(item)).skip(skip);
        for (place_in_page, item) in fits.enumerate() {
            if found.items.len() == wanted {
                found.after = Some(cursor(skip + place_in_page, paging.after.as_deref()));
                return Ok(found);
            }
            found.items.push(item);
        }
        skip = 0;
        let is_stuck = page.after.is_none() || page.after == paging.after;
        found.complete = page.has_more != Some(true);
        if found.complete || is_stuck {
            return Ok(found);
        }
        paging.after = page.after;
        if found.items.len() == wanted {
            break;
        }
        ctx.call().report(&format!("{} items read, {} fit so far", found.searched, found.items.len()));
    }
    found.after = Some(cursor(0, paging.after.as_deref()));
    Ok(found)
}

/// Going back is a page at a time, as upstream does it: of no more items than are wanted, so that none of those that fit
/// stays behind.
async fn walk_back(ctx: &Ctx, place: &Place, walk: &Walk<'_>, keep: impl Fn(&Item) -> bool) -> Result<Found> {
    let paging = Paging { limit: walk.paging.limit.min(LARGEST), after: None, ..walk.paging.clone() };
    let page = read_page(ctx, place, walk, &paging).await?;
    let rows = page.data.unwrap_or_default();
    let searched = rows.len();
    let items = rows.into_iter().filter(|item| item.deleted != Some(true) && keep(item)).collect();
    let before = page.before.filter(|_| page.has_more == Some(true));
    Ok(Found { items, searched, complete: false, after: page.after, before })
}

pub(super) async fn read_page(
    ctx: &Ctx,
    place: &Place,
    walk: &Walk<'_>,
    paging: &Paging,
) -> Result<infini_mcp_core::api::infinity::types::ItemPage> {
    let client = ctx.infinity()?;
    let mut list = paged!(client.list_items().workspace(&place.workspace.id).board_id(&place.board.id), paging);
    if let Some(folder) = walk.folder {
        list = list.folder_id(folder);
    }
    if !walk.expand.is_empty() {
        list = list.expand(walk.expand.to_vec());
    }
    Ok(list.send().await?.into_inner())
}

/// A page of upstream's, and how many of its fitting items were given already.
fn cursor(skip: usize, after: Option<&str>) -> String {
    match (skip, after) {
        (0, Some(after)) => after.to_owned(),
        (skip, after) => format!("{skip}{MARK}{}", after.unwrap_or_default()),
    }
}

/// A cursor without a mark is upstream's own.
fn read_cursor(text: Option<&str>) -> (usize, Option<String>) {
    let Some(text) = text else { return (0, None) };
    match text.split_once(MARK).and_then(|(skip, after)| Some((skip.parse().ok()?, after))) {
        Some((skip, after)) => (skip, Some(after.to_owned()).filter(|after| !after.is_empty())),
        None => (0, Some(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_that_of_upstream_stays_itself() {
        for (skip, after) in [(0, Some("QUJD")), (3, Some("QUJD")), (7, None)] {
            assert_eq!(read_cursor(Some(&cursor(skip, after))), (skip, after.map(str::to_owned)));
        }
        assert_eq!(read_cursor(Some("QUJD=")), (0, Some("QUJD=".to_owned())));
        assert_eq!(read_cursor(None), (0, None));
    }
}
