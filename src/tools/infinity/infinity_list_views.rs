//! List the views of a board.
//!
//! A view is how people look at a folder; its id or name is what the other view tools take.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinity::pages::{Direction, Paging, paged};
use crate::domain::infinity::place::Place;
use crate::domain::infinity::views::ViewRow;
use crate::tool::{Ctx, Result, tool};

/// Which views.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// Only this folder, id or name.
    folder_id: Option<String>,
    /// Rows, default 20.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// Cursor for the next page.
    after: Option<String>,
    /// Cursor for the page before.
    before: Option<String>,
    /// id or created_at.
    sort_by: Option<String>,
    /// Sort direction.
    sort_direction: Option<Direction>,
}

/// The views.
#[derive(Serialize, JsonSchema)]
pub struct Views {
    /// Rows here.
    count: usize,
    /// More follow.
    has_more: bool,
    /// Next page.
    after: Option<String>,
    /// Page before.
    before: Option<String>,
    /// The views.
    views: Vec<ViewRow>,
}

/// List the saved views of a StartInfinity board.
///
/// Filters and layout: infinity_get_view. The items themselves: infinity_list_items.
#[tool(reads, toolset = views)]
pub async fn infinity_list_views(ctx: &Ctx, args: Args) -> Result<Views> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let asked = args.folder_id.as_deref().filter(|folder| !folder.trim().is_empty());
    let plan = |place: &Place| Ok(asked.map(|given| place.folder(given)).transpose()?.map(|folder| folder.id.clone()));
    let (place, folder) = place.settle(ctx, plan).await?;

    let paging =
        Paging::of(ctx, args.limit).from_cursors(args.after, args.before).sorted(args.sort_by, args.sort_direction);
    let client = ctx.infinity()?;
    let mut list = paged!(client.list_views().workspace(&place.workspace.id).board_id(&place.board.id), paging);
    if let Some(folder) = &folder {
        list = list.folder_id(folder);
    }
    let page = list.send().await?.into_inner();
    let has_more = page.has_more.unwrap_or_default();
    let (after, before) = paging.cursors(has_more, page.after, page.before);
    let rows = page.data.unwrap_or_default();
    let living = rows.iter().filter(|view| view.deleted != Some(true));
    let views: Vec<ViewRow> = living.map(|view| ViewRow::of(&place, view)).collect();
    Ok(Views { count: views.len(), has_more, after, before, views })
}
