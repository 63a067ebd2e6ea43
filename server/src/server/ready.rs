//! Whether the server can do its work now (`/ready`), without saying anything that helps a stranger.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::app::App;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long an answer holds: everybody may ask, and not every question may reach the database.
const HOLDS: Duration = Duration::from_secs(1);

/// Looks at what the server needs.
pub struct Readiness {
    app: Arc<App>,
    last: Mutex<Option<(Instant, bool)>>,
}

impl Readiness {
    /// Of this server.
    pub fn new(app: Arc<App>) -> Self {
        Self { app, last: Mutex::default() }
    }

    /// Whether the state can be opened and answers.
    async fn state_answers(&self) -> bool {
        let mut last = self.last.lock().await;
        if let Some((_, answers)) = last.filter(|(since, _)| since.elapsed() < HOLDS) {
            return answers;
        }
        let answers = match timeout(PATIENCE, self.app.store().answers()).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::warn!(%error, "not ready");
                false
            }
            Err(_) => {
                tracing::warn!("not ready: the state does not answer");
                false
            }
        };
        *last = Some((Instant::now(), answers));
        answers
    }

    /// Whether there are credentials for some service.
    fn has_upstream(&self) -> bool {
        !self.app.accounts.are_none()
    }

    /// Whether the users, where there are any, are those of the files.
    fn knows_users(&self) -> bool {
        self.app.roster.as_ref().is_none_or(|roster| roster.status().stale.is_none())
    }
}

/// 200 when all is well, otherwise 503 with the parts that are not.
pub async fn ready(State(readiness): State<Arc<Readiness>>) -> Response {
    let parts = [("state", readiness.state_answers().await), ("upstream", readiness.has_upstream())];
    let missing: Vec<&str> = parts.iter().filter(|(_, well)| !well).map(|(name, _)| *name).collect();
    if missing.is_empty() && readiness.knows_users() {
        return Json(json!({ "ready": true })).into_response();
    }
    if missing.is_empty() {
        // A mistake in the users' file must not take every server out of service: those it named before are still let in.
        return Json(json!({ "ready": true, "outdated": ["users"] })).into_response();
    }
    let said = json!({
        "error": true,
        "code": "not_ready",
        "message": "Not all parts work: state is what the server remembers (STATE_URL), upstream is a service with credentials. The log says more.",
        "ready": false,
        "parts": missing,
    });
    (StatusCode::SERVICE_UNAVAILABLE, Json(said)).into_response()
}
