//! The log: to standard error, in the form and from the level that the settings say.

use std::io::IsTerminal;

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::config::LogFormat;

/// Starts the log.
pub fn start(level: Level, format: LogFormat) {
    // The MCP library says three things a request at INFO; the HTTP library much more below.
    let quiet = LevelFilter::from_level(level.min(Level::WARN));
    let filter = Targets::new().with_default(level).with_targets([
        ("rmcp", quiet),
        ("hyper", quiet),
        ("hyper_util", quiet),
        ("reqwest", quiet),
        ("rustls", quiet),
        ("h2", quiet),
        ("opentelemetry", quiet),
        ("opentelemetry-otlp", quiet),
        ("opentelemetry_sdk", quiet),
    ]);
    let layer = match format {
        LogFormat::Pretty => {
            let colours = std::io::stderr().is_terminal();
            fmt::layer().with_writer(std::io::stderr).with_target(false).with_ansi(colours).boxed()
        }
        LogFormat::Json => fmt::layer().with_writer(std::io::stderr).json().boxed(),
    };
    // A second start, as tests may do, keeps the first log.
    let _ = tracing_subscriber::registry().with(layer.with_filter(filter)).try_init();
}
