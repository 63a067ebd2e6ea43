//! The table that a run leaves behind, and whether its targets are met.

use std::fmt::Write;

use crate::load::CONCURRENCY;
use crate::spread::{edges, median, milliseconds, quantile};
use crate::start::Starts;
use crate::throughput::{Shown, Throughput, WARM_UP};

/// Least calls a second through the server, as a share of those through the bare proxy.
const LEAST_RATIO: f64 = 0.5;
/// How often the start of a hello-world the start of the server may take.
const START_FACTOR: f64 = 3.0;
/// What the start of the server may take beside that, in milliseconds.
const START_ALLOWANCE: f64 = 10.0;
/// Most resident memory after the warm-up, in millions of bytes.
const MOST_MEGABYTES: f64 = 25.0;

/// Everything that one run measured.
pub struct Report {
    /// The version of the server.
    pub version: String,
    /// The machine, and how quiet it was.
    pub surroundings: String,
    /// The server beside the proxy.
    pub throughput: Throughput,
    /// The server's start beside a hello-world's.
    pub starts: Starts,
}

/// One line of the table.
struct Row {
    what: String,
    server: String,
    yardstick: String,
    ratio: String,
    target: String,
    /// None for what is told as information only.
    met: Option<bool>,
}

impl Report {
    /// The table as Markdown, and whether every target is met.
    pub fn written(&self) -> (String, bool) {
        let rows = [
            self.rate(),
            self.reads(),
            self.latency("p50", 0.5),
            self.latency("p99", 0.99),
            self.processor(),
            self.start(),
            self.memory(),
            self.memory_at_end(),
        ];
        let mut text = format!("{}; {}", self.version, self.surroundings);
        if cfg!(debug_assertions) {
            text.push_str("; **the yardsticks are a debug build: these numbers mean nothing**");
        }
        text.push_str(
            "\n\n| What | Server | Yardstick | Ratio | Target | Met |\n| --- | --- | --- | --- | --- | --- |\n",
        );
        for row in &rows {
            let met = row.met.map_or("", |met| if met { "yes" } else { "**no**" });
            let Row { what, server, yardstick, ratio, target, .. } = row;
            // Writing into a text cannot fail.
            let _ = writeln!(text, "| {what} | {server} | {yardstick} | {ratio} | {target} | {met} |");
        }
        (text, rows.iter().all(|row| row.met != Some(false)))
    }

    fn rate(&self) -> Row {
        let Throughput { plan, server, proxy, ratios } = &self.throughput;
        let (least, most) = edges(ratios);
        let ratio = self.throughput.ratio();
        Row {
            what: format!(
                "Calls a second reading a {:?}, {CONCURRENCY} at a time, against a bare proxy (median of {} rounds of {} calls)",
                plan.read, plan.rounds, plan.calls
            ),
            server: format!("{:.0}", median(&server.per_second)),
            yardstick: format!("{:.0}", median(&proxy.per_second)),
            ratio: format!("**{ratio:.2}** ({least:.2} to {most:.2})"),
            target: format!("at least {LEAST_RATIO}"),
            met: Some(ratio >= LEAST_RATIO),
        }
    }

    fn reads(&self) -> Row {
        let Throughput { server, proxy, .. } = &self.throughput;
        Row {
            what: "Upstream reads a call, as the sandbox counted them".to_owned(),
            server: format!("{:.3}", server.reads_a_call),
            yardstick: format!("{:.3}", proxy.reads_a_call),
            ratio: format!("{:.2}", server.reads_a_call / proxy.reads_a_call),
            target: "the same".to_owned(),
            met: Some((server.reads_a_call - proxy.reads_a_call).abs() < 1e-9),
        }
    }

    fn latency(&self, name: &str, share: f64) -> Row {
        let of = |shown: &Shown| quantile(&milliseconds(&shown.latencies), share);
        let (server, proxy) = (of(&self.throughput.server), of(&self.throughput.proxy));
        told(
            format!("Latency of a call, {name}, {CONCURRENCY} at a time"),
            [server, proxy].map(|ms| format!("{ms:.2} ms")),
            server / proxy,
        )
    }

    fn processor(&self) -> Row {
        let Throughput { server, proxy, .. } = &self.throughput;
        let what = "Processor time of the process for the same calls".to_owned();
        let [server, proxy] = [server.ticks, proxy.ticks].map(|ticks| ticks as f64);
        told(what, [server, proxy].map(|ticks| format!("{ticks} ticks")), server / proxy)
    }

    fn start(&self) -> Row {
        let [server, hello] = [&self.starts.server, &self.starts.hello].map(|took| median(&milliseconds(took)));
        Row {
            what: format!(
                "Start to the answer to `initialize` over stdio, against the whole life of a hello-world (median of {})",
                self.starts.server.len()
            ),
            server: format!("{server:.1} ms"),
            yardstick: format!("{hello:.1} ms"),
            ratio: format!("**{:.2}**", server / hello),
            target: format!("at most {START_FACTOR} × {hello:.1} ms + {START_ALLOWANCE} ms"),
            met: Some(server <= START_FACTOR * hello + START_ALLOWANCE),
        }
    }

    fn memory(&self) -> Row {
        let [server, proxy] = [&self.throughput.server, &self.throughput.proxy].map(|shown| megabytes(shown.resident));
        Row {
            what: format!("Resident memory over HTTP after {WARM_UP} calls"),
            server: format!("**{server:.1} MB**"),
            yardstick: format!("{proxy:.1} MB"),
            ratio: format!("{:.2}", server / proxy),
            target: format!("under {MOST_MEGABYTES} MB"),
            met: Some(server < MOST_MEGABYTES),
        }
    }

    fn memory_at_end(&self) -> Row {
        let Throughput { plan, server, proxy, .. } = &self.throughput;
        let calls = WARM_UP + plan.rounds as u64 * plan.calls;
        let [server, proxy] = [server, proxy].map(|shown| megabytes(shown.resident_at_end));
        told(
            format!("Resident memory after {calls} calls"),
            [server, proxy].map(|size| format!("{size:.1} MB")),
            server / proxy,
        )
    }
}

/// A line that is information only.
fn told(what: String, [server, yardstick]: [String; 2], ratio: f64) -> Row {
    Row { what, server, yardstick, ratio: format!("{ratio:.2}"), target: String::new(), met: None }
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
