//! The people who may let clients in: what the authorization server needs to know of the roster.

use std::collections::BTreeSet;

use infini_mcp_core::vault::{Roster, User};

/// Somebody in the roster, as of now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their name, which tokens are bound to.
    pub name: String,
    /// SHA-256 of their key. A consent ends with the key it was given with.
    pub key_digest: String,
    /// What they may do.
    pub scopes: BTreeSet<String>,
}

/// The roster. It is asked on every use of a token, so that a removed person's tokens end at once.
pub trait People: Send + Sync {
    /// Whose key this is; compares digests, in constant time.
    fn by_key(&self, key: &str) -> Option<Person>;
    /// The person with this name.
    fn by_name(&self, name: &str) -> Option<Person>;
}

impl People for Roster {
    fn by_key(&self, key: &str) -> Option<Person> {
        self.current().user_by_key(key).ok().map(person)
    }

    fn by_name(&self, name: &str) -> Option<Person> {
        self.current().user_by_name(name).ok().map(person)
    }
}

fn person(user: &User) -> Person {
    let scopes = user.scopes.names().into_iter().map(str::to_owned).collect();
    Person { name: user.name.clone(), key_digest: user.key_digest.to_string(), scopes }
}
