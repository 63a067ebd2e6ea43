//! What Linux tells about a process and about the machine, read from `/proc`.

use std::fs;
use std::num::NonZero;
use std::thread;

use anyhow::{Context, Result};

/// Resident memory of a process, in bytes.
pub fn resident(id: u32) -> Result<u64> {
    let path = format!("/proc/{id}/status");
    let status = fs::read_to_string(&path).with_context(|| format!("{path} cannot be read; memory needs Linux"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: u64 = line.and_then(|line| line.split_whitespace().next()).context("there is no VmRSS")?.parse()?;
    Ok(kib * 1024)
}

/// Processor time of a process so far, user and system together, in clock ticks. Only ratios of it are used.
pub fn ticks(id: u32) -> Result<u64> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The name in brackets may hold blanks, so the fields are counted from behind it: utime and stime are the 12th
    // and 13th there.
    let (_, fields) = stat.rsplit_once(')').context("the process tells no times")?;
    fields.split_whitespace().skip(11).take(2).map(|ticks| Ok(ticks.parse::<u64>()?)).sum()
}

/// The number of cores and how busy they were before the run began.
pub fn surroundings() -> String {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let load = fs::read_to_string("/proc/loadavg").ok();
    let load = load.as_deref().and_then(|load| load.split_whitespace().next()).unwrap_or("unknown");
    format!("{cores} cores, load {load} before the run")
}
