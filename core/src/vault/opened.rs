//! Reading the two files, with the file's name in every fault.

use std::path::Path;

use super::Profile;
use super::cipher::StoreKey;
use super::error::Error;
use super::file::read;
use super::store_file::{Fault, StoreFile};
use super::users_file::UsersFile;

/// The users file.
pub(super) fn opened_users(path: &Path) -> Result<UsersFile, Error> {
    UsersFile::parse(&read(path)?).map_err(|problem| Error::Form { path: path.into(), problem })
}

/// The credential store, and its profiles decrypted.
pub(super) fn opened_store(path: &Path, key: StoreKey) -> Result<(StoreFile, Vec<Profile>), Error> {
    let store = StoreFile::open(&read(path)?, key).map_err(|fault| match fault {
        Fault::Form(problem) => Error::Form { path: path.into(), problem },
        Fault::WrongKey => Error::WrongKey { path: path.into() },
        Fault::Tampered(what) => Error::Tampered { path: path.into(), what },
    })?;
    let profiles = store.profiles().map_err(|problem| Error::Form { path: path.into(), problem })?;
    Ok((store, profiles))
}
