//! Sessions as several callers and processes use them.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use rmcp::ServerHandler;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use serde_json::Value;

use super::*;

#[derive(Clone)]
struct Nothing;
impl ServerHandler for Nothing {}

/// A process that serves sessions from `store`; each request says itself who sends it.
struct Process {
    sessions: Arc<Sessions>,
    service: StreamableHttpService<Nothing, Sessions>,
}

impl Process {
    fn new(most: usize, store: &Arc<Store>) -> Self {
        let sessions = Arc::new(Sessions::new(most, 100, store.clone()));
        let mut config = StreamableHttpServerConfig::default();
        config.session_store = Some(sessions.clone());
        Self { service: StreamableHttpService::new(|| Ok(Nothing), sessions.clone(), config), sessions }
    }

    async fn send(&self, method: &str, caller: &str, session: Option<&str>, message: Value) -> Response {
        let mut request = Request::builder().method(method).uri("/mcp").header("host", "localhost");
        request = request.header("content-type", "application/json");
        request = request.header("accept", "application/json, text/event-stream");
        if let Some(id) = session {
            request = request.header("mcp-session-id", id).header("mcp-protocol-version", "2025-11-25");
        }
        let request = request.body(Body::from(message.to_string())).unwrap();
        let envelope = Envelope::of(request.method(), message.to_string().as_bytes());
        if let Err(refusal) = self.sessions.admit(caller, request.headers(), &envelope).await {
            return *refusal;
        }
        let answer = async { self.service.handle(request).await.map(Body::new) };
        in_name_of(caller.into(), answer).await.unwrap_or_else(|| not_found(&envelope))
    }

    async fn begin(&self, caller: &str) -> String {
        let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" } });
        let message = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
        let response = self.send("POST", caller, None, message).await;
        let id = response.headers()["mcp-session-id"].to_str().unwrap().to_owned();
        let begun = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        assert_eq!(self.send("POST", caller, Some(&id), begun).await.status(), StatusCode::ACCEPTED);
        id
    }

    async fn list(&self, caller: &str, session: &str) -> Response {
        let message = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" });
        self.send("POST", caller, Some(session), message).await
    }

    async fn goes_on(&self, caller: &str, session: &str) -> bool {
        self.list(caller, session).await.status() == StatusCode::OK
    }
}

#[tokio::test]
async fn somebody_elses_session_is_answered_like_one_that_does_not_exist() {
    let store = Arc::new(Store::in_memory("one"));
    let process = Process::new(10, &store);
    let id = process.begin("ana").await;
    let nobodys = uuid::Uuid::new_v4().to_string();
    let answer = json!({ "jsonrpc": "2.0", "id": 0, "result": { "action": "accept" } });
    for (method, message) in [("POST", answer.clone()), ("GET", json!({})), ("DELETE", json!({}))] {
        let mut told = Vec::new();
        for session in [&id, &nobodys] {
            let response = process.send(method, "bob", Some(session), message.clone()).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{method}");
            told.push(to_bytes(response.into_body(), 10_000).await.unwrap());
        }
        assert_eq!(told[0], told[1], "{method}");
    }
    assert_eq!(process.list("bob", &id).await.status(), StatusCode::NOT_FOUND);
    assert!(process.goes_on("ana", &id).await);
    assert_eq!(process.send("DELETE", "ana", Some(&id), json!({})).await.status(), StatusCode::ACCEPTED);
    assert!(!process.goes_on("ana", &id).await, "ended is ended, in the state too");
}

#[tokio::test]
async fn a_session_goes_on_in_another_process_for_its_owner_alone() {
    let store = Arc::new(Store::in_memory("one"));
    let id = Process::new(10, &store).begin("ana").await;
    let after = Process::new(10, &store);
    assert!(!after.goes_on("bob", &id).await);
    let (one, stranger, other) =
        tokio::join!(after.goes_on("ana", &id), after.goes_on("bob", &id), after.goes_on("ana", &id));
    assert_eq!((one, stranger, other), (true, false, true), "also while it is being taken up");
    assert!(!after.goes_on("bob", &id).await && after.goes_on("ana", &id).await);
    let elsewhere = Process::new(10, &store);
    assert_eq!(elsewhere.send("DELETE", "bob", Some(&id), json!({})).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(elsewhere.send("DELETE", "ana", Some(&id), json!({})).await.status(), StatusCode::ACCEPTED);
    assert!(!Process::new(10, &store).goes_on("ana", &id).await);
}

#[tokio::test]
async fn the_greediest_caller_makes_room_and_loses_nothing() {
    let store = Arc::new(Store::in_memory("one"));
    let process = Process::new(3, &store);
    let bobs = process.begin("bob").await;
    let anas = [process.begin("ana").await, process.begin("ana").await, process.begin("ana").await];
    assert!(process.goes_on("bob", &bobs).await);
    for id in &anas {
        assert!(process.goes_on("ana", id).await, "it is taken up again from the state");
    }
}

#[tokio::test]
async fn nonsense_does_not_open_the_state() {
    let store = Arc::new(Store::new("sqlite:/proc/nowhere/state.db", "one"));
    let process = Process::new(10, &store);
    assert_eq!(process.list("ana", "nonsense").await.status(), StatusCode::NOT_FOUND);
    assert!(process.goes_on("ana", &process.begin("ana").await).await, "a session works without the state, too");
}
