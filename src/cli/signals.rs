//! The wish to stop, as the operating system sends it.

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What the operating system says to the process: to end (SIGTERM), or that it was interrupted (SIGINT).
pub struct Signals(Option<(Signal, Signal)>);

impl Signals {
    /// Listens from now on; signals no longer end the process by themselves.
    pub fn listen() -> Self {
        match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
            (Ok(terminate), Ok(interrupt)) => Self(Some((terminate, interrupt))),
            (Err(error), _) | (_, Err(error)) => {
                tracing::warn!(%error, "signals cannot be heard; the process ends with its input or by force");
                Self(None)
            }
        }
    }

    /// Done when the next one comes.
    pub async fn next(&mut self) {
        let Some((terminate, interrupt)) = &mut self.0 else { return std::future::pending().await };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

/// Done when the process is asked to stop for the first time.
pub async fn asked_to_stop() {
    Signals::listen().next().await;
}
