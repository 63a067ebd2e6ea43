//! Slows down whoever fails again and again: some failures are free, then each one doubles the wait.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// After so long without a failure all of them are forgiven.
const FORGIVEN_AFTER: Duration = Duration::from_secs(900);
/// Most keys that are remembered.
const MOST: usize = 10_000;

/// The failures of each key: an address, or the digest of something that was presented.
pub struct Throttle {
    free: u32,
    failures: Mutex<HashMap<String, Failures>>,
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
}

impl Throttle {
    /// The first failures of each key are `free`: people mistype, and clients try an old key first.
    pub fn new(free: u32) -> Self {
        Self { free, failures: Mutex::default() }
    }

    /// How long `key` must still wait before it may try again.
    pub fn wait(&self, key: &str) -> Option<Duration> {
        self.wait_at(key, Instant::now())
    }

    /// Notes a failure.
    pub fn failed(&self, key: &str) {
        self.failed_at(key, Instant::now());
    }

    /// Forgives the failures of `key`.
    pub fn succeeded(&self, key: &str) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    fn wait_at(&self, key: &str, now: Instant) -> Option<Duration> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let Failures { count, last } = *failures.get(key)?;
        let doublings = count.checked_sub(self.free)?;
        let wait = FIRST_WAIT.saturating_mul(1 << doublings.min(16)).min(LONGEST_WAIT);
        (last + wait).checked_duration_since(now).filter(|wait| !wait.is_zero())
    }

    fn failed_at(&self, key: &str, now: Instant) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MOST && !failures.contains_key(key) {
            make_room(&mut failures, now);
        }
        let entry = failures.entry(key.to_owned()).or_insert(Failures { count: 0, last: now });
        if now.saturating_duration_since(entry.last) > FORGIVEN_AFTER {
            entry.count = 0;
        }
        *entry = Failures { count: entry.count.saturating_add(1), last: now };
    }
}

/// Forgets what is forgiven. Where that is not enough, half of the rest: those whose last failure is longest ago.
fn make_room(failures: &mut HashMap<String, Failures>, now: Instant) {
    failures.retain(|_, entry| now.saturating_duration_since(entry.last) <= FORGIVEN_AFTER);
    if failures.len() < MOST {
        return;
    }
    let mut times: Vec<Instant> = failures.values().map(|entry| entry.last).collect();
    let (_, median, _) = times.select_nth_unstable(MOST / 2);
    let median = *median;
    failures.retain(|_, entry| entry.last > median);
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: u32 = 5;

    #[test]
    fn the_wait_doubles_after_the_free_failures_and_ends_with_time_or_success() {
        let throttle = Throttle::new(FREE);
        let start = Instant::now();
        for _ in 1..FREE {
            throttle.failed_at("a", start);
            assert_eq!(throttle.wait_at("a", start), None);
        }
        for expected in [1, 2, 4, 8] {
            throttle.failed_at("a", start);
            assert_eq!(throttle.wait_at("a", start), Some(Duration::from_secs(expected)));
        }
        assert_eq!(throttle.wait_at("a", start + Duration::from_secs(8)), None);
        assert_eq!(throttle.wait_at("b", start), None);
        for _ in 0..100 {
            throttle.failed_at("a", start);
        }
        assert_eq!(throttle.wait_at("a", start), Some(LONGEST_WAIT));
        let later = start + FORGIVEN_AFTER + Duration::from_secs(1);
        throttle.failed_at("a", later);
        assert_eq!(throttle.wait_at("a", later), None, "a failure long ago no longer counts");
        (0..FREE).for_each(|_| throttle.failed_at("a", later));
        throttle.succeeded("a");
        assert_eq!(throttle.wait_at("a", later), None);
    }

    #[test]
    fn a_flood_of_keys_is_forgotten_before_it_fills_the_memory() {
        let throttle = Throttle::new(FREE);
        let start = Instant::now();
        for key in 0..3 * MOST as u64 {
            throttle.failed_at(&key.to_string(), start + Duration::from_millis(key));
        }
        assert!(throttle.failures.lock().unwrap().len() <= MOST);
        let same = Throttle::new(FREE);
        (0..2 * MOST).for_each(|key| same.failed_at(&key.to_string(), start));
        assert!(same.failures.lock().unwrap().len() <= MOST);
    }
}
