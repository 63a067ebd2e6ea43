//! Ids of our own for what clients ask, because clients use theirs twice.
//!
//! A client that shares one session among several chats sends every request with the id 1, and its progress tokens repeat as
//! well. The MCP library keys answers, streams and cancellations by them. So each request gets an id inside that no other has,
//! and whatever leaves bears the client's own again. Ours carries the client's within itself: what leaves needs no table, and
//! a stream that is taken up again needs none either.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rmcp::RoleServer;
use rmcp::model::{
    CancelledNotification, ClientJsonRpcMessage, ClientNotification, GetMeta, JsonRpcMessage, ProgressToken, RequestId,
    ServerJsonRpcMessage, ServerNotification,
};
use rmcp::transport::Transport;

/// What stands between our number and the client's id.
const BETWEEN: char = ' ';

/// The requests of one client, or of one session, that have no answer yet.
#[derive(Debug, Default)]
pub struct InFlight {
    count: AtomicU64,
    numbers: Mutex<HashMap<RequestId, Vec<u64>>>,
}

impl InFlight {
    /// Whether a request with this id of the client's waits for its answer.
    pub fn has(&self, id: &RequestId) -> bool {
        self.numbers().contains_key(id)
    }

    /// Puts our own ids into a message of the client, or says that it means nothing: a cancellation must name a request that
    /// is under way, and name it alone.
    pub fn inward(&self, message: &mut ClientJsonRpcMessage) -> bool {
        match message {
            JsonRpcMessage::Request(request) => {
                let number = self.begin(request.id.clone());
                request.id = ours(number, &request.id);
                let meta = request.request.get_meta_mut();
                if let Some(ProgressToken(token)) = meta.get_progress_token() {
                    meta.set_progress_token(ProgressToken(ours(number, &token)));
                }
                true
            }
            JsonRpcMessage::Notification(notification) => match &mut notification.notification {
                ClientNotification::CancelledNotification(cancelled) => self.cancel(cancelled),
                _ => true,
            },
            JsonRpcMessage::Response(_) | JsonRpcMessage::Error(_) => true,
        }
    }

    fn begin(&self, id: RequestId) -> u64 {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        self.numbers().entry(id).or_default().push(number);
        number
    }

    fn cancel(&self, cancelled: &mut CancelledNotification) -> bool {
        let Some(id) = &cancelled.params.request_id else { return false };
        let meant = match self.numbers().get(id).map(Vec::as_slice) {
            Some([number]) => ours(*number, id),
            _ => return false,
        };
        // The library drops the answer of what is cancelled.
        self.end(&meant);
        cancelled.params.request_id = Some(meant);
        true
    }

    /// A request, named by our id, has got its answer or will get none.
    pub fn end(&self, ours: &RequestId) {
        let Some((number, id)) = theirs(ours) else { return };
        let mut numbers = self.numbers();
        if let Some(same) = numbers.get_mut(&id) {
            same.retain(|other| *other != number);
            if same.is_empty() {
                numbers.remove(&id);
            }
        }
    }

    fn numbers(&self) -> std::sync::MutexGuard<'_, HashMap<RequestId, Vec<u64>>> {
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts the client's own ids back into a message that leaves.
pub fn outward(message: &mut ServerJsonRpcMessage) {
    match message {
        JsonRpcMessage::Response(response) => restore(&mut response.id),
        JsonRpcMessage::Error(error) => error.id.iter_mut().for_each(restore),
        JsonRpcMessage::Notification(notification) => {
            if let ServerNotification::ProgressNotification(progress) = &mut notification.notification {
                restore(&mut progress.params.progress_token.0);
            }
            // A subscription is known by the id of the request that began it.
            if let Some(mut id) = notification.notification.get_meta().subscription_id() {
                restore(&mut id);
                notification.notification.get_meta_mut().set_subscription_id(id);
            }
        }
        JsonRpcMessage::Request(_) => {}
    }
}

/// The request that a message answers.
pub fn answered(message: &ServerJsonRpcMessage) -> Option<&RequestId> {
    match message {
        JsonRpcMessage::Response(response) => Some(&response.id),
        JsonRpcMessage::Error(error) => error.id.as_ref(),
        JsonRpcMessage::Request(_) | JsonRpcMessage::Notification(_) => None,
    }
}

fn ours(number: u64, id: &RequestId) -> RequestId {
    RequestId::String(format!("{number}{BETWEEN}{}", id.clone().into_json_value()).into())
}

fn theirs(ours: &RequestId) -> Option<(u64, RequestId)> {
    let RequestId::String(ours) = ours else { return None };
    let (number, id) = ours.split_once(BETWEEN)?;
    Some((number.parse().ok()?, serde_json::from_str(id).ok()?))
}

fn restore(id: &mut RequestId) {
    if let Some((_, theirs)) = theirs(id) {
        *id = theirs;
    }
}

/// A session's transport that notes which requests have got their answer.
pub struct Noting<T> {
    inner: T,
    in_flight: Arc<InFlight>,
}

impl<T> Noting<T> {
    /// Notes it in `in_flight`.
    pub fn new(inner: T, in_flight: Arc<InFlight>) -> Self {
        Self { inner, in_flight }
    }
}

impl<T: Transport<RoleServer>> Transport<RoleServer> for Noting<T> {
    type Error = T::Error;

    fn send(
        &mut self,
        message: ServerJsonRpcMessage,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        if let Some(id) = answered(&message) {
            self.in_flight.end(id);
        }
        self.inner.send(message)
    }

    fn receive(&mut self) -> impl Future<Output = Option<ClientJsonRpcMessage>> + Send {
        self.inner.receive()
    }

    fn close(&mut self) -> impl Future<Output = Result<(), Self::Error>> + Send {
        self.inner.close()
    }
}

#[cfg(test)]
mod tests {
    use rmcp::model::{ErrorData, NumberOrString};
    use serde_json::{Value, json};

    use super::*;

    fn message(message: Value) -> ClientJsonRpcMessage {
        serde_json::from_value(message).unwrap()
    }

    /// Sends a request inward and gives the id that it bears inside.
    fn inside(in_flight: &InFlight, id: &Value) -> RequestId {
        let mut request = message(json!({ "jsonrpc": "2.0", "id": id, "method": "tools/list" }));
        assert!(in_flight.inward(&mut request));
        let JsonRpcMessage::Request(request) = request else { panic!("a request") };
        request.id
    }

    fn cancel(in_flight: &InFlight, id: &Value) -> Option<RequestId> {
        let params = json!({ "requestId": id });
        let mut said = message(json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": params }));
        let passes = in_flight.inward(&mut said);
        let JsonRpcMessage::Notification(said) = said else { panic!("a notification") };
        let ClientNotification::CancelledNotification(said) = said.notification else { panic!("a cancellation") };
        passes.then_some(said.params.request_id).flatten()
    }

    #[test]
    fn every_id_is_another_inside_and_the_clients_own_outside() {
        let in_flight = InFlight::default();
        for id in [json!(1), json!(1), json!("1"), json!("0 1"), json!("a\n\u{202e}b \""), json!(i64::MIN)] {
            let inside = inside(&in_flight, &id);
            let mut answer = ServerJsonRpcMessage::error(ErrorData::invalid_request("no", None), Some(inside));
            outward(&mut answer);
            assert_eq!(serde_json::to_value(&answer).unwrap()["id"], id);
        }
    }

    #[test]
    fn a_cancellation_counts_for_one_request_under_way_and_for_no_other() {
        let in_flight = InFlight::default();
        assert_eq!(cancel(&in_flight, &json!(1)), None, "there is none");
        let first = inside(&in_flight, &json!(1));
        let second = inside(&in_flight, &json!(1));
        let text = inside(&in_flight, &json!("1"));
        assert_eq!(cancel(&in_flight, &json!(1)), None, "it could be either");
        assert_eq!(cancel(&in_flight, &json!("1")), Some(text));
        in_flight.end(&first);
        assert!(in_flight.has(&NumberOrString::Number(1)));
        assert_eq!(cancel(&in_flight, &json!(1)), Some(second));
        assert!(in_flight.numbers().is_empty(), "nothing is left of what has ended");
    }

    #[test]
    fn progress_is_told_under_the_clients_own_token() {
        let in_flight = InFlight::default();
        let params = json!({ "name": "a", "_meta": { "progressToken": 7 } });
        let request = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params });
        let tokens = [0, 1].map(|_| {
            let mut request = message(request.clone());
            in_flight.inward(&mut request);
            let JsonRpcMessage::Request(request) = request else { panic!("a request") };
            request.request.get_meta().get_progress_token().unwrap()
        });
        assert_ne!(tokens[0], tokens[1]);
        for token in tokens {
            let params = json!({ "progressToken": token, "progress": 1 });
            let told = json!({ "jsonrpc": "2.0", "method": "notifications/progress", "params": params });
            let mut told: ServerJsonRpcMessage = serde_json::from_value(told).unwrap();
            outward(&mut told);
            assert_eq!(serde_json::to_value(&told).unwrap()["params"]["progressToken"], json!(7));
        }
    }
}
