//! People and their part in a workspace: found by name, address or id, also before they belong to it.

use futures::{StreamExt, TryStreamExt, stream};
use schemars::JsonSchema;
use serde::Serialize;

use super::directory::{self, Member, Workspace};
use super::names;
use super::pages::Listed;
use super::pictures::{Pictures, is_old};
use infini_mcp_core::api::ids::{UserId, WorkspaceId};
use infini_mcp_core::api::infinity::types;
use infini_mcp_core::tool::{Code, Ctx, Result};

/// The only role whose name is known.
const FULL_MEMBER: &str = "full-member";
/// Workspaces whose members are looked through for a name.
const MOST_WORKSPACES: usize = 20;
/// Requests under way at a time.
const AT_ONCE: usize = 4;

/// A person in an answer.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Person {
    /// User id.
    pub id: Option<i64>,
    /// Their name.
    pub name: Option<String>,
    /// Their address.
    pub email: Option<String>,
    /// Their role.
    pub role: Option<String>,
}

/// A person and the workspace it is about, in an answer.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Membership {
    #[serde(flatten)]
    user: Person,
    /// Workspace id.
    workspace_id: String,
    /// Its name.
    workspace: Option<String>,
}

impl Membership {
    /// Of `user` in `workspace`.
    pub fn of(workspace: &Workspace, user: Person) -> Self {
        Self { user, workspace_id: workspace.id.to_string(), workspace: workspace.name.clone() }
    }
}

impl From<types::User> for Person {
    fn from(user: types::User) -> Self {
        Self { id: user.id, name: user.name, email: user.email, role: user.role }
    }
}

impl From<&Member> for Person {
    fn from(member: &Member) -> Self {
        // A member without a name is called by what else is known of him, which need not be said twice.
        let is_named = member.name != member.id.as_str() && Some(&member.name) != member.email.as_ref();
        Self {
            id: Some(i64::from(&member.id)),
            name: is_named.then(|| member.name.clone()),
            email: member.email.clone(),
            role: None,
        }
    }
}

/// A member as a person recognises him: by name and address.
pub fn called(member: &Member) -> String {
    match &member.email {
        Some(email) if *email != member.name => format!("{} <{email}>", member.name),
        Some(_) | None => member.name.clone(),
    }
}

/// A role as upstream writes it: `Full member` and `full_member` are the same.
pub fn role(given: Option<&str>) -> String {
    let given = given.map(str::trim).filter(|given| !given.is_empty()).unwrap_or(FULL_MEMBER);
    given.to_lowercase().replace([' ', '_'], "-")
}

/// The member of this id, name or address.
///
/// # Errors
/// When it is unknown or ambiguous, and those of the requests.
pub async fn member(ctx: &Ctx, workspace: &Workspace, given: &str) -> Result<Member> {
    let find = |list: &Listed<Member>| directory::find("member", given, list).cloned();
    let list = directory::members(ctx, workspace).await?;
    match find(&list) {
        Err(refusal) if refusal.code() == Code::NotFound && is_old(&list) => {
            ctx.memory::<Pictures>().forget_members();
            Ok(find(&*directory::members(ctx, workspace).await?)?)
        }
        found => Ok(found?),
    }
}

/// The member with this id or address, where there is one; an old picture is not believed.
///
/// # Errors
/// Those of the requests.
pub async fn already(ctx: &Ctx, workspace: &Workspace, is_meant: impl Fn(&Member) -> bool) -> Result<Option<Member>> {
    let list = directory::members(ctx, workspace).await?;
    let found = list.rows.iter().find(|member| is_meant(member)).cloned();
    if found.is_none() || !is_old(&list) {
        return Ok(found);
    }
    ctx.memory::<Pictures>().forget_members();
    let list = directory::members(ctx, workspace).await?;
    Ok(list.rows.iter().find(|member| is_meant(member)).cloned())
}

/// Anyone who belongs to a workspace that is visible, by name or address; an id is taken for what it is.
///
/// # Errors
/// When nobody, or several, are called so, and those of the requests.
pub async fn anyone(ctx: &Ctx, given: &str) -> Result<Member> {
    let known = everyone(ctx).await?;
    match (names::find("visible user", given, &known), UserId::parse(given)) {
        (Ok(member), _) => Ok(member.clone()),
        // Whoever shares no workspace with the caller is not seen, but can be added.
        (Err(_), Ok(id)) => Ok(Member { name: id.to_string(), id, email: None }),
        (Err(refusal), Err(_)) if refusal.code() == Code::NotFound => Err(refusal
            .with_hint("Someone else is added by user id, or invited with infinity_invite_workspace_member.")
            .into()),
        (Err(refusal), Err(_)) => Err(refusal.into()),
    }
}

async fn everyone(ctx: &Ctx) -> Result<Vec<Member>> {
    let pictures = ctx.memory::<Pictures>();
    let workspaces = pictures.workspaces(ctx).await?;
    let mut ids: Vec<WorkspaceId> = workspaces.rows.iter().map(|workspace| workspace.id.clone()).collect();
    ids.truncate(MOST_WORKSPACES);
    let read = ids.into_iter().map(|id| {
        let pictures = pictures.clone();
        async move { pictures.members(ctx, &id).await }
    });
    let lists: Vec<_> = stream::iter(read).buffered(AT_ONCE).try_collect().await?;
    let mut known: Vec<Member> = Vec::new();
    for member in lists.iter().flat_map(|list| &list.rows) {
        if !known.iter().any(|other| other.id == member.id) {
            known.push(member.clone());
        }
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_written_as_upstream_writes_it() {
        assert_eq!(role(None), "full-member");
        assert_eq!(role(Some("Full member")), "full-member");
        assert_eq!(role(Some(" guest ")), "guest");
    }

    #[test]
    fn a_member_without_a_name_is_not_shown_under_his_number() {
        let member = |name: &str| Member {
            id: UserId::parse("7").unwrap(),
            name: name.into(),
            email: Some("a@b.example".into()),
        };
        assert_eq!(Person::from(&member("7")).name, None);
        assert_eq!(Person::from(&member("a@b.example")).name, None);
        assert_eq!(Person::from(&member("Ana")).name.as_deref(), Some("Ana"));
    }
}
