//! List the members of a workspace.
//!
//! Whoever fills in a members attribute, or shares a board, needs to know who there is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinity::directory;
use crate::domain::infinity::pages::{Asked, Onward, paged};
use crate::domain::infinity::people::Person;
use crate::tool::{Ctx, Result, tool};

/// Whose members.
#[derive(Deserialize, JsonSchema)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    #[serde(flatten)]
    page: Asked,
}

/// The members.
#[derive(Serialize, JsonSchema)]
pub struct Members {
    /// Workspace id.
    workspace_id: String,
    #[serde(flatten)]
    onward: Onward,
    /// The members.
    members: Vec<Person>,
}

/// List the members of a StartInfinity workspace.
///
/// Other tools take their names, addresses or ids.
#[tool(reads)]
pub async fn infinity_list_workspace_members(ctx: &Ctx, args: Args) -> Result<Members> {
    let workspace = directory::workspace(ctx, args.workspace_id.as_deref()).await?;
    let paging = args.page.paging(ctx);
    let client = ctx.infinity()?;
    let page = match paged!(client.list_members().workspace(&workspace.id), paging).send().await {
        Ok(page) => page.into_inner(),
        Err(error) => return Err(directory::lost(ctx, &workspace, error.into()).await),
    };
    let living = page.data.unwrap_or_default().into_iter().filter(|user| user.deleted != Some(true));
    let members: Vec<Person> = living.map(Person::from).collect();
    let onward = Onward::of(&paging, members.len(), page.has_more, page.after, page.before);
    Ok(Members { workspace_id: workspace.id.to_string(), onward, members })
}
