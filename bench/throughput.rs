//! Calls a second, latency, processor time and memory of the server beside the bare proxy.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reqwest::Client;
use serde_json::{Value, json};

use crate::child::{self, Running, Sandbox};
use crate::load;
use crate::proc;
use crate::side::{Read, Side};
use crate::spread;

/// Calls before the first round: they fill caches and pools, and after them the memory is read.
pub const WARM_UP: u64 = 2_000;

/// How much is measured.
#[derive(Clone, Copy)]
pub struct Plan {
    /// Rounds, each once through either side.
    pub rounds: usize,
    /// Calls of a round.
    pub calls: u64,
    /// What is read.
    pub read: Read,
}

/// What one side showed.
#[derive(Default)]
pub struct Shown {
    /// Calls a second, one number a round.
    pub per_second: Vec<f64>,
    /// How long the calls took, over all rounds.
    pub latencies: Vec<Duration>,
    /// Processor time of its process over all rounds, in clock ticks.
    pub ticks: u64,
    /// Resident bytes after the warm-up.
    pub resident: u64,
    /// Resident bytes after all rounds.
    pub resident_at_end: u64,
    /// Reads that the sandbox saw for each call of the warm-up.
    pub reads_a_call: f64,
}

/// Both sides, and how they compare.
pub struct Throughput {
    /// How much was measured.
    pub plan: Plan,
    /// The server under test.
    pub server: Shown,
    /// The bare proxy.
    pub proxy: Shown,
    /// The server's calls a second over the proxy's, one number a round.
    pub ratios: Vec<f64>,
}

impl Throughput {
    /// The ratio that is judged.
    pub fn ratio(&self) -> f64 {
        spread::median(&self.ratios)
    }
}

/// One side with its process and what it has shown so far.
struct Runner {
    side: Side,
    process: Running,
    shown: Shown,
}

/// Measures both sides in turns, so that a change of the machine's mood meets both.
pub fn compare(binary: &Path, this: &Path, sandbox: &Sandbox, plan: Plan) -> Result<Throughput> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let client = load::client()?;
        lengthen_tokens(&client, sandbox).await?;
        let (process, url) = child::server(binary, sandbox)?;
        let mut server = Runner { side: Side::server(&url, plan.read)?, process, shown: Shown::default() };
        let (process, url) = child::proxy(this, sandbox, plan.read)?;
        let mut proxy = Runner { side: Side::proxy(&url, plan.read)?, process, shown: Shown::default() };
        for runner in [&mut server, &mut proxy] {
            runner.warm_up(&client, sandbox).await?;
        }
        let mut ratios = Vec::new();
        for _ in 0..plan.rounds {
            let rates = (server.round(&client, plan.calls).await?, proxy.round(&client, plan.calls).await?);
            ratios.push(rates.0 / rates.1);
        }
        server.shown.resident_at_end = proc::resident(server.process.id())?;
        proxy.shown.resident_at_end = proc::resident(proxy.process.id())?;
        Ok(Throughput { plan, server: server.shown, proxy: proxy.shown, ratios })
    })
}

impl Runner {
    async fn warm_up(&mut self, client: &Client, sandbox: &Sandbox) -> Result<()> {
        let before = reads(client, sandbox).await?;
        load::round(client, &self.side, WARM_UP).await?;
        self.shown.resident = proc::resident(self.process.id())?;
        self.shown.reads_a_call = (reads(client, sandbox).await? - before) as f64 / WARM_UP as f64;
        Ok(())
    }

    /// One round; the calls a second of it.
    async fn round(&mut self, client: &Client, calls: u64) -> Result<f64> {
        let before = proc::ticks(self.process.id())?;
        let round = load::round(client, &self.side, calls).await?;
        self.shown.ticks += proc::ticks(self.process.id())?.saturating_sub(before);
        self.shown.per_second.push(round.per_second);
        self.shown.latencies.extend(round.latencies);
        Ok(round.per_second)
    }
}

/// The proxy holds one token for the whole run, so tokens must outlive it.
async fn lengthen_tokens(client: &Client, sandbox: &Sandbox) -> Result<()> {
    let switches = client.patch(format!("{}/faults", sandbox.control()?));
    let answer = switches.json(&json!({ "infinigate.token_ttl": 86_400 })).send().await?;
    ensure!(answer.status().is_success(), "the sandbox does not lengthen its tokens: {}", answer.text().await?);
    Ok(())
}

/// How many requests beside those for tokens the sandbox has seen.
async fn reads(client: &Client, sandbox: &Sandbox) -> Result<u64> {
    let ledger: Value = client.get(format!("{}/ledger", sandbox.control()?)).send().await?.json().await?;
    let rows = ledger.get("operations").and_then(Value::as_array).context("the ledger lists no operations")?;
    let is_read = |row: &&Value| row.get("operation").and_then(Value::as_str) != Some("createToken");
    Ok(rows.iter().filter(is_read).filter_map(|row| row.get("calls").and_then(Value::as_u64)).sum())
}
