//! The benchmark: the server beside a bare proxy and a hello-world, measured in one run and judged by ratios.

#![allow(clippy::print_stdout, reason = "a benchmark is run by hand and prints its result")]

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

mod child;
mod load;
mod proc;
mod proxy;
mod report;
mod side;
mod spread;
mod start;
mod throughput;

/// Measures a release build of infini-mcp; `bench/README.md` says how to prepare a run.
#[derive(Parser)]
#[command(name = "bench")]
struct Arguments {
    /// The server to measure.
    #[arg(long, default_value = "target/release/infini-mcp")]
    binary: PathBuf,
    /// The hello-world to compare its start with; without it, `hello` beside this program.
    #[arg(long)]
    hello: Option<PathBuf>,
    /// Also write the table to this file.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Rounds of calls, each once through the server and once through the proxy.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=50))]
    rounds: u16,
    /// Calls of one round.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(16..=100_000))]
    calls: u32,
    /// Starts of each program.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=200))]
    starts: u16,
    /// What each call reads.
    #[arg(long, value_enum, default_value = "product")]
    read: side::Read,
    #[command(subcommand)]
    role: Option<Role>,
}

/// What the processes that the benchmark starts from its own file do.
#[derive(Subcommand)]
enum Role {
    /// Forward one read to the upstream service, as the yardstick.
    #[command(hide = true)]
    Proxy,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.role {
        Some(Role::Proxy) => proxy::run(arguments.read).map(|()| true),
        None => measure(&arguments),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("bench: a target is missed");
            ExitCode::from(1)
        }
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::from(1)
        }
    }
}

/// Measures everything, prints the table, and tells whether every target is met.
fn measure(arguments: &Arguments) -> Result<bool> {
    let binary = found(&arguments.binary, "build it with `cargo build --release`, or name it with --binary")?;
    let this = std::env::current_exe().context("the benchmark does not find its own file")?;
    let beside = arguments.hello.clone().unwrap_or_else(|| this.with_file_name("hello"));
    let hello = found(&beside, "build it with `cargo build --release --examples`, or name it with --hello")?;
    let surroundings = proc::surroundings();

    let sandbox = child::Sandbox::start(&binary)?;
    let starts = start::compare(&binary, &hello, &sandbox, usize::from(arguments.starts))?;
    let plan = throughput::Plan {
        rounds: usize::from(arguments.rounds),
        calls: u64::from(arguments.calls),
        read: arguments.read,
    };
    let throughput = throughput::compare(&binary, &this, &sandbox, plan)?;

    let report = report::Report { version: child::version(&binary)?, surroundings, throughput, starts };
    let (table, met) = report.written();
    print!("{table}");
    if let Some(out) = &arguments.out {
        std::fs::write(out, &table).with_context(|| format!("the table cannot be written to {}", out.display()))?;
    }
    Ok(met)
}

/// The whole path of a program; the processes start in another folder, where a relative one would lead nowhere.
fn found(path: &std::path::Path, hint: &str) -> Result<PathBuf> {
    path.canonicalize().with_context(|| format!("there is no {}; {hint}", path.display()))
}
