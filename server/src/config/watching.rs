//! What operators may watch: where counters are served, and where traces go.

use std::net::SocketAddr;
use std::time::Duration;

use super::Sources;
use infini_mcp_core::telemetry::Collector;

/// What operators may watch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Watching {
    /// Where Prometheus finds the counters.
    pub metrics: Option<SocketAddr>,
    /// Where spans go.
    pub collector: Option<Collector>,
}

pub(super) fn read(sources: &mut Sources) -> Watching {
    let text = sources.text("MCP_METRICS_ADDR").replace("localhost:", "127.0.0.1:");
    let metrics = if text.is_empty() { None } else { text.parse().ok() };
    if metrics.is_none() && !text.is_empty() {
        sources.fault("MCP_METRICS_ADDR", "must be an IP address and a port, for example 127.0.0.1:9464");
    }
    Watching { metrics, collector: collector(sources) }
}

fn collector(sources: &mut Sources) -> Option<Collector> {
    let timeout = Duration::from_millis(sources.number("OTEL_EXPORTER_OTLP_TIMEOUT", 100, 600_000));
    let disabled = sources.choice("OTEL_SDK_DISABLED", &[("true", true), ("false", false)], false);
    let is_set = |sources: &Sources, name: &str| !sources.text(name).is_empty();
    let address = if is_set(sources, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
        sources.address("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    } else if is_set(sources, "OTEL_EXPORTER_OTLP_ENDPOINT") {
        format!("{}/v1/traces", sources.address("OTEL_EXPORTER_OTLP_ENDPOINT"))
    } else {
        return None;
    };
    (!disabled).then_some(Collector { address, timeout })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watching(pairs: &[(&str, &str)]) -> Result<Watching, Vec<String>> {
        Sources::of(pairs.iter().copied()).settings().map(|settings| settings.watching)
    }

    #[test]
    fn nothing_is_watched_unless_it_is_asked_for() {
        assert_eq!(watching(&[]), Ok(Watching::default()));
    }

    #[test]
    fn the_collector_is_found_as_the_standard_says() {
        let address = |pairs: &[(&str, &str)]| watching(pairs).unwrap().collector.map(|collector| collector.address);
        let general = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/");
        assert_eq!(address(&[general]).as_deref(), Some("http://collector:4318/v1/traces"));
        let exact = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://other:4318/spans");
        assert_eq!(address(&[general, exact]).as_deref(), Some("http://other:4318/spans"));
        assert_eq!(address(&[general, ("OTEL_SDK_DISABLED", "true")]), None);
    }

    #[test]
    fn a_bind_that_is_no_address_is_told() {
        let faults = watching(&[("MCP_METRICS_ADDR", "9464")]).unwrap_err().join(" ");
        assert!(faults.contains("MCP_METRICS_ADDR must be an IP address and a port"), "{faults}");
    }
}
