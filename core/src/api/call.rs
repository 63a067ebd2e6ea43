//! One tool call as the seam sees it: who asked, until when, and what was noticed on the way.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Service;
use super::attempt::Reply;
use super::raw::Witness;
use crate::telemetry::Trace;

/// How many notes one call keeps; a long list of odd rows says nothing new after these.
const MOST_NOTES: usize = 50;

/// Where a waiting call tells its person what it waits for.
pub trait Progress: Send + Sync {
    /// Shows one short sentence. Called on the request's path: must not block.
    fn report(&self, message: &str);
}

/// A value of an answer that did not fit the document and was left out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Note {
    /// Which service sent it.
    pub service: Service,
    /// The document's operation id.
    pub operation: &'static str,
    /// JSON pointer to the value in the answer.
    pub pointer: String,
    /// The documented form.
    pub expected: &'static str,
    /// What came instead, cut at 80 characters.
    pub found: String,
}

/// One tool call: its identity, its time budget, and its record. Clones share the record.
#[derive(Clone)]
pub struct Call {
    request_id: Arc<str>,
    cancel: CancellationToken,
    deadline: Instant,
    progress: Option<Arc<dyn Progress>>,
    trace: Trace,
    witness: Option<Witness>,
    record: Arc<Mutex<Record>>,
}

#[derive(Default)]
struct Record {
    notes: Vec<Note>,
    seen: Vec<&'static str>,
}

impl Call {
    /// A call that may take `budget` from now, over all its requests and their repetitions.
    pub fn new(request_id: impl Into<String>, cancel: CancellationToken, budget: Duration) -> Self {
        Self {
            request_id: request_id.into().into(),
            cancel,
            deadline: Instant::now() + budget,
            progress: None,
            trace: Trace::default(),
            witness: None,
            record: Arc::default(),
        }
    }

    /// The same call, telling `progress` what it waits for.
    #[must_use]
    pub fn with_progress(mut self, progress: Arc<dyn Progress>) -> Self {
        self.progress = Some(progress);
        self
    }

    /// The same call, as a part of `trace`.
    #[must_use]
    pub fn in_trace(mut self, trace: Trace) -> Self {
        self.trace = trace;
        self
    }

    /// Where in a trace the call is.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The same call, whose answers `witness` sees as they came.
    pub(super) fn with_witness(mut self, witness: Witness) -> Self {
        self.witness = Some(witness);
        self
    }

    /// Shows an answer to the witness, if there is one.
    pub(super) fn show(&self, reply: &Reply) {
        if let Some(witness) = &self.witness {
            witness.see(reply.status.as_u16(), &reply.headers, &reply.body);
        }
    }

    /// The same call, which its client cannot cancel any more, with this much time from now.
    #[must_use]
    pub fn to_the_end(&self, budget: Duration) -> Self {
        Self { cancel: CancellationToken::new(), deadline: Instant::now() + budget, ..self.clone() }
    }

    /// The id that logs and errors carry.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Fires when the client has given up on the call.
    pub fn cancel(&self) -> &CancellationToken {
        &self.cancel
    }

    /// When the call must have ended.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// The time left; zero when the deadline has passed.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Tells the person what the call waits for.
    pub fn report(&self, message: &str) {
        if let Some(progress) = &self.progress {
            progress.report(message);
        }
    }

    /// The values left out of the answers so far, at most 50.
    pub fn notes(&self) -> Vec<Note> {
        self.record().notes.clone()
    }

    /// The operation ids sent so far, in order, repetitions included. Fetching a token is not one of them: whether it
    /// happens depends on what earlier calls left in the cache.
    pub fn seen(&self) -> Vec<&'static str> {
        self.record().seen.clone()
    }

    pub(super) fn note(&self, note: Note) {
        let mut record = self.record();
        if record.notes.len() < MOST_NOTES {
            record.notes.push(note);
        }
    }

    pub(super) fn saw(&self, operation: &'static str) {
        self.record().seen.push(operation);
    }

    fn record(&self) -> std::sync::MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").field("request_id", &self.request_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_call_share_its_record() {
        let call = Call::new("r1", CancellationToken::new(), Duration::from_secs(1));
        call.clone().saw("getProfile");
        assert_eq!(call.seen(), ["getProfile"]);
    }

    #[test]
    fn a_call_keeps_a_bounded_number_of_notes() {
        let call = Call::new("r1", CancellationToken::new(), Duration::from_secs(1));
        for _ in 0..200 {
            call.note(Note {
                service: Service::Infinity,
                operation: "x",
                pointer: String::new(),
                expected: "text",
                found: String::new(),
            });
        }
        assert_eq!(call.notes().len(), MOST_NOTES);
    }
}
