//! Users and profiles as both files had them at one moment.

use std::collections::HashMap;

use chrono::Utc;

use super::user::KeyDigest;
use super::{Profile, User};

/// Why a key opens nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is nobody's.
    #[error("the key is not known")]
    Unknown,
    /// It was somebody's.
    #[error("the key of {name} has expired")]
    Expired {
        /// Whose.
        name: String,
    },
}

/// Users and profiles that go together. Whoever holds one sees no later change.
#[derive(Default)]
pub struct Snapshot {
    users: HashMap<String, User>,
    names: HashMap<KeyDigest, String>,
    profiles: HashMap<String, Profile>,
    faults: Vec<String>,
}

impl Snapshot {
    /// Puts users and profiles together. A user's scopes are cut to what the profile allows; one whose profile is missing
    /// is left out and told.
    pub(super) fn new(users: Vec<User>, profiles: Vec<Profile>, mut faults: Vec<String>) -> Self {
        let profiles: HashMap<String, Profile> =
            profiles.into_iter().map(|profile| (profile.id.clone(), profile)).collect();
        let mut snapshot = Self::default();
        for mut user in users {
            let Some(profile) = profiles.get(&user.profile_id) else {
                faults.push(format!(
                    "the user {:?} refers to the profile {:?}, which is not in the credential store",
                    user.name, user.profile_id
                ));
                continue;
            };
            if let Some(most) = &profile.scopes {
                user.scopes = user.scopes.intersection(most);
            }
            snapshot.names.insert(user.key_digest, user.name.clone());
            snapshot.users.insert(user.name.clone(), user);
        }
        Self { profiles, faults, ..snapshot }
    }

    /// Whose key this is.
    ///
    /// It is looked up by its digest, which nobody can choose byte by byte, and compared in constant time, also when there
    /// is nothing to compare it with.
    ///
    /// # Errors
    /// When it is nobody's, or the user's time is over.
    pub fn user_by_key(&self, key: &str) -> Result<&User, Refused> {
        let digest = KeyDigest::of(key);
        let found = self.names.get(&digest).and_then(|name| self.users.get(name));
        let kept = found.map_or(KeyDigest::of(""), |user| user.key_digest);
        match found {
            Some(user) if kept.is_same(&digest) => unexpired(user),
            Some(_) | None => Err(Refused::Unknown),
        }
    }

    /// The user of a name, for a caller who was recognised by something other than a key.
    ///
    /// # Errors
    /// When there is none, or the user's time is over.
    pub fn user_by_name(&self, name: &str) -> Result<&User, Refused> {
        unexpired(self.users.get(name).ok_or(Refused::Unknown)?)
    }

    /// The profile with this id.
    pub fn profile(&self, id: &str) -> Option<&Profile> {
        self.profiles.get(id)
    }

    /// The profile of a user; every user here has one.
    pub fn profile_of(&self, user: &User) -> Option<&Profile> {
        self.profile(&user.profile_id)
    }

    /// All users, in no order.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    /// All profiles, in no order.
    pub fn profiles(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.values()
    }

    /// What is wrong with single users and with the files' permissions; it keeps nobody else out.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }
}

fn unexpired(user: &User) -> Result<&User, Refused> {
    if user.has_expired(Utc::now()) { Err(Refused::Expired { name: user.name.clone() }) } else { Ok(user) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::Scopes;
    use chrono::TimeDelta;

    fn user(name: &str, profile: &str) -> User {
        User {
            name: name.into(),
            key_digest: KeyDigest::of(name),
            profile_id: profile.into(),
            scopes: Scopes::all(),
            expires_at: None,
            created_at: String::new(),
            updated_at: String::new(),
        }
    }

    fn profile(id: &str, scopes: Option<Scopes>) -> Profile {
        Profile {
            id: id.into(),
            name: id.into(),
            infinity_token: None,
            infinigate: None,
            scopes,
            created_at: String::new(),
            updated_at: String::new(),
        }
    }

    #[test]
    fn a_key_finds_its_user_and_an_expired_one_is_refused_by_name() {
        let mut old = user("old", "p");
        old.expires_at = Some(Utc::now() - TimeDelta::seconds(1));
        let mut new = user("new", "p");
        new.expires_at = Some(Utc::now() + TimeDelta::hours(1));
        let snapshot = Snapshot::new(vec![old, new], vec![profile("p", None)], Vec::new());
        assert!(snapshot.user_by_key("new").is_ok_and(|user| user.name == "new"));
        assert_eq!(snapshot.user_by_key("old").err(), Some(Refused::Expired { name: "old".into() }));
        assert_eq!(snapshot.user_by_name("old").err(), Some(Refused::Expired { name: "old".into() }));
        for unknown in ["", "New", "new "] {
            assert_eq!(snapshot.user_by_key(unknown).err(), Some(Refused::Unknown));
        }
    }

    #[test]
    fn a_missing_profile_takes_only_its_users_down_and_a_bound_cuts_scopes() {
        let read: Scopes = "infinity:read".parse().unwrap();
        let users = vec![user("ada", "p"), user("bob", "gone"), user("cleo", "q")];
        let profiles = vec![profile("p", None), profile("q", Some(read))];
        let snapshot = Snapshot::new(users, profiles, Vec::new());
        assert!(snapshot.user_by_name("ada").is_ok_and(|user| user.scopes == Scopes::all()));
        assert!(snapshot.user_by_name("cleo").is_ok_and(|user| user.scopes == read));
        assert_eq!(snapshot.user_by_key("bob").err(), Some(Refused::Unknown));
        assert!(snapshot.faults().join("").contains("\"bob\" refers to the profile \"gone\""));
    }
}
