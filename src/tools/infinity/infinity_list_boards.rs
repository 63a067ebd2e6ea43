//! List the boards of a workspace.
//!
//! The first step of most work: a board is where items live, and every other tool takes its id or name from here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::infinity::types;
use crate::domain::infinity::directory::{self, WorkspaceName};
use crate::domain::infinity::pages::{Direction, Paging, paged};
use crate::tool::text::Foreign;
use crate::tool::{Ctx, Result, tool};

/// Which boards.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Workspace, id or name; may be left out when only one is visible.
    workspace_id: Option<String>,
    /// Boards to give; default 20.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// Cursor `after` of the last answer, for the next page.
    after: Option<String>,
    /// Cursor `before` of the last answer, for the page before it.
    before: Option<String>,
    /// Sort by `id` or `created_at`.
    sort_by: Option<String>,
    /// Sort direction.
    sort_direction: Option<Direction>,
}

/// The boards.
#[derive(Serialize, JsonSchema)]
pub struct Boards {
    /// Where they are.
    workspace: WorkspaceName,
    /// Boards here.
    count: usize,
    /// Whether more follow.
    has_more: bool,
    /// Cursor for the next page.
    after: Option<String>,
    /// Cursor for the page before.
    before: Option<String>,
    /// The boards.
    boards: Vec<Row>,
}

/// One board.
#[derive(Serialize, JsonSchema)]
pub struct Row {
    /// Board id.
    id: Option<String>,
    /// Board name.
    name: Option<String>,
    /// What it is for.
    description: Option<Foreign>,
    /// When it was made.
    created_at: Option<String>,
}

impl From<types::Board> for Row {
    fn from(board: types::Board) -> Self {
        let description = board.description.filter(|text| !text.trim().is_empty());
        Self {
            id: board.id,
            name: board.name,
            description: description.map(|text| Foreign::html(&text)),
            created_at: board.created_at.as_deref().map(crate::domain::infinity::dates::shown),
        }
    }
}

/// List the boards of a StartInfinity workspace.
///
/// Use first, to find the board that holds what you look for. Next: infinity_list_items for its items, or
/// infinity_list_folders and infinity_list_attributes for its structure.
#[tool(reads)]
pub async fn infinity_list_boards(ctx: &Ctx, args: Args) -> Result<Boards> {
    let workspace = directory::workspace(ctx, args.workspace_id.as_deref()).await?;
    let paging =
        Paging::of(ctx, args.limit).from_cursors(args.after, args.before).sorted(args.sort_by, args.sort_direction);
    let client = ctx.infinity()?;
    let page = match paged!(client.list_boards().workspace(&workspace.id), paging).send().await {
        Ok(page) => page.into_inner(),
        Err(error) => return Err(directory::lost(ctx, &workspace, error.into()).await),
    };
    let has_more = page.has_more.unwrap_or_default();
    let (after, before) = paging.cursors(has_more, page.after, page.before);
    let living = page.data.unwrap_or_default().into_iter().filter(|board| board.deleted != Some(true));
    let boards: Vec<Row> = living.map(Row::from).collect();
    Ok(Boards { workspace: (&workspace).into(), count: boards.len(), has_more, after, before, boards })
}
