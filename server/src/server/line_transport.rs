//! The protocol line by line: every line that could be a request gets its answer, also one that cannot be read.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use rmcp::RoleServer;
use rmcp::model::{
    ClientJsonRpcMessage, ClientNotification, ClientRequest, GetMeta, JsonRpcMessage, JsonRpcRequest, ProtocolVersion,
    RequestId, ServerJsonRpcMessage, ServerResult,
};
use rmcp::transport::Transport;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::batch;
use super::incoming::{self, Fault, INVALID_REQUEST, Incoming};
use super::line_batches::{LineBatches, Part};
use super::lines::{Line, Lines};
use super::request_ids::{InFlight, answered, outward};

/// Most bytes of a line. Files travel in arguments here, so it is more than over HTTP.
const MAX_LINE: usize = 16 * 1024 * 1024;
/// Messages that wait for a client to read; then nothing more is read from it.
const QUEUE: usize = 64;
/// How long the last messages have to leave.
const FAREWELL: Duration = Duration::from_secs(2);
/// A mark that some write before a text, and that means nothing.
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// One client at the other end of an input and an output.
pub struct LineTransport<R> {
    lines: Lines<R>,
    output: Option<Sender<Vec<u8>>>,
    writer: JoinHandle<()>,
    /// Answers that no request to the library has, until the queue has a place for them.
    replies: VecDeque<Vec<u8>>,
    /// Messages of a batch that the library has not taken yet.
    messages: VecDeque<ClientJsonRpcMessage>,
    batches: LineBatches,
    /// Whether the revision that was agreed on has batches.
    takes_batches: bool,
    in_flight: Arc<InFlight>,
    has_begun: bool,
}

impl<R: AsyncRead + Send + Unpin> LineTransport<R> {
    /// Reads lines from `input` and writes them to `output`. Within a runtime.
    pub fn new(input: R, output: impl AsyncWrite + Send + Unpin + 'static) -> Self {
        let (sender, queue) = channel(QUEUE);
        Self {
            lines: Lines::new(input, MAX_LINE),
            output: Some(sender),
            writer: tokio::spawn(write(queue, output)),
            replies: VecDeque::new(),
            messages: VecDeque::new(),
            batches: LineBatches::default(),
            takes_batches: false,
            in_flight: Arc::default(),
            has_begun: false,
        }
    }

    /// Takes the messages of a line, and says what is wrong with it.
    fn read(&mut self, line: &Line) {
        let text = match line {
            Line::TooLong(outline) => {
                let words = "Invalid request: the line is longer than 16 MiB, which is the most this server takes.";
                return self.refuse(&Fault::new(INVALID_REQUEST, words, outline.request_id()));
            }
            Line::Whole(line) => line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line).trim_ascii(),
        };
        if text.is_empty() {
            return;
        }
        if self.takes_batches && batch::is_list(text) {
            return match batch::messages(text) {
                Ok(messages) => self.take_batch(&messages),
                Err(fault) => self.refuse(&fault),
            };
        }
        match self.message(text) {
            Ok(message) => {
                let cancelled = message.as_ref().and_then(cancels).cloned();
                cancelled.iter().for_each(|id| self.forget(id));
                self.messages.extend(message);
            }
            Err(fault) => self.refuse(&fault),
        }
    }

    fn take_batch(&mut self, messages: &[Bytes]) {
        let (mut parts, mut cancelled) = (Vec::new(), Vec::new());
        for message in messages {
            let read = batch::begins_session(message).map_or_else(|| self.message(message), Err);
            match read {
                Ok(Some(JsonRpcMessage::Request(request))) => {
                    parts.push(Part::Request(request.id.clone(), JsonRpcMessage::Request(request)));
                }
                Ok(message) => {
                    cancelled.extend(message.as_ref().and_then(cancels).cloned());
                    parts.extend(message.map(Part::Other));
                }
                Err(fault) => {
                    fault.log();
                    parts.extend((!fault.is_notification).then(|| Part::Refused(fault.answer().into_bytes())));
                }
            }
        }
        let (messages, line) = self.batches.take(parts);
        self.messages.extend(messages);
        self.replies.extend(line);
        // Only now has what the batch itself cancels a place in it.
        cancelled.iter().for_each(|id| self.forget(id));
    }

    /// The library drops the answer to what is cancelled, for which its batch must not wait.
    fn forget(&mut self, id: &RequestId) {
        self.replies.extend(self.batches.cancelled(id));
    }

    fn refuse(&mut self, fault: &Fault) {
        fault.log();
        self.replies.extend((!fault.is_notification).then(|| fault.answer().into_bytes()));
    }

    /// The message of a text with an id of our own, or why there is none.
    fn message(&mut self, text: &[u8]) -> Result<Option<ClientJsonRpcMessage>, Fault> {
        let Incoming { mut message, .. } = incoming::read(text)?;
        match &message {
            JsonRpcMessage::Request(request) => {
                if self.in_flight.has(&request.id) {
                    let words = "Invalid request: the request before with this id has no answer yet.";
                    return Err(Fault::of_request(INVALID_REQUEST, words, &request.id));
                }
                self.has_begun |= begins(request);
            }
            // To the library, whoever begins with anything else has broken the protocol, and it would end.
            _ if !self.has_begun => return Ok(None),
            _ => {}
        }
        Ok(self.in_flight.inward(&mut message).then_some(message))
    }
}

/// The request that a message cancels.
fn cancels(message: &ClientJsonRpcMessage) -> Option<&RequestId> {
    let JsonRpcMessage::Notification(notification) = message else { return None };
    match &notification.notification {
        ClientNotification::CancelledNotification(cancelled) => cancelled.params.request_id.as_ref(),
        _ => None,
    }
}

/// Whether an answer agrees on the revision that has batches.
fn agrees_on_batches(message: &ServerJsonRpcMessage) -> Option<bool> {
    let ServerJsonRpcMessage::Response(response) = message else { return None };
    match &response.result {
        ServerResult::InitializeResult(agreed) => Some(agreed.protocol_version == batch::REVISION),
        _ => None,
    }
}

/// Whether the library begins to serve with this request.
fn begins(request: &JsonRpcRequest<ClientRequest>) -> bool {
    match &request.request {
        ClientRequest::InitializeRequest(_) => true,
        ClientRequest::PingRequest(_) | ClientRequest::DiscoverRequest(_) => false,
        other => {
            let meta = other.get_meta();
            meta.missing_required_keys(&ProtocolVersion::V_2026_07_28).is_empty()
                && meta.protocol_version().is_some_and(|version| ProtocolVersion::KNOWN_VERSIONS.contains(&version))
        }
    }
}

/// Writes what is queued, until nobody can queue anything any more.
async fn write(mut queue: Receiver<Vec<u8>>, mut output: impl AsyncWrite + Unpin) {
    while let Some(message) = queue.recv().await {
        let mut next = Some(message);
        let written = async {
            while let Some(mut message) = next.take() {
                message.push(b'\n');
                output.write_all(&message).await?;
                next = queue.try_recv().ok();
            }
            output.flush().await
        };
        if let Err(error) = written.await {
            tracing::warn!(%error, "the client does not listen any more");
            return;
        }
    }
}

impl<R: AsyncRead + Send + Unpin> Transport<RoleServer> for LineTransport<R> {
    type Error = io::Error;

    fn send(&mut self, mut message: ServerJsonRpcMessage) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let ours = answered(&message).cloned();
        ours.iter().for_each(|id| self.in_flight.end(id));
        self.takes_batches = agrees_on_batches(&message).unwrap_or(self.takes_batches);
        outward(&mut message);
        let text = serde_json::to_vec(&message).map_err(io::Error::from);
        // The answer to a message of a batch waits for the others, and leaves with the last of them.
        let text = match ours.filter(|id| self.batches.has(id)) {
            Some(id) => text.map(|text| self.batches.answer(&id, text)),
            None => text.map(Some),
        };
        let output = self.output.clone();
        async move {
            let Some(text) = text? else { return Ok(()) };
            let output = output.ok_or(io::ErrorKind::NotConnected)?;
            output.send(text).await.map_err(|_| io::ErrorKind::BrokenPipe.into())
        }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        loop {
            while !self.replies.is_empty() {
                let place = self.output.as_ref()?.reserve().await.ok()?;
                if let Some(reply) = self.replies.pop_front() {
                    place.send(reply);
                }
            }
            if let Some(message) = self.messages.pop_front() {
                return Some(message);
            }
            let line = match self.lines.next().await {
                Ok(line) => line?,
                Err(error) => {
                    tracing::error!(%error, "standard input cannot be read");
                    return None;
                }
            };
            self.read(&line);
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.output = None;
        if timeout(FAREWELL, &mut self.writer).await.is_err() {
            self.writer.abort();
        }
        Ok(())
    }
}
