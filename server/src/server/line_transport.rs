//! The protocol line by line: every line that could be a request gets its answer, also one that cannot be read.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::{
    ClientJsonRpcMessage, ClientRequest, GetMeta, JsonRpcMessage, JsonRpcRequest, ProtocolVersion, ServerJsonRpcMessage,
};
use rmcp::transport::Transport;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::incoming::{self, Fault, INVALID_REQUEST, Incoming};
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
    /// The answer to a line that is no message, until the queue has a place for it.
    refusal: Option<Vec<u8>>,
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
            refusal: None,
            in_flight: Arc::default(),
            has_begun: false,
        }
    }

    /// The message of a line, or why there is none.
    fn read(&mut self, line: &Line) -> Result<Option<ClientJsonRpcMessage>, Fault> {
        let mut message = match line {
            Line::TooLong(outline) => {
                let words = "Invalid request: the line is longer than 16 MiB, which is the most this server takes.";
                return Err(Fault::new(INVALID_REQUEST, words, outline.request_id()));
            }
            Line::Whole(line) => {
                let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line).trim_ascii();
                if line.is_empty() {
                    return Ok(None);
                }
                let Incoming { message, .. } = incoming::read(line)?;
                message
            }
        };
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
        if let Some(id) = answered(&message) {
            self.in_flight.end(id);
        }
        outward(&mut message);
        let output = self.output.clone();
        async move {
            let output = output.ok_or(io::ErrorKind::NotConnected)?;
            let message = serde_json::to_vec(&message)?;
            output.send(message).await.map_err(|_| io::ErrorKind::BrokenPipe.into())
        }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        loop {
            if self.refusal.is_some() {
                let place = self.output.as_ref()?.reserve().await.ok()?;
                if let Some(refusal) = self.refusal.take() {
                    place.send(refusal);
                }
            }
            let line = match self.lines.next().await {
                Ok(line) => line?,
                Err(error) => {
                    tracing::error!(%error, "standard input cannot be read");
                    return None;
                }
            };
            match self.read(&line) {
                Ok(None) => {}
                Ok(message) => return message,
                Err(fault) => {
                    fault.log();
                    self.refusal = (!fault.is_notification).then(|| fault.answer().into_bytes());
                }
            }
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
