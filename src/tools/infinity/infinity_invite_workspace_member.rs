//! Invite someone to a workspace.
//!
//! An invitation opens the workspace to whoever reads that mailbox, so a person is asked about the exact address.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::infinity::types::MemberInvite;
use crate::domain::infinigate::email::EmailAddress;
use crate::domain::infinity::directory::{self, Workspace};
use crate::domain::infinity::people::{self, Membership, Person};
use crate::domain::infinity::pictures::Pictures;
use crate::tool::{Code, Ctx, Error, Result, tool};

/// Whom, and where to.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// E-mail address to invite.
    email: EmailAddress,
    /// Role; default full-member.
    role: Option<String>,
}

/// What a person decides about.
#[derive(Serialize)]
pub struct Shown {
    workspace: String,
    role: String,
    #[serde(skip)]
    found: Workspace,
}

/// Invite someone to a StartInfinity workspace by e-mail.
///
/// Who has an account: infinity_add_workspace_member. Asks first.
#[tool(
    destroys,
    preview = preview,
    undo = "infinity_remove_workspace_member",
    confirm = "Invite {email} to the workspace {shown.workspace} as {shown.role}? Whoever reads that mailbox can join."
)]
pub async fn infinity_invite_workspace_member(ctx: &Ctx, args: Args, shown: Shown) -> Result<Membership> {
    let client = ctx.infinity()?;
    let body = MemberInvite { email: args.email.as_str().to_owned(), role: Some(shown.role.clone()) };
    let told = client.invite_member().workspace(&shown.found.id).body(body).send().await;
    ctx.memory::<Pictures>().forget_members();
    let told = told?.into_inner();
    // Whether a user or an invitation comes back is not settled; only the number of a user is told as one.
    let is_user = told.object.as_deref() == Some("user");
    let user = Person {
        id: told.id.and_then(|id| id.as_i64()).filter(|_| is_user),
        name: told.name,
        email: told.email.or_else(|| Some(args.email.as_str().to_owned())),
        role: told.role.or(Some(shown.role)),
    };
    Ok(Membership::of(&shown.found, user))
}

/// Refuses an address that belongs already.
async fn preview(ctx: &Ctx, args: &Args) -> Result<Shown> {
    let workspace = directory::workspace(ctx, args.workspace_id.as_deref()).await?;
    let workspace = directory::with_name(ctx, workspace).await?;
    let is_meant = |member: &directory::Member| {
        member.email.as_deref().is_some_and(|email| email.eq_ignore_ascii_case(args.email.as_str()))
    };
    if let Some(member) = people::already(ctx, &workspace, is_meant).await? {
        let text = format!("{} is a member already (user id {}). Nobody was invited.", args.email.as_str(), member.id);
        return Err(Error::new(Code::Conflict, text).with_hint("Nothing needs to be done."));
    }
    let name = workspace.name.clone().unwrap_or_else(|| workspace.id.to_string());
    Ok(Shown { workspace: name, role: people::role(args.role.as_deref()), found: workspace })
}
