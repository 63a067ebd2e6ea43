//! List the workspaces.
//!
//! The outermost shelf: whoever has several must say which one is meant before anything else.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::infinity::types;
use crate::domain::infinity::pages::{Asked, Onward, paged};
use crate::tool::{Ctx, Result, tool};

/// Which workspaces.
#[derive(Deserialize, JsonSchema)]
pub struct Args {
    #[serde(flatten)]
    page: Asked,
}

/// The workspaces.
#[derive(Serialize, JsonSchema)]
pub struct Workspaces {
    #[serde(flatten)]
    onward: Onward,
    /// The workspaces.
    workspaces: Vec<Row>,
}

/// One workspace.
#[derive(Serialize, JsonSchema)]
pub struct Row {
    /// Workspace id.
    id: Option<String>,
    /// Its name.
    name: Option<String>,
}

impl From<types::Workspace> for Row {
    fn from(workspace: types::Workspace) -> Self {
        Self { id: workspace.id.map(|id| id.to_string()), name: workspace.name }
    }
}

/// List the StartInfinity workspaces that this token sees.
///
/// Use first. Next: infinity_list_boards.
#[tool(reads)]
pub async fn infinity_list_workspaces(ctx: &Ctx, args: Args) -> Result<Workspaces> {
    let paging = args.page.paging(ctx);
    let client = ctx.infinity()?;
    let page = paged!(client.list_workspaces(), paging).send().await?.into_inner();
    let living = page.data.unwrap_or_default().into_iter().filter(|workspace| workspace.deleted != Some(true));
    let workspaces: Vec<Row> = living.map(Row::from).collect();
    let onward = Onward::of(&paging, workspaces.len(), page.has_more, page.after, page.before);
    Ok(Workspaces { onward, workspaces })
}
