//! New items: worked out from names and checked before the one request that writes, so that a half-right call leaves no
//! half-filled item.

use serde_json::Value;

use super::items::Wording;
use super::one_item::{OneItem, completed};
use super::place::Place;
use super::values;
use infini_mcp_core::api::ids::{FolderId, ItemId};
use infini_mcp_core::api::infinity::types;
use infini_mcp_core::tool::{Ctx, Result};

/// A new item as a caller describes it.
#[derive(Debug)]
pub struct Wish<'a> {
    /// Folder, by id, name or path.
    pub folder: &'a str,
    /// The item above.
    pub parent: Option<&'a ItemId>,
    /// What it holds.
    pub wording: Wording<'a>,
    /// Its position.
    pub sort_order: Option<&'a str>,
}

/// A new item as upstream takes it.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Where it goes.
    pub folder: FolderId,
    /// The item above.
    pub parent: Option<ItemId>,
    /// What it holds.
    pub values: Vec<types::ItemValueWrite>,
    sort_order: Option<String>,
    hidden: Vec<String>,
}

impl Draft {
    /// Works out the names.
    ///
    /// # Errors
    /// Everything that is unknown, ambiguous or does not fit.
    pub fn of(place: &Place, wish: &Wish<'_>) -> Result<Self> {
        let folder = place.folder(wish.folder)?;
        let mut said = wish.wording.said(place, Some(folder))?;
        // A new item has nothing that could be emptied.
        said.retain(|said| !values::is_nothing(&said.value));
        let values = values::write(place, &said)?;
        let shows = |id: &str| folder.attribute_ids.iter().any(|shown| shown.as_str() == id);
        let hidden = values
            .iter()
            .filter(|value| !shows(&value.attribute_id))
            .filter_map(|value| place.attribute_of_id(&value.attribute_id));
        Ok(Self {
            folder: folder.id.clone(),
            parent: wish.parent.cloned(),
            sort_order: wish.sort_order.map(str::to_owned),
            hidden: hidden.map(|attribute| attribute.key.clone()).collect(),
            values,
        })
    }

    /// Writes it.
    ///
    /// # Errors
    /// Those of the request; `outcome_unknown` when it may have arrived.
    pub async fn send(&self, ctx: &Ctx, place: &Place) -> Result<types::Item> {
        let body = types::ItemCreate {
            folder_id: self.folder.to_string(),
            parent_id: self.parent.as_ref().map(|parent| Value::from(parent.as_str())),
            sort_order: self.sort_order.clone(),
            values: Some(self.values.clone()),
        };
        let client = ctx.infinity()?;
        let create = client.create_item().workspace(&place.workspace.id).board_id(&place.board.id);
        let made = create.body(body).send().await.map_err(|error| values::refused(place, &self.values, error))?;
        let item = completed(made.into_inner(), &self.values);
        Ok(types::Item { folder_id: item.folder_id.or_else(|| Some(self.folder.to_string())), ..item })
    }

    /// Writes it and says what came of it.
    ///
    /// # Errors
    /// Those of [`Draft::send`].
    pub async fn create(&self, ctx: &Ctx, place: &Place) -> Result<OneItem> {
        let item = self.send(ctx, place).await?;
        Ok(OneItem::of(place, &item, self.notes()))
    }

    /// What a caller should know of it.
    pub fn notes(&self) -> Vec<String> {
        let note = |name: &String| {
            format!("The folder does not show the attribute {name}; infinity_update_folder can add it.")
        };
        self.hidden.iter().map(note).collect()
    }
}
