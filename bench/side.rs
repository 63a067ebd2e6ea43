//! The two sides of the comparison: how each is asked for the same thing, and what its answer must contain.

use anyhow::{Result, ensure};
use clap::ValueEnum;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Request, Url};
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

/// Who is asked, and the request, made ready beforehand: what the driver spends on a call is to be little, and the same for
/// both.
#[derive(Clone)]
pub struct Side {
    name: &'static str,
    witness: &'static str,
    method: Method,
    url: Url,
    headers: HeaderMap,
    /// What stands before and after the number of the request; a read by GET has no body.
    body: Option<(String, String)>,
}

impl Side {
    /// The server under test, by a `tools/call` of the stateless protocol.
    pub fn server(url: &str, read: Read) -> Result<Self> {
        let bearer = format!("Bearer {BEARER}");
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
            ("mcp-protocol-version", MODERN),
            ("mcp-method", "tools/call"),
            ("mcp-name", read.tool()),
        ];
        let headers = headers.map(|(name, value)| Ok((HeaderName::from_static(name), HeaderValue::from_str(value)?)));
        let params = json!({
            "name": read.tool(),
            "arguments": read.arguments(),
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": MODERN,
                "io.modelcontextprotocol/clientInfo": { "name": "bench", "version": "1" },
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        });
        Ok(Self {
            name: "the server",
            witness: read.witness(),
            method: Method::POST,
            url: Url::parse(url)?,
            headers: headers.into_iter().collect::<Result<_>>()?,
            body: Some((
                r#"{"jsonrpc":"2.0","id":"#.to_owned(),
                format!(r#","method":"tools/call","params":{params}}}"#),
            )),
        })
    }

    /// The bare proxy, by a plain GET.
    pub fn proxy(url: &str, read: Read) -> Result<Self> {
        Ok(Self {
            name: "the proxy",
            witness: read.witness(),
            method: Method::GET,
            url: Url::parse(url)?,
            headers: HeaderMap::new(),
            body: None,
        })
    }

    /// Asks once, with this number, and holds the answer against what must be in it.
    ///
    /// # Errors
    /// When the answer is not what was asked for: a fast refusal must not count as a fast call.
    pub async fn ask(&self, client: &Client, number: u64) -> Result<()> {
        let mut request = Request::new(self.method.clone(), self.url.clone());
        request.headers_mut().clone_from(&self.headers);
        *request.body_mut() = self.body.as_ref().map(|(before, after)| format!("{before}{number}{after}").into());
        let answer = client.execute(request).await?;
        let status = answer.status();
        let body = answer.text().await?;
        let good = status.is_success() && body.contains(self.witness) && !body.contains(r#""isError":true"#);
        ensure!(good, "{} answered {status}: {}", self.name, body.chars().take(400).collect::<String>());
        Ok(())
    }
}
