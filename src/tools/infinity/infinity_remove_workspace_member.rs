//! Remove someone from a workspace.
//!
//! Upstream wants a bare number and asks nothing; here a person sees who it is before the door closes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinity::directory::{self, Member, Workspace};
use crate::domain::infinity::people::{self, Membership, Person};
use crate::domain::infinity::pictures::Pictures;
use crate::tool::{Ctx, Result, tool};

/// Whom, and where from.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// User id, name or e-mail.
    user_id: String,
}

/// What a person decides about.
#[derive(Serialize)]
pub struct Shown {
    workspace: String,
    who: String,
    user_id: String,
    #[serde(skip)]
    found: (Workspace, Member),
}

/// Remove a member from a StartInfinity workspace.
///
/// They lose all its boards at once. Asks first.
#[tool(
    destroys,
    idempotent,
    preview = preview,
    undo = "infinity_add_workspace_member",
    confirm = "Remove {shown.who} (user id {shown.user_id}) from the workspace {shown.workspace}? They lose access to all of its boards at once, and adding them again may not restore it."
)]
pub async fn infinity_remove_workspace_member(ctx: &Ctx, _args: Args, shown: Shown) -> Result<Membership> {
    let (workspace, member) = shown.found;
    let told = ctx.infinity()?.remove_member().workspace(&workspace.id).user(&member.id).send().await;
    ctx.memory::<Pictures>().forget_members();
    told?;
    Ok(Membership::of(&workspace, Person::from(&member)))
}

async fn preview(ctx: &Ctx, args: &Args) -> Result<Shown> {
    let workspace = directory::workspace(ctx, args.workspace_id.as_deref()).await?;
    let workspace = directory::with_name(ctx, workspace).await?;
    let member = people::member(ctx, &workspace, &args.user_id).await?;
    Ok(Shown {
        workspace: workspace.name.clone().unwrap_or_else(|| workspace.id.to_string()),
        who: people::called(&member),
        user_id: member.id.to_string(),
        found: (workspace, member),
    })
}
