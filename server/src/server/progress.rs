//! Progress from the seam to the client, in order and without ever blocking a call.

use std::sync::Arc;

use rmcp::RoleServer;
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::{Peer, RequestContext};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use infini_mcp_core::api::Progress;

/// The sending half, which a call reports to.
struct Reports(UnboundedSender<String>);

impl Progress for Reports {
    fn report(&self, message: &str) {
        // The receiver is gone only when the call is over.
        let _ = self.0.send(message.to_owned());
    }
}

/// The receiving half, which passes reports on to the client.
pub struct Forwarder {
    messages: UnboundedReceiver<String>,
    peer: Peer<RoleServer>,
    token: ProgressToken,
    count: u32,
}

/// Where a call reports to, when the client wants to hear of progress.
pub fn channel(context: &RequestContext<RoleServer>) -> (Option<Arc<dyn Progress>>, Option<Forwarder>) {
    let Some(token) = context.meta.get_progress_token() else { return (None, None) };
    let (sender, messages) = unbounded_channel();
    (Some(Arc::new(Reports(sender))), Some(Forwarder { messages, peer: context.peer.clone(), token, count: 0 }))
}

impl Forwarder {
    /// Passes reports on while `work` runs, and the last of them before its result.
    pub async fn during<T>(mut self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        let result = loop {
            tokio::select! {
                result = &mut work => break result,
                Some(message) = self.messages.recv() => self.pass_on(message).await,
            }
        };
        while let Ok(message) = self.messages.try_recv() {
            self.pass_on(message).await;
        }
        result
    }

    async fn pass_on(&mut self, message: String) {
        self.count += 1;
        let report = ProgressNotificationParam::new(self.token.clone(), f64::from(self.count)).with_message(message);
        if let Err(error) = self.peer.notify_progress(report).await {
            tracing::debug!(%error, "progress could not be sent");
        }
    }
}
