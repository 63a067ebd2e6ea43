//! The two sides of the comparison: how each is asked for the same thing, and what its answer must contain.

use anyhow::{Result, ensure};
use clap::ValueEnum;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use crate::child::BEARER;

/// A tool call that makes exactly one upstream read; the sandbox has the answers in every run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Read {
    /// One product by its SKU: a small answer.
    Product,
    /// A quote with its lines: an answer of some kilobytes, which the server decodes and slims.
    Quote,
}

impl Read {
    fn tool(self) -> &'static str {
        match self {
            Self::Product => "infinigate_search_products",
            Self::Quote => "infinigate_get_quote",
        }
    }

    fn arguments(self) -> Value {
        match self {
            Self::Product => json!({ "query": self.witness(), "take": 5 }),
            Self::Quote => json!({ "document_number": self.witness() }),
        }
    }

    /// What a true answer contains.
    fn witness(self) -> &'static str {
        match self {
            Self::Product => "200417",
            Self::Quote => "AN2600456",
        }
    }

    /// The same read at the upstream service, relative to its base.
    pub fn upstream(self) -> &'static str {
        match self {
            Self::Product => "/product-management/v1/pricelist/search/200417?Skip=0&Take=5",
            Self::Quote => "/order-management/v2/purchasequote/documentNumber/AN2600456",
        }
    }
}

/// The protocol version whose requests need no handshake and no session.
const MODERN: &str = "2026-07-28";

/// Who is asked.
#[derive(Clone)]
pub enum Side {
    /// The server under test, by a `tools/call` of the stateless protocol.
    Server(String, Read),
    /// The bare proxy, by a plain GET.
    Proxy(String, Read),
}

impl Side {
    /// The request with this number.
    fn request(&self, client: &Client, number: u64) -> RequestBuilder {
        match self {
            Self::Proxy(url, _) => client.get(url),
            Self::Server(url, read) => client
                .post(url)
                .header("authorization", format!("Bearer {BEARER}"))
                .header("accept", "application/json, text/event-stream")
                .header("mcp-protocol-version", MODERN)
                .header("mcp-method", "tools/call")
                .header("mcp-name", read.tool())
                .json(&json!({
                    "jsonrpc": "2.0", "id": number, "method": "tools/call",
                    "params": {
                        "name": read.tool(),
                        "arguments": read.arguments(),
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
    /// When the answer is not what was asked for: a fast refusal must not count as a fast call.
    pub async fn ask(&self, client: &Client, number: u64) -> Result<()> {
        let answer = self.request(client, number).send().await?;
        let status = answer.status();
        let body = answer.text().await?;
        let good = status.is_success() && body.contains(self.read().witness()) && !body.contains("\"isError\":true");
        ensure!(good, "{} answered {status}: {}", self.name(), body.chars().take(400).collect::<String>());
        Ok(())
    }

    fn read(&self) -> Read {
        match self {
            Self::Server(_, read) | Self::Proxy(_, read) => *read,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Server(..) => "the server",
            Self::Proxy(..) => "the proxy",
        }
    }
}
