//! One board with everything in it that has a name: what a tool needs to read and write in words.

use std::sync::Arc;

use super::attributes::{Attribute, AttributeName, Kind};
use super::directory::{self, Board, Member, Workspace};
use super::folders::{Folder, FolderName};
use super::names::{Named, fold};
use super::pages::Listed;
use super::pictures::{Layout, Pictures, is_old};
use super::refusal::Refusal;
use infini_mcp_core::tool::{Code, Ctx, Result, Zone};

/// A board, with its workspace, folders, attributes and members.
#[derive(Clone)]
pub struct Place {
    /// The workspace.
    pub workspace: Workspace,
    /// The board.
    pub board: Board,
    layout: Arc<Layout>,
    members: Arc<Listed<Member>>,
    zone: Zone,
}

impl Place {
    /// The board of this id or name, in the workspace of this id or name.
    ///
    /// # Errors
    /// When a name is unknown or ambiguous, and those of the requests.
    pub async fn open(ctx: &Ctx, workspace: Option<&str>, board: &str) -> Result<Self> {
        let workspace = directory::workspace(ctx, workspace).await?;
        let pictures = ctx.memory::<Pictures>();
        let (board, members) =
            futures::join!(directory::board(ctx, &workspace, board), pictures.members(ctx, &workspace.id));
        let board = board?;
        let layout = pictures.layout(ctx, &workspace.id, &board.id).await?;
        Ok(Self { workspace, board, layout, members: members?, zone: ctx.zone() })
    }

    /// Works out `plan` from the names; when one is unknown, though it may be newer than the picture, looks once more.
    ///
    /// # Errors
    /// Those of `plan`, and of the requests.
    pub async fn settle<T>(self, ctx: &Ctx, plan: impl Fn(&Self) -> Result<T>) -> Result<(Self, T)> {
        match plan(&self) {
            Err(error) if error.code() == Code::NotFound && is_old(&self.layout.attributes) => {}
            planned => return planned.map(|planned| (self, planned)),
        }
        let pictures = ctx.memory::<Pictures>();
        pictures.forget_layouts();
        pictures.forget_members();
        let workspace = &self.workspace.id;
        let (layout, members) =
            futures::try_join!(pictures.layout(ctx, workspace, &self.board.id), pictures.members(ctx, workspace))?;
        let fresh = Self { layout, members, ..self };
        plan(&fresh).map(|planned| (fresh, planned))
    }

    /// The folder of this id, name or path.
    ///
    /// # Errors
    /// When it is unknown or ambiguous.
    pub fn folder(&self, given: &str) -> std::result::Result<&Folder, Refusal> {
        directory::find("folder", given, &self.layout.folders)
    }

    /// The attribute of this id or name.
    ///
    /// # Errors
    /// When it is unknown or ambiguous.
    pub fn attribute(&self, given: &str) -> std::result::Result<&Attribute, Refusal> {
        directory::find("attribute", given, &self.layout.attributes)
    }

    /// The member of this id, name or address.
    ///
    /// # Errors
    /// When it is unknown or ambiguous.
    pub fn member(&self, given: &str) -> std::result::Result<&Member, Refusal> {
        directory::find("member", given, &self.members)
    }

    /// The folders of these ids, names or paths, each once.
    ///
    /// # Errors
    /// All that are unknown or ambiguous.
    pub fn folders(&self, given: &[String]) -> Result<Vec<&Folder>> {
        directory::find_each("folder", given, &self.layout.folders)
    }

    /// The attributes of these ids or names, each once.
    ///
    /// # Errors
    /// All that are unknown or ambiguous.
    pub fn attributes(&self, given: &[String]) -> Result<Vec<&Attribute>> {
        directory::find_each("attribute", given, &self.layout.attributes)
    }

    /// The time zone that times without one are of.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// The folders inside a folder, at any depth.
    pub fn below(&self, folder: &Folder) -> Vec<&Folder> {
        let mut below: Vec<&Folder> = Vec::new();
        let mut fresh = vec![&folder.id];
        // A folder already found is not looked into again, so that a circle ends.
        while let Some(above) = fresh.pop() {
            for child in self.layout.folders.rows.iter().filter(|child| child.parent_id.as_ref() == Some(above)) {
                if child.id != folder.id && !below.iter().any(|known| known.id == child.id) {
                    below.push(child);
                    fresh.push(&child.id);
                }
            }
        }
        below
    }

    /// The folders that show the attribute of this id.
    pub fn folders_showing(&self, attribute: &str) -> Vec<&Folder> {
        let shows = |folder: &&Folder| folder.attribute_ids.iter().any(|id| id.as_str() == attribute);
        self.layout.folders.rows.iter().filter(shows).collect()
    }

    /// How an attribute is called in answers.
    pub fn attribute_name(&self, id: &str) -> AttributeName {
        let name = self.attribute_of_id(id).map_or(id, |attribute| &attribute.key);
        AttributeName { id: id.to_owned(), name: name.to_owned() }
    }

    /// Whether the members could be listed to the end, so that an id among none of them is wrong.
    pub fn knows_all_members(&self) -> bool {
        self.members.is_whole
    }

    /// The name of a user, where it is a member.
    pub fn member_name(&self, id: i64) -> Option<&str> {
        self.members.rows.iter().find(|member| i64::from(&member.id) == id).map(|member| member.name.as_str())
    }

    /// The names of all members that could be listed.
    pub fn member_names(&self) -> Vec<String> {
        self.members.rows.iter().map(|member| member.name.clone()).collect()
    }

    /// The folders, in upstream's order.
    pub fn all_folders(&self) -> &[Folder] {
        &self.layout.folders.rows
    }

    /// The folder of an id.
    pub fn folder_of_id(&self, id: &str) -> Option<&Folder> {
        self.layout.folders.rows.iter().find(|folder| folder.id() == id)
    }

    /// The attribute of an id.
    pub fn attribute_of_id(&self, id: &str) -> Option<&Attribute> {
        self.layout.attributes.rows.iter().find(|attribute| attribute.id() == id)
    }

    /// The attribute whose values are shown under this key.
    pub fn attribute_by_key(&self, key: &str) -> Option<&Attribute> {
        self.layout.attributes.rows.iter().find(|attribute| attribute.key == key)
    }

    /// How a folder is called in answers: by its name, or by its path where another has the same name.
    pub fn folder_name(&self, id: &str) -> FolderName {
        let folders = &self.layout.folders.rows;
        let name = self.folder_of_id(id).map(|folder| {
            let folded = fold(&folder.name);
            let namesakes = folders.iter().filter(|other| fold(&other.name) == folded).count();
            if namesakes > 1 { folder.path.clone() } else { folder.name.clone() }
        });
        FolderName { id: id.to_owned(), name: name.unwrap_or_else(|| id.to_owned()) }
    }

    /// The attributes in the order in which a folder shows them, those it does not show after them.
    pub fn attributes_in(&self, folder: Option<&Folder>) -> Vec<&Attribute> {
        let shown = folder.map_or(&[][..], |folder| &folder.attribute_ids);
        let mut attributes: Vec<&Attribute> = self.layout.attributes.rows.iter().collect();
        attributes.sort_by_key(|attribute| shown.iter().position(|id| *id == attribute.id).unwrap_or(usize::MAX));
        attributes
    }

    /// The attribute that gives items their name: of the texts the folder shows, the one called Name or Title, else the
    /// first; where it shows none, the same of all texts of the board.
    ///
    /// An item has no title of its own; the product shows the first text attribute, which is usually called Name.
    pub fn name_attribute(&self, folder: Option<&Folder>) -> Option<&Attribute> {
        let texts = self.attributes_in(folder).into_iter().filter(|attribute| attribute.kind == Kind::Text);
        let is_shown =
            |attribute: &&Attribute| folder.is_none_or(|folder| folder.attribute_ids.contains(&attribute.id));
        let (shown, hidden): (Vec<&Attribute>, Vec<&Attribute>) = texts.partition(is_shown);
        let texts = if shown.is_empty() { hidden } else { shown };
        let is_called_so =
            |attribute: &&&Attribute| matches!(fold(&attribute.name).as_str(), "name" | "title" | "titel");
        texts.iter().find(is_called_so).or_else(|| texts.first()).copied()
    }
}

#[cfg(test)]
impl Place {
    /// A board made of rows as the API sends them, for the tests of what is built on it.
    pub fn of_rows(folders: serde_json::Value, attributes: serde_json::Value, members: serde_json::Value) -> Self {
        use super::{attributes as columns, folders as shelves};
        fn rows<T: serde::de::DeserializeOwned, U>(rows: serde_json::Value, of: fn(T) -> Option<U>) -> Listed<U> {
            let rows: Vec<T> = serde_json::from_value(rows).unwrap();
            let mut listed = Listed::in_part(rows.into_iter().filter_map(of).collect());
            listed.is_whole = true;
            listed
        }
        let (mut folders, mut attributes) = (rows(folders, Folder::of), rows(attributes, Attribute::of));
        shelves::lay_paths(&mut folders.rows);
        columns::tell_apart(&mut attributes.rows);
        let id = |text: &str| infini_mcp_core::api::ids::WorkspaceId::parse(text).unwrap();
        Self {
            workspace: Workspace { id: id("669"), name: None },
            board: Board {
                id: infini_mcp_core::api::ids::BoardId::parse("LA1dW8i1TTK").unwrap(),
                name: "Projects".into(),
            },
            layout: Arc::new(Layout { folders, attributes }),
            members: Arc::new(rows(members, Member::of)),
            zone: Zone::UTC,
        }
    }
}
