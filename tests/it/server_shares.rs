//! The second door and those who want all of it: nobody gets more than a share, and everybody else is served meanwhile.

use std::time::Duration;

use infini_mcp::server::{Endpoint, Handler, Patience, serve_http};
use infini_mcp::vault::{Edit, Place};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::server_limits::{Answer, HEALTH, LONG, SHORT, Served, TOKEN, answer, closed, post, profile, said};

const STORE_KEY: &str = "a store key of the tests, long enough";

/// A server with users and OAuth, and the folder of its files.
async fn with_oauth(more: &[(&str, &str)], patience: Patience) -> (Served, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let (users, store) = (file("users.json"), file("store.json"));
    drop(
        Edit::make(Place { users: users.clone(), store: store.clone(), key: Some(SecretString::from(STORE_KEY)) })
            .unwrap(),
    );
    let mut settings = vec![
        ("MCP_AUTH_TOKEN", TOKEN),
        ("MCP_TRANSPORT", "http"),
        ("MCP_USERS_FILE", users.to_str().unwrap()),
        ("MCP_CREDENTIAL_STORE_FILE", store.to_str().unwrap()),
        ("MCP_CREDENTIAL_STORE_KEY", STORE_KEY),
        ("OAUTH_ENABLED", "true"),
        ("OAUTH_PUBLIC_URL", "http://localhost"),
        ("OAUTH_DYNAMIC_REGISTRATION", "true"),
    ];
    settings.extend_from_slice(more);
    (Served::start(&settings, patience).await, folder)
}

/// The head of a request, and the first byte of its body; the rest does not come.
fn unfinished(path: &str, length: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\nAccept: application/json, text/event-stream\r\n\
         Content-Type: {}\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n",
        if path == "/mcp" { "application/json" } else { "application/x-www-form-urlencoded" }
    )
}

/// Waits until the server asks for the body.
async fn asked_for_body(stream: &mut TcpStream) {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        assert!(timeout(LONG, stream.read_buf(&mut bytes)).await.expect("an answer").unwrap() > 0);
    }
    assert!(bytes.starts_with(b"HTTP/1.1 100 "), "{}", String::from_utf8_lossy(&bytes));
}

async fn head_of(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        assert!(timeout(LONG, stream.read_buf(&mut bytes)).await.expect("an answer").unwrap() > 0);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What is said of a refused body, where the address says it: in our words, in those of RFC 6749, or on a page.
fn refusal(answer: &Answer, path: &str) -> (u16, String) {
    let said = match path {
        "/oauth/authorize" => answer.header("content-type").split(';').next().unwrap_or_default(),
        path if path.starts_with("/oauth/") => answer.body["error"].as_str().unwrap_or_default(),
        _ => answer.code().1,
    };
    (answer.status, said.to_owned())
}

/// How the address says that a body is not taken, which is `code` in our words.
fn in_form(path: &str, code: &str) -> String {
    match path {
        "/oauth/authorize" => "text/html",
        path if path.starts_with("/oauth/") => "invalid_request",
        _ => code,
    }
    .to_owned()
}

#[tokio::test]
async fn a_body_of_any_route_has_a_limit_of_time_and_size() {
    let (served, _folder) = with_oauth(&[], Patience { body: SHORT, ..Patience::default() }).await;
    for path in ["/mcp", "/oauth/token", "/oauth/authorize", "/oauth/revoke", "/oauth/register", "/nowhere"] {
        let mut slow = said(served.connect().await, &unfinished(path, 100)).await;
        asked_for_body(&mut slow).await;
        assert_eq!(refusal(&answer(&mut slow).await, path), (408, in_form(path, "body_too_slow")), "{path}");
        if path != "/mcp" {
            let large = served.say(&unfinished(path, 64 * 1024 + 1)).await;
            assert_eq!(refusal(&large, path), (413, in_form(path, "body_too_large")), "{path}");
        }
    }
}

#[tokio::test]
async fn whoever_is_slowest_to_send_a_body_makes_room_and_hears_why() {
    let (served, _folder) = with_oauth(&[("MCP_MAX_CONNECTIONS", "4")], Patience::default()).await;
    let mut slow = Vec::new();
    for path in ["/oauth/token", "/oauth/authorize", "/mcp", "/oauth/register"] {
        let mut stream = said(served.connect().await, &unfinished(path, 100)).await;
        asked_for_body(&mut stream).await;
        slow.push(stream);
    }
    assert_eq!(served.say(HEALTH.replace("/health", "/nowhere").as_str()).await.status, 404, "a newcomer is served");
    let told = answer(&mut slow[0]).await;
    assert_eq!(refusal(&told, "/oauth/token"), (503, "temporarily_unavailable".into()));
    assert_eq!(told.header("retry-after"), "1");
    closed(&mut slow[0]).await;
}

#[tokio::test]
async fn a_caller_has_so_many_streams_and_one_that_ends_makes_room() {
    let served = Served::usual(&[("MCP_MAX_STREAMS_PER_CALLER", "2")]).await;
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({ "notifications": { "toolsListChanged": true }, "_meta": meta });
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": params }).to_string();
    let listen = post("Mcp-Protocol-Version: 2026-07-28\r\nMcp-Method: subscriptions/listen\r\n", &body);
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut stream = said(served.connect().await, &listen).await;
        let head = head_of(&mut stream).await;
        assert!(head.starts_with("HTTP/1.1 200") && head.contains("text/event-stream"), "{head}");
        open.push(stream);
    }
    let refused = served.say(&listen).await;
    assert_eq!((refused.code(), refused.header("retry-after")), ((429, "too_many_streams"), "30"));
    assert_eq!(served.say(&profile()).await.status, 200, "calls are counted apart");
    drop(open.pop());
    let again = async {
        loop {
            let mut stream = said(served.connect().await, &listen).await;
            if head_of(&mut stream).await.starts_with("HTTP/1.1 200") {
                return;
            }
        }
    };
    timeout(LONG, again).await.expect("a stream that ended makes room");
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_its_own_oldest_makes_room() {
    let served = Served::usual(&[("MCP_MAX_CONNECTIONS_PER_ADDRESS", "1")]).await;
    let mut idle = said(served.connect().await, HEALTH).await;
    assert_eq!(answer(&mut idle).await.status, 200);
    served.door.fault(json!({ "infinity.latency_ms": 1_500 })).await;
    let mut busy = said(served.connect().await, &profile()).await;
    closed(&mut idle).await;
    while served.door.app.calls.is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(served.say(&profile()).await.code(), (429, "too_many_connections"));
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let other = socket.connect(served.address.parse().unwrap()).await.unwrap();
    assert_eq!(answer(&mut said(other, &profile()).await).await.status, 200, "another address has its own share");
    assert_eq!(answer(&mut busy).await.status, 200);
}

#[tokio::test]
async fn behind_a_proxy_those_it_speaks_for_have_a_share_each() {
    let settings = [("MCP_MAX_CONNECTIONS_PER_ADDRESS", "1"), ("MCP_TRUSTED_PROXIES", "127.0.0.1")];
    let served = Served::usual(&settings).await;
    served.door.fault(json!({ "infinity.latency_ms": 1_500 })).await;
    let of = |address: &str| profile().replace("Host:", &format!("X-Forwarded-For: {address}\r\nHost:"));
    let mut busy = said(served.connect().await, &of("198.51.100.1")).await;
    while served.door.app.calls.is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(served.say(&of("198.51.100.1")).await.code(), (429, "too_many_connections"));
    assert_eq!(served.say(&of("198.51.100.2")).await.status, 200);
    assert_eq!(answer(&mut busy).await.status, 200);
}

#[tokio::test]
async fn the_bytes_that_one_caller_sends_at_once_have_a_limit() {
    let served = Served::usual(&[]).await;
    let most = 2 * 1024 * 1024;
    let half =
        post("", "").replace("Content-Length: 0", &format!("Content-Length: {most}")) + &" ".repeat(most - 100_000);
    let mut sent = Vec::new();
    for _ in 0..8 {
        sent.push(said(served.connect().await, &half).await);
    }
    let mut refused = 0;
    for stream in &mut sent {
        if let Ok(told) = timeout(Duration::from_millis(500), answer(stream)).await {
            assert_eq!((told.code(), told.header("retry-after")), ((429, "too_much_at_once"), "1"));
            refused += 1;
        }
    }
    assert!((3..8).contains(&refused), "{refused} of 8");
    assert_eq!(served.say(&profile()).await.status, 200, "what is small is always taken");
    drop(sent);
    let long = call_with_text(&"x".repeat(most - 10_000));
    let taken = async { while served.say(&long).await.status == 429 {} };
    timeout(LONG, taken).await.expect("the room is given back");
    let values = call_with_text("").replace("\"\"", &format!("[{}1]", "1,".repeat(150_000)));
    assert_eq!(served.say(&relengthened(&values)).await.code(), (413, "body_too_complex"));
}

/// A call with a long argument; what becomes of it does not matter.
fn call_with_text(text: &str) -> String {
    let params = json!({ "name": "infinity_get_profile", "arguments": { "text": text } });
    post("", &json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }).to_string())
}

fn relengthened(request: &str) -> String {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let head: Vec<&str> = head.lines().filter(|line| !line.starts_with("Content-Length")).collect();
    format!("{}\r\nContent-Length: {}\r\n\r\n{body}", head.join("\r\n"), body.len())
}

#[tokio::test]
async fn what_a_client_says_of_itself_is_kept_short_and_its_session_outlives_the_process() {
    let served = Served::usual(&[]).await;
    let noise: Value = (0..20_000)
        .map(|number| (number.to_string(), json!({ "some": "thing" })))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let capabilities = json!({ "elicitation": {}, "experimental": noise });
    let client = json!({ "name": "test", "version": "1", "description": "x".repeat(500_000) });
    let params = json!({ "protocolVersion": "2025-11-25", "capabilities": capabilities, "clientInfo": client });
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }).to_string();
    let mut stream = said(served.connect().await, &post("", &body)).await;
    let head = head_of(&mut stream).await;
    let lines: Vec<&str> = head.lines().filter(|line| line.to_lowercase().starts_with("mcp-session-id:")).collect();
    let session = lines[0];
    // Another process on the same state.
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let pairs = [("MCP_AUTH_TOKEN", TOKEN), ("MCP_TRANSPORT", "http")];
    let http = infini_mcp::config::Sources::of(pairs).settings().unwrap().http;
    let endpoint = Endpoint::new(http, served.door.app.clone());
    let routes = endpoint.routes(Handler::new(served.door.app.clone()));
    let stop = tokio_util::sync::CancellationToken::new();
    let serving = tokio::spawn(serve_http(listener, routes, endpoint, stop.clone().cancelled_owned()));
    let list = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" }).to_string();
    let more = format!("{session}\r\nMcp-Protocol-Version: 2025-11-25\r\n");
    let mut stream = said(TcpStream::connect(address).await.unwrap(), &post(&more, &list)).await;
    let head = head_of(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    stop.cancel();
    drop(stream);
    serving.await.unwrap();
}

#[tokio::test]
async fn a_caller_has_so_many_sessions_and_begins_another_one_at_the_cost_of_the_oldest() {
    let served = Served::usual(&[("MCP_MAX_SESSIONS_PER_CALLER", "2")]).await;
    let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" } });
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }).to_string();
    let mut sessions = Vec::new();
    for _ in 0..3 {
        let head = head_of(&mut said(served.connect().await, &post("", &body)).await).await;
        let session = head.lines().find(|line| line.to_lowercase().starts_with("mcp-session-id:")).unwrap().to_owned();
        sessions.push(session);
    }
    let list = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" }).to_string();
    let mut told = Vec::new();
    for session in &sessions {
        let more = format!("{session}\r\nMcp-Protocol-Version: 2025-11-25\r\n");
        let head = head_of(&mut said(served.connect().await, &post(&more, &list)).await).await;
        told.push(head.split(' ').nth(1).unwrap().to_owned());
    }
    assert_eq!(told, ["404", "200", "200"]);
}
