//! The boards of all visible workspaces, for whoever knows a board but not where it is.

use futures::StreamExt;

use super::directory::{Board, Workspace, find};
use super::names::Named;
use super::pages::Listed;
use super::pictures::{Pictures, is_old};
use infini_mcp_core::tool::{Code, Ctx, Result};

/// Workspaces that are looked into; few accounts see more than three.
const MOST_WORKSPACES: usize = 10;
/// Workspaces that are looked into at the same time.
const AT_ONCE: usize = 4;

/// A board and where it is.
#[derive(Debug, Clone)]
pub struct Located {
    /// The workspace.
    pub workspace: Workspace,
    /// The board.
    pub board: Board,
}

impl Named for Located {
    fn id(&self) -> &str {
        self.board.id()
    }

    fn name(&self) -> &str {
        self.board.name()
    }
}

/// The boards as they are remembered, workspace after workspace. What one workspace does not show is left out.
///
/// # Errors
/// Those of the requests, when no workspace shows its boards.
pub async fn all(ctx: &Ctx) -> Result<Listed<Located>> {
    let pictures = ctx.memory::<Pictures>();
    let workspaces = pictures.workspaces(ctx).await?;
    let looked_into = workspaces.rows.iter().take(MOST_WORKSPACES).cloned().collect::<Vec<_>>();
    let pictures = &pictures;
    let boards = futures::stream::iter(looked_into)
        .map(|workspace| async move {
            let boards = pictures.boards(ctx, &workspace.id).await;
            (workspace, boards)
        })
        .buffered(AT_ONCE);
    let mut all = Listed::in_part(Vec::new());
    all.is_whole = workspaces.is_whole && workspaces.rows.len() <= MOST_WORKSPACES;
    let (mut refused, mut is_shown) = (None, false);
    for (workspace, boards) in boards.collect::<Vec<_>>().await {
        match boards {
            Ok(boards) => {
                is_shown = true;
                all.is_whole &= boards.is_whole;
                let located = |board: &Board| Located { workspace: workspace.clone(), board: board.clone() };
                all.rows.extend(boards.rows.iter().map(located));
            }
            Err(error) => {
                all.is_whole = false;
                refused = Some(error);
            }
        }
    }
    match refused {
        Some(error) if !is_shown => Err(error),
        Some(_) | None => Ok(all),
    }
}

/// The board of this id or name, wherever it is.
///
/// # Errors
/// When the name is unknown or ambiguous, and those of the requests.
pub async fn one(ctx: &Ctx, given: &str) -> Result<Located> {
    match find("board", given, &all(ctx).await?) {
        Err(refusal) if refusal.code() == Code::NotFound && is_remembered(ctx).await? => {
            ctx.memory::<Pictures>().forget_boards();
            Ok(find("board", given, &all(ctx).await?)?.clone())
        }
        found => Ok(found?.clone()),
    }
}

/// Whether a board may have been added since the boards were read.
async fn is_remembered(ctx: &Ctx) -> Result<bool> {
    let pictures = ctx.memory::<Pictures>();
    let workspaces = pictures.workspaces(ctx).await?;
    let Some(first) = workspaces.rows.first() else { return Ok(false) };
    Ok(is_old(pictures.boards(ctx, &first.id).await?.as_ref()))
}
