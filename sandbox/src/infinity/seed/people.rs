//! The users and workspaces of the seed.

use super::ground::{Ground, day};
use crate::infinity::call::CALLER;
use crate::infinity::state::{User, Workspace};

/// The workspace with the boards "Projects" and "Kunden/CRM".
pub const HOME: u64 = 669;
/// The workspace with the board "Lizenzen & Verträge".
pub const PARTNER: u64 = 52_593;
/// A workspace the caller does not belong to.
const FOREIGN: u64 = 70_001;

/// The members of the home workspace; the caller is the first.
pub const TEAM: [u64; 4] = [CALLER, 2044, 2311, 2872];
/// Has an Infinity account but belongs only to the foreign workspace.
const OUTSIDER: u64 = 3120;

/// Lays users and workspaces.
pub fn settle(ground: &mut Ground) {
    let people = [
        (CALLER, "Jürgen Großmann", "juergen.grossmann@nordlicht.example", "Integration und Betrieb", "Würzburg"),
        (2044, "Zoë Bächli", "zoe.baechli@nordlicht.example", "Geschäftsleitung", "Zürich"),
        (2311, "Katharina Öztürk", "k.oeztuerk@nordlicht.example", "Vertrieb", "Köln"),
        (2872, "Sebastian Weiß", "s.weiss@nordlicht.example", "Technik", "Graz"),
        (OUTSIDER, "Björn Ångström", "bjoern@fremd.example", "Beratung", "Hamburg"),
    ];
    for (place, (id, name, email, job, location)) in people.into_iter().enumerate() {
        ground.state.users.put(User {
            id,
            name: Some(name.to_owned()),
            email: email.to_owned(),
            photo: (place % 2 == 1).then(|| format!("https://app.startinfinity.com/storage/photos/{id}.png")),
            job: Some(job.to_owned()),
            location: Some(location.to_owned()),
            created: day(-400 + place as i64),
        });
    }
    let caller_and_zoe = [CALLER, 2044];
    let workspaces = [
        (HOME, "Nordlicht IT-Systemhaus GmbH", 2044, &TEAM[..]),
        (PARTNER, "Partnerbetrieb Zürich", CALLER, &caller_and_zoe[..]),
        (FOREIGN, "Fremder Arbeitsbereich", OUTSIDER, &[OUTSIDER][..]),
    ];
    for (place, (id, name, owner, members)) in workspaces.into_iter().enumerate() {
        ground.state.workspaces.put(Workspace {
            id,
            name: name.to_owned(),
            owner,
            members: members.iter().map(|member| (*member, "full-member".to_owned())).collect(),
            created: day(-390 + place as i64),
        });
    }
    ground.board("GLprivat007", HOME, "Geschäftsleitung", &[2044]);
    ground.board("Xf0reign001", FOREIGN, "Fremdes Board", &[OUTSIDER]);
}
