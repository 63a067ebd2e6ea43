//! List the items of a board.
//!
//! Upstream sends ids for everything; here every id that stands for a name is shown as the name. A long list shows
//! only what fits into a conversation and says what it left out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::infinity::types;
use crate::domain::infinity::columns::{Columns, Table};
use crate::domain::infinity::folders::FolderName;
use crate::domain::infinity::items::ItemRow;
use crate::domain::infinity::pages::{Direction, Paging, paged};
use crate::domain::infinity::place::Place;
use crate::tool::{Ctx, Result, tool};

/// Which items, and what of them.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// This folder only: id, name or path.
    folder_id: Option<String>,
    /// Attributes to show; default all that fit.
    fields: Option<Vec<String>>,
    /// Rows, default 20.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// Cursor of the last answer.
    after: Option<String>,
    /// Cursor `before` of the last answer.
    before: Option<String>,
    /// id or created_at.
    sort_by: Option<String>,
    /// Sort direction.
    sort_direction: Option<Direction>,
    /// Without effect.
    #[expect(dead_code, reason = "callers of an older server send it")]
    expand: Option<Vec<String>>,
}

/// The items.
#[derive(Serialize, JsonSchema)]
pub struct Items {
    /// The folders these items are in.
    folders: Vec<FolderName>,
    /// The attribute shown as title.
    title_attribute: Option<String>,
    /// Items here.
    count: usize,
    /// Whether more follow.
    has_more: bool,
    /// Cursor for the next page.
    after: Option<String>,
    /// Cursor for the page before.
    before: Option<String>,
    #[serde(flatten)]
    table: Table,
}

/// List the items of a StartInfinity board or folder with their values.
///
/// Subitems are among them; those of one item: infinity_list_subitems. All of one: infinity_get_item.
#[tool(reads)]
pub async fn infinity_list_items(ctx: &Ctx, args: Args) -> Result<Items> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let (fields, asked_folder) =
        (args.fields.unwrap_or_default(), args.folder_id.as_deref().filter(|folder| !folder.trim().is_empty()));
    let plan = |place: &Place| {
        let folder = asked_folder.map(|given| place.folder(given)).transpose()?;
        Ok((folder.map(|folder| folder.id.clone()), Columns::of(place, &fields, args.limit)?))
    };
    let (place, (folder, columns)) = place.settle(ctx, plan).await?;

    let paging =
        Paging::of(ctx, args.limit).from_cursors(args.after, args.before).sorted(args.sort_by, args.sort_direction);
    let client = ctx.infinity()?;
    let mut list = paged!(client.list_items().workspace(&place.workspace.id).board_id(&place.board.id), paging);
    if let Some(folder) = &folder {
        list = list.folder_id(folder);
    }
    let page = list.expand(vec![types::ItemExpand::Values, types::ItemExpand::CreatedBy]).send().await?.into_inner();
    let has_more = page.has_more.unwrap_or_default();
    let (after, before) = paging.cursors(has_more, page.after, page.before);
    Ok(Items { has_more, after, before, ..shown(&place, &page.data.unwrap_or_default(), &columns) })
}

/// The items, with what all of them have in common said once.
fn shown(place: &Place, items: &[types::Item], columns: &Columns) -> Items {
    let living = items.iter().filter(|item| item.deleted != Some(true));
    let rows: Vec<ItemRow> = living.map(|item| ItemRow::of(place, item)).collect();
    let mut ids: Vec<String> = Vec::new();
    for id in rows.iter().filter_map(|row| row.folder_id.clone()) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Items {
        folders: ids.iter().map(|id| place.folder_name(id)).collect(),
        title_attribute: rows.first().and_then(|row| row.title_key.clone()),
        count: rows.len(),
        has_more: false,
        after: None,
        before: None,
        table: columns.table(place, rows),
    }
}
