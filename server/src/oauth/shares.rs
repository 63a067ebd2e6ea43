//! A share for each key of something there is only so much of, for example of calls at the same time for each caller.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::Semaphore;

/// Keys that are remembered before those who use nothing are forgotten.
const MANY: usize = 1_000;

/// The shares of all keys. Each is as large as any other, and forgotten once nobody uses it.
pub struct Shares {
    size: usize,
    taken: Mutex<HashMap<String, Weak<Semaphore>>>,
}

impl Shares {
    /// Shares of this size.
    pub fn new(size: usize) -> Self {
        Self { size, taken: Mutex::default() }
    }

    /// The share of one key; it lives for as long as some of it is taken or waited for.
    pub fn of(&self, key: &str) -> Arc<Semaphore> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = taken.get(key).and_then(Weak::upgrade) {
            return share;
        }
        if taken.len() > MANY {
            taken.retain(|_, share| share.strong_count() > 0);
        }
        let share = Arc::new(Semaphore::new(self.size));
        taken.insert(key.to_owned(), Arc::downgrade(&share));
        share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_uses_nothing_is_forgotten_and_one_that_does_is_not() {
        let shares = Shares::new(2);
        let held = shares.of("ana").try_acquire_owned().unwrap();
        for key in 0..3 * MANY {
            drop(shares.of(&key.to_string()).try_acquire_owned().unwrap());
        }
        assert!(shares.taken.lock().unwrap().len() <= MANY + 1);
        assert_eq!((shares.of("ana").available_permits(), shares.of("bob").available_permits()), (1, 2));
        drop(held);
    }
}
