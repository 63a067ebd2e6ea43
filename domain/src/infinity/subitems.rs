//! What hangs below an item, as far as looking for it is cheap: upstream has no list of it.

use super::items::ItemRow;
use super::names::quoted;
use super::one_item;
use super::pages::Paging;
use super::place::Place;
use super::walk::{Found, Walk, walk};
use infini_mcp_core::api::ids::{FolderId, ItemId};
use infini_mcp_core::api::infinity::types::{Item, ItemExpand};
use infini_mcp_core::tool::{Ctx, Result, text::listed};

/// Pages of the item's folder that are worth reading to find its subitems.
const A_LOOK: usize = 3;
/// Subitems that a note names.
const MOST_NAMED: usize = 20;

/// The subitems of an item within a folder.
///
/// # Errors
/// Those of the requests.
pub async fn below(ctx: &Ctx, place: &Place, item: &ItemId, folder: Option<&FolderId>) -> Result<Found> {
    let paging = Paging { limit: u32::MAX, ..Paging::of(ctx, None) };
    let look = Walk { folder, paging, most_pages: A_LOOK, expand: &[ItemExpand::Values] };
    walk(ctx, place, look, |other: &Item| other.parent_id.as_deref() == Some(item.as_str())).await
}

/// What is to be said of subitems that stay where they are when their item is moved to another folder.
///
/// # Errors
/// Those of the requests; nothing was changed then.
pub async fn left_behind(ctx: &Ctx, place: &Place, item: &ItemId, to: &FolderId) -> Result<Option<String>> {
    let from = one_item::fetch_living(ctx, place, item).await?.folder_id;
    let Some(from) = from.as_deref().and_then(|id| place.folder_of_id(id)).filter(|from| from.id != *to) else {
        return Ok(None);
    };
    let below = below(ctx, place, item, Some(&from.id)).await?;
    if below.items.is_empty() {
        return Ok(None);
    }
    let named = |item: &Item| {
        let row = ItemRow::of(place, item);
        format!("{} ({})", quoted(row.title.as_deref().unwrap_or_default()), row.id.unwrap_or_default())
    };
    let least = if below.complete { "" } else { "At least " };
    Ok(Some(format!(
        "{least}{} subitems are still in {}: {}. infinity_update_items can move them.",
        below.items.len(),
        quoted(&from.path),
        listed(below.items.iter().map(named), MOST_NAMED, ", "),
    )))
}
