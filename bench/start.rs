//! From the start of the process to its answer to `initialize`, beside a hello-world from start to end.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::child::{PATIENCE, Running, Sandbox, bare};

/// Starts that are not counted: they bring the files into the page cache.
const UNCOUNTED: usize = 2;

/// What every start took.
pub struct Starts {
    /// The server under test, to its answer.
    pub server: Vec<Duration>,
    /// The hello-world, to its end.
    pub hello: Vec<Duration>,
}

/// Starts both programs in turns.
pub fn compare(binary: &Path, hello: &Path, sandbox: &Sandbox, starts: usize) -> Result<Starts> {
    let mut taken = Starts { server: Vec::new(), hello: Vec::new() };
    for number in 0..starts + UNCOUNTED {
        let answered = to_answer(sandbox.command(binary).args(["serve", "--stdio"]).stderr(Stdio::null()))?;
        let ended = to_end(&mut bare(hello))?;
        if number >= UNCOUNTED {
            taken.server.push(answered);
            taken.hello.push(ended);
        }
    }
    Ok(taken)
}

/// Starts a server over standard input and output and waits for its first answer.
fn to_answer(command: &mut Command) -> Result<Duration> {
    let line = initialize();
    let started = Instant::now();
    let mut server = Running::start(command.stdin(Stdio::piped()).stdout(Stdio::piped()))?;
    // Kept open until the answer is there: the end of the input ends the server.
    let mut input = server.child().stdin.take().context("the server has no standard input")?;
    input.write_all(line.as_bytes())?;
    let stdout = server.child().stdout.take().context("the server has no standard output")?;
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let mut answer = String::new();
        let read = BufReader::new(stdout).read_line(&mut answer);
        let _ = tell.send((Instant::now(), read.map(|_| answer)));
    });
    let (at, answer) = told.recv_timeout(PATIENCE).context("the server does not answer over standard output")?;
    let answer: Value = serde_json::from_str(&answer?).context("the server ended, or its first line is no JSON")?;
    ensure!(answer.pointer("/result/serverInfo").is_some(), "the server answered initialize with {answer}");
    Ok(at.duration_since(started))
}

/// Starts a program and waits for its end.
fn to_end(command: &mut Command) -> Result<Duration> {
    let started = Instant::now();
    let mut program = Running::start(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    let mut stdout = program.child().stdout.take().context("the program has no standard output")?;
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let _ = tell.send(stdout.read_to_end(&mut Vec::new()));
    });
    // Its output ends when it ends, so the wait below is short; this one has a limit.
    told.recv_timeout(PATIENCE).context("the hello-world does not end")??;
    let status = program.child().wait()?;
    let took = started.elapsed();
    ensure!(status.success(), "the hello-world failed: {status}");
    Ok(took)
}

/// The first line that a client of the stateful protocol sends.
fn initialize() -> String {
    let request = json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": { "name": "bench", "version": "1" },
        },
    });
    format!("{request}\n")
}
