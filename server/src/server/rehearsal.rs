//! A client of our own, small as can be, that shakes hands and asks for the tools, to see that the server serves.

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use rmcp::ServiceExt;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, duplex, split};

use super::handler::Handler;

/// Longer than any handshake takes.
const PATIENCE: Duration = Duration::from_secs(10);
/// More than the longest list of tools.
const PIPE: usize = 1 << 22;

/// How many tools a client is shown that speaks with this handler as over standard input and output.
///
/// # Errors
/// What went wrong, in a sentence.
pub fn rehearse(handler: Handler) -> BoxFuture<'static, Result<usize, String>> {
    shake_hands(handler).boxed()
}

async fn shake_hands(handler: Handler) -> Result<usize, String> {
    let (theirs, ours) = duplex(PIPE);
    let server = tokio::spawn(async move {
        if let Ok(running) = handler.serve(split(theirs)).await {
            // It ends with the client's half of the pipe.
            let _ = running.waiting().await;
        }
    });
    let seen = tokio::time::timeout(PATIENCE, talk(ours)).await;
    server.abort();
    seen.unwrap_or_else(|_| Err("the server did not answer within ten seconds".to_owned()))
}

async fn talk(pipe: tokio::io::DuplexStream) -> Result<usize, String> {
    let broken = |error: std::io::Error| format!("the server broke off: {error}");
    let (input, mut output) = split(pipe);
    let mut lines = BufReader::new(input).lines();
    let client = json!({ "name": "infini-mcp doctor", "version": env!("CARGO_PKG_VERSION") });
    let hello = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params":
        { "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client } });
    let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    let list = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" });
    for message in [hello, ready, list] {
        output.write_all(format!("{message}\n").as_bytes()).await.map_err(broken)?;
    }
    while let Some(line) = lines.next_line().await.map_err(broken)? {
        let answer: Value =
            serde_json::from_str(&line).map_err(|error| format!("the server wrote no JSON: {error}"))?;
        if let Some(error) = answer.get("error") {
            return Err(format!("the server refused: {error}"));
        }
        if answer.get("id") == Some(&json!(2)) {
            let tools = answer.pointer("/result/tools").and_then(Value::as_array);
            return tools.map(Vec::len).ok_or_else(|| "the server listed no tools".to_owned());
        }
    }
    Err("the server ended without an answer".to_owned())
}
