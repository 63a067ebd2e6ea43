//! News of changed lists: to sessions of the `initialize` era unasked, to stateless clients as far as they asked.

use std::time::Duration;

use infini_mcp::config::Sources;
use infini_mcp::server::{Endpoint, Handler, serve_http};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::door::Door;
use crate::line::{Era, Line};

async fn announce(door: &Door) {
    door.app.list_changes.announce().await;
}

/// The methods of the next `number` messages, in order.
async fn methods(line: &mut Line, number: usize) -> Vec<String> {
    let mut methods = Vec::new();
    for _ in 0..number {
        methods.push(line.hear().await["method"].as_str().unwrap().to_owned());
    }
    methods
}

#[tokio::test]
async fn every_session_is_told_of_each_list_it_was_promised_news_of() {
    let all = ["tools", "prompts", "resources"];
    let door = Door::sandbox().await;
    let quiet = Door::with(&[("MCP_TOOLS_ALLOW", "infinity_list_boards")]).await;
    for (door, lists) in [(&door, &all[..]), (&quiet, &all[..1])] {
        let mut sessions = [Line::open(door, Era::Initialize).await, Line::open(door, Era::Initialize).await];
        for session in &mut sessions {
            let declared = &session.introduction["capabilities"];
            assert!(lists.iter().all(|list| declared[list]["listChanged"] == json!(true)), "{declared:#}");
            // An answer proves that the notification before it was taken.
            session.result("tools/list", json!({})).await;
        }
        announce(door).await;
        let expected: Vec<String> = lists.iter().map(|list| format!("notifications/{list}/list_changed")).collect();
        for session in &mut sessions {
            assert_eq!(methods(session, lists.len()).await, expected);
            session.result("tools/list", json!({})).await;
        }
    }
}

#[tokio::test]
async fn a_session_that_has_ended_keeps_nobody_waiting() {
    let door = Door::sandbox().await;
    let mut gone = Line::open(&door, Era::Initialize).await;
    gone.result("tools/list", json!({})).await;
    drop(gone);
    let mut here = Line::open(&door, Era::Initialize).await;
    here.result("tools/list", json!({})).await;
    announce(&door).await;
    assert_eq!(methods(&mut here, 1).await, ["notifications/tools/list_changed"]);
}

#[tokio::test]
async fn a_stateless_client_hears_what_it_asked_for_until_it_has_enough() {
    let door = Door::sandbox().await;
    let mut line = Line::open(&door, Era::Stateless).await;
    let asked =
        json!({ "notifications": { "toolsListChanged": true, "resourceSubscriptions": ["infinity://boards/x"] } });
    let id = line.send("subscriptions/listen", asked).await;
    let acknowledged = line.hear().await;
    assert_eq!(acknowledged["method"], json!("notifications/subscriptions/acknowledged"), "{acknowledged:#}");
    assert_eq!(acknowledged["params"]["notifications"], json!({ "toolsListChanged": true }), "only what is supported");
    let told = until_told(&door, &mut line).await;
    assert_eq!(told["method"], json!("notifications/tools/list_changed"), "{told:#}");
    assert_eq!(told["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], json!(id), "{told:#}");
    line.say(json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } })).await;
    line.result("tools/list", json!({})).await;
}

/// The subscription listens from a moment after its acknowledgement on, so the change is announced until it is heard.
async fn until_told(door: &Door, line: &mut Line) -> Value {
    for _ in 0..100 {
        announce(door).await;
        if let Ok(told) = tokio::time::timeout(Duration::from_millis(100), line.hear()).await {
            return told;
        }
    }
    panic!("nothing was heard of the change");
}

#[tokio::test]
async fn over_http_the_news_come_on_the_stream_of_the_request_that_asked_for_them() {
    let door = Door::sandbox().await;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    let http = Sources::of([("MCP_TRANSPORT", "http")]).settings().unwrap().http;
    let endpoint = Endpoint::new(http, door.app.clone());
    let routes = endpoint.routes(Handler::new(door.app.clone()));
    tokio::spawn(serve_http(listener, routes, endpoint, std::future::pending()));
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let asked = json!({ "_meta": meta, "notifications": { "promptsListChanged": true } });
    let request = json!({ "jsonrpc": "2.0", "id": "listening", "method": "subscriptions/listen", "params": asked });
    let mut stream = reqwest::Client::new()
        .post(url)
        .header("accept", "application/json, text/event-stream")
        .header("content-type", "application/json")
        .header("mcp-protocol-version", "2026-07-28")
        .header("mcp-method", "subscriptions/listen")
        .body(request.to_string())
        .send()
        .await
        .unwrap();
    assert!(stream.status().is_success(), "{}", stream.status());
    let mut heard = String::new();
    for _ in 0..100 {
        announce(&door).await;
        let chunk = tokio::time::timeout(Duration::from_millis(100), stream.chunk()).await;
        if let Ok(chunk) = chunk {
            heard.push_str(&String::from_utf8_lossy(&chunk.unwrap().expect("an open stream")));
        }
        if heard.contains("prompts/list_changed") {
            break;
        }
    }
    assert!(heard.contains("subscriptions/acknowledged") && heard.contains("prompts/list_changed"), "{heard}");
    assert!(!heard.contains("tools/list_changed"), "{heard}");
    // A server that takes no more calls ends the subscription in form, before it ends the streams.
    door.app.calls.close();
    let rest = tokio::time::timeout(Duration::from_secs(10), stream.text()).await.expect("the stream ends").unwrap();
    assert!(rest.contains("\"id\":\"listening\""), "{rest}");
}
