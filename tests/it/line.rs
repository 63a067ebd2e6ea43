//! A client of either era that speaks the protocol line by line, straight to the handler.

use std::time::Duration;

use infini_mcp::server::Handler;
use rmcp::ServiceExt;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf, duplex, split};

use crate::door::Door;

const PATIENCE: Duration = Duration::from_secs(20);

/// The two ways the protocol begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Era {
    /// With a handshake.
    Initialize,
    /// Without one.
    Stateless,
}

pub const ERAS: [Era; 2] = [Era::Initialize, Era::Stateless];

/// An open line.
pub struct Line {
    pub era: Era,
    /// What the server says of itself.
    pub introduction: Value,
    input: WriteHalf<DuplexStream>,
    output: Lines<BufReader<ReadHalf<DuplexStream>>>,
    last_id: u64,
    capabilities: Value,
}

impl Line {
    pub async fn open(door: &Door, era: Era) -> Self {
        Self::open_with(door, era, json!({})).await
    }

    /// With what the client says that it can do.
    pub async fn open_with(door: &Door, era: Era, capabilities: Value) -> Self {
        let (ours, theirs) = duplex(1 << 16);
        let handler = Handler::new(door.app.clone());
        tokio::spawn(async move {
            if let Ok(running) = handler.serve(split(theirs)).await {
                let _ = running.waiting().await;
            }
        });
        let (output, input) = split(ours);
        let output = BufReader::new(output).lines();
        let mut line = Self { era, introduction: Value::Null, input, output, last_id: 0, capabilities };
        line.introduction = match era {
            Era::Initialize => {
                let client = json!({ "name": "test", "version": "1" });
                let params =
                    json!({ "protocolVersion": "2025-11-25", "capabilities": line.capabilities, "clientInfo": client });
                let introduction = line.result("initialize", params).await;
                line.say(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
                introduction
            }
            Era::Stateless => line.result("server/discover", json!({})).await,
        };
        line
    }

    pub async fn say(&mut self, message: Value) {
        self.input.write_all(format!("{message}\n").as_bytes()).await.unwrap();
    }

    /// The next message, whatever it is.
    pub async fn hear(&mut self) -> Value {
        let line = tokio::time::timeout(PATIENCE, self.output.next_line()).await.expect("a message in time");
        serde_json::from_str(&line.unwrap().expect("an open line")).unwrap()
    }

    /// Sends a request and gives its id.
    pub async fn send(&mut self, method: &str, mut params: Value) -> u64 {
        self.last_id += 1;
        if self.era == Era::Stateless {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
                "io.modelcontextprotocol/clientCapabilities": self.capabilities,
            });
        }
        let id = self.last_id;
        self.say(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })).await;
        id
    }

    /// The answer to a request, with its result or error.
    pub async fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params).await;
        loop {
            let message = self.hear().await;
            if message["id"] == json!(id) {
                return message;
            }
        }
    }

    pub async fn result(&mut self, method: &str, params: Value) -> Value {
        let mut answer = self.ask(method, params).await;
        assert!(answer.get("error").is_none(), "{method}: {answer:#}");
        answer["result"].take()
    }

    pub async fn error(&mut self, method: &str, params: Value) -> Value {
        let mut answer = self.ask(method, params).await;
        assert!(answer.get("result").is_none(), "{method}: {answer:#}");
        answer["error"].take()
    }
}
