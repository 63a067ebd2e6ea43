//! Secrets and what is made with them: digests, tokens, and the files of users and upstream credentials.

mod cipher;
mod credentials;
mod digest;
mod edit;
mod error;
mod file;
mod import;
mod mac;
mod opened;
mod place;
mod profile;
mod roster;
mod scope;
mod snapshot;
mod store_file;
mod token;
mod user;
mod users_file;

pub use cipher::{SHORTEST_KEY, StoreKey};
pub use credentials::{CredentialChange, Credentials};
pub use digest::{digest, digest_json, sha256};
pub use edit::{Edit, Expiry, NewUser};
pub use error::Error;
pub use file::{create as create_private_file, exposure, replace as replace_private_file};
pub use import::Imported;
pub use mac::{mac, mac_fits};
pub use place::Place;
pub use profile::{InfinigateSecrets, Profile};
pub use roster::{Roster, Status};
pub use scope::{Scope, Scopes, UnknownScope};
pub use snapshot::{Refused, Snapshot};
pub use token::{Bearer, random_token};
pub use user::{KeyDigest, User, new_key, unfit_name, unfit_user_name};
