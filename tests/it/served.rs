//! A served sandbox, spoken to byte for byte: no client library adds a header, follows a link or mends what is wrong.

use std::sync::Arc;
use std::time::Duration;

use infini_mcp::config::Sources;
use infini_mcp::server::{Endpoint, Handler, serve_http};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::door::Door;

/// The bearer that opens the endpoint.
pub const TOKEN: &str = "a-bearer-of-the-tests";
/// In place of a header's value: the header is not sent.
pub const LEFT_OUT: &str = "\0";
/// What every client of the protocol accepts.
pub const BOTH: (&str, &str) = ("accept", "application/json, text/event-stream");

const PATIENCE: Duration = Duration::from_secs(20);

/// The server.
pub struct Served {
    pub door: Arc<Door>,
    pub address: String,
    stop: CancellationToken,
}

/// What it answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Served {
    /// With these settings, those of the endpoint included.
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        Self::of(Door::with(settings).await, settings).await
    }

    /// In front of a sandbox that is there.
    pub async fn of(door: Door, settings: &[(&str, &str)]) -> Self {
        let door = Arc::new(door);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let pairs = [("MCP_AUTH_TOKEN", TOKEN), ("MCP_TRANSPORT", "http")];
        let pairs = pairs.into_iter().chain(settings.iter().copied());
        let http = Sources::of(pairs).settings().unwrap_or_else(|faults| panic!("{faults:?}")).http;
        let endpoint = Endpoint::new(http, door.app.clone());
        let routes = endpoint.routes(Handler::new(door.app.clone()));
        let stop = CancellationToken::new();
        tokio::spawn(serve_http(listener, routes, endpoint, stop.clone().cancelled_owned()));
        Self { door, address, stop }
    }

    /// Sends exactly these bytes and gives what comes back until the server closes.
    pub async fn say(&self, bytes: &[u8]) -> Answer {
        let mut stream = self.said(bytes).await;
        let mut answer = Vec::new();
        timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("an answer that ends").unwrap();
        Answer::read(&answer)
    }

    /// The connection after these bytes were sent.
    pub async fn said(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }

    /// A request to a path, with these headers in place of the usual ones.
    pub async fn send(&self, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.say(&request(line, headers, body)).await
    }

    /// A message to the endpoint.
    pub async fn post(&self, headers: &[(&str, &str)], message: &Value) -> Answer {
        self.send("POST /mcp", headers, message.to_string().as_bytes()).await
    }

    /// Begins a session of the `initialize` era and gives its id with the answer.
    pub async fn initialize(&self, revision: &str, capabilities: Value) -> (String, Answer) {
        let answer = self.post(&[BOTH], &initialize(revision, capabilities)).await;
        let session = answer.header("mcp-session-id").to_owned();
        assert!(!session.is_empty(), "{answer:?}");
        let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        assert_eq!(self.post(&[BOTH, ("mcp-session-id", &session)], &ready).await.status, 202);
        (session, answer)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The handshake of the `initialize` era.
pub fn initialize(revision: &str, capabilities: Value) -> Value {
    let client = json!({ "name": "test", "version": "1" });
    let params = json!({ "protocolVersion": revision, "capabilities": capabilities, "clientInfo": client });
    json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params })
}

/// A request as text.
pub fn request(line: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let length = body.len().to_string();
    let bearer = format!("Bearer {TOKEN}");
    let usual = [
        ("host", "localhost"),
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("content-length", length.as_str()),
        ("connection", "close"),
    ];
    let unchanged = usual.iter().filter(|(name, _)| !headers.iter().any(|(other, _)| other == name));
    let mut text = if line.contains("HTTP/") { format!("{line}\r\n") } else { format!("{line} HTTP/1.1\r\n") };
    for (name, value) in unchanged.chain(headers).filter(|(_, value)| *value != LEFT_OUT) {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    [text.as_bytes(), b"\r\n", body].concat()
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut answer = Self { status, head: head.to_owned(), body: body.to_owned() };
        if answer.header("transfer-encoding") == "chunked" {
            answer.body = joined(body);
        }
        answer
    }

    /// A header; nothing when it is not there.
    pub fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value).next().unwrap_or_default()
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The status and the code of a refusal.
    pub fn refusal(&self) -> (u16, String) {
        (self.status, self.json()["code"].as_str().unwrap_or_default().to_owned())
    }

    /// The one message that a stream or a JSON body carries.
    pub fn message(&self) -> Value {
        match self.header("content-type") {
            "text/event-stream" => self.events().pop().and_then(|event| serde_json::from_str(&event).ok()).unwrap(),
            _ => self.json(),
        }
    }

    /// What stands in the events of a stream, the empty ones included.
    pub fn events(&self) -> Vec<String> {
        events(&self.body)
    }
}

/// What stands in the events of a stream that came so far.
pub fn events(text: &str) -> Vec<String> {
    let data =
        |event: &str| event.lines().find_map(|line| line.strip_prefix("data:")).map(|data| data.trim().to_owned());
    text.split("\n\n").filter_map(data).collect()
}

/// The pieces of a body in chunks.
fn joined(mut chunked: &str) -> String {
    let mut whole = String::new();
    while let Some((size, rest)) = chunked.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        whole.push_str(&rest[..size]);
        chunked = rest[size..].strip_prefix("\r\n").unwrap_or_default();
        if size == 0 {
            break;
        }
    }
    whole
}
