//! Things that may be used once: confirmations.

use std::time::Duration;

use moka::sync::Cache;

/// Remembers what has been used, for as long as it could be used again.
pub struct Once {
    used: Cache<String, ()>,
}

impl Once {
    /// A memory that keeps each entry for `lifetime`, which must be at least as long as the thing itself is valid.
    pub fn new(lifetime: Duration) -> Self {
        Self { used: Cache::builder().time_to_live(lifetime).build() }
    }

    /// Uses `name` up. True for exactly one caller, however many come at once.
    pub fn use_up(&self, name: &str) -> bool {
        self.used.entry(name.to_owned()).or_insert(()).is_fresh()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_callers_at_once_one_wins() {
        let once = Once::new(Duration::from_secs(60));
        let winners: usize = std::thread::scope(|scope| {
            let callers: Vec<_> = (0..16).map(|_| scope.spawn(|| usize::from(once.use_up("token")))).collect();
            callers.into_iter().map(|caller| caller.join().unwrap()).sum()
        });
        assert_eq!(winners, 1);
    }
}
