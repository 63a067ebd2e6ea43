//! What is remembered of workspaces and boards for a minute, so that names cost no requests.

use std::fmt::Display;
use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::attributes::{self, Attribute};
use super::directory::{Board, Member, Workspace};
use super::folders::{self, Folder};
use super::pages::{Listed, gathered};
use crate::cache::{Cache, Name};
use infini_mcp_core::api::ids::{BoardId, WorkspaceId};
use infini_mcp_core::api::{self, Cause};
use infini_mcp_core::tool::{Ctx, Result};

/// How long a picture is used.
const KEPT_FOR: Duration = Duration::from_secs(60);
/// How old a picture must be before a name it lacks makes it worth looking again.
const WORTH_ANOTHER_LOOK: Duration = Duration::from_secs(3);
/// Boards, or workspaces, that are remembered at once.
const MOST: u64 = 200;

/// Whether something may have been added since `list` was read.
pub fn is_old<T>(list: &Listed<T>) -> bool {
    list.age() > WORTH_ANOTHER_LOOK
}

/// What a board consists of, apart from its items.
#[derive(Debug)]
pub struct Layout {
    /// Its folders, with paths.
    pub folders: Listed<Folder>,
    /// Its attributes, with labels.
    pub attributes: Listed<Attribute>,
}

/// Everything that is remembered for one token.
#[derive(Default)]
pub struct Pictures {
    workspaces: Shelf<Listed<Workspace>>,
    boards: Shelf<Listed<Board>>,
    members: Shelf<Listed<Member>>,
    layouts: Shelf<Layout>,
}

impl Pictures {
    /// The workspaces that are visible.
    ///
    /// # Errors
    /// Those of the request.
    pub async fn workspaces(&self, ctx: &Ctx) -> Result<Arc<Listed<Workspace>>> {
        let client = ctx.infinity()?;
        let load = || gathered!(client.list_workspaces(), Workspace::of);
        Ok(self.workspaces.get(ctx, &[], load).await?)
    }

    /// The boards of a workspace.
    ///
    /// # Errors
    /// Those of the request.
    pub async fn boards(&self, ctx: &Ctx, workspace: &WorkspaceId) -> Result<Arc<Listed<Board>>> {
        let client = ctx.infinity()?;
        let load = || gathered!(client.list_boards().workspace(workspace), Board::of);
        Ok(self.boards.get(ctx, &[workspace], load).await?)
    }

    /// The members of a workspace; none where the token may not list them, for ids still work then.
    ///
    /// # Errors
    /// Those of the request, but for a refusal.
    pub async fn members(&self, ctx: &Ctx, workspace: &WorkspaceId) -> Result<Arc<Listed<Member>>> {
        let client = ctx.infinity()?;
        let load = || async {
            match gathered!(client.list_members().workspace(workspace), Member::of).await {
                Err(error) if error.cause == Cause::PermissionDenied => Ok(Listed::in_part(Vec::new())),
                listed => listed,
            }
        };
        Ok(self.members.get(ctx, &[workspace], load).await?)
    }

    /// The folders and attributes of a board.
    ///
    /// # Errors
    /// Those of the requests.
    pub async fn layout(&self, ctx: &Ctx, workspace: &WorkspaceId, board: &BoardId) -> Result<Arc<Layout>> {
        let client = ctx.infinity()?;
        let load = || async {
            let folders = gathered!(client.list_folders().workspace(workspace).board_id(board), Folder::of);
            let attributes = gathered!(client.list_attributes().workspace(workspace).board_id(board), Attribute::of);
            let (mut folders, mut attributes) = futures::try_join!(folders, attributes)?;
            folders::lay_paths(&mut folders.rows);
            attributes::tell_apart(&mut attributes.rows);
            Ok(Layout { folders, attributes })
        };
        Ok(self.layouts.get(ctx, &[workspace, board], load).await?)
    }

    /// After a change to workspaces.
    pub fn forget_workspaces(&self) {
        self.workspaces.forget();
    }

    /// After a change to boards.
    pub fn forget_boards(&self) {
        self.boards.forget();
    }

    /// After a change to members.
    pub fn forget_members(&self) {
        self.members.forget();
    }

    /// After a change to folders or attributes.
    pub fn forget_layouts(&self) {
        self.layouts.forget();
    }
}

/// One kind of picture. However many callers ask for one at a time, it is read once.
struct Shelf<T> {
    cache: Cache<T>,
    /// Part of every name: a picture whose reading began before a change is put where nobody looks any more.
    edition: AtomicU64,
}

impl<T: Send + Sync + 'static> Default for Shelf<T> {
    fn default() -> Self {
        Self { cache: Cache::new(MOST, KEPT_FOR), edition: AtomicU64::new(0) }
    }
}

impl<T: Send + Sync + 'static> Shelf<T> {
    async fn get<F>(&self, ctx: &Ctx, ids: &[&(dyn Display + Sync)], load: impl Fn() -> F) -> api::Result<Arc<T>>
    where
        F: Future<Output = api::Result<T>> + Send,
    {
        let edition = self.edition.load(Ordering::Acquire).to_string();
        let name: Name = iter::once(edition).chain(ids.iter().map(ToString::to_string)).collect();
        let first = self.cache.get_or_read(name.clone(), &load).await;
        let result = match first {
            // Whoever read it for all of us gave up; this caller has not.
            Err(error) if error.cause == Cause::Cancelled && !ctx.call().cancel().is_cancelled() => {
                self.cache.get_or_read(name, &load).await
            }
            result => result,
        };
        result.map_err(|error| error.as_ref().clone())
    }

    fn forget(&self) {
        self.edition.fetch_add(1, Ordering::AcqRel);
    }
}
