//! The page that Prometheus reads: all counters as text.

use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;

use super::counters;

/// Bounds of the histograms in seconds: from what a cached answer takes to the longest a call may last.
const SECONDS: [f64; 13] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

/// Why the counters cannot be started.
#[derive(Debug, thiserror::Error)]
#[error("the counters cannot be started: {0}")]
pub struct NoCounters(#[from] BuildError);

/// The counters of this process.
pub struct Page {
    handle: PrometheusHandle,
    process: Collector,
}

impl Page {
    /// Starts to count.
    ///
    /// # Errors
    /// When counting was started before.
    pub fn start() -> Result<Self, NoCounters> {
        let handle = PrometheusBuilder::new().set_buckets(&SECONDS)?.install_recorder()?;
        let process = Collector::default();
        process.describe();
        counters::switch_on();
        counters::build();
        Ok(Self { handle, process })
    }

    /// The media type of [`Page::text`].
    pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

    /// All counters as text.
    pub fn text(&self) -> String {
        self.process.collect();
        self.handle.render()
    }

    /// Folds what was measured into the histograms. Until then each measurement is kept, so without this a server that
    /// nobody scrapes would grow.
    pub fn tidy(&self) {
        self.handle.run_upkeep();
    }
}
