//! A server as an operator starts it: a process of its own, told where to listen, that ends with the test.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

/// A served process.
pub struct Process {
    child: Child,
    /// The address of the MCP endpoint.
    pub mcp: String,
    /// The address of the counters, when they are served.
    pub counters: Option<String>,
    log: JoinHandle<Vec<String>>,
    http: reqwest::Client,
}

impl Process {
    /// Starts `infini-mcp serve --http` with these settings and waits until it says where it is.
    pub async fn serve(settings: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_infini-mcp"));
        command.args(["serve", "--http", "--port", "0"]).env_clear().env("STATE_URL", "sqlite::memory:");
        command.envs(settings.iter().copied()).kill_on_drop(true).stdin(Stdio::null()).stdout(Stdio::null());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let is_counting = settings.iter().any(|(name, _)| *name == "MCP_METRICS_ADDR");
        let (mut mcp, mut counters) = (None, None);
        while mcp.is_none() || (is_counting && counters.is_none()) {
            let line = tokio::time::timeout(Duration::from_secs(30), lines.next_line()).await.unwrap().unwrap();
            let line = line.expect("the server ended early");
            let address = line.split_whitespace().last().unwrap_or_default().to_owned();
            if line.contains("serves MCP at") {
                mcp = Some(address);
            } else if line.contains("counters at") {
                counters = Some(address);
            }
        }
        // What it says later is read, so that it never waits for a full pipe.
        let log = tokio::spawn(async move {
            let mut log = Vec::new();
            while let Ok(Some(line)) = lines.next_line().await {
                log.push(line);
            }
            log
        });
        Self { child, mcp: mcp.unwrap(), counters, log, http: reqwest::Client::new() }
    }

    /// Calls a tool as a client of the stateless era; `meta` is added to the message's `_meta`.
    pub async fn call(&self, tool: &str, arguments: Value, meta: Value) -> Value {
        let mut all = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        all.as_object_mut().unwrap().extend(meta.as_object().cloned().unwrap_or_default());
        let params = json!({ "name": tool, "arguments": arguments, "_meta": all });
        let answer = self
            .http
            .post(&self.mcp)
            .header("accept", "application/json, text/event-stream")
            .header("mcp-protocol-version", "2026-07-28")
            .header("mcp-method", "tools/call")
            .header("mcp-name", tool)
            .json(&json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }));
        answer.send().await.unwrap().json().await.unwrap()
    }

    /// The counters as text.
    pub async fn scrape(&self) -> String {
        let answer = self.http.get(self.counters.as_ref().unwrap()).send().await.unwrap();
        assert!(answer.status().is_success());
        answer.text().await.unwrap()
    }

    /// Ends it as an operator does, waits for it, and gives what it said since it listened.
    pub async fn stop(mut self) -> Vec<String> {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").arg(id).status().await.unwrap().success());
        tokio::time::timeout(Duration::from_secs(20), self.child.wait()).await.unwrap().unwrap();
        self.log.await.unwrap()
    }
}
