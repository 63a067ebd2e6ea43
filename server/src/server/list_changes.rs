//! Tells clients that the lists of tools, prompts and resources are no longer what they were, each era in its way.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::future::join_all;
use rmcp::RoleServer;
use rmcp::model::{
    PromptListChangedNotification, ResourceListChangedNotification, ServerNotification, SubscriptionFilter,
    ToolListChangedNotification,
};
use rmcp::service::{Peer, SubscriptionContext, SubscriptionSink};
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use super::capabilities::capabilities;
use crate::offers::Offers;

/// How long a client may take to be told; one that does not read must not keep the others waiting.
const PATIENCE: Duration = Duration::from_secs(5);

/// The clients that want to hear of changes.
#[derive(Default)]
pub struct ListChanges {
    /// Counts the changes. Whoever was slow sees only that there was one, which is all there is to know.
    edition: watch::Sender<u64>,
    /// The sessions of the `initialize` era, with the lists that were declared to them.
    sessions: Mutex<Vec<(Peer<RoleServer>, SubscriptionFilter)>>,
}

impl ListChanges {
    /// Remembers a session of the `initialize` era, and forgets those that have ended.
    pub fn join(&self, peer: Peer<RoleServer>, offers: &Offers) {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|(known, _)| !known.is_transport_closed());
        sessions.push((peer, declared(offers)));
    }

    /// Tells everyone that lists have changed: to be called after users, credentials or settings did.
    pub async fn announce(&self) {
        self.edition.send_modify(|edition| *edition = edition.wrapping_add(1));
        let sessions = {
            let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
            sessions.retain(|(known, _)| !known.is_transport_closed());
            sessions.clone()
        };
        let tell = async |(peer, declared): (Peer<RoleServer>, SubscriptionFilter)| {
            for notification in notifications(&declared) {
                peer.send_notification(notification).await?;
            }
            Ok::<_, rmcp::ServiceError>(())
        };
        let told = join_all(sessions.into_iter().map(|session| tokio::time::timeout(PATIENCE, tell(session)))).await;
        let missed = told.iter().filter(|told| !matches!(told, Ok(Ok(())))).count();
        tracing::info!(told = told.len() - missed, missed, "the lists have changed");
    }

    /// Serves one `subscriptions/listen` of the stateless era until the client is gone, or the server takes no more
    /// calls and the last of them is done: then the subscription ends in form, while its answer can still leave.
    pub async fn serve(&self, subscription: &SubscriptionContext, calls: &TaskTracker) {
        let mut edition = self.edition.subscribe();
        loop {
            tokio::select! {
                () = subscription.cancelled() => return,
                () = calls.wait() => return,
                changed = edition.changed() => {
                    if changed.is_err() || !tell(subscription.sink()).await {
                        return;
                    }
                }
            }
        }
    }
}

/// The lists whose changes the server declares.
fn declared(offers: &Offers) -> SubscriptionFilter {
    let all =
        SubscriptionFilter::builder().tools_list_changed().prompts_list_changed().resources_list_changed().build();
    all.supported_by(&capabilities(offers))
}

/// One message for each list that `lists` names.
fn notifications(lists: &SubscriptionFilter) -> Vec<ServerNotification> {
    let mut notifications = Vec::new();
    if lists.tools_list_changed == Some(true) {
        notifications.push(ToolListChangedNotification::default().into());
    }
    if lists.prompts_list_changed == Some(true) {
        notifications.push(PromptListChangedNotification::default().into());
    }
    if lists.resources_list_changed == Some(true) {
        notifications.push(ResourceListChangedNotification::default().into());
    }
    notifications
}

/// False when the client is gone.
async fn tell(sink: &SubscriptionSink) -> bool {
    for notification in notifications(sink.accepted()) {
        match tokio::time::timeout(PATIENCE, sink.send(notification)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::debug!(%error, "a subscription has ended");
                return false;
            }
            Err(_) => return false,
        }
    }
    true
}
