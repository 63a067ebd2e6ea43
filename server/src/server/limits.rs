//! How much one caller may ask of the server: so many requests a minute, so many calls at the same time.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use rmcp::transport::common::http_header::HEADER_SESSION_ID as SESSION;
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::guard::{refusal, retry_later};

/// How long a call waits for one of the same caller to end before it is refused.
const SHORT_WAIT: Duration = Duration::from_secs(2);
/// Callers that are remembered before those who have been quiet are forgotten.
const MANY: usize = 1_000;

/// What each caller has used up.
pub struct Limits {
    rate: Option<DefaultKeyedRateLimiter<String>>,
    clock: DefaultClock,
    most_calls: usize,
    under_way: Mutex<HashMap<String, Weak<Semaphore>>>,
}

impl Limits {
    /// At most `per_minute` requests a minute (0 sets no limit) and `most_calls` at a time, for each caller.
    pub fn new(per_minute: u32, most_calls: usize) -> Self {
        Self {
            rate: NonZeroU32::new(per_minute).map(|most| RateLimiter::keyed(Quota::per_minute(most))),
            clock: DefaultClock::default(),
            most_calls,
            under_way: Mutex::default(),
        }
    }

    /// Counts a request, or says how long the caller must wait.
    fn count(&self, caller: &String) -> Result<(), Duration> {
        let Some(rate) = &self.rate else { return Ok(()) };
        if rate.len() > MANY {
            rate.retain_recent();
        }
        rate.check_key(caller).map_err(|not_until| not_until.wait_time_from(self.clock.now()))
    }

    /// Counts a request of a caller, and refuses what they ask too often.
    pub fn rate(&self, caller: &String) -> Result<(), Box<Response>> {
        self.count(caller).map_err(|wait| {
            too_many(
                "rate_limited",
                "This caller asks too often (MCP_RATE_LIMIT_PER_MINUTE). Nothing was done; try again after the seconds in Retry-After.",
                wait,
            )
        })
    }

    /// A place for the call that this request makes, if it makes one. Only so many calls of a caller run at the same time;
    /// the next one waits a little and is then refused.
    pub async fn place(
        &self,
        caller: &str,
        head: &Parts,
        message: &[u8],
    ) -> Result<Option<OwnedSemaphorePermit>, Box<Response>> {
        if !is_call(head, message) {
            return Ok(None);
        }
        self.begin(caller).await.map(Some).ok_or_else(|| {
            too_many(
                "too_many_calls",
                "This caller has too many calls under way (MCP_MAX_CONCURRENT_CALLS). Nothing was done; try again when one has ended.",
                Duration::from_secs(1),
            )
        })
    }

    async fn begin(&self, caller: &str) -> Option<OwnedSemaphorePermit> {
        timeout(SHORT_WAIT, self.of(caller).acquire_owned()).await.ok()?.ok()
    }

    /// The places of one caller; they live for as long as one of them is taken or waited for.
    fn of(&self, caller: &str) -> Arc<Semaphore> {
        let mut all = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = all.get(caller).and_then(Weak::upgrade) {
            return places;
        }
        if all.len() > MANY {
            all.retain(|_, places| places.strong_count() > 0);
        }
        let places = Arc::new(Semaphore::new(self.most_calls));
        all.insert(caller.to_owned(), Arc::downgrade(&places));
        places
    }
}

/// In a session, answers to our questions come as requests of their own. They must never wait for the call that asked.
fn is_call(head: &Parts, message: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Call {
        #[expect(dead_code, reason = "only whether it is there matters")]
        method: IgnoredAny,
        #[expect(dead_code, reason = "only whether it is there matters")]
        id: IgnoredAny,
    }
    head.method == Method::POST
        && (!head.headers.contains_key(SESSION) || serde_json::from_slice::<Call>(message).is_ok())
}

fn too_many(code: &str, message: &str, wait: Duration) -> Box<Response> {
    Box::new(retry_later(refusal(StatusCode::TOO_MANY_REQUESTS, code, message), wait))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_caller_has_a_rate_of_their_own() {
        let limits = Limits::new(3, 1);
        let [ana, bob] = ["ana", "bob"].map(str::to_owned);
        (0..3).for_each(|_| assert_eq!(limits.count(&ana), Ok(())));
        let wait = limits.count(&ana).unwrap_err();
        assert!(wait > Duration::from_secs(10) && wait <= Duration::from_secs(20), "{wait:?}");
        assert_eq!(limits.count(&bob), Ok(()));
        let unlimited = Limits::new(0, 1);
        (0..10_000).for_each(|_| assert_eq!(unlimited.count(&ana), Ok(())));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_waits_a_little_for_a_place_and_quiet_callers_are_forgotten() {
        let limits = Limits::new(0, 1);
        let first = limits.begin("ana").await.unwrap();
        assert!(limits.begin("ana").await.is_none());
        assert!(limits.begin("bob").await.is_some());
        let (second, ()) = tokio::join!(limits.begin("ana"), async { drop(first) });
        assert!(second.is_some());
        for caller in 0..3 * MANY {
            drop(limits.begin(&caller.to_string()).await);
        }
        assert!(limits.under_way.lock().unwrap().len() <= MANY + 1);
        drop(second);
    }

    #[test]
    fn an_answer_in_a_session_is_no_call() {
        let is = |method: Method, session: bool, body: &'static str| {
            let mut request = axum::http::Request::builder().method(method);
            if session {
                request = request.header(SESSION, "id");
            }
            is_call(&request.body(()).unwrap().into_parts().0, body.as_bytes())
        };
        assert!(is(Method::POST, false, "{}"));
        assert!(is(Method::POST, true, r#"{"id":1,"method":"tools/call","params":{}}"#));
        assert!(!is(Method::POST, true, r#"{"id":1,"result":{}}"#));
        assert!(!is(Method::POST, true, r#"{"method":"notifications/initialized"}"#));
        assert!(!is(Method::GET, true, ""));
    }
}
