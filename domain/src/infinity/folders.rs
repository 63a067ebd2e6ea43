//! The folders of a board, with the paths that tell those of one name apart.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::names::Named;
use infini_mcp_core::api::ids::{AttributeId, FolderId};
use infini_mcp_core::api::infinity::types;

/// Folders deeper than this are taken for a circle.
const DEEPEST: usize = 20;

/// One folder.
#[derive(Debug, Clone)]
pub struct Folder {
    /// Its id.
    pub id: FolderId,
    /// What a person sees.
    pub name: String,
    /// The names from the top of the board down to it, such as `Interne IT / Backlog`.
    pub path: String,
    /// The folder around it.
    pub parent_id: Option<FolderId>,
    /// The attributes it shows, in the order of display.
    pub attribute_ids: Vec<AttributeId>,
}

impl Named for Folder {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn full_name(&self) -> &str {
        &self.path
    }
}

impl Folder {
    /// From an API row; nothing when it has no usable id.
    pub fn of(row: types::Folder) -> Option<Self> {
        let id = FolderId::parse(&row.id?).ok()?;
        let name = row.name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| id.to_string());
        let attribute_ids = row.attribute_ids.unwrap_or_default();
        Some(Self {
            id,
            path: name.clone(),
            name,
            parent_id: row.parent_id.and_then(|parent| FolderId::parse(&parent).ok()),
            attribute_ids: attribute_ids.iter().filter_map(|id| AttributeId::parse(id).ok()).collect(),
        })
    }
}

/// Fills in the paths, once all folders of the board are known.
pub fn lay_paths(folders: &mut [Folder]) {
    let known: HashMap<FolderId, (String, Option<FolderId>)> =
        folders.iter().map(|folder| (folder.id.clone(), (folder.name.clone(), folder.parent_id.clone()))).collect();
    for folder in folders {
        let mut names = vec![folder.name.clone()];
        let mut above = folder.parent_id.as_ref();
        while let Some((name, parent)) = above.and_then(|id| known.get(id)).filter(|_| names.len() < DEEPEST) {
            names.push(name.clone());
            above = parent.as_ref();
        }
        names.reverse();
        folder.path = names.join(" / ");
    }
}

/// A folder in an answer.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FolderName {
    /// Folder id.
    pub id: String,
    /// Folder name, with its path where names repeat.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_folder_in_a_folder_has_a_path_and_a_circle_does_no_harm() {
        let row = |id: &str, parent: Option<&str>| {
            let row = json!({ "id": id, "name": id.to_uppercase(), "parent_id": parent });
            Folder::of(serde_json::from_value(row).unwrap()).unwrap()
        };
        let mut folders =
            [row("a", None), row("b", Some("a")), row("c", Some("gone")), row("d", Some("e")), row("e", Some("d"))];
        lay_paths(&mut folders);
        assert_eq!(folders[1].path, "A / B");
        assert_eq!(folders[2].path, "C");
        assert!(folders[3].path.len() < 100);
    }
}
