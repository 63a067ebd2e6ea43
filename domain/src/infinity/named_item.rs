//! An item that a caller names: by id, or by the title that a person sees.

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::directory;
use super::items::ItemRow;
use super::names::{Named, quoted};
use super::pages::gathered;
use super::place::Place;
use super::refusal::Refusal;
use infini_mcp_core::api::ids::ItemId;
use infini_mcp_core::api::infinity::types;
use infini_mcp_core::api::{self, Cause};
use infini_mcp_core::tool::{Ctx, Error, Result};

/// An item that exists and is not archived.
#[derive(Debug, Clone)]
pub struct NamedItem {
    /// Its id.
    pub id: ItemId,
    /// What a person sees; empty for an item without a title.
    pub title: String,
    /// The title with the folder behind it, which tells namesakes apart.
    label: String,
}

impl Named for NamedItem {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn name(&self) -> &str {
        &self.title
    }

    fn full_name(&self) -> &str {
        &self.label
    }
}

/// An item in an answer.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ItemName {
    /// Item id.
    pub id: String,
    /// Its title.
    pub title: Option<String>,
}

impl From<&NamedItem> for ItemName {
    fn from(item: &NamedItem) -> Self {
        Self { id: item.id.to_string(), title: Some(item.title.clone()).filter(|title| !title.is_empty()) }
    }
}

impl ItemName {
    /// For a question to a person: the title, or the id where there is none.
    pub fn in_words(&self) -> String {
        self.title.as_deref().map_or_else(|| self.id.clone(), quoted)
    }
}

impl NamedItem {
    fn of(place: &Place, item: &types::Item) -> Option<Self> {
        let id = ItemId::parse(item.id.as_deref()?).ok()?;
        let row = ItemRow::of(place, item);
        let title = row.title.unwrap_or_default();
        let label = row.folder.map_or_else(|| title.clone(), |folder| format!("{title} (in {folder})"));
        Some(Self { id, title, label })
    }

    /// The item of this id, title or `title (in folder)` on the board of `place`. Upstream cannot search, so a title costs a walk over the
    /// board's items, at most 2,000 of them.
    ///
    /// # Errors
    /// When the item is unknown, archived or ambiguous, and those of the requests.
    pub async fn find(ctx: &Ctx, place: &Place, given: &str) -> Result<Self> {
        let given = given.trim();
        if Uuid::parse_str(given).is_ok() {
            return by_id(ctx, place, given).await;
        }
        ctx.call().report(&format!("looking for {} among the items of {}", quoted(given), quoted(&place.board.name)));
        let client = ctx.infinity()?;
        let list = client
            .list_items()
            .workspace(&place.workspace.id)
            .board_id(&place.board.id)
            .expand(vec![types::ItemExpand::Values]);
        let items = gathered!(list.clone(), |item: types::Item| Self::of(place, &item)).await?;
        Ok(directory::find("item", given, &items)?.clone())
    }
}

impl NamedItem {
    /// The same, but an id that is on no item of this board is passed on: it may be one of another board, and upstream
    /// knows.
    ///
    /// # Errors
    /// As [`find`](Self::find), but for an unknown id.
    pub async fn find_or_trust(ctx: &Ctx, place: &Place, given: &str) -> Result<Self> {
        let given = given.trim();
        if Uuid::parse_str(given).is_err() {
            return Self::find(ctx, place, given).await;
        }
        let id = ItemId::parse(given).map_err(Error::internal)?;
        let known = look_up(ctx, place, &id).await?.map(|item| living(place, &item)).transpose()?;
        Ok(known.unwrap_or(Self { id, title: String::new(), label: String::new() }))
    }
}

async fn by_id(ctx: &Ctx, place: &Place, id: &str) -> Result<NamedItem> {
    let item = read(ctx, place, &ItemId::parse(id).map_err(Error::internal)?).await?;
    living(place, &item)
}

fn living(place: &Place, item: &types::Item) -> Result<NamedItem> {
    let item_named = NamedItem::of(place, item).ok_or_else(|| Error::internal("an item came back without its id"))?;
    if item.deleted == Some(true) {
        let text = format!("The item {} of the board {} is archived.", item_named.id, quoted(&place.board.name));
        return Err(Refusal::unknown(text, "Choose an item that is in use.").into());
    }
    Ok(item_named)
}

/// An item with its values, archived or not.
///
/// # Errors
/// When the board has no such item, and those of the request.
pub async fn read(ctx: &Ctx, place: &Place, id: &ItemId) -> Result<types::Item> {
    look_up(ctx, place, id).await?.ok_or_else(|| {
        let text = format!("The board {} has no item with the id {id}.", quoted(&place.board.name));
        Refusal::unknown(text, "Take the id from infinity_list_items, or give the item's title.").into()
    })
}

/// An item with its values; nothing when the board has none with this id.
async fn look_up(ctx: &Ctx, place: &Place, id: &ItemId) -> Result<Option<types::Item>> {
    let client = ctx.infinity()?;
    let get = client.get_item().workspace(&place.workspace.id).board_id(&place.board.id).item_id(id);
    match get.expand(vec![types::ItemExpand::Values]).send().await.map_err(api::Error::from) {
        Ok(item) => Ok(Some(item.into_inner())),
        Err(error) if error.cause == Cause::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}
