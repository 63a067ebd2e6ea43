//! Secrets and what is made with them: digests, seals and random tokens.

mod digest;
mod mac;
mod token;

pub use digest::{digest, digest_json, sha256};
pub use mac::{mac, mac_fits};
pub use token::{Bearer, random_token};
