//! The second door under bad manners: slow, silent, greedy and nosy clients, and what each of them hears.

use std::sync::Arc;
use std::time::Duration;

use infini_mcp::config::Sources;
use infini_mcp::server::{Endpoint, Handler, Patience, serve_http};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::door::Door;

pub const TOKEN: &str = "a-bearer-of-the-tests";
pub const LONG: Duration = Duration::from_secs(10);
pub const SHORT: Duration = Duration::from_millis(200);
pub const HEALTH: &str = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
const NOWHERE: &str = "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// A server with settings of its own.
pub struct Served {
    pub door: Arc<Door>,
    pub address: String,
    stop: CancellationToken,
}

impl Served {
    pub async fn start(settings: &[(&str, &str)], patience: Patience) -> Self {
        let door = Arc::new(Door::with(settings).await);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let pairs = [("MCP_AUTH_TOKEN", TOKEN), ("MCP_TRANSPORT", "http")];
        let http = Sources::of(pairs.into_iter().chain(settings.iter().copied())).settings().unwrap().http;
        let mut endpoint = Endpoint::new(http, door.app.clone());
        endpoint.patience = patience;
        let routes = endpoint.routes(Handler::new(door.app.clone()));
        let stop = CancellationToken::new();
        tokio::spawn(serve_http(listener, routes, endpoint, stop.clone().cancelled_owned()));
        Self { door, address, stop }
    }

    pub async fn usual(settings: &[(&str, &str)]) -> Self {
        Self::start(settings, Patience::default()).await
    }

    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).await.unwrap()
    }

    /// Says something on a new connection and gives the first answer.
    pub async fn say(&self, text: &str) -> Answer {
        answer(&mut said(self.connect().await, text).await).await
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Value,
}

impl Answer {
    pub fn code(&self) -> (u16, &str) {
        (self.status, self.body["code"].as_str().unwrap_or_default())
    }

    pub fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value).next().unwrap_or_default()
    }
}

pub async fn said(mut stream: TcpStream, text: &str) -> TcpStream {
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// Reads one answer with a length.
pub async fn answer(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let status = head.split(' ').nth(1).unwrap().parse().unwrap();
            let mut answer = Answer { status, head: head.to_owned(), body: Value::Null };
            let length: usize = answer.header("content-length").parse().unwrap_or_default();
            if body.len() >= length {
                answer.body = serde_json::from_str(&body[..length]).unwrap_or_default();
                return answer;
            }
        }
        let read = timeout(LONG, stream.read_buf(&mut bytes)).await.expect("an answer").unwrap();
        assert!(read > 0, "closed after {text:?}");
    }
}

/// Waits until the server closes the connection without a word.
pub async fn closed(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    // A reset closes it, too.
    let _ = timeout(LONG, stream.read_to_end(&mut rest)).await.expect("the connection is closed");
    assert!(rest.is_empty(), "{}", String::from_utf8_lossy(&rest));
}

pub fn post(headers: &str, body: &str) -> String {
    format!(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\nAccept: application/json, text/event-stream\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

pub fn call(tool: &str, arguments: Value) -> String {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({ "name": tool, "arguments": arguments, "_meta": meta });
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }).to_string();
    post(&format!("Mcp-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: {tool}\r\n"), &body)
}

pub fn profile() -> String {
    call("infinity_get_profile", json!({}))
}

#[tokio::test]
async fn a_head_that_does_not_get_on_and_a_connection_that_says_nothing_are_closed() {
    let head = Patience { head: SHORT, ..Patience::default() };
    let served = Served::start(&[], head).await;
    let mut stream = said(served.connect().await, "GET /health HTTP/1.1\r\nHo").await;
    closed(&mut stream).await;
    // The second request of a connection is timed like the first.
    let mut stream = said(served.connect().await, HEALTH).await;
    assert_eq!(answer(&mut stream).await.status, 200);
    let mut stream = said(stream, "GET /").await;
    closed(&mut stream).await;

    let idle = Patience { idle: SHORT, ..Patience::default() };
    let served = Served::start(&[], idle).await;
    closed(&mut served.connect().await).await;
    let mut stream = said(served.connect().await, HEALTH).await;
    assert_eq!(answer(&mut stream).await.status, 200);
    closed(&mut stream).await;
}

#[tokio::test]
async fn a_long_answer_outlives_the_patience_with_requests() {
    let short = Patience { head: SHORT, body: SHORT, idle: SHORT, reading: SHORT };
    let served = Served::start(&[], short).await;
    served.door.fault(json!({ "infinity.latency_ms": 700 })).await;
    let answered = served.say(&profile()).await;
    assert_eq!(answered.body["result"]["isError"], json!(false), "{:#}", answered.body);
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_or_ends_early_or_lies_is_refused_in_words() {
    let served = Served::start(&[], Patience { body: SHORT, ..Patience::default() }).await;
    let half = post("", "{}").replace("Content-Length: 2", "Content-Length: 200");
    assert_eq!(served.say(&half).await.code(), (408, "body_too_slow"));
    let length = post("", "{}").replace("Content-Length: 2", "Content-Length: 99999999");
    assert_eq!(served.say(&length).await.code(), (413, "body_too_large"));
    let chunks = post("", "zz\r\nnonsense\r\n").replace("Content-Length: 14", "Transfer-Encoding: chunked");
    assert_eq!(served.say(&chunks).await.code(), (400, "bad_body"));
}

#[tokio::test]
async fn after_a_request_in_chunks_nothing_more_is_read_from_the_connection() {
    let served = Served::usual(&[]).await;
    // Whether a length or the chunks count, the second request must not be answered.
    for lengths in
        ["Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 64"]
    {
        let text = post("", "").replace("Content-Length: 0", lengths) + "0\r\n\r\n" + HEALTH;
        let mut stream = said(served.connect().await, &text).await;
        let refused = answer(&mut stream).await;
        assert_eq!((refused.status, refused.header("connection")), (400, "close"));
        closed(&mut stream).await;
    }
}

#[tokio::test]
async fn whoever_has_waited_longest_makes_room_for_a_new_connection() {
    let served = Served::usual(&[("MCP_MAX_CONNECTIONS", "3")]).await;
    let mut waiting = Vec::new();
    for _ in 0..3 {
        let mut stream = said(served.connect().await, HEALTH).await;
        assert_eq!(answer(&mut stream).await.status, 200);
        waiting.push(stream);
    }
    assert_eq!(served.say(HEALTH).await.status, 200);
    closed(&mut waiting[0]).await;
    let mut last = said(waiting.pop().unwrap(), HEALTH).await;
    assert_eq!(answer(&mut last).await.status, 200, "the others stay");
}

#[tokio::test]
async fn where_everybody_is_served_the_next_one_is_told_to_come_back() {
    let served = Served::usual(&[("MCP_MAX_CONNECTIONS", "1")]).await;
    served.door.fault(json!({ "infinity.latency_ms": 1_000 })).await;
    let mut busy = said(served.connect().await, &profile()).await;
    while served.door.app.calls.is_empty() {
        tokio::task::yield_now().await;
    }
    let told = served.say(&profile()).await;
    assert_eq!((told.code(), told.header("retry-after")), ((503, "overloaded"), "1"));
    for probe in [HEALTH.to_owned(), HEALTH.replace("/health", "/ready")] {
        assert_eq!(served.say(&probe).await.status, 200, "probes always have a place");
    }
    assert_eq!(answer(&mut busy).await.body["result"]["isError"], json!(false));
}

#[tokio::test]
async fn a_caller_who_asks_too_often_or_too_much_at_once_is_told_when_to_try_again() {
    let served = Served::usual(&[("MCP_RATE_LIMIT_PER_MINUTE", "2")]).await;
    for _ in 0..2 {
        assert_eq!(served.say(&profile()).await.status, 200);
    }
    let told = served.say(&profile()).await;
    assert_eq!(told.code(), (429, "rate_limited"));
    assert!(
        told.header("retry-after").parse::<u64>().is_ok_and(|seconds| (1..=30).contains(&seconds)),
        "{}",
        told.head
    );
    assert_eq!(served.say(HEALTH).await.status, 200, "whoever asks nothing of upstream is not counted");

    let served = Served::usual(&[("MCP_MAX_CONCURRENT_CALLS", "1")]).await;
    served.door.fault(json!({ "infinity.latency_ms": 4_000 })).await;
    let mut busy = said(served.connect().await, &profile()).await;
    while served.door.app.calls.is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(served.say(&profile()).await.code(), (429, "too_many_calls"));
    assert_eq!(answer(&mut busy).await.status, 200);
}

#[tokio::test]
async fn a_flood_of_wrong_keys_is_slowed_down_and_locks_nobody_out() {
    let served = Served::usual(&[]).await;
    let wrong = |key: &str| profile().replace(TOKEN, key);
    for _ in 0..5 {
        assert_eq!(served.say(&wrong("an-old-key")).await.code(), (401, "unauthenticated"));
    }
    assert_eq!(served.say(&wrong("an-old-key")).await.code(), (429, "too_many_failures"));
    let mut told = Vec::new();
    for key in 0..20 {
        told.push(served.say(&wrong(&format!("guess-{key}"))).await);
    }
    assert!(told[..15].iter().all(|answer| answer.code() == (401, "unauthenticated")));
    assert!(told[15..].iter().all(|answer| answer.code() == (429, "too_many_failures")));
    assert!(told[19].header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds >= 1));
    assert_eq!(told[19].header("connection"), "close");
    assert_eq!(served.say(&profile()).await.status, 200);
}

#[tokio::test]
async fn a_page_of_a_known_origin_may_use_the_endpoint_and_no_other() {
    let served = Served::usual(&[("MCP_ALLOWED_ORIGINS", "https://app.example.com")]).await;
    let preflight = |origin: &str| {
        format!(
            "OPTIONS /mcp HTTP/1.1\r\nHost: localhost\r\nOrigin: {origin}\r\nAccess-Control-Request-Method: POST\r\n\
             Access-Control-Request-Headers: authorization, content-type, mcp-method\r\n\r\n"
        )
    };
    let allowed = served.say(&preflight("https://app.example.com")).await;
    assert_eq!((allowed.status, allowed.header("access-control-allow-origin")), (204, "https://app.example.com"));
    assert!(allowed.header("access-control-allow-headers").contains("mcp-session-id"));
    let refused = served.say(&preflight("https://evil.example")).await;
    assert_eq!((refused.code(), refused.header("access-control-allow-origin")), ((403, "origin_not_allowed"), ""));
    let read = served.say(&profile().replace("Host:", "Origin: https://app.example.com\r\nHost:")).await;
    assert_eq!((read.status, read.header("access-control-allow-origin")), (200, "https://app.example.com"));
    assert!(read.header("access-control-expose-headers").contains("mcp-session-id") && read.header("vary") == "origin");
    let no_key = profile().replace(TOKEN, "wrong").replace("Host:", "Origin: https://app.example.com\r\nHost:");
    assert_eq!(served.say(&no_key).await.header("access-control-allow-origin"), "https://app.example.com");
}

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

#[tokio::test]
async fn every_refusal_is_json() {
    let served = Served::usual(&[]).await;
    let of_client = |line: &str| post("", "{}").replace("POST /mcp", line);
    for (text, status, code) in [
        (of_client("PUT /mcp"), 405, "method_not_allowed"),
        (of_client("POST /health"), 405, "method_not_allowed"),
        (of_client("GET /nowhere"), 404, "not_found"),
        (of_client("POST /mcp").replace("application/json\r\n", "text/plain\r\n"), 415, "unsupported_media_type"),
        (post("", PING).replace("application/json, text/event-stream", "text/html"), 406, "not_acceptable"),
        (
            of_client("GET /mcp").replace("application/json, text/event-stream", "application/json"),
            406,
            "not_acceptable",
        ),
        (of_client("GET /mcp"), 400, "bad_request"),
        (of_client("GET /mcp").replace("Host:", "Mcp-Session-Id: nobody\r\nHost:"), 404, "session_not_found"),
        (of_client("DELETE /mcp").replace("Host:", "Mcp-Session-Id: nobody\r\nHost:"), 404, "session_not_found"),
        (NOWHERE.replace("Host: localhost\r\n", ""), 400, "bad_header"),
        (NOWHERE.replace("Host:", "Host: localhost\r\nHost:"), 400, "bad_header"),
        (NOWHERE.replace("/nowhere", "http://evil.example/nowhere"), 403, "host_not_allowed"),
        (of_client("POST /mcp").replace("Host:", "Authorization: Bearer another\r\nHost:"), 400, "bad_header"),
    ] {
        let answer = served.say(&text).await;
        assert_eq!(answer.code(), (status, code), "{text}\n{}", answer.head);
        assert!(answer.header("content-type").starts_with("application/json"), "{}", answer.head);
        assert_eq!((answer.header("x-content-type-options"), answer.header("cache-control")), ("nosniff", "no-store"));
        assert!(status != 405 || answer.header("allow").contains("GET"), "{}", answer.head);
    }
}

#[tokio::test]
async fn readiness_names_the_part_that_is_missing_and_nothing_else() {
    let ready = "GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let served = Served::usual(&[]).await;
    assert_eq!(served.say(ready).await.body, json!({ "ready": true }));
    let broken = Served::usual(&[("STATE_URL", "sqlite:/proc/nowhere/state.db")]).await;
    let told = broken.say(ready).await;
    assert_eq!((told.code(), &told.body["parts"]), ((503, "not_ready"), &json!(["state"])));
    assert!(!told.body.to_string().contains("nowhere"), "{}", told.body);
    assert_eq!(broken.say(HEALTH).await.status, 200, "it is alive all the same");
}

#[tokio::test]
async fn a_server_that_stops_lets_go_of_silent_connections_at_once() {
    let served = Served::usual(&[]).await;
    let mut idle = said(served.connect().await, HEALTH).await;
    assert_eq!(answer(&mut idle).await.status, 200);
    served.stop.cancel();
    closed(&mut idle).await;
}
