//! List the subitems of an item.
//!
//! Upstream cannot filter by parent, so all items are read and the right ones kept: a single page could be empty though
//! there are subitems further on.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::ids::ItemId;
use crate::api::infinity::types::{self, ItemExpand};
use crate::domain::infinity::columns::Columns;
use crate::domain::infinity::items::ItemRow;
use crate::domain::infinity::pages::{Direction, LARGEST, Paging};
use crate::domain::infinity::place::Place;
use crate::domain::infinity::walk::{Listing, Walk, walk};
use crate::tool::{Ctx, Result, tool};

/// Pages of a hundred items that one call reads.
const MOST_PAGES: usize = 50;

/// Whose subitems.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// Id of the item above.
    parent_item_id: ItemId,
    /// Look in this folder only, id, name or path.
    folder_id: Option<String>,
    /// Subitems to give; default 100.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// Cursor of the last answer.
    after: Option<String>,
    /// Upstream's cursor; looks at one page before it.
    before: Option<String>,
    /// id or created_at.
    sort_by: Option<String>,
    /// Sort direction.
    sort_direction: Option<Direction>,
    /// Without effect.
    #[expect(dead_code, reason = "callers of an older server send it")]
    expand: Option<Vec<String>>,
}

/// List all subitems of a StartInfinity item.
///
/// Reads up to 5,000 items; faster with folder_id.
#[tool(reads, progress)]
pub async fn infinity_list_subitems(ctx: &Ctx, args: Args) -> Result<Listing> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let folder = args.folder_id.as_deref().filter(|folder| !folder.trim().is_empty());
    let plan = |place: &Place| {
        let folder = folder.map(|given| place.folder(given)).transpose()?;
        Ok((folder.map(|folder| folder.id.clone()), Columns::of(place, &[], Some(LARGEST))?))
    };
    let (place, (folder, columns)) = place.settle(ctx, plan).await?;
    let paging = Paging::of(ctx, args.limit.or(Some(LARGEST)))
        .from_cursors(args.after, args.before)
        .sorted(args.sort_by, args.sort_direction);
    let expand = &[ItemExpand::Values, ItemExpand::CreatedBy];
    let all = Walk { folder: folder.as_ref(), paging, most_pages: MOST_PAGES, expand };
    let is_below = |item: &types::Item| item.parent_id.as_deref() == Some(args.parent_item_id.as_str());
    let found = walk(ctx, &place, all, is_below).await?;
    // All of them have the parent that was asked for.
    let row = |item: &types::Item| ItemRow { parent_id: None, ..ItemRow::of(&place, item) };
    Ok(found.listing(&place, &columns, row))
}
