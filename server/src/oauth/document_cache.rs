//! The documents of clients that were read, and those that could not be, so that strangers cannot push out the known ones.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use url::Url;

use super::client::Client;

/// How many documents are kept: anybody can name an address to be fetched.
const MAX_KEPT: usize = 500;
/// How long what came of reading a document counts, whatever its server says.
const MIN_LIFE: Duration = Duration::from_secs(60);
const MAX_LIFE: Duration = Duration::from_secs(24 * 3600);
/// How much longer a good document serves while its server cannot be asked again.
const GRACE: Duration = Duration::from_secs(24 * 3600);

/// What came of reading each document.
#[derive(Default)]
pub struct DocumentCache(Mutex<HashMap<Url, Entry>>);

struct Entry {
    fresh_until: Instant,
    usable_until: Instant,
    used: Instant,
    client: Result<Client, String>,
}

impl DocumentCache {
    /// What came of reading it, while that counts.
    pub fn fresh(&self, url: &Url) -> Option<Result<Client, String>> {
        let now = Instant::now();
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get_mut(url).filter(|entry| now < entry.fresh_until)?;
        entry.used = now;
        Some(entry.client.clone())
    }

    /// A good document that should be read again and cannot be. It counts for another while, so that not every sign-in waits
    /// for its server.
    pub fn stale(&self, url: &Url) -> Option<Client> {
        let now = Instant::now();
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get_mut(url).filter(|entry| now < entry.usable_until)?;
        let client = entry.client.as_ref().ok()?.clone();
        entry.used = now;
        entry.fresh_until = entry.fresh_until.max((now + MIN_LIFE).min(entry.usable_until));
        Some(client)
    }

    /// Keeps a document, or why there is none: that for a minute only, so that nobody can make this server knock at another
    /// one over and over.
    pub fn keep(&self, url: &Url, client: Result<Client, String>, max_age: Option<Duration>) {
        let now = Instant::now();
        let (life, grace) = match &client {
            Ok(_) => (max_age.unwrap_or_default().clamp(MIN_LIFE, MAX_LIFE), GRACE),
            Err(_) => (MIN_LIFE, Duration::ZERO),
        };
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MAX_KEPT && !entries.contains_key(url) {
            make_room(&mut entries, now);
        }
        let fresh_until = now + life;
        entries.insert(url.clone(), Entry { fresh_until, usable_until: fresh_until + grace, used: now, client });
    }
}

/// Failures go first, and then what the host with the most documents has not needed for longest.
fn make_room(entries: &mut HashMap<Url, Entry>, now: Instant) {
    entries.retain(|_, entry| now < entry.usable_until);
    let mut of_host: HashMap<&str, usize> = HashMap::new();
    for url in entries.keys() {
        *of_host.entry(url.host_str().unwrap_or_default()).or_default() += 1;
    }
    let rank = |(url, entry): &(&Url, &Entry)| {
        let neighbours = of_host.get(url.host_str().unwrap_or_default()).copied().unwrap_or_default();
        (entry.client.is_err(), neighbours, std::cmp::Reverse(entry.used))
    };
    let superfluous = entries.iter().max_by_key(rank).map(|(url, _)| url.clone());
    if let (true, Some(url)) = (entries.len() >= MAX_KEPT, superfluous) {
        entries.remove(&url);
    }
}

#[cfg(test)]
mod tests {
    use super::super::client::Provenance;
    use super::super::client_keys::ClientKeys;
    use super::super::redirect::Redirects;
    use super::*;

    fn client(id: &str) -> Client {
        let redirects = Redirects { exact: Vec::new(), origins: Vec::new() };
        Client { id: id.into(), name: id.into(), provenance: Provenance::Itself, redirects, keys: ClientKeys::None }
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn neither_failures_nor_one_busy_host_push_out_what_others_use() {
        let cache = DocumentCache::default();
        let known = url("https://claude.example/client");
        cache.keep(&known, Ok(client("known")), None);
        for number in 0..2 * MAX_KEPT {
            cache.keep(&url(&format!("https://evil{number}.example/c")), Err("no".into()), None);
        }
        for number in 0..2 * MAX_KEPT {
            cache.keep(&url(&format!("https://evil.example/{number}")), Ok(client("evil")), None);
        }
        assert_eq!(cache.0.lock().unwrap().len(), MAX_KEPT);
        assert!(cache.fresh(&known).unwrap().is_ok());
    }

    #[test]
    fn a_good_document_serves_on_while_it_cannot_be_read_again_and_a_failure_does_not() {
        let cache = DocumentCache::default();
        let (good, bad) = (url("https://a.example/c"), url("https://b.example/c"));
        cache.keep(&good, Ok(client("a")), None);
        cache.keep(&bad, Err("no".into()), None);
        for entry in cache.0.lock().unwrap().values_mut() {
            entry.fresh_until = Instant::now();
        }
        assert!(cache.fresh(&good).is_none() && cache.fresh(&bad).is_none());
        assert!(cache.stale(&bad).is_none() && cache.stale(&good).is_some());
        assert!(cache.fresh(&good).is_some(), "nobody waits for its server again for a minute");
    }
}
