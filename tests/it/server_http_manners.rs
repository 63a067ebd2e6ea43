//! The HTTP door as clients, scripts and probes really knock: old habits, other spellings, and what they may count on.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::served::{Answer, BOTH, LEFT_OUT, Served, TOKEN, initialize};

const QUOTE: &str = "AN2600456";
const OTHER_QUOTE: &str = "AN2600444";

fn message(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params })
}

fn call(tool: &str, arguments: Value) -> Value {
    message("tools/call", json!({ "name": tool, "arguments": arguments }))
}

fn profile() -> Value {
    call("infinity_get_profile", json!({}))
}

fn accept_quote() -> Value {
    call("infinigate_accept_quote", json!({ "document_number": QUOTE, "accepted_by": "buyer@example.com" }))
}

fn error_of(answer: &Answer) -> Value {
    let result = &answer.message()["result"];
    assert_eq!(result["isError"], json!(true), "{answer:?}");
    serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap()
}

/// A message of the stateless era with what belongs to it.
async fn modern(served: &Served, accept: &str, mut message: Value) -> Answer {
    message["params"]["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": { "elicitation": {} },
    });
    let method = message["method"].as_str().unwrap().to_owned();
    let name = message["params"]["name"].as_str().unwrap_or(LEFT_OUT).to_owned();
    let version = ("mcp-protocol-version", "2026-07-28");
    served.post(&[("accept", accept), version, ("mcp-method", &method), ("mcp-name", &name)], &message).await
}

#[tokio::test]
async fn whatever_form_of_an_answer_is_accepted_is_the_one_that_comes() {
    let served = Served::start(&[]).await;
    let (session, _) = served.initialize("2025-06-18", json!({})).await;
    for (accept, in_session, alone) in [
        ("*/*", "text/event-stream", "application/json"),
        (LEFT_OUT, "text/event-stream", "application/json"),
        ("text/html, */*; q=.2", "text/event-stream", "application/json"),
        ("application/json", "application/json", "application/json"),
        ("application/json;q=0, */*", "text/event-stream", "text/event-stream"),
        ("text/event-stream", "text/event-stream", "text/event-stream"),
    ] {
        let begun = served.post(&[("accept", accept)], &initialize("2025-06-18", json!({}))).await;
        assert_eq!((begun.status, begun.header("content-type")), (200, in_session), "initialize: {accept}");
        assert!(!begun.header("mcp-session-id").is_empty() && begun.message()["result"].is_object(), "{begun:?}");
        let going = served.post(&[("accept", accept), ("mcp-session-id", &session)], &profile()).await;
        assert_eq!((going.status, going.header("content-type")), (200, in_session), "session: {accept}");
        let once = served.post(&[("accept", accept)], &profile()).await;
        assert_eq!((once.status, once.header("content-type")), (200, alone), "alone: {accept}");
        let new = modern(&served, accept, profile()).await;
        assert_eq!((new.status, new.header("content-type")), (200, alone), "stateless era: {accept}");
        for answer in [going, once, new] {
            assert_eq!(answer.message()["result"]["isError"], json!(false), "{accept}: {answer:?}");
            assert_eq!(answer.message()["id"], json!(7));
        }
    }
    for accept in ["text/html", "*/*;q=0"] {
        let refused = served.post(&[("accept", accept)], &profile()).await;
        assert_eq!(refused.refusal(), (406, "not_acceptable".to_owned()), "{accept}");
    }
    let listen = message("subscriptions/listen", json!({ "notifications": { "toolsListChanged": true } }));
    assert_eq!(modern(&served, "application/json", listen).await.status, 406, "that is a stream and nothing else");
}

#[tokio::test]
async fn a_client_that_takes_no_stream_is_asked_by_token_and_everybody_else_as_ever() {
    let served = Served::start(&[("CONFIRM_FALLBACK", "token")]).await;
    let (session, _) = served.initialize("2025-06-18", json!({ "elicitation": {} })).await;
    let json_only = [("accept", "application/json"), ("mcp-session-id", session.as_str())];
    let asked = served.post(&json_only, &accept_quote()).await;
    let asked = error_of(&asked);
    assert_eq!(asked["code"], json!("confirmation_required"), "{asked:#}");
    assert_eq!(served.door.ledger().await["purchases"]["count"], json!(0));
    let mut again = accept_quote();
    again["params"]["arguments"]["confirmation_token"] = asked["confirmation_token"].clone();
    let bought = served.post(&json_only, &again).await;
    assert_eq!(bought.message()["result"]["isError"], json!(false), "{bought:?}");
    assert_eq!(served.door.ledger().await["purchases"]["count"], json!(1));
    // In the stateless era the question is the answer, and needs no stream.
    let mut another = accept_quote();
    another["params"]["arguments"]["document_number"] = json!(OTHER_QUOTE);
    let asked = modern(&served, "application/json", another).await;
    assert_eq!(asked.message()["result"]["resultType"], json!("input_required"), "{asked:?}");
}

#[tokio::test]
async fn a_request_without_a_session_is_served_for_itself_and_under_every_rule() {
    let served = Served::start(&[("MCP_RATE_LIMIT_PER_MINUTE", "12")]).await;
    let json_only = ("accept", "application/json");
    for (method, params, has) in [
        ("ping", json!({}), ""),
        ("tools/list", json!({}), "/tools/0/name"),
        ("prompts/list", json!({}), "/prompts"),
        ("resources/templates/list", json!({}), "/resourceTemplates"),
        ("tools/call", json!({ "name": "infinity_get_profile" }), "/structuredContent"),
    ] {
        let answer = served.post(&[json_only, ("mcp-session-id", "")], &message(method, params)).await;
        assert_eq!(answer.status, 200, "{method}: {answer:?}");
        assert!(answer.message()["result"].pointer(has).is_some(), "{method}: {answer:?}");
        assert_eq!(answer.header("mcp-session-id"), "", "nothing is begun");
    }
    let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    assert_eq!(served.post(&[BOTH], &ready).await.status, 202);
    let unknown = served.post(&[json_only], &message("tools/frobnicate", json!({}))).await;
    assert_eq!(unknown.message()["error"]["code"], json!(-32601), "{unknown:?}");
    let listen = served.post(&[BOTH], &message("subscriptions/listen", json!({ "notifications": {} }))).await;
    assert!(listen.message()["error"].is_object(), "there is nothing to hear without an era that has it: {listen:?}");
    // Nobody can be asked, so what must be asked is not done.
    let asked = served.post(&[json_only], &accept_quote()).await;
    assert_eq!(error_of(&asked)["code"], json!("confirmation_required"));
    assert_eq!(served.door.ledger().await["purchases"]["count"], json!(0));
    let unsupported = served.post(&[json_only, ("mcp-protocol-version", "1999-01-01")], &profile()).await;
    assert_eq!(unsupported.status, 400);
    let claims = served.post(&[BOTH, ("mcp-protocol-version", "2026-07-28")], &profile()).await;
    assert_eq!(claims.message()["error"]["code"], json!(-32602), "who claims the stateless era must keep to it");
    let nobody = served.post(&[json_only, ("authorization", LEFT_OUT)], &profile()).await;
    assert_eq!(nobody.status, 401);
    assert_eq!(served.post(&[json_only], &profile()).await.status, 200);
    assert_eq!(served.post(&[json_only], &profile()).await.refusal(), (429, "rate_limited".to_owned()));
}

#[tokio::test]
async fn a_session_that_has_ended_is_answered_as_a_message_and_initialize_begins_anew() {
    let served = Served::start(&[]).await;
    let (session, _) = served.initialize("2025-11-25", json!({})).await;
    let ended = served.send("DELETE /mcp", &[("mcp-session-id", &session)], b"").await;
    assert_eq!((ended.status, ended.body.as_str()), (204, ""));
    let nobodys = uuid::Uuid::new_v4().to_string();
    for dead in [session.as_str(), &nobodys, "nonsense"] {
        let headers = [BOTH, ("mcp-session-id", dead)];
        let told = served.post(&headers, &profile()).await;
        assert_eq!((told.status, told.header("content-type")), (404, "application/json"), "{told:?}");
        let told = told.json();
        assert_eq!((&told["id"], &told["error"]["code"], &told["jsonrpc"]), (&json!(7), &json!(-32001), &json!("2.0")));
        assert!(told["error"]["message"].as_str().unwrap().starts_with("Session not found"), "{told:#}");
        let notification = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        assert_eq!(served.post(&headers, &notification).await.json()["id"], Value::Null);
        let stream = served.send("GET /mcp", &headers, b"").await;
        assert_eq!(stream.refusal(), (404, "session_not_found".to_owned()));
    }
    let (living, _) = served.initialize("2025-11-25", json!({})).await;
    for old in [session.as_str(), &nobodys, "nonsense", "", &living] {
        let begun = served.post(&[BOTH, ("mcp-session-id", old)], &initialize("2025-11-25", json!({}))).await;
        let new = begun.header("mcp-session-id");
        assert!(begun.status == 200 && !new.is_empty() && new != old, "{old}: {begun:?}");
    }
    assert_eq!(served.post(&[BOTH, ("mcp-session-id", &living)], &profile()).await.status, 200);
}

#[tokio::test]
async fn an_address_is_the_same_with_and_without_its_last_slash() {
    let served = Served::start(&[]).await;
    let listed = served.send("POST /mcp/", &[BOTH], message("tools/list", json!({})).to_string().as_bytes()).await;
    assert_eq!(listed.status, 200, "{listed:?}");
    let nobody = served.send("POST /mcp/", &[BOTH, ("authorization", LEFT_OUT)], b"{}").await;
    assert!(nobody.status == 401 && nobody.header("www-authenticate").starts_with("Bearer "), "{nobody:?}");
    assert_eq!(served.send("GET /health/?probe", &[], b"").await.json()["ok"], json!(true));
    assert_eq!(served.send("GET /", &[], b"").await.status, 404);
    assert_eq!(served.send("GET //", &[], b"").await.status, 404);
}

#[tokio::test]
async fn whoever_brings_nothing_made_no_error_and_whoever_brings_two_keys_is_refused() {
    let served = Served::start(&[]).await;
    for nothing in [LEFT_OUT, "Basic YTpi"] {
        let told = served.post(&[BOTH, ("authorization", nothing)], &profile()).await;
        assert_eq!((told.status, told.header("www-authenticate")), (401, "Bearer realm=\"infini-mcp\""));
    }
    let wrong = served.post(&[BOTH, ("authorization", "Bearer wrong")], &profile()).await;
    assert!(wrong.header("www-authenticate").contains("error=\"invalid_token\""), "{wrong:?}");
    let right = format!("Bearer {TOKEN}");
    for second in [right.as_str(), "Bearer another", "Basic YTpi"] {
        let both = [BOTH, ("authorization", right.as_str()), ("authorization", second)];
        assert_eq!(served.post(&both, &profile()).await.refusal(), (400, "bad_header".to_owned()));
    }
}

#[tokio::test]
async fn a_compressed_body_is_read_within_the_limit_and_a_mark_before_the_text_is_none_of_it() {
    let served = Served::start(&[]).await;
    let zipped = |text: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    };
    let text = profile().to_string();
    let gzip = ("content-encoding", "gzip");
    let marked = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
    for (headers, body) in [
        (vec![BOTH], marked.clone()),
        (vec![BOTH, gzip], zipped(text.as_bytes())),
        (vec![BOTH, gzip], zipped(&marked)),
        (vec![BOTH, ("content-encoding", "identity")], text.clone().into_bytes()),
    ] {
        let answer = served.send("POST /mcp", &headers, &body).await;
        assert_eq!(answer.message()["result"]["isError"], json!(false), "{headers:?} {answer:?}");
    }
    let grows = format!("{text}{}", " ".repeat(40 << 20));
    let told = served.send("POST /mcp", &[BOTH, gzip], &zipped(grows.as_bytes())).await;
    assert_eq!(told.refusal(), (413, "body_too_large".to_owned()));
    assert_eq!(served.send("POST /mcp", &[BOTH, gzip], text.as_bytes()).await.refusal(), (400, "bad_body".to_owned()));
    let unknown = served.send("POST /mcp", &[BOTH, ("content-encoding", "br")], text.as_bytes()).await;
    assert_eq!(unknown.refusal(), (415, "unsupported_encoding".to_owned()));
    assert_eq!(unknown.header("accept-encoding"), "gzip, deflate");
    let broken = served.send("POST /mcp", &[BOTH, gzip], &zipped(b"{ not json")).await;
    assert_eq!(broken.json()["error"]["code"], json!(-32700));
}

#[tokio::test]
async fn probes_are_answered_under_any_host_or_none_and_nothing_else_is() {
    let served = Served::start(&[("MCP_ALLOWED_HOSTS", "mcp.example.com")]).await;
    for path in ["/health", "/ready"] {
        for host in ["10.1.2.3:8080", "evil.example", "", LEFT_OUT] {
            let answer = served.send(&format!("GET {path}"), &[("host", host)], b"").await;
            assert_eq!(answer.status, 200, "{path} {host:?}: {answer:?}");
        }
        let old = served.say(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes()).await;
        assert_eq!(old.status, 200, "{old:?}");
        let head = served.send(&format!("HEAD {path}"), &[("host", "10.1.2.3")], b"").await;
        assert_eq!(head.status, 200);
        let page = served.send(&format!("GET {path}"), &[("origin", "https://evil.example")], b"").await;
        assert_eq!(page.refusal(), (403, "origin_not_allowed".to_owned()));
    }
    let elsewhere = served.send("POST /mcp", &[BOTH, ("host", "10.1.2.3:8080")], b"{}").await;
    assert_eq!(elsewhere.refusal(), (403, "host_not_allowed".to_owned()));
    let old = served.say(b"GET /nowhere HTTP/1.0\r\n\r\n").await;
    assert_eq!(old.refusal(), (400, "bad_header".to_owned()));
}

#[tokio::test]
async fn hosts_and_origins_may_be_patterns() {
    let served = Served::start(&[
        ("MCP_ALLOWED_HOSTS", "*.example.com,10.0.0.0/8"),
        ("MCP_ALLOWED_ORIGINS", "https://*.example.com,vscode-webview://*"),
    ])
    .await;
    for (host, origin, status) in [
        ("mcp.example.com", LEFT_OUT, 200),
        ("10.20.30.40:3000", LEFT_OUT, 200),
        ("example.com", LEFT_OUT, 403),
        ("11.0.0.1", LEFT_OUT, 403),
        ("mcp.example.com", "https://app.example.com", 200),
        ("mcp.example.com", "vscode-webview://1a2b3c", 200),
        ("mcp.example.com", "https://example.com.evil.example", 403),
        ("mcp.example.com", "null", 403),
    ] {
        let answer = served.post(&[BOTH, ("host", host), ("origin", origin)], &profile()).await;
        assert_eq!(answer.status, status, "{host} {origin:?}: {answer:?}");
    }
}
