//! Sessions of the `initialize` era: each belongs to the caller who began it, and outlives the process that holds it.
//!
//! The MCP library knows sessions by their ids alone. Here every access is held against the caller of the request, at the
//! very place where the library touches the session, so that no order of events lets anybody else in. A stranger gets the
//! answer that an unknown session gets.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt};
use rmcp::model::{ClientJsonRpcMessage, ServerJsonRpcMessage};
use rmcp::transport::common::http_header::HEADER_SESSION_ID;
use rmcp::transport::streamable_http_server::session::local::{LocalSessionManager, LocalSessionManagerError};
use rmcp::transport::streamable_http_server::session::{
    RestoreOutcome, ServerSseMessage, SessionId, SessionManager, SessionState, SessionStore, SessionStoreError,
};
use serde_json::json;

use super::body::says_json;
use super::envelope::{Envelope, is_stateless};
use super::guard::refusal;
use super::priming;
use super::request_ids::{InFlight, Noting, outward};
use infini_mcp_core::state::{StateError, Store};
use infini_mcp_core::telemetry::counters;
use infini_mcp_core::vault::digest;

/// How long a session lives without being used.
const IDLE: Duration = Duration::from_secs(30 * 60);
/// How often the state is told that a session is still used.
const TOLD_AGAIN: Duration = Duration::from_secs(60);
/// The most bytes of what a client says of itself that are kept.
const MOST_KEPT: usize = 16 * 1024;

tokio::task_local! {
    /// Whose request the library is answering. Its background tasks, which end sessions, answer none.
    static CALLER: Caller;
}

struct Caller {
    principal: String,
    refused: Cell<bool>,
}

/// Names the caller to the sessions while the library answers; nothing, where the session is not theirs or there is none.
pub async fn in_name_of(principal: String, answer: impl Future<Output = Response>) -> Option<Response> {
    let caller = Caller { principal, refused: Cell::new(false) };
    let answer = async { (answer.await, CALLER.with(|caller| caller.refused.get())) };
    let (response, refused) = CALLER.scope(caller, answer).await;
    // A method that is not known is answered with the same status, but in JSON.
    let is_unknown = response.status() == StatusCode::NOT_FOUND && !says_json(response.headers());
    (!refused && !is_unknown).then_some(response)
}

/// The session that a request names. The stateless era has none, and there the header means nothing.
fn session_id(headers: &HeaderMap) -> Option<&str> {
    headers.get(HEADER_SESSION_ID).filter(|_| !is_stateless(headers)).map(|id| id.to_str().unwrap_or_default())
}

/// The answer to whoever names a session that is not theirs, or none. A message is answered as one, with the code that clients
/// know: it makes them begin anew.
pub fn not_found(envelope: &Envelope) -> Response {
    const CODE: &str = "session_not_found";
    let message = "Session not found: there is no such session, or it has ended. Nothing was done; begin a new one with initialize.";
    if !envelope.is_message {
        return refusal(StatusCode::NOT_FOUND, CODE, message);
    }
    counters::refused(CODE);
    let error = json!({ "code": -32001, "message": message, "data": { "code": CODE } });
    (StatusCode::NOT_FOUND, Json(json!({ "jsonrpc": "2.0", "id": envelope.id, "error": error }))).into_response()
}

fn unreadable(error: &StateError) -> Response {
    tracing::warn!(%error, "a session cannot be looked up");
    refusal(
        StatusCode::SERVICE_UNAVAILABLE,
        "unavailable",
        "Sessions cannot be looked up at the moment. Nothing was done; try again.",
    )
}

/// The sessions of this process, with the state behind them.
pub struct Sessions {
    local: LocalSessionManager,
    known: Mutex<HashMap<SessionId, Known>>,
    most: usize,
    most_of_one: usize,
    store: Arc<Store>,
}

/// What is known of a session in this process.
struct Known {
    principal: String,
    in_flight: Arc<InFlight>,
    used: Instant,
    told: Instant,
    /// Whether its streams begin with an event that says where to take them up again.
    primed: bool,
}

/// What a session is to the caller.
enum Access {
    Theirs,
    SomebodyElses,
    Unknown,
}

impl Sessions {
    /// At most `most` sessions in memory; the others wait in `store`. One caller has at most `most_of_one`; whoever begins
    /// another one loses the one that has not been used for longest.
    pub fn new(most: usize, most_of_one: usize, store: Arc<Store>) -> Self {
        let mut local = LocalSessionManager::default();
        local.session_config.keep_alive = Some(IDLE);
        Self { local, known: Mutex::default(), most, most_of_one, store }
    }

    /// Turns strangers away, before the library even looks for a session in vain: those who ask for it at the same moment
    /// would share the failure.
    pub async fn admit(&self, principal: &str, headers: &HeaderMap, envelope: &Envelope) -> Result<(), Box<Response>> {
        let Some(id) = session_id(headers) else { return Ok(()) };
        match self.belongs(id, principal).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Box::new(not_found(envelope))),
            Err(error) => Err(Box::new(unreadable(&error))),
        }
    }

    /// Whether `principal` has such a session, here or in the state.
    async fn belongs(&self, id: &str, principal: &str) -> Result<bool, StateError> {
        match self.access_of(id, Some(principal)) {
            Access::Theirs => Ok(true),
            Access::SomebodyElses => Ok(false),
            // Only what could be an id of ours is looked up, so that nonsense does not open the database.
            Access::Unknown if uuid::Uuid::try_parse(id).is_err() => Ok(false),
            Access::Unknown => Ok(Box::pin(self.store.session(&key(id), principal)).await?.is_some()),
        }
    }

    fn access(&self, id: &SessionId) -> Access {
        self.access_of(id, caller().as_deref())
    }

    fn access_of(&self, id: &str, principal: Option<&str>) -> Access {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get_mut(id) {
            None => Access::Unknown,
            Some(session) if Some(session.principal.as_str()) == principal => {
                session.used = Instant::now();
                Access::Theirs
            }
            Some(_) => Access::SomebodyElses,
        }
    }

    /// Lets the caller of this request go on, or nobody.
    fn check(&self, id: &SessionId) -> Result<(), LocalSessionManagerError> {
        match self.access(id) {
            Access::Theirs => Ok(()),
            Access::SomebodyElses | Access::Unknown => {
                refuse();
                Err(LocalSessionManagerError::SessionNotFound(id.clone()))
            }
        }
    }

    /// Notes a session of the caller, and puts another one down when there are too many.
    async fn note(&self, id: &SessionId) -> Arc<InFlight> {
        let now = Instant::now();
        let in_flight = Arc::<InFlight>::default();
        let superfluous = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            let principal = caller().unwrap_or_default();
            let of_caller = known.values().filter(|session| session.principal == principal).count();
            let superfluous = if of_caller >= self.most_of_one {
                least_used_of(&known, &principal)
            } else if known.len() >= self.most {
                least_used(&known)
            } else {
                None
            };
            if let Some(other) = &superfluous {
                known.remove(other);
            }
            let session = Known { principal, in_flight: in_flight.clone(), used: now, told: now, primed: false };
            known.insert(id.clone(), session);
            counters::sessions(known.len());
            superfluous
        };
        if let Some(other) = superfluous {
            // It can be taken up again from the state; only a question that is open in it is lost.
            let _ = self.local.close_session(&other).await;
        }
        in_flight
    }

    /// Puts ids of our own into a message of the client.
    fn inward(&self, id: &SessionId, message: &mut ClientJsonRpcMessage) -> bool {
        let in_flight = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.get(id).map(|session| session.in_flight.clone())
        };
        // A session that has ended in the meantime answers for itself.
        in_flight.is_none_or(|in_flight| in_flight.inward(message))
    }

    /// Learns from the handshake, which is held again when a session is taken up from the state, how its streams begin.
    fn learn(&self, id: &SessionId, answer: &ServerJsonRpcMessage) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = known.get_mut(id) {
            session.primed = priming::is_agreed(answer);
        }
    }

    fn is_primed(&self, id: &SessionId) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(id).is_some_and(|session| session.primed)
    }

    /// Tells the state now and then that a session is used.
    async fn prolong(&self, id: &SessionId) {
        let is_due = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.get_mut(id).filter(|session| session.told.elapsed() > TOLD_AGAIN).map(|session| {
                session.told = Instant::now();
            })
        };
        if is_due.is_some()
            && let Err(error) = self.store.prolong_session(&key(id), IDLE).await
        {
            tracing::debug!(%error, "a session could not be prolonged");
        }
    }
}

/// Of the caller with the most sessions the one that has not been used for longest, so that nobody can push others out.
fn least_used(known: &HashMap<SessionId, Known>) -> Option<SessionId> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for session in known.values() {
        *counts.entry(&session.principal).or_default() += 1;
    }
    let (greediest, _) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    least_used_of(known, greediest)
}

fn least_used_of(known: &HashMap<SessionId, Known>, principal: &str) -> Option<SessionId> {
    let theirs = known.iter().filter(|(_, session)| session.principal == principal);
    theirs.min_by_key(|(_, session)| session.used).map(|(id, _)| id.clone())
}

fn caller() -> Option<String> {
    CALLER.try_with(|caller| caller.principal.clone()).ok()
}

fn refuse() {
    let _ = CALLER.try_with(|caller| caller.refused.set(true));
}

/// The events of a stream with the client's own ids.
fn in_their_words(
    events: impl Stream<Item = ServerSseMessage> + Send + Sync + 'static,
) -> impl Stream<Item = ServerSseMessage> + Send + Sync + 'static {
    events.map(|mut event| {
        if let Some(message) = &mut event.message {
            outward(Arc::make_mut(message));
        }
        event
    })
}

/// A session's key in the state.
fn key(id: &str) -> String {
    digest(id.as_bytes())
}

impl SessionManager for Sessions {
    type Error = LocalSessionManagerError;
    type Transport = Noting<<LocalSessionManager as SessionManager>::Transport>;

    async fn create_session(&self) -> Result<(SessionId, Self::Transport), Self::Error> {
        let (id, transport) = self.local.create_session().await?;
        let in_flight = self.note(&id).await;
        Ok((id, Noting::new(transport, in_flight)))
    }

    async fn initialize_session(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<ServerJsonRpcMessage, Self::Error> {
        self.check(id)?;
        let answer = self.local.initialize_session(id, message).await?;
        self.learn(id, &answer);
        Ok(answer)
    }

    async fn has_session(&self, id: &SessionId) -> Result<bool, Self::Error> {
        // Of somebody else's the library goes on to ask the state, which has nothing for this caller either.
        let theirs = matches!(self.access(id), Access::Theirs) && self.local.has_session(id).await?;
        if theirs {
            self.prolong(id).await;
        }
        Ok(theirs)
    }

    async fn close_session(&self, id: &SessionId) -> Result<(), Self::Error> {
        // The library's own tasks, which end what nobody uses, have no caller.
        if caller().is_some() && !matches!(self.access(id), Access::Theirs) {
            return Ok(());
        }
        {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.remove(id);
            counters::sessions(known.len());
        }
        self.local.close_session(id).await
    }

    async fn create_stream(
        &self,
        id: &SessionId,
        mut message: ClientJsonRpcMessage,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Self::Error> {
        self.check(id)?;
        self.inward(id, &mut message);
        let stream = self.local.create_stream(id, message).await?;
        Ok(priming::only_where(self.is_primed(id), in_their_words(stream)))
    }

    async fn accept_message(&self, id: &SessionId, mut message: ClientJsonRpcMessage) -> Result<(), Self::Error> {
        self.check(id)?;
        if !self.inward(id, &mut message) {
            tracing::debug!("a cancellation names no request under way, or more than one");
            return Ok(());
        }
        self.local.accept_message(id, message).await
    }

    async fn create_standalone_stream(
        &self,
        id: &SessionId,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Self::Error> {
        self.check(id)?;
        let stream = self.local.create_standalone_stream(id).await?;
        Ok(priming::first_of_all(self.is_primed(id)).chain(in_their_words(stream)))
    }

    async fn resume(
        &self,
        id: &SessionId,
        last_event_id: String,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Self::Error> {
        self.check(id)?;
        let stream = self.local.resume(id, last_event_id).await?;
        Ok(priming::only_where(self.is_primed(id), in_their_words(stream)))
    }

    async fn restore_session(&self, id: SessionId) -> Result<RestoreOutcome<Self::Transport>, Self::Error> {
        Ok(match self.local.restore_session(id.clone()).await? {
            RestoreOutcome::Restored(transport) => {
                RestoreOutcome::Restored(Noting::new(transport, self.note(&id).await))
            }
            RestoreOutcome::AlreadyPresent => RestoreOutcome::AlreadyPresent,
            _ => RestoreOutcome::NotSupported,
        })
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn load(&self, id: &str) -> Result<Option<SessionState>, SessionStoreError> {
        let Some(principal) = caller() else { return Ok(None) };
        let kept = self.store.session(&key(id), &principal).await?;
        Ok(kept.map(|kept| serde_json::from_str(&kept)).transpose()?)
    }

    async fn store(&self, id: &str, state: &SessionState) -> Result<(), SessionStoreError> {
        let state = serde_json::to_string(state)?;
        if let (Some(principal), true) = (caller(), state.len() <= MOST_KEPT) {
            self.store.keep_session(&key(id), &principal, &state, IDLE, self.most_of_one).await?;
        }
        Ok(())
    }

    async fn delete(&self, id: &str) -> Result<(), SessionStoreError> {
        let Some(principal) = caller() else { return Ok(()) };
        self.store.end_session(&key(id), &principal).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
