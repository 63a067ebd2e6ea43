//! The second door, used as a client does that shares one session among several chats: every request has the same id.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use infini_mcp::config::Sources;
use infini_mcp::server::{Endpoint, Handler, serve_http};
use reqwest::Response;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::door::Door;

const TOKEN: &str = "a-bearer-of-the-tests";
const QUOTES: [&str; 2] = ["AN2600456", "AN2600444"];
const UNTOUCHED: &str = "AN2600463";
const PATIENCE: Duration = Duration::from_secs(60);

/// A served sandbox with one session of the `initialize` era, in which a person can be asked.
struct Shared {
    door: Door,
    url: String,
    http: reqwest::Client,
    session: String,
    stop: CancellationToken,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// What a stream brings, event by event.
struct Events {
    response: Response,
    text: String,
}

impl Events {
    /// The next message, or nothing once the stream has ended.
    async fn next(&mut self) -> Option<Value> {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let data = event.lines().find_map(|line| line.strip_prefix("data: ")).map(str::to_owned);
                self.text = rest.to_owned();
                if let Some(data) = data.filter(|data| !data.is_empty()) {
                    return Some(serde_json::from_str(&data).unwrap());
                }
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await.expect("an event in time").unwrap()?;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next message that is no progress; progress is told under the client's own token.
    async fn next_but_progress(&mut self) -> Option<Value> {
        loop {
            let message = self.next().await?;
            if message["method"] != json!("notifications/progress") {
                return Some(message);
            }
            assert_eq!(message["params"]["progressToken"], json!(1), "{message:#}");
        }
    }

    /// The one answer, after which the stream ends.
    async fn answer(mut self) -> Value {
        let answer = self.next_but_progress().await.expect("an answer");
        assert_eq!(answer["id"], json!(1), "{answer:#}");
        assert_eq!(self.next().await, None, "one request, one answer");
        answer
    }
}

impl Shared {
    async fn open() -> Self {
        let door = Door::with(&[]).await;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/mcp", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        let settings = Sources::of([
            ("MCP_AUTH_TOKEN", TOKEN),
            ("MCP_TRANSPORT", "http"),
            ("MCP_MAX_CONCURRENT_CALLS", "64"),
            ("MCP_RATE_LIMIT_PER_MINUTE", "0"),
        ]);
        let endpoint = Endpoint::new(settings.settings().unwrap().http, door.app.clone());
        let routes = endpoint.routes(Handler::new(door.app.clone()));
        tokio::spawn(serve_http(listener, routes, endpoint, stop.clone().cancelled_owned()));
        let mut shared = Self { door, url, http: reqwest::Client::new(), session: String::new(), stop };
        let client = json!({ "name": "test", "version": "1" });
        let params =
            json!({ "protocolVersion": "2025-11-25", "capabilities": { "elicitation": {} }, "clientInfo": client });
        let begun = shared.post(request("initialize", params)).await;
        shared.session = begun.headers()["mcp-session-id"].to_str().unwrap().to_owned();
        shared.say(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
        shared
    }

    fn headers(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        let request = request.bearer_auth(TOKEN).header("accept", "application/json, text/event-stream");
        if self.session.is_empty() {
            return request;
        }
        request.header("mcp-session-id", &self.session).header("mcp-protocol-version", "2025-11-25")
    }

    async fn post(&self, message: Value) -> Response {
        let request = self.headers(self.http.post(&self.url)).header("content-type", "application/json");
        request.body(message.to_string()).send().await.unwrap()
    }

    /// Sends what gets no answer.
    async fn say(&self, message: Value) {
        assert_eq!(self.post(message).await.status(), 202);
    }

    async fn call(&self, tool: &str, arguments: Value) -> Events {
        let params = json!({ "name": tool, "arguments": arguments, "_meta": { "progressToken": 1 } });
        Events { response: self.post(request("tools/call", params)).await, text: String::new() }
    }

    /// A call that asks; gives the id of the question, which must be about this call.
    async fn ask(&self, number: &str) -> (Events, Value) {
        let arguments = json!({ "document_number": number, "accepted_by": "buyer@example.com" });
        let mut events = self.call("infinigate_accept_quote", arguments).await;
        let question = events.next_but_progress().await.expect("a question");
        assert_eq!(question["method"], json!("elicitation/create"), "{question:#}");
        assert!(question["params"]["message"].as_str().unwrap().contains(number), "{question:#}");
        (events, question["id"].clone())
    }

    async fn cancel(&self) {
        self.say(json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 1 } })).await;
    }
}

fn request(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })
}

fn error_of(answer: &Value) -> Value {
    assert_eq!(answer["result"]["isError"], json!(true), "{answer:#}");
    serde_json::from_str(answer["result"]["content"][0]["text"].as_str().unwrap()).unwrap()
}

/// One request of a chat, and whether its answer is its own.
async fn chat(shared: &Shared, number: usize) {
    let quote = QUOTES[number % 2];
    match number % 5 {
        0 | 1 => {
            let answer = shared.call("infinigate_get_quote", json!({ "document_number": quote })).await.answer().await;
            assert_eq!(answer["result"]["structuredContent"]["document_number"], json!(quote), "{answer:#}");
        }
        2 => {
            let unknown = format!("infinigate_no_such_{number}");
            let answer = shared.call(&unknown, json!({})).await.answer().await;
            let told = answer["error"]["message"].as_str().unwrap();
            assert!(told.contains(&format!("`{unknown}`")), "{answer:#}");
        }
        3 => {
            let arguments = json!({ format!("no_such_{number}"): 1 });
            let answer = shared.call("infinity_get_profile", arguments).await.answer().await;
            assert_eq!(error_of(&answer)["fields"], json!([format!("no_such_{number}")]), "{answer:#}");
        }
        _ => shared.cancel().await,
    }
}

#[tokio::test]
async fn fifty_overlapping_requests_of_one_id_get_each_its_own_answer_question_and_end() {
    let shared = Arc::new(Shared::open().await);
    let standalone = shared.headers(shared.http.get(&shared.url)).send().await.unwrap();
    assert_eq!(standalone.status(), 200);

    // Questions of three chats stay open while fifty other requests come and go.
    let asked = join_all((0..6).map(|number| shared.ask(QUOTES[number % 2]))).await;
    let chats = (0..3).map(|chat_number| {
        let shared = shared.clone();
        let mine = (0..50).filter(move |number| number % 3 == chat_number);
        tokio::spawn(async move { join_all(mine.map(|number| chat(&shared, number))).await })
    });
    for ended in join_all(chats).await {
        ended.unwrap();
    }

    // The answers to the questions come the other way round, and each ends its own call: the first are bought, the rest not.
    let (last, first) = asked.into_iter().enumerate().rev().partition::<Vec<_>, _>(|(number, _)| *number > 1);
    for (number, (events, id)) in last {
        shared.say(json!({ "jsonrpc": "2.0", "id": id, "result": { "action": "decline" } })).await;
        let code = error_of(&events.answer().await)["code"].clone();
        assert_eq!(code, json!("confirmation_declined"), "{number}");
    }
    for (number, (events, id)) in first {
        let yes = json!({ "action": "accept", "content": { "confirm": true } });
        shared.say(json!({ "jsonrpc": "2.0", "id": id, "result": yes })).await;
        let answer = events.answer().await;
        let bought = answer["result"]["structuredContent"].to_string();
        assert!(bought.contains(QUOTES[number]) && !bought.contains(QUOTES[1 - number]), "{answer:#}");
    }
    assert_eq!(shared.door.ledger().await["purchases"]["count"], json!(2));

    // Alone under way, it is what a cancellation means.
    let (mut events, _) = shared.ask(UNTOUCHED).await;
    shared.cancel().await;
    assert_eq!(events.next_but_progress().await, None, "what is cancelled gets no answer");
    let answer = shared.call("infinigate_get_quote", json!({ "document_number": QUOTES[0] })).await.answer().await;
    assert_eq!(answer["result"]["structuredContent"]["document_number"], json!(QUOTES[0]));

    // Nothing of all this went to the stream that belongs to no request.
    let session = shared.headers(shared.http.delete(&shared.url)).send().await.unwrap();
    assert!(session.status().is_success());
    assert_eq!(Events { response: standalone, text: String::new() }.next().await, None);
}

#[tokio::test]
async fn over_http_a_message_that_is_none_is_told_what_is_wrong_under_its_id() {
    let mut shared = Shared::open().await;
    for (message, status, code, says) in [
        (
            json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "arguments": {} } }),
            200,
            -32602,
            "name",
        ),
        (json!({ "jsonrpc": "2.0", "id": 1.5, "method": "ping" }), 400, -32600, "`id`"),
        (json!({ "jsonrpc": "1.0", "id": 1, "method": "ping" }), 400, -32600, "`jsonrpc`"),
    ] {
        let answer = shared.post(message.clone()).await;
        assert_eq!(answer.status(), status, "{message}");
        let answer: Value = answer.json().await.unwrap();
        assert_eq!((&answer["id"], &answer["error"]["code"]), (&message["id"], &json!(code)), "{answer:#}");
        assert!(answer["error"]["message"].as_str().unwrap().contains(says), "{answer:#}");
    }
    // What is an empty object elsewhere is an empty list in PHP.
    let answer = shared.call("infinity_get_profile", json!([])).await.answer().await;
    assert_eq!(answer["result"]["isError"], json!(false), "{answer:#}");
    shared.session.clear();
    let client = json!({ "name": "php", "version": "1" });
    let initialize = |client: Value| json!({ "protocolVersion": "2025-06-18", "capabilities": { "experimental": [] }, "clientInfo": client });
    let begun = shared.post(request("initialize", initialize(client))).await;
    assert!(begun.headers().contains_key("mcp-session-id"));
    let refused: Value =
        shared.post(request("initialize", initialize(json!({ "name": "a" })))).await.json().await.unwrap();
    assert_eq!(refused["error"]["code"], json!(-32602));
    assert!(refused["error"]["message"].as_str().unwrap().contains("`version`"), "{refused:#}");
}

#[tokio::test]
async fn fifty_overlapping_requests_of_one_id_in_the_stateless_era_are_strangers_to_each_other() {
    let mut shared = Shared::open().await;
    shared.session.clear();
    let shared = &shared;
    let ask = |number: usize| async move {
        // Of two ways through the server, the reads take one and the calls that ask the other.
        let (name, quote) = (["infinigate_get_quote", "infinigate_accept_quote"][number / 2 % 2], QUOTES[number % 2]);
        let mut arguments = json!({ "document_number": quote });
        if name == "infinigate_accept_quote" {
            arguments["accepted_by"] = json!("buyer@example.com");
        }
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": { "elicitation": {} },
        });
        let params = json!({ "name": name, "arguments": arguments, "_meta": meta });
        let sent = shared.headers(shared.http.post(&shared.url)).header("content-type", "application/json");
        let sent = sent.header("mcp-protocol-version", "2026-07-28").header("mcp-method", "tools/call");
        let answer = sent.header("mcp-name", name).body(request("tools/call", params).to_string()).send();
        let answer: Value = answer.await.unwrap().json().await.unwrap();
        assert_eq!(answer["id"], json!(1));
        let result = &answer["result"];
        if name == "infinigate_get_quote" {
            assert_eq!(result["structuredContent"]["document_number"], json!(quote), "{answer:#}");
        } else {
            let question = result["inputRequests"]["confirm"]["params"]["message"].as_str().unwrap();
            assert!(question.contains(quote), "{answer:#}");
        }
    };
    join_all((0..50).map(ask)).await;
}
