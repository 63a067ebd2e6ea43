//! Secrets and what is made with them: digests, seals and random tokens.

mod digest;
mod token;

pub use digest::{digest, digest_json};
pub use token::{Bearer, random_token};
