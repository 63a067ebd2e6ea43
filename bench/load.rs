//! The load driver: a number of calls through one side, sixteen at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use reqwest::Client;
use tokio::task::JoinSet;

use crate::side::Side;

/// Calls under way at any time.
pub const CONCURRENCY: usize = 16;

/// The longest one round may take, whatever its number of calls.
const LIMIT: Duration = Duration::from_secs(300);

/// What one round of calls took.
pub struct Round {
    /// Calls answered in a second.
    pub per_second: f64,
    /// How long each call took.
    pub latencies: Vec<Duration>,
}

/// The client that both sides are asked with.
pub fn client() -> Result<Client> {
    Ok(Client::builder().tcp_nodelay(true).timeout(Duration::from_secs(30)).build()?)
}

/// Sends `calls` calls; the first that is not answered as it should ends the round.
pub async fn round(client: &Client, side: &Side, calls: u64) -> Result<Round> {
    let taken = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..CONCURRENCY {
        callers.spawn(caller(client.clone(), side.clone(), taken.clone(), calls));
    }
    let gathered = tokio::time::timeout(LIMIT, gather(callers)).await;
    let latencies = gathered.context("a round took too long and was given up")??;
    Ok(Round { per_second: latencies.len() as f64 / started.elapsed().as_secs_f64(), latencies })
}

/// One of the callers: takes the next call as soon as its last is answered.
async fn caller(client: Client, side: Side, taken: Arc<AtomicU64>, calls: u64) -> Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    loop {
        let number = taken.fetch_add(1, Ordering::Relaxed);
        if number >= calls {
            return Ok(latencies);
        }
        let asked = Instant::now();
        side.ask(&client, number + 1).await?;
        latencies.push(asked.elapsed());
    }
}

async fn gather(mut callers: JoinSet<Result<Vec<Duration>>>) -> Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    while let Some(done) = callers.join_next().await {
        latencies.extend(done??);
    }
    Ok(latencies)
}
