//! Streams of events at the HTTP door: what opens them depends on what client and server agreed on.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Duration, timeout};

use crate::door::Door;
use crate::process::Process;
use crate::served::{BOTH, Served, request};

fn list() -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" })
}

/// What a stream that stays open says first.
async fn first_of_standing(served: &Served, session: &str) -> String {
    let headers = [("accept", "text/event-stream"), ("mcp-session-id", session), ("connection", "keep-alive")];
    let mut stream = served.said(&request("GET /mcp", &headers, b"")).await;
    let mut bytes = vec![0; 4_096];
    let mut said = String::new();
    // The head comes at once; what would open the stream comes with it or right after it.
    while let Ok(Ok(read @ 1..)) = timeout(Duration::from_millis(300), stream.read(&mut bytes)).await {
        said.push_str(&String::from_utf8_lossy(&bytes[..read]));
    }
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    said
}

#[tokio::test]
async fn a_stream_opens_with_an_event_for_coming_back_only_where_the_revision_has_one() {
    let served = Served::start(&[]).await;
    for (revision, is_primed) in
        [("2024-11-05", false), ("2025-03-26", false), ("2025-06-18", false), ("2025-11-25", true)]
    {
        let (session, answer) = served.initialize(revision, json!({})).await;
        assert_eq!(answer.message()["result"]["protocolVersion"], json!(revision));
        assert_eq!(answer.events().len(), 1, "nothing is agreed on before the answer: {}", answer.body);

        let listed = served.post(&[BOTH, ("mcp-session-id", &session)], &list()).await;
        let events = listed.events();
        assert_eq!(events.first().is_some_and(String::is_empty), is_primed, "{revision}: {:.200}", listed.body);
        assert_eq!(listed.body.contains("retry:"), is_primed, "{revision}");
        assert_eq!(events.iter().filter(|event| !event.is_empty()).count(), 1);

        let standing = first_of_standing(&served, &session).await;
        assert_eq!(standing.contains("retry:"), is_primed, "{revision}: {standing}");
    }
}

#[tokio::test]
async fn what_was_agreed_on_counts_for_a_session_that_another_server_takes_up() {
    let folder = tempfile::tempdir().unwrap();
    let state = format!("sqlite:{}", folder.path().join("state.db").display());
    let settings = [("STATE_URL", state.as_str())];
    let first = Served::start(&settings).await;
    let (old, _) = first.initialize("2025-06-18", json!({})).await;
    let (new, _) = first.initialize("2025-11-25", json!({})).await;
    let second = Served::of(Door::beside(&first.door, &settings), &settings).await;
    for (session, is_primed) in [(old, false), (new, true)] {
        let listed = second.post(&[BOTH, ("mcp-session-id", &session)], &list()).await;
        assert_eq!(listed.status, 200, "{listed:?}");
        assert_eq!(listed.events().first().is_some_and(String::is_empty), is_primed, "{:.200}", listed.body);
    }
}

#[tokio::test]
async fn a_client_that_closes_its_subscription_leaves_no_error_in_the_log() {
    let server = Process::serve(&[]).await;
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({ "notifications": { "toolsListChanged": true }, "_meta": meta });
    let listen = json!({ "jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": params }).to_string();
    let headers = [
        BOTH,
        ("connection", "keep-alive"),
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", "subscriptions/listen"),
    ];
    let address = server.mcp.trim_start_matches("http://").trim_end_matches("/mcp");
    for _ in 0..3 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&request("POST /mcp", &headers, listen.as_bytes())).await.unwrap();
        let mut bytes = vec![0; 4_096];
        let mut said = String::new();
        while !said.contains("notifications/subscriptions/acknowledged") {
            let read = timeout(Duration::from_secs(20), stream.read(&mut bytes)).await.unwrap().unwrap();
            assert!(read > 0, "{said}");
            said.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
    }
    let log = server.stop().await;
    assert!(!log.iter().any(|line| line.contains("ERROR")), "{log:#?}");
}
