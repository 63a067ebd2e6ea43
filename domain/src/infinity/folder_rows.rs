//! A folder in an answer, and the attributes it shows.

use schemars::JsonSchema;
use serde::Serialize;

use super::attributes::AttributeName;
use super::names::Rows;
use super::place::Place;
use infini_mcp_core::api::ids::{AttributeId, FolderId};
use infini_mcp_core::api::infinity::types;
use infini_mcp_core::tool::{Ctx, Result};

/// A folder.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FolderRow {
    /// Folder id.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Path, where nested.
    pub path: Option<String>,
    /// Folder above.
    pub parent_id: Option<String>,
    /// As #RRGGBB.
    pub color: Option<String>,
}

impl FolderRow {
    /// From an API row of this place, whose folders may be those from before a change.
    pub fn of(place: &Place, row: &types::Folder) -> Self {
        let above = row.parent_id.as_deref().map(|id| place.folder_of_id(id).map_or(id, |folder| &folder.path));
        let path = above.zip(row.name.as_deref()).map(|(above, name)| format!("{above} / {name}"));
        Self {
            id: row.id.clone(),
            name: row.name.clone(),
            path,
            parent_id: row.parent_id.clone(),
            color: row.color.clone(),
        }
    }
}

/// A folder with what it shows.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FolderDetail {
    #[serde(flatten)]
    row: FolderRow,
    /// What it shows: id, name.
    #[schemars(with = "Rows")]
    attributes: Vec<AttributeName>,
}

impl FolderDetail {
    /// From an API row of this place.
    pub fn of(place: &Place, row: &types::Folder) -> Self {
        let shown = row.attribute_ids.iter().flatten();
        Self { attributes: shown.map(|id| place.attribute_name(id)).collect(), row: FolderRow::of(place, row) }
    }
}

/// The folder as it is now, and not as it was when its board was last looked at.
///
/// # Errors
/// Those of the request.
pub async fn read(ctx: &Ctx, place: &Place, folder: &FolderId) -> Result<types::Folder> {
    let client = ctx.infinity()?;
    let read = client.get_folder().workspace(&place.workspace.id).board_id(&place.board.id).folder_id(folder);
    Ok(read.send().await?.into_inner())
}

/// What a folder has to be told so that it shows `more` beside what it shows; nothing when it shows them all.
///
/// Upstream replaces the whole list, so it is read just before. Of two who do this at once the later one wins.
pub fn joined(folder: &types::Folder, more: &[AttributeId]) -> Option<Vec<String>> {
    let mut shown = folder.attribute_ids.clone().unwrap_or_default();
    let before = shown.len();
    for id in more {
        if !shown.iter().any(|known| known == id.as_str()) {
            shown.push(id.to_string());
        }
    }
    (shown.len() > before).then_some(shown)
}

/// Lets a folder show one attribute more.
///
/// # Errors
/// Those of the requests.
pub async fn show(ctx: &Ctx, place: &Place, folder: &FolderId, attribute: &AttributeId) -> Result<()> {
    let now = read(ctx, place, folder).await?;
    let Some(attribute_ids) = joined(&now, std::slice::from_ref(attribute)) else { return Ok(()) };
    let client = ctx.infinity()?;
    let update = client.update_folder().workspace(&place.workspace.id).board_id(&place.board.id).folder_id(folder);
    let body = types::FolderUpdate { attribute_ids: Some(attribute_ids), ..Default::default() };
    update.body(body).send().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn attributes_are_added_behind_those_that_are_shown_and_none_is_lost() {
        let folder: types::Folder = serde_json::from_value(json!({ "attribute_ids": ["b", "a"] })).unwrap();
        let more = |ids: &[&str]| ids.iter().map(|id| AttributeId::parse(id).unwrap()).collect::<Vec<_>>();
        assert_eq!(joined(&folder, &more(&["c", "a", "c"])), Some(vec!["b".into(), "a".into(), "c".into()]));
        assert_eq!(joined(&folder, &more(&["a", "b"])), None);
        assert_eq!(joined(&types::Folder::default(), &more(&["a"])), Some(vec!["a".into()]));
    }

    #[test]
    fn a_folder_in_a_folder_has_a_path_even_when_it_was_just_moved_there() {
        let folders = json!([{ "id": "top", "name": "Kunden" }, { "id": "in", "name": "Nord", "parent_id": "top" }]);
        let place = Place::of_rows(folders, json!([{ "id": "a1", "name": "Name", "type": "text" }]), json!([]));
        let row: types::Folder = serde_json::from_value(
            json!({ "id": "x", "name": "Neu", "parent_id": "in", "attribute_ids": ["a1", "gone"] }),
        )
        .unwrap();
        let shown = json!(FolderDetail::of(&place, &row));
        assert_eq!(shown["path"], json!("Kunden / Nord / Neu"));
        assert_eq!(shown["attributes"], json!([{ "id": "a1", "name": "Name" }, { "id": "gone", "name": "gone" }]));
    }
}
