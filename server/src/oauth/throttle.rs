//! Slowing down whoever guesses: failures are counted by key, and each one makes the next attempt wait longer.
//!
//! Each server counts for itself. What is guessed here has 256 bits, so this is about the load and the log, not about
//! the odds; it therefore never waits so long that a mistyped key locks anybody out.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many keys are remembered; beyond it those that matter least are forgotten.
const MOST_KEYS: usize = 10_000;

/// What counts as one address where attempts are counted: of IPv6 everybody has a whole network.
pub fn neighbourhood(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

/// Failures by key.
pub struct Throttle {
    free: u32,
    first_wait: Duration,
    longest_wait: Duration,
    failures: Mutex<HashMap<String, Failures>>,
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    since: Instant,
    wait: Duration,
}

impl Failures {
    fn is_over(&self, now: Instant, memory: Duration) -> bool {
        now.saturating_duration_since(self.since) > self.wait + memory
    }
}

impl Throttle {
    /// `free` failures cost nothing; the next one makes the key wait `first_wait`, and every further one twice as long, up
    /// to `longest_wait`. A key that is quiet for ten times `longest_wait` starts anew.
    pub fn new(free: u32, first_wait: Duration, longest_wait: Duration) -> Self {
        Self { free, first_wait, longest_wait, failures: Mutex::default() }
    }

    /// How long the longest waiting of these keys must still wait, if one must.
    pub fn wait<'a>(&self, keys: impl IntoIterator<Item = &'a str>) -> Option<Duration> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let waits = keys.into_iter().filter_map(|key| failures.get(key));
        waits
            .map(|failures| failures.wait.saturating_sub(now.saturating_duration_since(failures.since)))
            .filter(|wait| !wait.is_zero())
            .max()
    }

    /// Counts a failure for each of these keys.
    pub fn failed<'a>(&self, keys: impl IntoIterator<Item = &'a str>) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        for key in keys {
            self.make_room(&mut failures, now);
            let old = failures.get(key).filter(|old| !old.is_over(now, self.memory()));
            let count = old.map_or(0, |old| old.count).saturating_add(1);
            failures.insert(key.to_owned(), Failures { count, since: now, wait: self.wait_after(count) });
        }
    }

    /// Forgets the failures of these keys.
    pub fn succeeded<'a>(&self, keys: impl IntoIterator<Item = &'a str>) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys {
            failures.remove(key);
        }
    }

    fn memory(&self) -> Duration {
        self.longest_wait * 10
    }

    fn wait_after(&self, count: u32) -> Duration {
        match count.checked_sub(self.free + 1) {
            None => Duration::ZERO,
            Some(doublings) => self.first_wait.saturating_mul(2_u32.saturating_pow(doublings)).min(self.longest_wait),
        }
    }

    /// A guesser with many addresses must not fill the memory, and must not push out those who wait longest.
    fn make_room(&self, failures: &mut HashMap<String, Failures>, now: Instant) {
        if failures.len() < MOST_KEYS {
            return;
        }
        failures.retain(|_, old| !old.is_over(now, self.memory()));
        if failures.len() >= MOST_KEYS {
            failures.retain(|_, old| old.count > self.free);
        }
        if failures.len() >= MOST_KEYS {
            failures.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn failures_beyond_the_free_ones_make_the_next_attempt_wait_longer_and_longer() {
        let throttle = Throttle::new(2, SECOND, 5 * SECOND);
        let waits: Vec<u64> = (0..7)
            .map(|_| {
                throttle.failed(["a"]);
                throttle.wait(["a", "b"]).map_or(0, |wait| wait.as_millis().div_ceil(1000) as u64)
            })
            .collect();
        assert_eq!(waits, [0, 0, 1, 2, 4, 5, 5]);
        assert_eq!(throttle.wait(["b"]), None, "another key does not wait");
        throttle.succeeded(["a"]);
        assert_eq!(throttle.wait(["a"]), None);
    }

    #[test]
    fn a_quiet_key_starts_anew() {
        let throttle = Throttle::new(0, Duration::ZERO, Duration::ZERO);
        throttle.failed(["a"]);
        assert_eq!(throttle.wait(["a"]), None);
    }

    #[test]
    fn the_memory_has_a_limit() {
        let throttle = Throttle::new(0, SECOND, SECOND);
        for key in 0..MOST_KEYS + 10 {
            throttle.failed([key.to_string().as_str()]);
        }
        assert!(throttle.failures.lock().unwrap_or_else(PoisonError::into_inner).len() <= MOST_KEYS);
    }
}
