//! What follows an upload: the answer, and putting the file on an item in the same call.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::attributes::Kind;
use super::dates;
use super::named_item::{self, NamedItem};
use super::place::Place;
use super::purpose;
use super::refusal::Refusal;
use infini_mcp_core::api::infinity::types;
use infini_mcp_core::tool::{Code, Ctx, Error, Result};

/// What is always to be known about an upload's link.
const LINK_NOTE: &str = "The link is signed and expires soon; reading the item again gives a fresh one.";

/// The uploaded file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Uploaded {
    /// Attachment id, for attachment values.
    id: Option<i64>,
    /// File name.
    name: Option<String>,
    /// Size in bytes.
    size: Option<i64>,
    /// Signed link; it expires.
    link: Option<String>,
    /// When it was uploaded.
    created_at: Option<String>,
    /// Item it was put on.
    item_id: Option<String>,
    /// Title of the item.
    item: Option<String>,
    /// Attribute that holds it.
    attribute: Option<String>,
    /// What to know.
    notes: Vec<String>,
}

/// The item a file shall be put on, found before anything is uploaded.
pub struct Target {
    place: Place,
    item: NamedItem,
    attribute_id: String,
    attribute: String,
}

/// Where the caller wants the file.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// Workspace.
    pub workspace: Option<&'a str>,
    /// Board.
    pub board: Option<&'a str>,
    /// Item.
    pub item: Option<&'a str>,
    /// Attribute.
    pub attribute: Option<&'a str>,
}

impl Target {
    /// The item that is wished for; nothing when none is.
    ///
    /// # Errors
    /// When only a part is named, when a name is unknown or ambiguous, and those of the requests.
    pub async fn find(ctx: &Ctx, wish: Wish<'_>) -> Result<Option<Self>> {
        let given = |text: Option<&'_ str>| text.is_some_and(|text| !text.trim().is_empty());
        let (Some(board), Some(item)) =
            (wish.board.filter(|_| given(wish.board)), wish.item.filter(|_| given(wish.item)))
        else {
            if given(wish.board) || given(wish.item) || given(wish.attribute) {
                return Err(Refusal::of_value(
                    "To put the file on an item, `board_id` and `item_id` belong together.",
                    "Give both, or neither to only upload.",
                )
                .into());
            }
            return Ok(None);
        };
        let place = Place::open(ctx, wish.workspace, board).await?;
        let choose = |place: &Place| {
            let attribute = purpose::attribute(place, wish.attribute, &Kind::Attachments, "attachments")?;
            Ok((attribute.id.to_string(), attribute.key.clone()))
        };
        let (place, (attribute_id, attribute)) = place.settle(ctx, choose).await?;
        let item = NamedItem::find(ctx, &place, item).await?;
        Ok(Some(Self { place, item, attribute_id, attribute }))
    }

    /// Adds the file to those the item has. Upstream replaces the list, so it is read just before.
    async fn put(&self, ctx: &Ctx, file: i64) -> Result<()> {
        let now = named_item::read(ctx, &self.place, &self.item.id).await?;
        let mut files = self.files(&now);
        files.push(json!({ "id": file }));
        let value = types::ItemValueWrite { attribute_id: self.attribute_id.clone(), data: Value::Array(files) };
        let body = types::ItemUpdate { folder_id: None, parent_id: None, sort_order: None, values: Some(vec![value]) };
        let client = ctx.infinity()?;
        let Place { workspace, board, .. } = &self.place;
        client
            .update_item()
            .workspace(&workspace.id)
            .board_id(&board.id)
            .item_id(&self.item.id)
            .body(body)
            .send()
            .await?;
        Ok(())
    }

    /// The files the item has, in the form upstream takes.
    fn files(&self, item: &types::Item) -> Vec<Value> {
        let mut values = item.values.iter().flatten().filter(|value| value.deleted != Some(true));
        let value = values.find(|value| value.attribute_id.as_deref() == Some(&self.attribute_id));
        let files = value.and_then(|value| value.data.as_ref()?.as_array());
        files.into_iter().flatten().filter_map(|file| Some(json!({ "id": file.get("id")? }))).collect()
    }
}

impl Uploaded {
    /// The answer for an upload that succeeded. Putting the file on its item may still fail; that is told, and the
    /// upload's success is not lost with it.
    pub async fn finish(ctx: &Ctx, file: types::Attachment, target: Option<Target>) -> Self {
        let mut notes = vec![LINK_NOTE.to_owned()];
        let mut holder = None;
        if let Some(target) = target {
            match put(ctx, file.id, &target).await {
                Ok(()) => holder = Some(target),
                Err(error) => notes.push(not_put(&error, file.id, &target)),
            }
        }
        let (item_id, item, attribute) = match holder {
            Some(Target { item, attribute, .. }) => (Some(item.id.to_string()), Some(item.title), Some(attribute)),
            None => (None, None, None),
        };
        Self {
            id: file.id,
            name: file.original_name,
            size: file.filesize,
            link: file.link,
            created_at: file.created_at.as_deref().map(dates::shown),
            item_id,
            item: item.filter(|title| !title.is_empty()),
            attribute,
            notes,
        }
    }
}

async fn put(ctx: &Ctx, file: Option<i64>, target: &Target) -> Result<()> {
    let unnamed = || Error::new(Code::UpstreamUnavailable, "StartInfinity named no id for the file.");
    target.put(ctx, file.ok_or_else(unnamed)?).await
}

fn not_put(error: &Error, file: Option<i64>, target: &Target) -> String {
    let id = file.map_or_else(|| "?".to_owned(), |id| id.to_string());
    let may_be = if error.code() == Code::OutcomeUnknown { "may not be" } else { "is not" };
    format!(
        "The file is uploaded but {may_be} on the item {}: {error} Look with infinity_get_item; infinity_update_item can add the id {id} to {}.",
        target.item.id, target.attribute
    )
}

/// An upload whose outcome is not known may be repeated, unlike other writes: at worst a copy lies unused.
pub fn unclear(error: Error) -> Error {
    if error.code() != Code::OutcomeUnknown {
        return error;
    }
    error.with_hint("Uploads cannot be listed. Uploading again does no harm: at worst an unused copy remains.")
}
