//! Where users and credentials are kept.

use std::path::PathBuf;

use secrecy::SecretString;

use super::cipher::StoreKey;
use super::error::Error;

/// The two files and the key, as the settings name them.
#[derive(Clone)]
pub struct Place {
    /// The users file.
    pub users: PathBuf,
    /// The credential store.
    pub store: PathBuf,
    /// What the store is encrypted with.
    pub key: Option<SecretString>,
}

impl Place {
    pub(super) fn store_key(&self) -> Result<StoreKey, Error> {
        self.key.clone().map(StoreKey::new).ok_or(Error::NoKey)
    }
}
