//! The processes of a run: how each is started, how it says where it is, and that it ends with the run.

use std::io::BufReader;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use clap::ValueEnum;
use serde_json::{Map, Value};

use crate::side::Read;

/// How long a process may take to say where it is, or to answer.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The bearer of the server under test: its endpoint is measured the way a team runs it, with the check.
pub const BEARER: &str = "a-bearer-for-the-benchmark-only";

/// A process that is ended when this is dropped.
pub struct Running(Child);

impl Running {
    /// Starts a prepared command.
    pub fn start(command: &mut Command) -> Result<Self> {
        let program = command.get_program().to_owned();
        Ok(Self(command.spawn().with_context(|| format!("{} cannot be started", program.display()))?))
    }

    /// The process itself, for its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.0
    }

    /// Its id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// The JSON value that the process says first on its standard output.
    fn announced(&mut self) -> Result<Value> {
        let stdout = self.0.stdout.take().context("the process has no standard output to read")?;
        let (tell, told) = mpsc::channel();
        thread::spawn(move || read_first(stdout, &tell));
        told.recv_timeout(PATIENCE)
            .context("the process did not say where it is")?
            .context("the process ended, or said something that is no JSON, before it said where it is")
    }
}

/// Passes the first JSON value on, then empties the pipe so that the process never waits for a reader.
fn read_first(stdout: ChildStdout, tell: &mpsc::Sender<Result<Value>>) {
    let mut stdout = BufReader::new(stdout);
    let first = serde_json::Deserializer::from_reader(&mut stdout).into_iter::<Value>().next();
    let _ = tell.send(first.ok_or_else(|| anyhow!("nothing was said")).and_then(|value| Ok(value?)));
    let _ = std::io::copy(&mut stdout, &mut std::io::sink());
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The simulator of the upstream services, in a process of its own.
pub struct Sandbox {
    settings: Map<String, Value>,
    _running: Running,
}

impl Sandbox {
    /// Starts it on a free port.
    pub fn start(binary: &Path) -> Result<Self> {
        let mut running = Running::start(bare(binary).arg("sandbox").stdout(Stdio::piped()).stdin(Stdio::null()))?;
        match running.announced().context("the sandbox")? {
            Value::Object(settings) => Ok(Self { settings, _running: running }),
            other => Err(anyhow!("the sandbox says {other} where its settings were expected")),
        }
    }

    /// The address of its control routes.
    pub fn control(&self) -> Result<&str> {
        self.settings.get("control").and_then(Value::as_str).context("the sandbox does not say where its control is")
    }

    /// A command with the credentials that open the sandbox, and nothing else from this environment.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = bare(program);
        for (name, value) in &self.settings {
            if let (true, Some(value)) = (name != "control", value.as_str()) {
                command.env(name, value);
            }
        }
        command
    }
}

/// A command free of this shell's variables, in a folder where no settings file lies about.
pub fn bare(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().current_dir(std::env::temp_dir());
    command
}

/// The server under test over HTTP, with its default settings but for the bearer and the port.
///
/// Its log is written as always, to nowhere: leaving the log off would flatter the server.
pub fn server(binary: &Path, sandbox: &Sandbox) -> Result<(Running, String)> {
    let mut command = sandbox.command(binary);
    command.args(["serve", "--http", "--host", "127.0.0.1", "--port", "0"]).env("MCP_AUTH_TOKEN", BEARER);
    // One caller asks as fast as the machine allows, which is what is measured.
    command.env("MCP_RATE_LIMIT_PER_MINUTE", "0");
    let mut running =
        Running::start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null())).context("server")?;
    let said = running.announced().context("the server")?;
    let url = said.pointer("/mcpServers/infini-mcp/url").and_then(Value::as_str);
    let url = url.with_context(|| format!("the server does not say where it is: {said}"))?.to_owned();
    Ok((running, url))
}

/// The yardstick: this program again, as a bare proxy.
pub fn proxy(this: &Path, sandbox: &Sandbox, read: Read) -> Result<(Running, String)> {
    let mut command = sandbox.command(this);
    let name = read.to_possible_value().context("a read without a name")?;
    command.args(["--read", name.get_name(), "proxy"]);
    let mut running = Running::start(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    let said = running.announced().context("the proxy")?;
    let url = said.get("url").and_then(Value::as_str);
    Ok((running, url.with_context(|| format!("the proxy does not say where it is: {said}"))?.to_owned()))
}

/// What the server says its version is.
pub fn version(binary: &Path) -> Result<String> {
    let output = bare(binary).arg("--version").stdin(Stdio::null()).output()?;
    ensure!(output.status.success(), "the server does not tell its version");
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
