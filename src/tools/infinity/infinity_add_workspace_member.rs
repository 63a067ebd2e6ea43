//! Add someone who has an account to a workspace.
//!
//! Upstream wants a bare number. A slip would open the workspace to a stranger, so the name behind it is looked up.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::infinity::types::MemberAdd;
use crate::domain::infinity::directory::{self, Member, Workspace};
use crate::domain::infinity::people::{self, Membership, Person};
use crate::domain::infinity::pictures::Pictures;
use crate::tool::{Ctx, Result, tool};

/// Whom, and where to.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// User id, name or e-mail.
    user_id: String,
    /// Role; default full-member.
    role: Option<String>,
}

/// What a person decides about.
#[derive(Serialize)]
pub struct Shown {
    workspace: String,
    who: String,
    user_id: String,
    role: String,
    #[serde(skip)]
    found: (Workspace, Member),
}

/// Add a person who has a StartInfinity account to a workspace.
///
/// Who has none: infinity_invite_workspace_member. Asks first.
#[tool(
    destroys,
    idempotent,
    preview = preview,
    undo = "infinity_remove_workspace_member",
    confirm = "Add {shown.who} (user id {shown.user_id}) to the workspace {shown.workspace} as {shown.role}?"
)]
pub async fn infinity_add_workspace_member(ctx: &Ctx, _args: Args, shown: Shown) -> Result<Membership> {
    let (workspace, member) = shown.found;
    let body = MemberAdd { role: Some(shown.role.clone()) };
    let told = ctx.infinity()?.add_member().workspace(&workspace.id).user(&member.id).body(body).send().await;
    ctx.memory::<Pictures>().forget_members();
    let told = Person::from(told?.into_inner());
    let known = Person::from(&member);
    let user = Person {
        id: told.id.or(known.id),
        name: told.name.or(known.name),
        email: told.email.or(known.email),
        role: told.role.or(Some(shown.role)),
    };
    Ok(Membership::of(&workspace, user))
}

async fn preview(ctx: &Ctx, args: &Args) -> Result<Shown> {
    let workspace = directory::workspace(ctx, args.workspace_id.as_deref()).await?;
    let workspace = directory::with_name(ctx, workspace).await?;
    let member = people::anyone(ctx, &args.user_id).await?;
    Ok(Shown {
        workspace: workspace.name.clone().unwrap_or_else(|| workspace.id.to_string()),
        who: people::called(&member),
        user_id: member.id.to_string(),
        role: people::role(args.role.as_deref()),
        found: (workspace, member),
    })
}
