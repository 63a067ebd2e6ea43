//! The event without a message that opens a stream, so that a client knows where to take the stream up again.
//!
//! Clients know it since 2025-11-25. Older ones take every event for a message: some print an error at one without any, and
//! one has no tools at all because of it. The library sends it to everybody, so what it sends is looked through here.

use std::time::Duration;

use futures::future::ready;
use futures::stream::iter;
use futures::{Stream, StreamExt};
use rmcp::model::{ProtocolVersion, ServerJsonRpcMessage, ServerResult};
use rmcp::transport::streamable_http_server::session::ServerSseMessage;

/// How long a client waits before it takes a stream up again.
const RETRY: Duration = Duration::from_secs(3);

/// Whether the answer to `initialize` agrees on a revision that has the event.
pub fn is_agreed(answer: &ServerJsonRpcMessage) -> bool {
    let ServerJsonRpcMessage::Response(response) = answer else { return false };
    let ServerResult::InitializeResult(agreed) = &response.result else { return false };
    agreed.protocol_version.as_str() >= ProtocolVersion::V_2025_11_25.as_str()
}

/// The stream as it is where the event is agreed on, and without it elsewhere.
pub fn only_where<S>(agreed: bool, stream: S) -> impl Stream<Item = ServerSseMessage> + Send + Sync + 'static
where
    S: Stream<Item = ServerSseMessage> + Send + Sync + 'static,
{
    stream.filter(move |event| ready(agreed || event.message.is_some()))
}

/// What a stream begins with that no request opened.
pub fn first_of_all(agreed: bool) -> impl Stream<Item = ServerSseMessage> + Send + Sync + 'static {
    iter(agreed.then(|| ServerSseMessage::priming("0", RETRY)))
}
