//! The second door: the server over HTTP, as a client of the stateless era sees it.

use std::sync::Arc;

use infini_mcp::config::Sources;
use infini_mcp::server::{Endpoint, Handler, serve_http};
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::door::Door;

const TOKEN: &str = "a-bearer-of-the-tests";
const QUOTE: &str = "AN2600456";
const OTHER_QUOTE: &str = "AN2600444";

/// A served sandbox with a client.
struct Served {
    door: Arc<Door>,
    url: String,
    http: reqwest::Client,
    stop: CancellationToken,
}

impl Served {
    async fn start(settings: &[(&str, &str)]) -> Self {
        let door = Arc::new(Door::with(settings).await);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        let http = Sources::of([("MCP_AUTH_TOKEN", TOKEN), ("MCP_TRANSPORT", "http")]).settings().unwrap().http;
        let endpoint = Endpoint::new(http, door.app.clone());
        let routes = endpoint.routes(Handler::new(door.app.clone()));
        tokio::spawn(serve_http(listener, routes, endpoint, stop.clone().cancelled_owned()));
        Self { door, url, http: reqwest::Client::new(), stop }
    }

    fn headers(method: &str, name: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let mut set = |name: &'static str, value: &str| headers.insert(name, HeaderValue::from_str(value).unwrap());
        set("authorization", &format!("Bearer {TOKEN}"));
        set("accept", "application/json, text/event-stream");
        set("mcp-protocol-version", "2026-07-28");
        set("mcp-method", method);
        if let Some(name) = name {
            set("mcp-name", name);
        }
        headers
    }

    async fn post(&self, headers: HeaderMap, body: String) -> Response {
        let request = self.http.post(format!("{}/mcp", self.url)).headers(headers);
        request.header("content-type", "application/json").body(body).send().await.unwrap()
    }

    /// One request; `capabilities` is what the client declares, `more` is merged into the parameters.
    async fn request(&self, method: &str, capabilities: Value, more: Value) -> Value {
        let mut params = json!({ "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": capabilities,
        } });
        params.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        let name = params["name"].as_str().map(str::to_owned);
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
        let answer = self.post(Self::headers(method, name.as_deref()), body).await;
        answer.json().await.unwrap()
    }

    async fn call(&self, capabilities: Value, more: Value) -> Value {
        self.request("tools/call", capabilities, more).await["result"].clone()
    }

    async fn purchases(&self) -> Value {
        self.door.ledger().await["purchases"]["count"].clone()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn accept(number: &str) -> Value {
    json!({ "name": "infinigate_accept_quote", "arguments": { "document_number": number, "accepted_by": "buyer@example.com" } })
}

fn answered(asked: &Value, action: &str, content: Value, number: &str) -> Value {
    let mut call = accept(number);
    call["requestState"] = asked["requestState"].clone();
    call["inputResponses"] = json!({ "confirm": { "action": action, "content": content } });
    call
}

fn error_of(result: &Value) -> Value {
    assert_eq!(result["isError"], json!(true), "{result:#}");
    serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn a_purchase_happens_once_and_only_after_a_yes_to_exactly_it() {
    let served = Served::start(&[]).await;
    let forms = json!({ "elicitation": { "form": {} } });
    let asked = served.call(forms.clone(), accept(QUOTE)).await;
    assert_eq!(asked["resultType"], json!("input_required"), "{asked:#}");
    let message = asked["inputRequests"]["confirm"]["params"]["message"].as_str().unwrap();
    assert!(message.contains(QUOTE) && message.contains("147.33 EUR"), "{message}");

    // The yes counts for no other quote, and only a yes is one.
    let elsewhere =
        served.call(forms.clone(), answered(&asked, "accept", json!({ "confirm": true }), OTHER_QUOTE)).await;
    assert_eq!(error_of(&elsewhere)["code"], json!("confirmation_required"));
    for (action, content, code) in [
        ("decline", json!({}), "confirmation_declined"),
        ("cancel", json!(null), "confirmation_dismissed"),
        ("accept", json!({ "confirm": false }), "confirmation_unticked"),
        ("accept", json!({}), "confirmation_unticked"),
        ("accept", json!(null), "confirmation_unticked"),
        ("later", json!({}), "confirmation_not_shown"),
    ] {
        let refused = served.call(forms.clone(), answered(&asked, action, content, QUOTE)).await;
        assert_eq!(error_of(&refused)["code"], json!(code));
    }
    assert_eq!(served.purchases().await, json!(0));

    let yes = answered(&asked, "accept", json!({ "confirm": true }), QUOTE);
    let bought = served.call(forms.clone(), yes.clone()).await;
    assert_eq!(bought["isError"], json!(false), "{bought:#}");
    assert_eq!(served.purchases().await, json!(1));
    // The answer was lost on its way: the same message again is answered with it, and buys nothing.
    let again = served.call(forms, yes).await;
    assert_eq!(again["structuredContent"]["document_guid"], bought["structuredContent"]["document_guid"], "{again:#}");
    assert!(again["structuredContent"]["notes"][0].as_str().unwrap().contains("recorded"), "{again:#}");
    assert_eq!(served.purchases().await, json!(1));
}

#[tokio::test]
async fn sixteen_yeses_at_once_buy_once() {
    let served = Served::start(&[]).await;
    let forms = json!({ "elicitation": {} });
    let asked = served.call(forms.clone(), accept(QUOTE)).await;
    let yes = answered(&asked, "accept", json!({ "confirm": true }), QUOTE);
    let results = futures::future::join_all((0..16).map(|_| served.call(forms.clone(), yes.clone()))).await;
    let is_new =
        |result: &&Value| result["isError"] == json!(false) && result["structuredContent"].get("notes").is_none();
    assert_eq!(results.iter().filter(is_new).count(), 1, "{results:#?}");
    assert!(results.iter().all(|result| !result.to_string().contains("Nothing was done.")), "{results:#?}");
    assert_eq!(served.purchases().await, json!(1));
}

#[tokio::test]
async fn a_client_that_cannot_be_asked_repeats_the_call_with_the_token_or_is_refused_as_the_operator_says() {
    let served = Served::start(&[]).await;
    let asked = error_of(&served.call(json!({}), accept(QUOTE)).await);
    assert_eq!(asked["code"], json!("confirmation_required"));
    let mut again = accept(QUOTE);
    again["arguments"]["confirmation_token"] = asked["confirmation_token"].clone();
    assert_eq!(served.call(json!({}), again.clone()).await["isError"], json!(false));
    let lost = served.call(json!({}), again).await;
    assert!(lost["structuredContent"]["notes"][0].as_str().unwrap().contains("recorded"), "{lost:#}");
    assert_eq!(served.purchases().await, json!(1));

    let strict = Served::start(&[("CONFIRM_FALLBACK", "refuse")]).await;
    let refused = strict.request("tools/call", json!({}), accept(QUOTE)).await;
    assert_eq!(refused["error"]["code"], json!(-32021), "{refused:#}");
    assert!(refused["error"]["data"]["requiredCapabilities"]["elicitation"].is_object());
    // A state that was sealed for a form is no token.
    let form = strict.call(json!({ "elicitation": {} }), accept(QUOTE)).await;
    let mut smuggled = accept(QUOTE);
    smuggled["arguments"]["confirmation_token"] = form["requestState"].clone();
    let smuggled = strict.call(json!({ "elicitation": {} }), smuggled).await;
    assert_eq!(error_of(&smuggled)["code"], json!("confirmation_required"));
    assert_eq!(strict.purchases().await, json!(0));
}

#[tokio::test]
async fn lists_and_results_say_who_made_them_and_how_long_they_hold() {
    let served = Served::start(&[]).await;
    let discovered = served.request("server/discover", json!({}), json!({})).await["result"].clone();
    assert!(
        discovered["ttlMs"].as_u64().is_some_and(|ttl| ttl > 0) && discovered["cacheScope"] == json!("private"),
        "{discovered:#}"
    );
    assert!(discovered["instructions"].as_str().is_some_and(|text| !text.is_empty() && text.len() <= 2_000));
    let listed = served.request("tools/list", json!({}), json!({})).await["result"].clone();
    assert!(listed["ttlMs"].as_u64().is_some_and(|ttl| ttl > 0));
    assert!(listed["tools"].as_array().is_some_and(|tools| tools.len() >= 8));
    let result = served.call(json!({}), json!({ "name": "infinity_get_profile", "arguments": {} })).await;
    let maker = &result["_meta"]["io.modelcontextprotocol/serverInfo"];
    assert_eq!(maker["name"], json!("infini-mcp"), "{result:#}");
    // The server is a crate of its own and cannot read these of the program.
    assert_eq!(maker["version"], json!(env!("CARGO_PKG_VERSION")), "{result:#}");
    assert_eq!(maker["description"], json!(env!("CARGO_PKG_DESCRIPTION")), "{result:#}");
}

#[tokio::test]
async fn only_known_callers_hosts_and_origins_come_in() {
    let served = Served::start(&[]).await;
    let ping = || json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {} }).to_string();
    let with = |change: fn(&mut HeaderMap)| {
        let mut headers = Served::headers("tools/list", None);
        change(&mut headers);
        headers
    };
    let set = |name: &'static str, value: &'static str| (name, HeaderValue::from_static(value));
    let cases: [(HeaderMap, StatusCode, &str); 5] = [
        (with(|headers| drop(headers.remove("authorization"))), StatusCode::UNAUTHORIZED, "unauthenticated"),
        (
            HeaderMap::from_iter([("authorization".parse().unwrap(), HeaderValue::from_static("Bearer wrong"))]),
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
        ),
        (
            HeaderMap::from_iter([("host".parse().unwrap(), set("host", "evil.example").1)]),
            StatusCode::FORBIDDEN,
            "host_not_allowed",
        ),
        (
            with(|headers| drop(headers.insert("origin", HeaderValue::from_static("https://evil.example")))),
            StatusCode::FORBIDDEN,
            "origin_not_allowed",
        ),
        (
            with(|headers| drop(headers.insert("origin", HeaderValue::from_static("null")))),
            StatusCode::FORBIDDEN,
            "origin_not_allowed",
        ),
    ];
    for (headers, status, code) in cases {
        let answer = served.post(headers, ping()).await;
        assert_eq!(answer.status(), status);
        if status == StatusCode::UNAUTHORIZED {
            assert!(answer.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer "));
        }
        assert_eq!(answer.json::<Value>().await.unwrap()["code"], json!(code));
    }
    let health = served.http.get(format!("{}/health", served.url)).send().await.unwrap();
    assert_eq!(health.json::<Value>().await.unwrap()["ok"], json!(true));
    let elsewhere = served.http.get(format!("{}/admin", served.url)).send().await.unwrap();
    assert_eq!(elsewhere.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn bad_requests_get_an_answer_and_leave_the_server_serving() {
    let served = Served::start(&[]).await;
    let headers = || Served::headers("tools/call", Some("infinity_get_profile"));
    let large = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "infinity_get_profile", "arguments": { "x": "y".repeat(3 << 20) } } });
    assert_eq!(served.post(headers(), large.to_string()).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(served.post(headers(), "{ not json".into()).await.status().is_client_error());
    let unknown =
        served.request("tools/call", json!({}), json!({ "name": "infinigate_get_qoute", "arguments": {} })).await;
    assert_eq!(unknown["error"]["code"], json!(-32602));
    assert!(unknown["error"]["message"].as_str().unwrap().contains("infinigate_get_quote"), "{unknown:#}");
    let wrong = served
        .call(json!({}), json!({ "name": "infinigate_get_quote", "arguments": { "documnet_number": "AN1" } }))
        .await;
    let wrong = error_of(&wrong);
    assert_eq!(wrong["code"], json!("invalid_arguments"));
    assert!(wrong["message"].as_str().unwrap().contains("did you mean `document_number`"), "{wrong:#}");
    let good = served.call(json!({}), json!({ "name": "infinity_get_profile", "arguments": {} })).await;
    assert_eq!(good["isError"], json!(false), "{good:#}");
}

/// A weight makes the same request one that the library answers.
#[tokio::test]
async fn a_plain_read_is_answered_as_the_library_answers_it() {
    let served = Served::start(&[("INFINITY_API_TOKEN", "")]).await;
    let answer = async |accept: &'static str, name: &str, arguments: &Value| {
        let mut headers = Served::headers("tools/call", Some(name));
        headers.insert("accept", HeaderValue::from_static(accept));
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let params = json!({ "name": name, "arguments": arguments, "_meta": meta });
        let body = json!({ "jsonrpc": "2.0", "id": "a", "method": "tools/call", "params": params });
        let answer = served.post(headers, body.to_string()).await;
        let mut headers = answer.headers().clone();
        headers.remove("date");
        (answer.status(), headers, without_request_id(answer.text().await.unwrap()))
    };
    for (name, arguments, says) in [
        ("infinigate_get_quote", json!({ "document_number": QUOTE }), "\"isError\":false"),
        (
            "infinigate_get_quote",
            json!({ "document_number": QUOTE, "response_format": "markdown" }),
            "\"isError\":false",
        ),
        ("infinigate_get_quote", json!({ "document_number": "AN2699999" }), "not_found"),
        ("infinigate_get_quote", json!({ "documnet_number": QUOTE }), "invalid_arguments"),
        ("infinigate_get_quote", json!({}), "invalid_arguments"),
        ("infinity_list_boards", json!({}), "not_configured"),
    ] {
        let short = answer("application/json, text/event-stream", name, &arguments).await;
        let long = answer("application/json;q=1, text/event-stream", name, &arguments).await;
        assert_eq!(short, long);
        assert!(short.2.contains(says), "{}", short.2);
    }
}

fn without_request_id(text: String) -> String {
    let Some((before, after)) = text.split_once("request_id") else { return text };
    let end = after.find([',', '}']).unwrap();
    format!("{before}{}", &after[end..])
}

#[tokio::test]
async fn a_client_that_goes_away_takes_its_upstream_request_with_it() {
    let served = Served::start(&[]).await;
    served.door.fault(json!({ "infinigate.latency_ms": 20_000 })).await;
    let call =
        served.call(json!({}), json!({ "name": "infinigate_get_quote", "arguments": { "document_number": QUOTE } }));
    assert!(tokio::time::timeout(std::time::Duration::from_millis(500), call).await.is_err(), "upstream is slow");
    // Dropping the request closed the connection; the call under way ends long before upstream would have answered.
    served.door.app.calls.close();
    tokio::time::timeout(std::time::Duration::from_secs(5), served.door.app.calls.wait())
        .await
        .expect("the call was cancelled");
}

#[tokio::test]
async fn a_server_that_is_asked_to_stop_finishes_the_call_under_way_and_takes_no_more() {
    let served = Served::start(&[]).await;
    served.door.fault(json!({ "infinigate.latency_ms": 300 })).await;
    let quote = json!({ "name": "infinigate_get_quote", "arguments": { "document_number": QUOTE } });
    let calls = served.door.app.calls.clone();
    let stop_meanwhile = async {
        while calls.is_empty() {
            tokio::task::yield_now().await;
        }
        served.stop.cancel();
    };
    let (result, ()) = tokio::join!(served.call(json!({}), quote), stop_meanwhile);
    assert_eq!(result["isError"], json!(false), "{result:#}");
    calls.close();
    calls.wait().await;
    let later = served.http.get(format!("{}/health", served.url)).send().await;
    assert!(later.is_err(), "the listener is closed");
}

#[tokio::test]
async fn without_credentials_a_tool_says_what_to_set() {
    let served = Served::start(&[("INFINITY_API_TOKEN", "")]).await;
    let refused = served.call(json!({}), json!({ "name": "infinity_get_profile", "arguments": {} })).await;
    assert_eq!(error_of(&refused)["code"], json!("not_configured"));
}
