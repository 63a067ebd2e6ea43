//! The checks of an installation with users: who there is, and what they get to see.

use chrono::Utc;

use super::Finding;
use crate::server::{App, Principal};
use crate::vault::{Roster, User};

const CHECK: &str = "the users";
/// More names than this help nobody.
const MOST_NAMES: usize = 20;

/// The users of a roster, and what is wrong with single ones.
pub fn team(app: &App, roster: &Roster) -> Vec<Finding> {
    let snapshot = roster.current();
    let (mut users, now): (Vec<&User>, _) = (snapshot.users().collect(), Utc::now());
    users.sort_by(|one, other| one.name.cmp(&other.name));
    let mut findings = vec![if users.is_empty() {
        Finding::doubtful(
            CHECK,
            "there are none, so nobody can call",
            "`infini-mcp credentials add-user` makes one and prints their key.",
        )
    } else {
        let names: Vec<String> = users.iter().take(MOST_NAMES).map(|user| seen_by(app, user)).collect();
        let more = if users.len() > MOST_NAMES { ", …" } else { "" };
        Finding::well(
            CHECK,
            format!("{} of {} profiles: {}{more}", users.len(), snapshot.profiles().count(), names.join(", ")),
        )
    }];
    findings.extend(users.iter().filter(|user| user.has_expired(now)).map(|user| {
        Finding::doubtful(
            CHECK,
            format!("the time of {:?} is over", user.name),
            "`infini-mcp credentials rotate-user-key` gives a new key and time, `remove-user` ends it.",
        )
    }));
    findings.extend(snapshot.faults().iter().map(|fault| {
        Finding::doubtful(CHECK, fault, "The others are not kept out; `infini-mcp credentials list` shows them all.")
    }));
    findings
}

/// How many tools a user is offered, without asking any service.
fn seen_by(app: &App, user: &User) -> String {
    let principal = Principal::user(user);
    let tools = app.accounts.of(&principal).map_or(0, |upstreams| app.view(&principal, &upstreams).definitions.len());
    format!("{} ({tools} tools)", user.name)
}
