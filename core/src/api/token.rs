//! Infinigate's bearer token: fetched once however many callers need it, kept while it is good.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use reqwest::header::HeaderValue;
use serde_json::Value;
use tokio::time::Instant;

use super::{Cause, Error, Result};

/// A token this close to its end is not used any more.
const MARGIN: Duration = Duration::from_secs(60);

/// A token and when to stop using it.
pub(super) struct Token {
    /// The whole `Authorization` value, marked sensitive.
    pub(super) bearer: HeaderValue,
    until: Instant,
}

type Fetch = Shared<BoxFuture<'static, Result<Arc<Token>>>>;

/// The token cache of one account.
pub(super) struct Tokens {
    ttl: Duration,
    state: Arc<Mutex<State>>,
}

enum State {
    Empty,
    Ready(Arc<Token>),
    Fetching(Fetch),
}

impl Tokens {
    /// Keeps each token for `ttl` at most, and never past what the service grants.
    pub(super) fn new(ttl: Duration) -> Self {
        Self { ttl, state: Arc::new(Mutex::new(State::Empty)) }
    }

    /// The current token, or the one that `fetch` gets. All who ask while it is under way share its outcome; a failure
    /// is not kept. The fetching is a task of its own, so that a caller who gives up does not fail the others.
    pub(super) async fn get(&self, fetch: impl FnOnce() -> BoxFuture<'static, Result<Value>>) -> Result<Arc<Token>> {
        let fetching = {
            let mut state = lock(&self.state);
            match &*state {
                State::Ready(token) if token.until > Instant::now() => return Ok(token.clone()),
                // A fetch that has ended has also left this state, unless its task was killed: then start anew.
                State::Fetching(fetching) if fetching.peek().is_none() => fetching.clone(),
                State::Ready(_) | State::Fetching(_) | State::Empty => {
                    let fetching = self.begin(fetch());
                    *state = State::Fetching(fetching.clone());
                    fetching
                }
            }
        };
        fetching.await
    }

    /// Drops the token, unless it has been replaced since: fifty refusals of one token make one new fetch.
    pub(super) fn refused(&self, token: &Arc<Token>) {
        let mut state = lock(&self.state);
        if matches!(&*state, State::Ready(current) if Arc::ptr_eq(current, token)) {
            *state = State::Empty;
        }
    }

    /// The token held at present, for keeping it out of messages.
    pub(super) fn current(&self) -> Option<Arc<Token>> {
        match &*lock(&self.state) {
            State::Ready(token) => Some(token.clone()),
            State::Empty | State::Fetching(_) => None,
        }
    }

    fn begin(&self, fetch: BoxFuture<'static, Result<Value>>) -> Fetch {
        let (state, ttl) = (self.state.clone(), self.ttl);
        let task = tokio::spawn(async move {
            let outcome = fetch.await.and_then(|answer| token(&answer, ttl)).map(Arc::new);
            *lock(&state) = match &outcome {
                Ok(token) => State::Ready(token.clone()),
                Err(_) => State::Empty,
            };
            outcome
        });
        async move { task.await.unwrap_or_else(|_| Err(Error::internal("fetching a token was interrupted"))) }
            .boxed()
            .shared()
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads the answer of the token endpoint; its field is `access_token`, other clients also met the other two names.
fn token(answer: &Value, ttl: Duration) -> Result<Token> {
    let text = ["access_token", "accessToken", "token"]
        .iter()
        .find_map(|name| answer.get(name)?.as_str())
        .filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| Error { cause: Cause::NotJson, ..Error::internal("the answer holds no token") })?;
    let mut bearer = HeaderValue::try_from(format!("Bearer {text}"))
        .map_err(|_| Error::internal("the token cannot be sent in a header"))?;
    bearer.set_sensitive(true);
    let granted = answer.get("expires_in").and_then(Value::as_u64).map(Duration::from_secs);
    Ok(Token { bearer, until: Instant::now() + lifetime(granted, ttl) })
}

/// How long to use a token: the margin before its end, or half of a short life, and never longer than `ttl`.
fn lifetime(granted: Option<Duration>, ttl: Duration) -> Duration {
    let Some(granted) = granted else { return ttl };
    let safe = granted.saturating_sub(MARGIN).max(granted / 2);
    safe.min(ttl).max(Duration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_token_is_used_until_a_minute_before_its_end_or_for_half_a_short_life() {
        let ttl = Duration::from_secs(240);
        let seconds = |granted| lifetime(Some(Duration::from_secs(granted)), ttl).as_secs();
        assert_eq!(seconds(3600), 240);
        assert_eq!(seconds(300), 240);
        assert_eq!(seconds(200), 140);
        assert_eq!(seconds(60), 30);
        assert_eq!(seconds(1), 1);
        assert_eq!(seconds(0), 1);
        assert_eq!(lifetime(None, ttl), ttl);
    }

    #[test]
    fn the_token_is_found_under_each_name_clients_have_met() {
        for name in ["access_token", "accessToken", "token"] {
            let found = token(&json!({ name: "abc" }), MARGIN).unwrap();
            assert_eq!(found.bearer, "Bearer abc");
            assert!(found.bearer.is_sensitive());
        }
        assert!(token(&json!({ "access_token": "" }), MARGIN).is_err());
        assert!(token(&json!({ "access_token": "a\nb" }), MARGIN).is_err());
    }

    #[tokio::test]
    async fn all_who_ask_at_once_share_one_failed_fetch_and_the_next_one_fetches_again() {
        let tokens = Arc::new(Tokens::new(MARGIN));
        let fetches = Arc::new(AtomicU32::new(0));
        let ask = || {
            let fetches = fetches.clone();
            tokens.get(move || {
                async move {
                    fetches.fetch_add(1, Ordering::SeqCst);
                    tokio::task::yield_now().await;
                    Err(Error::internal("down"))
                }
                .boxed()
            })
        };
        let outcomes = futures::future::join_all((0..50).map(|_| ask())).await;
        assert!(outcomes.iter().all(Result::is_err));
        assert_eq!(fetches.load(Ordering::SeqCst), 1);
        assert!(ask().await.is_err());
        assert_eq!(fetches.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_refusal_of_an_old_token_leaves_the_new_one_alone() {
        let tokens = Tokens::new(MARGIN);
        let fetch = |name: &'static str| move || async move { Ok(json!({ "access_token": name })) }.boxed();
        let old = tokens.get(fetch("old")).await.unwrap();
        tokens.refused(&old);
        let new = tokens.get(fetch("new")).await.unwrap();
        tokens.refused(&old);
        assert!(Arc::ptr_eq(&new, &tokens.get(fetch("newest")).await.unwrap()));
    }
}
