//! List the boards of a workspace.
//!
//! The first step of most work: a board is where items live, and every other tool takes its id or name from here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::infinity::types;
use crate::domain::infinity::directory::{self, WorkspaceName};
use crate::domain::infinity::pages::{Asked, Onward, paged};
use crate::tool::text::Foreign;
use crate::tool::{Ctx, Result, tool};

/// Which boards.
#[derive(Deserialize, JsonSchema)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    #[serde(flatten)]
    page: Asked,
}

/// The boards.
#[derive(Serialize, JsonSchema)]
pub struct Boards {
    /// Where they are.
    workspace: WorkspaceName,
    #[serde(flatten)]
    onward: Onward,
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
/// Next: infinity_list_items, infinity_list_folders, infinity_list_attributes.
#[tool(reads)]
pub async fn infinity_list_boards(ctx: &Ctx, args: Args) -> Result<Boards> {
    let workspace = directory::workspace(ctx, args.workspace_id.as_deref()).await?;
    let paging = args.page.paging(ctx);
    let client = ctx.infinity()?;
    let page = match paged!(client.list_boards().workspace(&workspace.id), paging).send().await {
        Ok(page) => page.into_inner(),
        Err(error) => return Err(directory::lost(ctx, &workspace, error.into()).await),
    };
    let living = page.data.unwrap_or_default().into_iter().filter(|board| board.deleted != Some(true));
    let boards: Vec<Row> = living.map(Row::from).collect();
    let onward = Onward::of(&paging, boards.len(), page.has_more, page.after, page.before);
    Ok(Boards { workspace: (&workspace).into(), onward, boards })
}
