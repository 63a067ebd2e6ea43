//! The wish to stop, as the operating system sends it.

use tokio::signal::unix::{SignalKind, signal};

/// Done when the process is asked to end (SIGTERM) or interrupted (SIGINT).
pub async fn asked_to_stop() {
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        (Err(error), _) | (_, Err(error)) => {
            tracing::warn!(%error, "signals cannot be heard; the process ends with its input or by force");
            std::future::pending::<()>().await;
        }
    }
}
