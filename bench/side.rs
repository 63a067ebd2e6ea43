//! The two sides of the comparison: how each is asked for the same quote, and what its answer must contain.

use anyhow::{Result, ensure};
use reqwest::{Client, RequestBuilder};
use serde_json::json;

use crate::child::BEARER;
use crate::proxy::QUOTE;

/// The tool that makes exactly one upstream read.
const TOOL: &str = "infinigate_get_quote";

/// The protocol version whose requests need no handshake and no session.
const MODERN: &str = "2026-07-28";

/// Who is asked.
#[derive(Clone)]
pub enum Side {
    /// The server under test, by a `tools/call` of the stateless protocol.
    Server(String),
    /// The bare proxy, by a plain GET.
    Proxy(String),
}

impl Side {
    /// The request with this number.
    fn request(&self, client: &Client, number: u64) -> RequestBuilder {
        match self {
            Self::Proxy(url) => client.get(url),
            Self::Server(url) => client
                .post(url)
                .header("authorization", format!("Bearer {BEARER}"))
                .header("accept", "application/json, text/event-stream")
                .header("mcp-protocol-version", MODERN)
                .header("mcp-method", "tools/call")
                .header("mcp-name", TOOL)
                .json(&json!({
                    "jsonrpc": "2.0", "id": number, "method": "tools/call",
                    "params": {
                        "name": TOOL,
                        "arguments": { "document_number": QUOTE },
                        "_meta": {
                            "io.modelcontextprotocol/protocolVersion": MODERN,
                            "io.modelcontextprotocol/clientInfo": { "name": "bench", "version": "1" },
                            "io.modelcontextprotocol/clientCapabilities": {},
                        },
                    },
                })),
        }
    }

    /// Asks once and holds the answer against what must be in it.
    ///
    /// # Errors
    /// When the answer is not the quote: a fast refusal must not count as a fast call.
    pub async fn ask(&self, client: &Client, number: u64) -> Result<()> {
        let answer = self.request(client, number).send().await?;
        let status = answer.status();
        let body = answer.text().await?;
        let good = status.is_success() && body.contains(QUOTE) && !body.contains("\"isError\":true");
        ensure!(good, "{} answered {status}: {}", self.name(), body.chars().take(400).collect::<String>());
        Ok(())
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Server(_) => "the server",
            Self::Proxy(_) => "the proxy",
        }
    }
}
