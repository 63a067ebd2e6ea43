//! Workspaces, boards and members: found by id or name.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::names::{self, Named};
use super::pages::Listed;
use super::pictures::{Pictures, is_old};
use super::refusal::{self, Refusal};
use infini_mcp_core::api::ids::{BoardId, UserId, WorkspaceId};
use infini_mcp_core::api::infinity::types;
use infini_mcp_core::tool::{Code, Ctx, Error, Result};

/// A workspace. Its name is not known when it was given by id, since looking it up would cost a request.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// What a person sees.
    pub name: Option<String>,
}

impl Named for Workspace {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(self.id.as_str())
    }
}

impl Workspace {
    /// From an API row; nothing when it has no usable id.
    pub fn of(row: types::Workspace) -> Option<Self> {
        Some(Self { id: WorkspaceId::parse(&row.id?.to_string()).ok()?, name: row.name })
    }
}

/// A workspace in an answer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WorkspaceName {
    /// Workspace id.
    pub id: String,
    /// Workspace name, where it was looked up.
    pub name: Option<String>,
}

impl From<&Workspace> for WorkspaceName {
    fn from(workspace: &Workspace) -> Self {
        Self { id: workspace.id.to_string(), name: workspace.name.clone() }
    }
}

/// A board.
#[derive(Debug, Clone)]
pub struct Board {
    /// Its id.
    pub id: BoardId,
    /// What a person sees.
    pub name: String,
}

impl Named for Board {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl Board {
    /// From an API row; nothing when it has no usable id.
    pub fn of(row: types::Board) -> Option<Self> {
        let id = BoardId::parse(&row.id?).ok()?;
        Some(Self { name: row.name.unwrap_or_else(|| id.to_string()), id })
    }
}

/// A member of a workspace.
#[derive(Debug, Clone)]
pub struct Member {
    /// The user's id.
    pub id: UserId,
    /// What a person sees.
    pub name: String,
    /// The address, by which a member can be named too.
    pub email: Option<String>,
}

impl Named for Member {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn also(&self) -> Option<&str> {
        self.email.as_deref()
    }
}

impl Member {
    /// From an API row; nothing when it has no usable id.
    pub fn of(row: types::User) -> Option<Self> {
        let id = UserId::parse(&row.id?.to_string()).ok()?;
        let name = row.name.filter(|name| !name.trim().is_empty()).or_else(|| row.email.clone());
        Some(Self { name: name.unwrap_or_else(|| id.to_string()), email: row.email, id })
    }
}

/// Finds `given` in a list, saying so when the list is not whole.
///
/// # Errors
/// Those of [`names::find`].
pub fn find<'a, T: Named>(what: &str, given: &str, list: &'a Listed<T>) -> std::result::Result<&'a T, Refusal> {
    names::find(what, given, &list.rows).map_err(|refusal| {
        if list.is_whole || refusal.code() != Code::NotFound {
            return refusal;
        }
        refusal.about(&format!("Only {} {what}s could be looked at, so give the id", list.rows.len()))
    })
}

/// The workspace that is meant; the only one when none is named.
///
/// # Errors
/// When the name is unknown or ambiguous, when none is named though there are several, and those of the request.
pub async fn workspace(ctx: &Ctx, given: Option<&str>) -> Result<Workspace> {
    let pictures = ctx.memory::<Pictures>();
    let Some(given) = given.map(str::trim).filter(|given| !given.is_empty()) else {
        let list = pictures.workspaces(ctx).await?;
        return only(&list);
    };
    if let Ok(id) = WorkspaceId::parse(given) {
        return Ok(Workspace { id, name: None });
    }
    let list = pictures.workspaces(ctx).await?;
    match find("workspace", given, &list) {
        Err(refusal) if refusal.code() == Code::NotFound && is_old(&list) => {
            pictures.forget_workspaces();
            let list = pictures.workspaces(ctx).await?;
            Ok(find("workspace", given, &list)?.clone())
        }
        found => Ok(found?.clone()),
    }
}

fn only(list: &Listed<Workspace>) -> Result<Workspace> {
    match list.rows.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Error::new(Code::NotFound, "No workspace is visible with this token. Nothing was changed.")),
        several => {
            let names: Vec<String> =
                several.iter().take(10).map(|one| format!("{} (id {})", names::quoted(one.name()), one.id)).collect();
            let text = format!("`workspace_id` is missing, and {} workspaces are visible.", several.len());
            Err(Refusal::of_value(text, format!("Give one of {}.", names.join(", "))).into())
        }
    }
}

/// Several things of a list, each by id or name, and once.
///
/// # Errors
/// All that are unknown or ambiguous.
pub fn find_each<'a, T: Named>(what: &str, given: &[String], list: &'a Listed<T>) -> Result<Vec<&'a T>> {
    let (mut found, mut refused): (Vec<&T>, Vec<Refusal>) = (Vec::new(), Vec::new());
    for one in given {
        match find(what, one, list) {
            Ok(one) if found.iter().any(|known| known.id() == one.id()) => {}
            Ok(one) => found.push(one),
            Err(refusal) => refused.push(refusal),
        }
    }
    if refused.is_empty() { Ok(found) } else { Err(refusal::all(refused)) }
}

/// The board of this id or name.
///
/// # Errors
/// When the name is unknown or ambiguous, when the workspace is unknown, and those of the request.
pub async fn board(ctx: &Ctx, workspace: &Workspace, given: &str) -> Result<Board> {
    let pictures = ctx.memory::<Pictures>();
    let list = match pictures.boards(ctx, &workspace.id).await {
        Err(error) => return Err(lost(ctx, workspace, error).await),
        Ok(list) => list,
    };
    match find("board", given, &list) {
        Err(refusal) if refusal.code() == Code::NotFound && is_old(&list) => {
            pictures.forget_boards();
            let list = pictures.boards(ctx, &workspace.id).await?;
            Ok(find("board", given, &list)?.clone())
        }
        found => Ok(found?.clone()),
    }
}

/// The members of a workspace.
///
/// # Errors
/// When the workspace is unknown, and those of the request.
pub async fn members(ctx: &Ctx, workspace: &Workspace) -> Result<Arc<Listed<Member>>> {
    match ctx.memory::<Pictures>().members(ctx, &workspace.id).await {
        Err(error) => Err(lost(ctx, workspace, error).await),
        listed => listed,
    }
}

/// The workspace with its name, so that a person who is asked about it recognises it.
///
/// # Errors
/// Those of the request.
pub async fn with_name(ctx: &Ctx, workspace: Workspace) -> Result<Workspace> {
    if workspace.name.is_some() {
        return Ok(workspace);
    }
    let list = ctx.memory::<Pictures>().workspaces(ctx).await?;
    Ok(find("workspace", workspace.id.as_str(), &list).map_err(Error::from)?.clone())
}

/// A workspace id is used unseen; when upstream does not accept it, the visible ones are told instead of a bare refusal.
pub async fn lost(ctx: &Ctx, workspace: &Workspace, error: Error) -> Error {
    let is_refused = matches!(error.code(), Code::NotFound | Code::PermissionDenied);
    if !is_refused || workspace.name.is_some() {
        return error;
    }
    match ctx.memory::<Pictures>().workspaces(ctx).await {
        Ok(list) => find("workspace", workspace.id.as_str(), &list).map_or_else(Error::from, |_| error),
        Err(_) => error,
    }
}
