//! Keys that others publish: reading a set of them, finding the one a signature names, and keeping a set for a while.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{DecodingKey, Header};
use serde_json::Value;
use tokio::sync::Mutex;

/// How old keys may be; and how soon they are fetched again for a key id nobody knows, which anybody can make up.
const OLDEST_KEYS: Duration = Duration::from_secs(3600);
const SOONEST_REFETCH: Duration = Duration::from_secs(30);

/// The keys of a set. One of a kind that this version does not know must not hide the others.
pub fn read_keys(body: &Value) -> Option<JwkSet> {
    let keys = body.get("keys").and_then(Value::as_array)?;
    Some(JwkSet { keys: keys.iter().filter_map(|key| serde_json::from_value(key.clone()).ok()).collect() })
}

/// The key that a token says it is signed with, if it is published for that.
pub fn key_for(set: &JwkSet, header: &Header) -> Option<DecodingKey> {
    find(set, header).and_then(|key| DecodingKey::from_jwk(key).ok())
}

fn find<'a>(set: &'a JwkSet, header: &Header) -> Option<&'a Jwk> {
    let serves = |key: &&Jwk| {
        let is_for_signatures = !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption));
        let algorithm = key.common.key_algorithm.map(|algorithm| algorithm.to_string());
        is_for_signatures && algorithm.is_none_or(|algorithm| algorithm == format!("{:?}", header.alg))
    };
    let mut fitting = set.keys.iter().filter(serves).filter(|key| match &header.kid {
        Some(id) => key.common.key_id.as_ref() == Some(id),
        None => true,
    });
    // Without an id there must be no doubt which key is meant.
    let first = fitting.next()?;
    (header.kid.is_some() || fitting.next().is_none()).then_some(first)
}

/// Keys that are published at one place, as they were last fetched.
#[derive(Default)]
pub struct KeptKeys(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    set: Option<Arc<JwkSet>>,
    fetched: Option<Instant>,
    tried: Option<Instant>,
}

impl KeptKeys {
    /// The key that a token says it is signed with. `fetch` gets the keys; it is asked when they are old, or when the key is
    /// unknown and they are not quite new.
    pub async fn key_for<F: Future<Output = Option<JwkSet>>>(
        &self,
        header: &Header,
        fetch: impl Fn() -> F,
    ) -> Option<DecodingKey> {
        let (set, is_fresh) = self.within(OLDEST_KEYS, &fetch).await?;
        match key_for(&set, header) {
            Some(key) => Some(key),
            // They may have been changed since.
            None if !is_fresh => key_for(&self.within(SOONEST_REFETCH, &fetch).await?.0, header),
            None => None,
        }
    }

    /// The keys, at most `age` old if they can be had; and whether they were fetched just now. One fetches, others wait.
    async fn within<F: Future<Output = Option<JwkSet>>>(
        &self,
        age: Duration,
        fetch: impl Fn() -> F,
    ) -> Option<(Arc<JwkSet>, bool)> {
        let mut keys = self.0.lock().await;
        let is_within = |instant: Option<Instant>, span| instant.is_some_and(|instant| instant.elapsed() < span);
        if !is_within(keys.fetched, age) && !is_within(keys.tried, SOONEST_REFETCH) {
            keys.tried = Some(Instant::now());
            if let Some(set) = fetch().await {
                keys.set = Some(Arc::new(set));
                keys.fetched = Some(Instant::now());
                return keys.set.clone().map(|set| (set, true));
            }
        }
        keys.set.clone().map(|set| (set, false))
    }
}
