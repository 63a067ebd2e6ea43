//! Users and profiles, as `infini-mcp credentials list` shows them.

use serde_json::{Value, json};

use super::told;
use crate::cli::{Failure, print};
use crate::vault::{Edit, Place, Profile, Snapshot, User, exposure};
use chrono::Utc;

/// Prints users and profiles. What is shown of a profile is which services it has credentials for.
pub fn list(place: Place, as_json: bool) -> Result<(), Failure> {
    let exposures: Vec<String> = [&place.users, &place.store].into_iter().filter_map(|path| exposure(path)).collect();
    let snapshot = Edit::begin(place).and_then(|edit| edit.snapshot()).map_err(told)?;
    let faults: Vec<&String> = snapshot.faults().iter().chain(&exposures).collect();
    let mut users: Vec<&User> = snapshot.users().collect();
    users.sort_by(|one, other| one.name.cmp(&other.name));
    let mut profiles: Vec<&Profile> = snapshot.profiles().collect();
    profiles.sort_by(|one, other| one.name.cmp(&other.name));
    if as_json {
        let users: Vec<Value> = users.iter().map(|user| user_as_json(user, &snapshot)).collect();
        let profiles: Vec<Value> = profiles.iter().map(|profile| profile_as_json(profile)).collect();
        return print(&format!("{:#}\n", json!({ "users": users, "profiles": profiles, "faults": faults })));
    }
    let mut text = String::new();
    text.push_str(if profiles.is_empty() { "There is no profile.\n" } else { "Profiles:\n" });
    for profile in profiles {
        text.push_str(&format!(
            "  {}  {}  changed {}\n",
            profile.name,
            services(profile).join(" and "),
            profile.updated_at
        ));
    }
    text.push_str(if users.is_empty() { "There is no user.\n" } else { "Users:\n" });
    for user in users {
        let profile = snapshot.profile_of(user).map_or("?", |profile| profile.name.as_str());
        text.push_str(&format!("  {}  profile {profile}  {}  {}\n", user.name, ends(user), user.scopes));
    }
    for fault in faults {
        text.push_str(&format!("Look at this: {fault}\n"));
    }
    print(&text)
}

fn user_as_json(user: &User, snapshot: &Snapshot) -> Value {
    json!({
        "name": user.name,
        "profile": snapshot.profile_of(user).map(|profile| &profile.name),
        "scopes": user.scopes.names(),
        "expires_at": user.expires_at.map(|end| end.to_rfc3339()),
        "expired": user.has_expired(Utc::now()),
        "created_at": user.created_at,
        "updated_at": user.updated_at,
    })
}

fn profile_as_json(profile: &Profile) -> Value {
    json!({
        "name": profile.name,
        "id": profile.id,
        "services": services(profile),
        "scopes": profile.scopes.as_ref().map(crate::vault::Scopes::names),
        "created_at": profile.created_at,
        "updated_at": profile.updated_at,
    })
}

fn services(profile: &Profile) -> Vec<&'static str> {
    let infinity = profile.infinity_token.as_ref().map(|_| "infinity");
    let infinigate = profile.infinigate.as_ref().map(|_| "infinigate");
    infinity.into_iter().chain(infinigate).collect()
}

fn ends(user: &User) -> String {
    match user.expires_at {
        None => "no end".into(),
        Some(end) if user.has_expired(Utc::now()) => format!("EXPIRED {}", end.format("%Y-%m-%d")),
        Some(end) => format!("until {}", end.format("%Y-%m-%d")),
    }
}
