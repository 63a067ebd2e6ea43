//! How much one caller may ask of the server: so many requests a minute, so many calls and open streams at the same time.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use rmcp::transport::common::http_header::{HEADER_MCP_METHOD as METHOD, HEADER_SESSION_ID as SESSION};
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use super::guard::{refusal, retry_later};
use crate::config::Http;
use crate::oauth::Shares;

/// How long a call waits for one of the same caller to end before it is refused.
const SHORT_WAIT: Duration = Duration::from_secs(2);
/// Callers whose rate is remembered before those who have been quiet are forgotten.
const MANY: usize = 1_000;

/// How long a client should wait that has too many streams: until one of them ends, which may be long.
const STREAM_WAIT: Duration = Duration::from_secs(30);

/// What each caller has used up.
pub struct Limits {
    rate: Option<DefaultKeyedRateLimiter<String>>,
    clock: DefaultClock,
    calls: Shares,
    /// Those who wait for a call of theirs to end: as many as there are calls, so that they do not fill the server.
    waiting: Shares,
    streams: Shares,
}

impl Limits {
    /// As the settings say: requests a minute (0 sets no limit), calls and streams at a time, for each caller.
    pub fn new(settings: &Http) -> Self {
        Self {
            rate: NonZeroU32::new(settings.rate_per_minute).map(|most| RateLimiter::keyed(Quota::per_minute(most))),
            clock: DefaultClock::default(),
            calls: Shares::new(settings.max_concurrent_calls),
            waiting: Shares::new(settings.max_concurrent_calls),
            streams: Shares::new(settings.max_streams_per_caller),
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

    /// A place for the call that this request makes, or for the stream that it opens, if it does either. Only so many calls
    /// of a caller run at the same time; the next one waits a little and is then refused.
    pub async fn place(
        &self,
        caller: &str,
        head: &Parts,
        message: &[u8],
    ) -> Result<Option<OwnedSemaphorePermit>, Box<Response>> {
        if opens_stream(head) {
            return self.streams.of(caller).try_acquire_owned().map(Some).map_err(|_| {
                too_many(
                    "too_many_streams",
                    "This caller has too many streams open (MCP_MAX_STREAMS_PER_CALLER). Nothing was done; close one of them first.",
                    STREAM_WAIT,
                )
            });
        }
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
        let places = self.calls.of(caller);
        if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
            return Some(place);
        }
        let _waiting = self.waiting.of(caller).try_acquire_owned().ok()?;
        timeout(SHORT_WAIT, places.acquire_owned()).await.ok()?.ok()
    }
}

/// Whether the answer is a stream that stays open although nothing is done.
fn opens_stream(head: &Parts) -> bool {
    head.method == Method::GET
        || head.headers.get(METHOD).is_some_and(|method| method.as_bytes() == b"subscriptions/listen")
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

    fn limits(per_minute: u32, calls: usize) -> Limits {
        Limits {
            rate: NonZeroU32::new(per_minute).map(|most| RateLimiter::keyed(Quota::per_minute(most))),
            clock: DefaultClock::default(),
            calls: Shares::new(calls),
            waiting: Shares::new(calls),
            streams: Shares::new(1),
        }
    }

    #[test]
    fn each_caller_has_a_rate_of_their_own() {
        let limited = limits(3, 1);
        let [ana, bob] = ["ana", "bob"].map(str::to_owned);
        (0..3).for_each(|_| assert_eq!(limited.count(&ana), Ok(())));
        let wait = limited.count(&ana).unwrap_err();
        assert!(wait > Duration::from_secs(10) && wait <= Duration::from_secs(20), "{wait:?}");
        assert_eq!(limited.count(&bob), Ok(()));
        let unlimited = limits(0, 1);
        (0..10_000).for_each(|_| assert_eq!(unlimited.count(&ana), Ok(())));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_waits_a_little_for_a_place_unless_many_wait_already() {
        let limits = limits(0, 1);
        let first = limits.begin("ana").await.unwrap();
        let (waited, refused) = tokio::join!(limits.begin("ana"), async {
            tokio::task::yield_now().await;
            timeout(Duration::ZERO, limits.begin("ana")).await.expect("an answer at once")
        });
        assert!(waited.is_none() && refused.is_none());
        assert!(limits.begin("bob").await.is_some());
        let (second, ()) = tokio::join!(limits.begin("ana"), async { drop(first) });
        assert!(second.is_some());
    }

    #[tokio::test]
    async fn streams_are_counted_apart_from_calls_and_for_each_caller() {
        let limits = limits(0, 1);
        let listen = axum::http::Request::post("/mcp").header(METHOD, "subscriptions/listen").body(()).unwrap();
        let [get, listen] = [axum::http::Request::get("/mcp").body(()).unwrap(), listen].map(|it| it.into_parts().0);
        let open = limits.place("ana", &get, b"").await.unwrap();
        assert!(open.is_some());
        let refused = limits.place("ana", &listen, b"{}").await.unwrap_err();
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(limits.place("bob", &listen, b"{}").await.unwrap().is_some());
        assert!(limits.begin("ana").await.is_some());
        drop(open);
        assert!(limits.place("ana", &listen, b"{}").await.unwrap().is_some());
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
