//! A user: who may call, with which credentials, and how far.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Scopes, digest, random_token};

/// Names that the server gives callers who are no users; a user of that name would share their confirmations and log.
const TAKEN: [&str; 2] = ["local", "bearer"];

const LONGEST_NAME: usize = 64;

/// Somebody who calls with a key of their own.
#[derive(Clone)]
pub struct User {
    /// What confirmations, the log and the limits are bound to.
    pub name: String,
    /// The digest of the key; the key itself is kept nowhere.
    pub key_digest: KeyDigest,
    /// The profile whose credentials the calls are made with.
    pub profile_id: String,
    /// What the user may do.
    pub scopes: Scopes,
    /// From when on the key opens nothing.
    pub expires_at: Option<DateTime<Utc>>,
    /// When the user was added, RFC 3339.
    pub created_at: String,
    /// When the user was last changed, RFC 3339.
    pub updated_at: String,
}

impl User {
    /// Whether the key opens nothing any more.
    pub fn has_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

/// The SHA-256 of a key. Keys are 256 random bits, so a fast digest is enough.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyDigest([u8; 32]);

/// As the file has it.
impl fmt::Display for KeyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl KeyDigest {
    /// The digest of a key.
    pub fn of(key: &str) -> Self {
        Self(Sha256::digest(key.as_bytes()).into())
    }

    /// The digest that is written in a file, in hexadecimal.
    pub fn read(text: &str) -> Option<Self> {
        let mut bytes = [0_u8; 32];
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// Whether they are the same; takes as long for nearly the same as for others.
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// A new key: shown once, and kept as its digest only.
pub fn new_key() -> SecretString {
    SecretString::from(format!("mcp_{}", random_token()))
}

/// The digest of a key as the file has it.
pub(super) fn key_hash(key: &SecretString) -> String {
    digest(key.expose_secret().as_bytes())
}

/// Why a name cannot be given to a user or a profile.
pub fn unfit_name(name: &str) -> Option<&'static str> {
    if name.is_empty() || name.trim() != name {
        Some("a name is not empty and does not begin or end with a space")
    } else if name.chars().count() > LONGEST_NAME {
        Some("a name has at most 64 characters")
    } else if name.chars().any(|character| character.is_control() || crate::sanitize::is_invisible(character)) {
        Some("a name has no invisible characters")
    } else {
        None
    }
}

/// Why this name cannot be a user's.
pub fn unfit_user_name(name: &str) -> Option<&'static str> {
    if TAKEN.iter().any(|taken| name.eq_ignore_ascii_case(taken)) {
        return Some("the server uses this name for callers without a user");
    }
    unfit_name(name)
}

/// This moment as files have it.
pub(super) fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_256_random_bits_and_its_digest_is_read_back() {
        let key = new_key();
        let text = key.expose_secret();
        assert!(text.starts_with("mcp_") && text.len() == 47, "{}", text.len());
        assert_ne!(text, new_key().expose_secret());
        let read = KeyDigest::read(&key_hash(&key)).unwrap();
        assert!(read.is_same(&KeyDigest::of(text)) && !read.is_same(&KeyDigest::of("mcp_")));
        for wrong in ["", "ab", &"g".repeat(64), &"é".repeat(32), &"+1".repeat(32)] {
            let read = KeyDigest::read(wrong);
            assert!(read.is_none(), "{wrong}");
        }
    }

    #[test]
    fn names_that_would_be_mistaken_for_others_are_unfit() {
        for wrong in ["", " a", "a\n", "a\u{202e}b", &"x".repeat(65), "local", "Bearer"] {
            assert!(unfit_user_name(wrong).is_some(), "{wrong:?}");
        }
        for right in ["ada", "Jürgen Müller", "a@example.com", "x"] {
            assert!(unfit_user_name(right).is_none(), "{right}");
        }
    }
}
