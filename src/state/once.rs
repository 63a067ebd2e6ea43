//! Things that may be used once: confirmations.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Remembers what has been used, for as long as it could be used again.
///
/// A map under one lock, not a concurrent cache: those may let two callers insert the same name at the same moment, and
/// here the second one would spend money.
pub struct Once {
    used: Mutex<HashMap<String, Instant>>,
    lifetime: Duration,
}

impl Once {
    /// A memory that keeps each entry for `lifetime`, which must be at least as long as the thing itself is valid.
    pub fn new(lifetime: Duration) -> Self {
        Self { used: Mutex::default(), lifetime }
    }

    /// Uses `name` up. True for exactly one caller, however many come at once.
    pub fn use_up(&self, name: &str) -> bool {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        // Confirmations are few, so looking at all of them is cheaper than a clock of their own.
        used.retain(|_, since| now.duration_since(*since) < self.lifetime);
        used.insert(name.to_owned(), now).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_callers_at_once_one_wins() {
        let once = Once::new(Duration::from_secs(60));
        for token in 0..500 {
            let name = token.to_string();
            let winners: usize = std::thread::scope(|scope| {
                let callers: Vec<_> = (0..8).map(|_| scope.spawn(|| usize::from(once.use_up(&name)))).collect();
                callers.into_iter().map(|caller| caller.join().unwrap()).sum()
            });
            assert_eq!(winners, 1);
        }
    }

    #[test]
    fn what_is_too_old_to_be_used_again_is_forgotten() {
        let once = Once::new(Duration::ZERO);
        assert!(once.use_up("token"));
        assert!(once.use_up("token"));
    }
}
