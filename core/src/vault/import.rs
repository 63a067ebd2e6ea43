//! Taking over users and profiles from files of another server, ours or the predecessor's.

use super::edit::{Edit, refused};
use super::error::Error;
use super::opened::{opened_store, opened_users};
use super::{Place, Profile, User};

/// What was taken over.
#[derive(Debug, Default)]
pub struct Imported {
    /// Names of new users.
    pub users: Vec<String>,
    /// Names of new profiles.
    pub profiles: Vec<String>,
    /// How many users and profiles were here already, just the same.
    pub known: usize,
}

impl Edit {
    /// Takes over the users and profiles of `other`. Doing it again changes nothing.
    ///
    /// # Errors
    /// When a file cannot be read, or anything there differs from what is here; then nothing is taken over.
    pub fn import(&mut self, other: &Place) -> Result<Imported, Error> {
        let theirs = opened_users(&other.users)?;
        let (_, their_profiles) = opened_store(&other.store, other.store_key()?)?;
        let (their_users, mut conflicts) = theirs.users();
        let (mut store, profiles) = self.store()?;
        let (users, _) = self.users.users();

        let (mut imported, mut new_profiles) = (Imported::default(), Vec::new());
        for profile in &their_profiles {
            match judge_profile(profile, &profiles) {
                Verdict::New => new_profiles.push(profile),
                Verdict::Known => imported.known += 1,
                Verdict::Conflict(what) => conflicts.push(what),
            }
        }
        let mut new_users = Vec::new();
        for user in &their_users {
            if !profiles.iter().chain(&their_profiles).any(|profile| profile.id == user.profile_id) {
                conflicts.push(format!("the user {:?} refers to a profile that is in neither store", user.name));
                continue;
            }
            match judge_user(user, &users, self.users.has(&user.name)) {
                Verdict::New => new_users.push(user),
                Verdict::Known => imported.known += 1,
                Verdict::Conflict(what) => conflicts.push(what),
            }
        }
        if !conflicts.is_empty() {
            return Err(refused(format!("nothing was taken over:\n  {}", conflicts.join("\n  "))));
        }

        for profile in new_profiles {
            self.put(&mut store, profile)?;
            imported.profiles.push(profile.name.clone());
        }
        for user in new_users {
            if let Some(row) = theirs.row(&user.name) {
                self.users.add_row(row.clone());
                imported.users.push(user.name.clone());
            }
        }
        // Profiles are on the disk before the users who need them.
        self.save_users()?;
        Ok(imported)
    }
}

enum Verdict {
    New,
    Known,
    Conflict(String),
}

fn judge_profile(profile: &Profile, ours: &[Profile]) -> Verdict {
    match ours.iter().find(|other| other.id == profile.id) {
        Some(other) if is_same_profile(profile, other) => Verdict::Known,
        Some(_) => Verdict::Conflict(format!("the profile {:?} is here already with other contents", profile.name)),
        None if ours.iter().any(|other| other.name.eq_ignore_ascii_case(&profile.name)) => {
            Verdict::Conflict(format!("another profile here is called {:?}", profile.name))
        }
        None => Verdict::New,
    }
}

fn is_same_profile(one: &Profile, other: &Profile) -> bool {
    match (one.plaintext(), other.plaintext()) {
        (Ok(text), Ok(other_text)) => one.name == other.name && text == other_text,
        (_, _) => false,
    }
}

fn judge_user(user: &User, ours: &[User], is_a_row: bool) -> Verdict {
    match ours.iter().find(|other| other.name == user.name) {
        Some(other)
            if other.key_digest.is_same(&user.key_digest)
                && other.profile_id == user.profile_id
                && other.scopes == user.scopes
                && other.expires_at == user.expires_at =>
        {
            Verdict::Known
        }
        Some(_) => {
            Verdict::Conflict(format!("the user {:?} is here already with another key or other scopes", user.name))
        }
        None if is_a_row => {
            Verdict::Conflict(format!("the user {:?} is here already, in a row with a fault", user.name))
        }
        None if ours.iter().any(|other| other.key_digest.is_same(&user.key_digest)) => {
            Verdict::Conflict(format!("the key of {:?} belongs to another user here", user.name))
        }
        None => Verdict::New,
    }
}
