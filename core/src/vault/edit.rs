//! Changing users and credentials: one command at a time, each change on the disk before it is told.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::cipher::StoreKey;
use super::error::Error;
use super::file::{self, Lock};
use super::opened::{opened_store, opened_users};
use super::store_file::StoreFile;
use super::user::{key_hash, new_key, now, unfit_name, unfit_user_name};
use super::users_file::UsersFile;
use super::{CredentialChange, Credentials, Place, Profile, Scopes, Snapshot};

/// Somebody to be given a key.
pub struct NewUser<'a> {
    /// The user's name.
    pub name: &'a str,
    /// The name or id of the profile whose credentials are used.
    pub profile: &'a str,
    /// What the user may do.
    pub scopes: &'a Scopes,
    /// From when on the key opens nothing.
    pub expires_at: Option<DateTime<Utc>>,
}

/// What a change does to the end of a key's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// It stays as it is.
    Keep,
    /// The key has no end.
    Never,
    /// The key opens nothing from this moment on.
    At(DateTime<Utc>),
}

/// Both files while a command changes them; no other command does so meanwhile.
pub struct Edit {
    pub(super) place: Place,
    pub(super) users: UsersFile,
    _lock: Lock,
}

impl Edit {
    /// Waits for other commands, and reads the users. The store is opened by what needs it, so that a key can be taken
    /// from a user also by somebody without the key of the store.
    ///
    /// # Errors
    /// When the users file cannot be used.
    pub fn begin(place: Place) -> Result<Self, Error> {
        let lock = Lock::take(&place.store)?;
        let users = opened_users(&place.users)?;
        Ok(Self { place, users, _lock: lock })
    }

    /// Makes what is missing of both files, and gives the names of what it made.
    ///
    /// # Errors
    /// When the key is missing or short, or a file that is there cannot be used.
    pub fn make(place: Place) -> Result<(Self, Vec<PathBuf>), Error> {
        let lock = Lock::take(&place.store)?;
        let key = place.store_key()?;
        let mut made = Vec::new();
        if place.store.exists() {
            opened_store(&place.store, key)?;
        } else if key.is_long_enough() {
            file::replace(&place.store, &sealed(&place.store, &StoreFile::empty(key))?)?;
            made.push(place.store.clone());
        } else {
            return Err(Error::ShortKey);
        }
        if !place.users.exists() {
            file::replace(&place.users, &UsersFile::empty().text())?;
            made.push(place.users.clone());
        }
        let users = opened_users(&place.users)?;
        Ok((Self { place, users, _lock: lock }, made))
    }

    /// Users and profiles as the files have them now.
    ///
    /// # Errors
    /// When the store cannot be opened.
    pub fn snapshot(&self) -> Result<Snapshot, Error> {
        let (_, profiles) = self.store()?;
        let (users, faults) = self.users.users();
        Ok(Snapshot::new(users, profiles, faults))
    }

    /// Adds a profile.
    ///
    /// # Errors
    /// When the name is unfit or taken, or the credentials cannot be right.
    pub fn add_profile(&mut self, name: &str, credentials: Credentials) -> Result<(), Error> {
        if let Some(why) = unfit_name(name) {
            return Err(refused(format!("{name:?} cannot be the name of a profile: {why}")));
        }
        credentials.check()?;
        let (mut store, profiles) = self.store()?;
        if profiles.iter().any(|profile| profile.name.eq_ignore_ascii_case(name) || profile.id == name) {
            return Err(refused(format!(
                "there is a profile {name:?} already; change its credentials with `infini-mcp credentials set-profile`"
            )));
        }
        let profile = Profile {
            id: uuid::Uuid::new_v4().to_string(),
            name: name.into(),
            infinity_token: credentials.infinity_token,
            infinigate: credentials.infinigate,
            scopes: None,
            created_at: now(),
            updated_at: now(),
        };
        self.put(&mut store, &profile)
    }

    /// Replaces the credentials that are given; the others stay.
    ///
    /// # Errors
    /// When there is no such profile, or the credentials cannot be right.
    pub fn set_profile(&mut self, name: &str, change: impl Into<CredentialChange>) -> Result<(), Error> {
        let change = change.into();
        change.check()?;
        let (mut store, profiles) = self.store()?;
        let mut profile = named(profiles, name)?;
        profile.infinigate = change.infinigate(profile.infinigate)?;
        profile.infinity_token = change.infinity_token.or(profile.infinity_token);
        profile.updated_at = now();
        self.put(&mut store, &profile)
    }

    /// Takes a profile away.
    ///
    /// # Errors
    /// When there is none, or users use it.
    pub fn remove_profile(&mut self, name: &str) -> Result<(), Error> {
        let (mut store, profiles) = self.store()?;
        let profile = named(profiles, name)?;
        let users = self.users.names_with_profile(&profile.id);
        if !users.is_empty() {
            return Err(refused(format!(
                "the profile {name:?} is used by {}; nothing was removed. Remove these users first",
                users.join(", ")
            )));
        }
        store.remove(&profile.id);
        self.save_store(&store)
    }

    /// Adds a user, and gives the key, which is kept nowhere.
    ///
    /// # Errors
    /// When the name is unfit or taken, there is no such profile, or there is no scope.
    pub fn add_user(&mut self, user: &NewUser) -> Result<SecretString, Error> {
        if let Some(why) = unfit_user_name(user.name) {
            return Err(refused(format!("{:?} cannot be the name of a user: {why}", user.name)));
        }
        if self.users.has(user.name) {
            return Err(refused(format!(
                "there is a user {:?} already; `infini-mcp credentials rotate-user-key` gives them another key",
                user.name
            )));
        }
        if user.scopes.is_empty() {
            return Err(refused("a user without scopes could do nothing; name some with --scopes"));
        }
        check_end(user.expires_at)?;
        let (_, profiles) = self.store()?;
        let profile = named(profiles, user.profile)?;
        let key = new_key();
        self.users.add(user.name, &key_hash(&key), &profile.id, user.scopes, user.expires_at);
        self.save_users()?;
        Ok(key)
    }

    /// Gives a user another key; the old one opens nothing any more.
    ///
    /// # Errors
    /// When there is no such user, or their time would be over already.
    pub fn rotate_user_key(&mut self, name: &str, expiry: Expiry) -> Result<SecretString, Error> {
        self.known(name)?;
        let kept = self.users.row(name).and_then(|row| row.get("expires_at")).and_then(Value::as_str);
        let end = match expiry {
            Expiry::Never => None,
            Expiry::At(end) => Some(end),
            Expiry::Keep => kept.and_then(|end| DateTime::parse_from_rfc3339(end).ok()).map(|end| end.to_utc()),
        };
        check_end(end)?;
        let key = new_key();
        let end = end.map_or(Value::Null, |end| json!(end.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)));
        self.users.change(name, [("key_hash", json!(key_hash(&key))), ("expires_at", end)]);
        self.save_users()?;
        Ok(key)
    }

    /// Takes a user away, a faulty row too.
    ///
    /// # Errors
    /// When there is no such user.
    pub fn remove_user(&mut self, name: &str) -> Result<(), Error> {
        self.known(name)?;
        self.users.remove(name);
        self.save_users()
    }

    /// Encrypts all profiles with another key, in one step.
    ///
    /// # Errors
    /// When the new key is short, or the store does not open with the old one.
    pub fn rotate_store_key(&mut self, key: SecretString) -> Result<(), Error> {
        let new = StoreKey::new(key.clone());
        if !new.is_long_enough() {
            return Err(Error::ShortKey);
        }
        let (store, _) = self.store()?;
        let store = store.under(new).map_err(|problem| self.store_fault(problem))?;
        self.save_store(&store)?;
        self.place.key = Some(key);
        Ok(())
    }

    fn known(&self, name: &str) -> Result<(), Error> {
        if self.users.has(name) {
            return Ok(());
        }
        Err(refused(format!("there is no user {name:?}; `infini-mcp credentials list` shows them")))
    }

    pub(super) fn store(&self) -> Result<(StoreFile, Vec<Profile>), Error> {
        opened_store(&self.place.store, self.place.store_key()?)
    }

    pub(super) fn put(&self, store: &mut StoreFile, profile: &Profile) -> Result<(), Error> {
        store.put(profile).map_err(|problem| self.store_fault(problem))?;
        self.save_store(store)
    }

    /// Writes the store. The predecessor's file is kept beside it, once: a way back should the new one not suit.
    pub(super) fn save_store(&self, store: &StoreFile) -> Result<(), Error> {
        let path = &self.place.store;
        if store.is_first_format {
            let mut backup = path.as_os_str().to_owned();
            backup.push(".bak");
            let backup = PathBuf::from(backup);
            if !backup.exists() {
                file::create(&backup, &file::read(path)?)?;
            }
        }
        file::replace(path, &sealed(path, store)?)
    }

    pub(super) fn save_users(&self) -> Result<(), Error> {
        file::replace(&self.place.users, &self.users.text())
    }

    fn store_fault(&self, problem: String) -> Error {
        Error::Form { path: self.place.store.clone(), problem }
    }
}

fn sealed(path: &Path, store: &StoreFile) -> Result<String, Error> {
    store.text().map_err(|problem| Error::Form { path: path.into(), problem })
}

/// The profile of a name or an id.
fn named(profiles: Vec<Profile>, name: &str) -> Result<Profile, Error> {
    let names: Vec<String> = profiles.iter().map(|profile| profile.name.clone()).collect();
    profiles.into_iter().find(|profile| profile.name == name || profile.id == name).ok_or_else(|| {
        let known = if names.is_empty() { "none yet".into() } else { names.join(", ") };
        refused(format!("there is no profile {name:?}; there are: {known}"))
    })
}

fn check_end(end: Option<DateTime<Utc>>) -> Result<(), Error> {
    match end {
        Some(end) if end <= Utc::now() => Err(refused(format!(
            "the key would have expired on {}; say until when it opens with --expires, for example 90d or never",
            end.format("%Y-%m-%d")
        ))),
        Some(_) | None => Ok(()),
    }
}

pub(super) fn refused(why: impl Into<String>) -> Error {
    Error::Refused(why.into())
}
