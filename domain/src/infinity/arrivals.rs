//! Whether a write whose answer was lost took effect: told from what upstream holds now.

use serde_json::Value;

use super::attributes::Kind;
use super::batch::Before;
use super::dates;
use super::drafts::Draft;
use super::names::Named;
use super::pages::{Direction, LARGEST, Paging};
use super::place::Place;
use super::values;
use super::walk::{Walk, read_page};
use infini_mcp_core::api::infinity::types::{Item, ItemExpand, ItemValueWrite};
use infini_mcp_core::tool::text::from_html;
use infini_mcp_core::tool::{Ctx, Result};

/// Pages of new items that are read; a batch has at most two pages.
const MOST_PAGES: usize = 10;

/// The newest items of a board.
///
/// # Errors
/// Those of the request.
pub async fn before(ctx: &Ctx, place: &Place) -> Result<Before> {
    let rows = newest(ctx, place, None).await?.unwrap_or_default();
    let newest = rows.first().and_then(made);
    let ids = rows.iter().filter(|item| made(item) == newest).filter_map(|item| item.id.clone()).collect();
    Ok(Before { newest, ids })
}

/// The items made since, or nothing when it is not sure that these are all.
///
/// # Errors
/// Those of the requests.
pub async fn since(ctx: &Ctx, place: &Place, before: &Before) -> Result<Option<Vec<Item>>> {
    let Some(rows) = newest(ctx, place, Some(before)).await? else { return Ok(None) };
    let is_new =
        |item: &Item| made(item) >= before.newest && item.id.as_ref().is_none_or(|id| !before.ids.contains(id));
    Ok(Some(rows.into_iter().filter(is_new).collect()))
}

/// Items from new to old: the first page, or all pages back to `until`. Nothing when the end cannot be trusted.
async fn newest(ctx: &Ctx, place: &Place, until: Option<&Before>) -> Result<Option<Vec<Item>>> {
    let mut paging =
        Paging { limit: LARGEST, ..Paging::of(ctx, None) }.sorted(Some("created_at".to_owned()), Some(Direction::Desc));
    let mut rows: Vec<Item> = Vec::new();
    for _ in 0..MOST_PAGES {
        let walk = Walk { folder: None, paging: paging.clone(), most_pages: 1, expand: &[ItemExpand::Values] };
        let page = read_page(ctx, place, &walk, &paging).await?;
        rows.extend(page.data.unwrap_or_default());
        // Were they not sorted, an older item would say nothing about those behind it.
        if !rows.iter().map(made).is_sorted_by(|later, earlier| later >= earlier) {
            return Ok(None);
        }
        let reached = until.is_none_or(|before| rows.last().is_some_and(|item| made(item) < before.newest));
        if reached || page.has_more != Some(true) {
            return Ok(Some(rows));
        }
        if page.after.is_none() || page.after == paging.after {
            return Ok(None);
        }
        paging.after = page.after;
    }
    Ok(None)
}

/// When an item was made, in a form that can be compared.
fn made(item: &Item) -> Option<String> {
    item.created_at.as_deref().and_then(dates::moment)
}

/// Whether an item is what a draft would have become.
pub fn is_of(place: &Place, item: &Item, draft: &Draft) -> bool {
    item.folder_id.as_deref() == Some(draft.folder.as_str())
        && item.parent_id.as_deref() == draft.parent.as_ref().map(|parent| parent.as_str())
        && holds(place, item, &draft.values)
}

/// Whether an item holds these values, as far as upstream keeps values the way they were sent.
pub fn holds(place: &Place, item: &Item, values: &[ItemValueWrite]) -> bool {
    values.iter().all(|value| {
        let Some(attribute) = place.attribute_of_id(&value.attribute_id) else { return true };
        let held = values::data_of(item, attribute.id()).unwrap_or(&Value::Null);
        match &attribute.kind {
            // Upstream adds to these what was not sent: pictures, addresses, ids.
            Kind::Links | Kind::Checklist | Kind::Attachments | Kind::Other(_) => true,
            Kind::Longtext => text(held) == text(&value.data),
            _ => values::shown(place, attribute, held) == values::shown(place, attribute, &value.data),
        }
    })
}

fn text(html: &Value) -> String {
    from_html(html.as_str().unwrap_or_default()).split_whitespace().collect::<Vec<_>>().join(" ")
}
