//! Search the items of a board.
//!
//! Upstream cannot filter by value, so the items are read page by page and compared here; the answer says how many were
//! looked at and whether that was all.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::infinity::types::ItemExpand;
use crate::domain::infinity::columns::Columns;
use crate::domain::infinity::filters::{Condition, filters, hidden};
use crate::domain::infinity::items::ItemRow;
use crate::domain::infinity::pages::{Direction, Paging};
use crate::domain::infinity::place::Place;
use crate::domain::infinity::walk::{Listing, Walk, walk};
use crate::tool::{Ctx, Result, tool};

/// Pages of a hundred items that one call reads.
const MOST_PAGES: usize = 30;

/// What to look for, and where.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// This folder only, id, name or path.
    folder_id: Option<String>,
    /// Conditions that must all hold.
    #[schemars(length(min = 1, max = 20))]
    filters: Vec<Condition>,
    /// Attributes to show; default all that fit.
    fields: Option<Vec<String>>,
    /// Items to give; default 20.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// Cursor of the last answer.
    after: Option<String>,
    /// id or created_at.
    sort_by: Option<String>,
    /// Sort direction.
    sort_direction: Option<Direction>,
}

/// Search the items of a StartInfinity board by the values of their attributes.
///
/// Labels, members and folders by name. Looks at up to 3,000 items; while has_more, call again with after.
#[tool(reads, toolset = bulk, progress)]
pub async fn infinity_search_items(ctx: &Ctx, args: Args) -> Result<Listing> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let folder = args.folder_id.as_deref().filter(|folder| !folder.trim().is_empty());
    let fields = args.fields.unwrap_or_default();
    let plan = |place: &Place| {
        let folder = folder.map(|given| place.folder(given)).transpose()?.map(|folder| folder.id.clone());
        Ok((folder, filters(place, &args.filters)?, Columns::of(place, &fields, args.limit)?))
    };
    let (place, (folder, filters, columns)) = place.settle(ctx, plan).await?;
    let paging = Paging::of(ctx, args.limit).from_cursors(args.after, None).sorted(args.sort_by, args.sort_direction);
    let expand = &[ItemExpand::Values, ItemExpand::CreatedBy];
    let all = Walk { folder: folder.as_ref(), paging, most_pages: MOST_PAGES, expand };
    let found = walk(ctx, &place, all, |item| filters.iter().all(|filter| filter.fits(&place, item))).await?;
    let notes = hidden(&place, &filters, folder.as_ref().map(|folder| folder.as_str()));
    Ok(found.listing(&place, &columns, |item| ItemRow::of(&place, item)).noting(notes))
}
