//! A single item: read by its id, written, and answered whole.

use schemars::JsonSchema;
use serde::Serialize;

use super::items::{self, ItemRow};
use super::place::Place;
use infini_mcp_core::api::ids::ItemId;
use infini_mcp_core::api::infinity::types::{self, ItemExpand};
use infini_mcp_core::tool::{Code, Ctx, Error, Result};

/// What tools that deal with one item answer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OneItem {
    #[serde(flatten)]
    item: ItemRow,
    /// Its page.
    url: Option<String>,
    /// Remarks on it.
    notes: Option<Vec<String>>,
}

impl OneItem {
    /// The item in words, its title not repeated among the values.
    pub fn of(place: &Place, item: &types::Item, notes: Vec<String>) -> Self {
        let item = ItemRow::of(place, item).without_repetitions(place);
        let url = item.id.as_deref().zip(item.folder_id.as_deref());
        Self {
            url: url.map(|(id, folder)| items::url(&place.board, folder, id)),
            item,
            notes: Some(notes).filter(|notes| !notes.is_empty()),
        }
    }
}

/// Reads an item with its values. An archived one comes too, marked as deleted.
///
/// # Errors
/// Those of the request; upstream says of an unknown id only that it is not there.
pub async fn fetch(ctx: &Ctx, place: &Place, id: &ItemId) -> Result<types::Item> {
    let client = ctx.infinity()?;
    let item = client.get_item().workspace(&place.workspace.id).board_id(&place.board.id).item_id(id);
    let read = item.expand(vec![ItemExpand::Values, ItemExpand::CreatedBy]).send().await;
    Ok(read.map_err(|error| on(place, error.into()))?.into_inner())
}

/// Reads an item that is to be changed.
///
/// # Errors
/// `conflict` when it is archived, since nothing but a person brings it back; and those of [`fetch`].
pub async fn fetch_living(ctx: &Ctx, place: &Place, id: &ItemId) -> Result<types::Item> {
    let item = fetch(ctx, place, id).await?;
    if item.deleted != Some(true) {
        return Ok(item);
    }
    Err(Error::new(Code::Conflict, format!("The item {id} is archived already. Nothing was changed."))
        .with_hint("The API cannot bring it back; a person may be able to in StartInfinity."))
}

/// Adds the board to a refusal, for the same id may well exist on another one.
fn on(place: &Place, error: Error) -> Error {
    if error.code() != Code::NotFound {
        return error;
    }
    error.with_hint(format!(
        "It may be on another board than {}; infinity_list_items shows the ids of a board's items.",
        super::names::quoted(&place.board.name)
    ))
}

/// Upstream may answer a write without the values that were just written; then those are shown.
pub fn completed(answer: types::Item, written: &[types::ItemValueWrite]) -> types::Item {
    let value = |written: &types::ItemValueWrite| types::Value {
        attribute: None,
        attribute_id: Some(written.attribute_id.clone()),
        data: Some(written.data.clone()),
        deleted: None,
        id: None,
        item_id: None,
        object: None,
    };
    let values = answer.values.or_else(|| Some(written.iter().map(value).collect()));
    types::Item { values, ..answer }
}
