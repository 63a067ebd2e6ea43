//! The log: to standard error, in the form and from the level that the settings say.

use std::io::{IsTerminal, Write};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::filter::{FilterExt, LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, Filter, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::config::LogFormat;
use crate::tool::text::{is_invisible, line};

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
        LogFormat::Pretty => pretty(std::io::stderr, std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => json(std::io::stderr).boxed(),
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

/// A line an event, for people. What is logged may come from callers and services: each field is cleaned, so that none of
/// them ends the line, colours it, or turns it around.
fn pretty<S, W>(writer: W, colours: bool) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let fields = fmt::format::debug_fn(|writer, field, value| {
        let value = line(&format!("{value:?}"), usize::MAX);
        if field.name() == "message" { write!(writer, "{value}") } else { write!(writer, "{field}={value}") }
    });
    fmt::layer().with_writer(writer).with_target(false).with_ansi(colours).fmt_fields(fields.delimited(" "))
}

/// A JSON object an event. JSON escapes line breaks by itself, but not what merely hides.
fn json<S, W>(writer: W) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    fmt::layer().with_writer(Visible(writer)).json()
}

/// Writes what can be seen.
struct Visible<W>(W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for Visible<W> {
    type Writer = Visible<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Visible(self.0.make_writer())
    }
}

impl<W: Write> Write for Visible<W> {
    /// The library hands an event over as a whole.
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if bytes.is_ascii() {
            self.0.write_all(bytes)?;
        } else {
            let is_shown = |character: &char| character.is_ascii() || !is_invisible(*character);
            let shown: String = String::from_utf8_lossy(bytes).chars().filter(is_shown).collect();
            self.0.write_all(shown.as_bytes())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Paper {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    fn logged(layer: impl FnOnce(Paper) -> Box<dyn Layer<tracing_subscriber::Registry> + Send + Sync>) -> String {
        let paper = Paper::default();
        let subscriber = tracing_subscriber::registry().with(layer(paper.clone()));
        tracing::subscriber::with_default(subscriber, || {
            let id = "1\n2030-01-01 ERROR forged\u{1b}[2K\u{202e}\u{2028}next";
            tracing::warn!(%id, quoted = id, "said: {id}");
        });
        String::from_utf8(paper.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn nothing_that_is_logged_begins_a_line_of_its_own_or_hides_in_one() {
        for text in [logged(|paper| pretty(paper, false).boxed()), logged(|paper| json(paper).boxed())] {
            assert_eq!(text.trim_end().lines().count(), 1, "{text}");
            assert!(!text.trim_end().chars().any(is_invisible), "{text:?}");
            assert!(text.contains("ERROR forged") && text.contains("said: "), "{text}");
        }
        assert!(logged(|paper| pretty(paper, false).boxed()).contains("WARN said: 1 2030-01-01 ERROR forged"));
    }
}
