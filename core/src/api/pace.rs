//! Keeps all callers of one token under the service's number of requests a minute.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Service;
use super::call::Call;
use crate::state::Store;
use crate::telemetry::counters;

/// A minute, and a little more: the service counts arrivals, which lie a little apart from our sendings.
const WINDOW: Duration = Duration::from_millis(60_250);

/// The longest pause a service can impose on us; a nonsensical `Retry-After` must not stop us for a day.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// The requests of the last minute. A window of send times rather than a refilling bucket, because a full bucket plus
/// its refill would let nearly twice the limit through in one minute.
pub(super) struct Pace {
    most: usize,
    state: Mutex<State>,
    /// Where servers that share the token count together.
    shared: OnceLock<Shared>,
}

struct Shared {
    store: Arc<Store>,
    account: Arc<str>,
}

#[derive(Default)]
struct State {
    sent: VecDeque<Instant>,
    paused_until: Option<Instant>,
}

/// Why a request could not be sent within its call's time.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// The wait would outlast the deadline; at least this long.
    TooLong(Duration),
    /// The call was cancelled while waiting.
    Cancelled,
}

impl Pace {
    /// At most `per_minute` requests in any 60 seconds; zero counts as one.
    pub(super) fn new(per_minute: u32) -> Self {
        Self { most: (per_minute as usize).max(1), state: Mutex::default(), shared: OnceLock::new() }
    }

    /// Counts together with every other server that uses `store` for this account.
    pub(super) fn share(&self, store: Arc<Store>, account: Arc<str>) {
        // It is done once, at the start.
        let _ = self.shared.set(Shared { store, account });
    }

    /// Waits until one more request may be sent, and counts it.
    pub(super) async fn turn(&self, call: &Call) -> Result<(), Held> {
        while let Err((ready, reason)) = self.claim() {
            self.wait(call, ready, &reason).await?;
        }
        let Some(shared) = self.shared.get() else { return Ok(()) };
        loop {
            match shared.store.take_turn(&shared.account, self.most, WINDOW).await {
                Ok(None) => return Ok(()),
                Ok(Some(wait)) => self.wait(call, Instant::now() + wait, &Reason::Limit).await?,
                // Without the database each server still keeps the limit for itself, and a 429 is honoured.
                Err(error) => {
                    tracing::warn!(error = ?error, "the limit of requests a minute is not shared with other servers");
                    return Ok(());
                }
            }
        }
    }

    async fn wait(&self, call: &Call, ready: Instant, reason: &Reason) -> Result<(), Held> {
        let wait = ready.saturating_duration_since(Instant::now());
        if wait > call.remaining() {
            return Err(Held::TooLong(wait));
        }
        call.report(&reason.sentence(wait, self.most));
        let waited = Instant::now();
        let outcome = tokio::select! {
            () = call.cancel().cancelled() => Err(Held::Cancelled),
            () = tokio::time::sleep_until(ready) => Ok(()),
        };
        counters::waited(Service::Infinity.name(), reason.name(), waited.elapsed());
        outcome
    }

    /// Holds every caller back for as long as the service asked, counted from now.
    pub(super) fn pause(&self, wait: Duration) {
        let until = Instant::now() + wait.min(LONGEST_PAUSE);
        let mut state = self.state();
        state.paused_until = Some(state.paused_until.map_or(until, |earlier| earlier.max(until)));
    }

    fn claim(&self) -> Result<(), (Instant, Reason)> {
        let now = Instant::now();
        let mut state = self.state();
        while state.sent.front().is_some_and(|sent| *sent + WINDOW <= now) {
            state.sent.pop_front();
        }
        if let Some(until) = state.paused_until.filter(|until| *until > now) {
            return Err((until, Reason::Asked));
        }
        match state.sent.front() {
            Some(oldest) if state.sent.len() >= self.most => Err((*oldest + WINDOW, Reason::Limit)),
            Some(_) | None => {
                state.sent.push_back(now);
                Ok(())
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Reason {
    Asked,
    Limit,
}

impl Reason {
    fn name(&self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Limit => "limit",
        }
    }

    fn sentence(&self, wait: Duration, most: usize) -> String {
        let seconds = wait.as_millis().div_ceil(1000);
        match self {
            Self::Asked => format!("waiting {seconds} s because StartInfinity asked for a pause"),
            Self::Limit => format!("waiting {seconds} s for StartInfinity's limit of {most} requests a minute"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_util::sync::CancellationToken;

    fn call(budget: Duration) -> Call {
        Call::new("r", CancellationToken::new(), budget)
    }

    #[tokio::test(start_paused = true)]
    async fn no_rolling_minute_sees_more_than_the_limit_however_many_callers_share_it() {
        let pace = Arc::new(Pace::new(180));
        let callers: Vec<_> = (0..500)
            .map(|_| {
                let pace = pace.clone();
                tokio::spawn(async move {
                    pace.turn(&call(Duration::from_secs(600))).await.unwrap();
                    Instant::now()
                })
            })
            .collect();
        let mut times = Vec::new();
        for caller in callers {
            times.push(caller.await.unwrap());
        }
        times.sort();
        for first in &times {
            let within =
                times.iter().filter(|time| *time >= first && **time < *first + Duration::from_secs(60)).count();
            assert!(within <= 180, "{within} requests in one minute");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_longer_than_the_deadline_is_refused_at_once_with_its_length() {
        let pace = Pace::new(1);
        pace.turn(&call(Duration::from_secs(1))).await.unwrap();
        let before = Instant::now();
        assert_eq!(pace.turn(&call(Duration::from_secs(1))).await, Err(Held::TooLong(WINDOW)));
        assert_eq!(Instant::now(), before);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_the_service_asked_for_holds_everybody() {
        let pace = Pace::new(180);
        pace.pause(Duration::from_secs(7));
        let before = Instant::now();
        pace.turn(&call(Duration::from_secs(60))).await.unwrap();
        assert!(before.elapsed() >= Duration::from_secs(7));
    }

    #[derive(Default)]
    struct Told(Mutex<Vec<String>>);

    impl super::super::Progress for Told {
        fn report(&self, message: &str) {
            self.0.lock().unwrap().push(message.to_owned());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_is_told_and_gets_their_turn_when_the_minute_is_over() {
        let (pace, told) = (Pace::new(2), Arc::new(Told::default()));
        let call = call(Duration::from_secs(120)).with_progress(told.clone());
        for _ in 0..2 {
            pace.turn(&call).await.unwrap();
        }
        assert!(told.0.lock().unwrap().is_empty(), "who does not wait is not bothered");
        let before = Instant::now();
        pace.turn(&call).await.unwrap();
        assert!((WINDOW..WINDOW * 2).contains(&before.elapsed()));
        assert_eq!(*told.0.lock().unwrap(), ["waiting 61 s for StartInfinity's limit of 2 requests a minute"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_nonsensical_pause_does_not_stop_everybody_for_a_day() {
        let pace = Pace::new(180);
        pace.pause(Duration::from_secs(86_400));
        let before = Instant::now();
        pace.turn(&call(Duration::from_secs(3_600))).await.unwrap();
        assert_eq!(before.elapsed(), LONGEST_PAUSE);
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_ends_when_the_call_is_cancelled() {
        let pace = Pace::new(180);
        pace.pause(Duration::from_secs(7));
        let call = call(Duration::from_secs(60));
        call.cancel().cancel();
        assert_eq!(pace.turn(&call).await, Err(Held::Cancelled));
    }

    #[test]
    fn the_person_is_told_how_long_and_why() {
        let sentence = Reason::Limit.sentence(Duration::from_millis(11_200), 180);
        assert_eq!(sentence, "waiting 12 s for StartInfinity's limit of 180 requests a minute");
    }
}
