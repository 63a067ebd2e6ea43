//! StartInfinity's limit of requests in any sixty seconds.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

const MINUTE: Duration = Duration::from_secs(60);

/// When the requests of the last minute came.
#[derive(Debug, Default)]
pub struct Pace {
    arrivals: VecDeque<Instant>,
}

impl Pace {
    /// Counts one request that came `now`; 0 as the limit means none.
    ///
    /// # Errors
    /// The seconds until the next one is welcome; the refused request does not count.
    pub fn count(&mut self, now: Instant, limit: usize) -> Result<(), u64> {
        while self.arrivals.front().is_some_and(|first| now.duration_since(*first) >= MINUTE) {
            self.arrivals.pop_front();
        }
        if limit == 0 || self.arrivals.len() < limit {
            self.arrivals.push_back(now);
            return Ok(());
        }
        let waited = self.arrivals.front().map_or(MINUTE, |first| now.duration_since(*first));
        Err((MINUTE.saturating_sub(waited)).as_secs() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rolling_minute_holds_no_more_than_the_limit() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut pace = Pace::default();
        assert!((0..3).all(|second| pace.count(at(second * 10), 3).is_ok()));
        assert_eq!(pace.count(at(30), 3), Err(31));
        assert_eq!(pace.count(at(60), 3), Ok(()));
        assert_eq!(pace.count(at(61), 3), Err(10));
        assert_eq!(pace.count(at(61), 0), Ok(()));
    }
}
