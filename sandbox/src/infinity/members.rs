//! Profile, workspaces and the members of a workspace.

use serde_json::{Value, json};

use super::call::{Answer, CALLER, Call};
use super::fields::Fields;
use super::formats::is_email;
use super::refuse;
use super::state::{User, Workspace, show_user, stamp};
use super::table::Row;
use crate::service::Reply;

/// The only role anyone has seen.
const FULL_MEMBER: &str = "full-member";

/// `getMyProfileData`: the caller, with what only they may see.
pub fn profile(call: &mut Call) -> Answer {
    let me = call.state.users.get(&CALLER.to_string()).ok_or_else(refuse::unauthenticated)?;
    let mut shown = show_user(me, None);
    if let Some(fields) = shown.as_object_mut() {
        fields.extend([
            ("job".to_owned(), json!(me.job)),
            ("location".to_owned(), json!(me.location)),
            ("tagline".to_owned(), Value::Null),
        ]);
    }
    Ok(shown)
}

/// `listWorkspaces`: those the caller belongs to.
pub fn list_workspaces(call: &mut Call) -> Answer {
    call.list(&call.state.workspaces, "", |workspace| workspace.has_member(CALLER), show_workspace)
}

fn show_workspace(workspace: &Workspace) -> Value {
    json!({
        "id": workspace.id, "object": "workspace", "name": workspace.name,
        "created_at": stamp(workspace.created), "deleted": false,
    })
}

/// `listMembers`.
pub fn list(call: &mut Call) -> Answer {
    let workspace = found_workspace(call)?;
    let role = |user: &User| workspace.members.iter().find(|(id, _)| *id == user.id).map(|(_, role)| role.as_str());
    call.list(&call.state.users, "", |user| role(user).is_some(), |user| show_user(user, role(user)))
}

/// `inviteMember`: someone by e-mail, known to Infinity or not. They are listed at once.
pub fn invite(call: &mut Call) -> Answer {
    let mut workspace = found_workspace(call)?;
    let mut fields = Fields::of(call.request);
    let email = fields.required("email");
    let role = read_role(&mut fields);
    if !email.is_empty() && !is_email(&email) {
        fields.faults.add("email", "The email must be a valid email address.");
    }
    let known = call.state.users.iter().find(|user| user.email.eq_ignore_ascii_case(&email)).cloned();
    if known.as_ref().is_some_and(|user| workspace.has_member(user.id)) {
        fields.faults.add("email", "The user is already a member of this workspace.");
    }
    fields.finish()?;
    let user = known.unwrap_or_else(|| {
        let id = call.state.next_number();
        User { id, name: None, email, photo: None, job: None, location: None, created: call.now }
    });
    workspace.members.push((user.id, role.clone()));
    call.state.workspaces.put(workspace);
    call.state.users.put(user.clone());
    Ok(match call.switches.invite_answer {
        super::switches::InviteAnswer::User => show_user(&user, Some(&role)),
        super::switches::InviteAnswer::Invitation => {
            json!({ "id": user.id, "email": user.email, "created_at": stamp(call.now) })
        }
    })
}

/// `addMember`: a user who already has an Infinity account; for a member it sets the role.
pub fn add(call: &mut Call) -> Answer {
    let mut workspace = found_workspace(call)?;
    let user = found_user(call)?;
    let mut fields = Fields::of(call.request);
    let role = read_role(&mut fields);
    fields.finish()?;
    workspace.members.retain(|(id, _)| *id != user.id);
    workspace.members.push((user.id, role.clone()));
    call.state.workspaces.put(workspace);
    Ok(show_user(&user, Some(&role)))
}

/// `removeMember`: anyone but the owner.
pub fn remove(call: &mut Call) -> Answer {
    let mut workspace = found_workspace(call)?;
    let user = found_user(call)?;
    let Some((_, role)) = workspace.members.iter().find(|(id, _)| *id == user.id).cloned() else {
        return Err(refuse::missing(User::KIND, call.id("user")));
    };
    if workspace.owner == user.id {
        return Err(refuse::forbidden());
    }
    workspace.members.retain(|(id, _)| *id != user.id);
    call.state.workspaces.put(workspace);
    let mut shown = show_user(&user, Some(&role));
    if let Some(fields) = shown.as_object_mut() {
        fields.insert("deleted".to_owned(), json!(true));
    }
    Ok(shown)
}

fn found_workspace(call: &Call) -> Result<Workspace, Reply> {
    let id = call.workspace()?.to_string();
    call.found(&call.state.workspaces, &id, "")
}

fn found_user(call: &Call) -> Result<User, Reply> {
    call.found(&call.state.users, call.id("user"), "")
}

fn read_role(fields: &mut Fields) -> String {
    let role = fields.text("role").unwrap_or_else(|| FULL_MEMBER.to_owned());
    if role != FULL_MEMBER {
        fields.faults.invalid("role");
    }
    role
}
