//! Create an item.
//!
//! A model knows names, upstream wants ids and one form for each type of attribute. Everything is worked out and
//! checked before the one request that writes, so that a half-right call leaves no half-filled item.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::api::ids::{FolderId, ItemId};
use crate::api::infinity::types;
use crate::domain::infinity::items::{self, ItemRow, Wording};
use crate::domain::infinity::place::Place;
use crate::domain::infinity::values;
use crate::tool::{Ctx, Result, tool};

/// Where the item goes, and what it holds.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Workspace, id or name; may be left out when only one is visible.
    workspace_id: Option<String>,
    /// Board, id or name.
    board_id: String,
    /// Folder, id, name or path.
    folder_id: String,
    /// Id of the item above, to create a subitem.
    parent_id: Option<ItemId>,
    /// Values keyed by attribute name or id: texts, numbers, true/false, ISO dates; labels and members by name, several as a list.
    values: Option<Map<String, Value>>,
    /// The same as `values`; also taken as a list of {name, value}.
    values_by_name: Option<Value>,
    /// The item's name; sets the board's name attribute.
    name: Option<String>,
    /// The same as `name`.
    title: Option<String>,
    /// Position as a number in text; default last.
    sort_order: Option<String>,
}

/// The new item.
#[derive(Serialize, JsonSchema)]
pub struct Created {
    #[serde(flatten)]
    item: ItemRow,
    /// Where a person sees it.
    url: Option<String>,
    /// What to know about it.
    notes: Option<Vec<String>>,
}

/// Everything that is worked out before the request.
struct Draft {
    folder: FolderId,
    values: Vec<types::ItemValueWrite>,
    hidden: Vec<String>,
}

impl Draft {
    fn of(place: &Place, args: &Args) -> Result<Self> {
        let folder = place.folder(&args.folder_id)?;
        let wording = Wording {
            values: args.values.as_ref(),
            values_by_name: args.values_by_name.as_ref(),
            names: [args.name.as_deref(), args.title.as_deref()],
        };
        let mut said = wording.said(place, Some(folder))?;
        // A new item has nothing that could be emptied.
        said.retain(|said| !said.value.is_null());
        let values = values::write(place, &said)?;
        let shows = |id: &str| folder.attribute_ids.iter().any(|shown| shown.as_str() == id);
        let hidden = values
            .iter()
            .filter(|value| !shows(&value.attribute_id))
            .filter_map(|value| place.attribute_of_id(&value.attribute_id));
        Ok(Self { folder: folder.id.clone(), hidden: hidden.map(|attribute| attribute.key.clone()).collect(), values })
    }

    /// Upstream may answer without what was just written; then that is shown.
    fn complete(&self, item: types::Item) -> types::Item {
        let value = |written: &types::ItemValueWrite| types::Value {
            attribute: None,
            attribute_id: Some(written.attribute_id.clone()),
            data: Some(written.data.clone()),
            deleted: None,
            id: None,
            item_id: None,
            object: None,
        };
        let values = item.values.or_else(|| Some(self.values.iter().map(value).collect()));
        types::Item { values, folder_id: item.folder_id.or_else(|| Some(self.folder.to_string())), ..item }
    }

    fn notes(&self) -> Option<Vec<String>> {
        let note = |name: &String| {
            format!("The folder does not show the attribute {name}; infinity_update_folder can add it.")
        };
        Some(self.hidden.iter().map(note).collect()).filter(|notes: &Vec<String>| !notes.is_empty())
    }
}

/// Create an item in a folder of a StartInfinity board.
///
/// Names do for every id. Not idempotent: after outcome_unknown, look with infinity_list_items before repeating.
/// To change an item use infinity_update_item; to add a note to one, infinity_create_comment.
#[tool(
    writes,
    undo = "infinity_archive_item",
    confirm = "Create an item (name {name}, values {values}) in the folder {folder_id} of the board {board_id}?"
)]
pub async fn infinity_create_item(ctx: &Ctx, args: Args) -> Result<Created> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let (place, draft) = place.settle(ctx, |place| Draft::of(place, &args)).await?;
    let body = types::ItemCreate {
        folder_id: draft.folder.to_string(),
        parent_id: args.parent_id.map(|parent| Value::from(parent.as_str())),
        sort_order: args.sort_order,
        values: Some(draft.values.clone()),
    };
    let client = ctx.infinity()?;
    let item = client
        .create_item()
        .workspace(&place.workspace.id)
        .board_id(&place.board.id)
        .body(body)
        .send()
        .await?
        .into_inner();
    let item = ItemRow::of(&place, &draft.complete(item)).without_repetitions(&place);
    let url = item
        .id
        .as_deref()
        .map(|id| items::url(&place.board, item.folder_id.as_deref().unwrap_or(draft.folder.as_str()), id));
    Ok(Created { item, url, notes: draft.notes() })
}
