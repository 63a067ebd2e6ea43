//! The log: to standard error, in the form and from the level that the settings say.

use std::io::IsTerminal;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata};
use tracing_subscriber::filter::{FilterExt, LevelFilter, Targets};
use tracing_subscriber::layer::{Context, Filter, SubscriberExt};
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
    let _ = tracing_subscriber::registry().with(layer.with_filter(filter.and(NoDepartures))).try_init();
}

/// Keeps out what the MCP library says of an answer that nobody waits for any more: it takes a client that goes away for an
/// error of its own. The line about the call, and at `debug` the one about its upstream request, tell what became of it.
struct NoDepartures;

impl<S> Filter<S> for NoDepartures {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    fn event_enabled(&self, event: &Event<'_>, _: &Context<'_, S>) -> bool {
        if !event.metadata().target().starts_with("rmcp") {
            return true;
        }
        let mut said = Said::default();
        event.record(&mut said);
        !said.tells_of_a_departure()
    }
}

/// An event of the library, as far as it tells one from another.
#[derive(Default)]
struct Said {
    message: String,
    error: String,
}

impl Said {
    fn tells_of_a_departure(&self) -> bool {
        let is_about_an_answer = ["failed to send pending response", "fail to response message"]
            .iter()
            .any(|begin| self.message.starts_with(begin));
        let is_gone = ["channel closed", "transport closed", "broken pipe"];
        let error = self.error.to_ascii_lowercase();
        is_about_an_answer && is_gone.iter().any(|gone| error.contains(gone))
    }
}

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            "error" => self.error = format!("{value:?}"),
            _ => {}
        }
    }
}
