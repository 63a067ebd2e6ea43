//! The sandbox as a whole: it refuses what the documents do not allow, and does wrong exactly as it is told.

use std::time::{Duration, Instant};

use infini_mcp::sandbox::contract::{Contract, Found};
use infini_mcp::sandbox::{self, INFINIGATE_API_KEY, INFINIGATE_CLIENT_ID, INFINIGATE_CLIENT_SECRET, Sandbox};
use reqwest::{Method, Response};
use serde_json::{Value, json};

/// A sandbox and someone who calls its Infinigate; every answer is held against the document.
pub(crate) struct Desk {
    pub(crate) sandbox: Sandbox,
    pub(crate) http: reqwest::Client,
    contract: Contract,
    token: String,
}

pub(crate) const INVOICES: &str = "/invoice-management/v2/purchaseinvoice";
pub(crate) const QUOTES: &str = "/order-management/v2/purchasequote";
pub(crate) const ACCEPT: &str = "/order-management/v2/purchasequote/acceptance";
pub(crate) const MANUFACTURERS: &str = "/product-management/v1/manufacturer";

impl Desk {
    pub(crate) async fn open() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sandbox = Sandbox::start(listener).await.unwrap();
        let mut desk = Self {
            sandbox,
            http: reqwest::Client::new(),
            contract: sandbox::infinigate_contract().unwrap(),
            token: String::new(),
        };
        desk.sign_in().await;
        desk
    }

    /// Fetches a fresh token for the calls to come.
    pub(crate) async fn sign_in(&mut self) {
        let (status, body) = self
            .ask_for_token(&[
                ("client_id", INFINIGATE_CLIENT_ID),
                ("client_secret", INFINIGATE_CLIENT_SECRET),
                ("grant_type", "client_credentials"),
            ])
            .await;
        assert_eq!(status, 200, "{body}");
        self.token = body["access_token"].as_str().unwrap().to_owned();
    }

    pub(crate) async fn ask_for_token(&self, form: &[(&str, &str)]) -> (u16, Value) {
        let url = format!("{}/authorization/token", self.sandbox.infinigate_url());
        let answer = self.http.post(url).header("API-KEY", INFINIGATE_API_KEY).form(form).send().await.unwrap();
        self.judged("POST", "/authorization/token", answer).await
    }

    /// A request with both credentials, not yet sent.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.sandbox.infinigate_url());
        self.http.request(method, url).header("API-KEY", INFINIGATE_API_KEY).bearer_auth(&self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        let answer = self.request(Method::GET, path).send().await.unwrap();
        self.judged("GET", path, answer).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let answer = self.request(Method::POST, path).json(body).send().await.unwrap();
        self.judged("POST", path, answer).await
    }

    /// Reads an answer and fails the test when the document does not allow it. No body reads as null.
    async fn judged(&self, method: &str, path: &str, answer: Response) -> (u16, Value) {
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        let body: Option<Value> = (!text.is_empty()).then(|| serde_json::from_str(&text).unwrap());
        let bare = path.split('?').next().unwrap();
        if let Found::Operation(operation, _, _) = self.contract.find(method, bare, |_, _| true) {
            let faults = self.contract.faults_of_answer(&operation.id, status, body.as_ref());
            assert_eq!(faults, Vec::<String>::new(), "{method} {path} answered {status} {text}");
        }
        (status, body.unwrap_or_default())
    }

    /// Sets faults and switches.
    pub(crate) async fn set(&self, faults: Value) {
        let answer = self.patch(&faults).await;
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    }

    async fn patch(&self, faults: &Value) -> Response {
        self.http.patch(format!("{}/faults", self.sandbox.control_url())).json(faults).send().await.unwrap()
    }

    async fn faults(&self) -> Value {
        self.http.get(format!("{}/faults", self.sandbox.control_url())).send().await.unwrap().json().await.unwrap()
    }

    pub(crate) async fn ledger(&self) -> Value {
        self.http.get(format!("{}/ledger", self.sandbox.control_url())).send().await.unwrap().json().await.unwrap()
    }

    /// How often an operation was called, and how often it took effect.
    pub(crate) async fn counts(&self, operation: &str) -> (u64, u64) {
        let ledger = self.ledger().await;
        let row = ledger["operations"].as_array().unwrap().iter().find(|row| row["operation"] == operation).cloned();
        row.map_or((0, 0), |row| (row["calls"].as_u64().unwrap(), row["effects"].as_u64().unwrap()))
    }

    pub(crate) async fn purchases(&self) -> Vec<Value> {
        self.ledger().await["purchases"]["list"].as_array().unwrap().clone()
    }
}

pub(crate) fn acceptance(number: &str, revision: i64) -> Value {
    json!({ "documentNumber": number, "documentRevision": revision, "acceptedByUserMail": "einkauf@nordlicht.example" })
}

#[tokio::test]
async fn both_services_list_their_faults_and_switches() {
    let faults = Desk::open().await.faults().await;
    for name in [
        "infinigate.latency_ms",
        "infinity.latency_ms",
        "infinigate.fail_next",
        "infinity.drift",
        "infinigate.orders_segment",
    ] {
        assert!(faults.get(name).is_some(), "{name} is missing in {faults}");
    }
}

#[tokio::test]
async fn an_unknown_fault_is_named_and_nothing_changes() {
    let desk = Desk::open().await;
    let before = desk.faults().await;
    for wrong in [
        json!({ "infinigate.latency_ms": 5, "infinigate.latncy": 1 }),
        json!({ "infinigate.count_shape": "object", "infinigate.sku_path": "plural" }),
        json!({ "infinigate.latency_ms": 5, "infinity.slow_body_ms": "long" }),
    ] {
        let answer = desk.patch(&wrong).await;
        assert_eq!(answer.status(), 400);
        let reason = answer.text().await.unwrap();
        assert!(["latncy", "sku_path", "slow_body_ms"].iter().any(|name| reason.contains(name)), "{reason}");
        assert_eq!(desk.faults().await, before);
    }
}

#[tokio::test]
async fn a_reset_puts_state_faults_and_ledger_back() {
    let mut desk = Desk::open().await;
    let before = desk.faults().await;
    desk.set(json!({ "infinigate.unknown_enum": true, "infinigate.count_shape": "object" })).await;
    assert_eq!(desk.post(ACCEPT, &acceptance("AN2600456", 2)).await.0, 200);
    let answer = desk.http.post(format!("{}/reset", desk.sandbox.control_url())).send().await.unwrap();
    assert_eq!(answer.status(), 204);
    assert_eq!(desk.faults().await, before);
    assert_eq!(
        desk.ledger().await,
        json!({ "operations": [], "purchases": { "count": 0, "list": [] }, "refused": [], "bodies": [] })
    );
    desk.sign_in().await;
    assert_eq!(desk.post(ACCEPT, &acceptance("AN2600456", 2)).await.0, 200);
}

#[tokio::test]
async fn what_the_document_does_not_allow_is_refused_with_the_reason_in_the_ledger() {
    let desk = Desk::open().await;
    let mut surplus = acceptance("AN2600456", 2);
    surplus["comment"] = json!("please");
    let missing = json!({ "documentNumber": "AN2600456", "documentRevision": 2 });
    let no_mail = json!({ "documentNumber": "AN2600456", "documentRevision": 2, "acceptedByUserMail": "me" });
    for (status, field) in [
        (desk.get(&format!("{INVOICES}?Take=10&Sort=asc")).await.0, "Sort"),
        (desk.get(&format!("{INVOICES}?Take=ten")).await.0, "Take"),
        (desk.get(&format!("{INVOICES}?Take=1&Take=2")).await.0, "Take"),
        (desk.get("/product-management/v1/pricelist/sku").await.0, "no"),
        (desk.get(&format!("{INVOICES}/not-a-guid")).await.0, "documentGuid"),
        (desk.post(ACCEPT, &surplus).await.0, "comment"),
        (desk.post(ACCEPT, &missing).await.0, "acceptedByUserMail"),
        (desk.post(ACCEPT, &no_mail).await.0, "acceptedByUserMail"),
    ] {
        assert_eq!(status, 400, "{field}");
        let ledger = desk.ledger().await;
        let problems: Vec<&Value> =
            ledger["refused"].as_array().unwrap().iter().flat_map(|one| one["problems"].as_array().unwrap()).collect();
        assert!(problems.iter().any(|problem| problem["field"] == field), "{field} is not in {problems:?}");
    }
    assert_eq!(desk.ledger().await["refused"].as_array().unwrap().len(), 8);
    assert_eq!(desk.counts("acceptPurchaseQuote").await, (3, 0));
}

#[tokio::test]
async fn a_body_of_another_media_type_or_none_is_refused() {
    let desk = Desk::open().await;
    let as_text = desk
        .request(Method::POST, ACCEPT)
        .header("content-type", "text/plain")
        .body(acceptance("AN2600456", 2).to_string());
    assert_eq!(as_text.send().await.unwrap().status(), 400);
    assert_eq!(desk.request(Method::POST, ACCEPT).send().await.unwrap().status(), 400);
    let broken =
        desk.request(Method::POST, ACCEPT).header("content-type", "application/json").body("{\"documentNumber\":");
    assert_eq!(broken.send().await.unwrap().status(), 400);
    assert_eq!(desk.request(Method::GET, INVOICES).json(&json!({})).send().await.unwrap().status(), 400);
    assert!(desk.purchases().await.is_empty());
}

#[tokio::test]
async fn a_failure_before_the_effect_leaves_no_effect_and_one_after_it_does() {
    let desk = Desk::open().await;
    desk.set(json!({ "infinigate.fail_next": { "status": 503, "retry_after": 7 } })).await;
    let answer = desk.request(Method::POST, ACCEPT).json(&acceptance("AN2600456", 2)).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (503, "7"));
    assert_eq!(desk.counts("acceptPurchaseQuote").await, (1, 0));
    desk.set(json!({ "infinigate.fail_next": { "status": 504, "after_effect": true } })).await;
    assert_eq!(desk.post(ACCEPT, &acceptance("AN2600456", 2)).await.0, 504);
    assert_eq!(desk.counts("acceptPurchaseQuote").await, (2, 1));
    assert_eq!(desk.purchases().await.len(), 1);
}

#[tokio::test]
async fn a_fault_may_name_its_operation_and_spares_the_token_request_otherwise() {
    let desk = Desk::open().await;
    let form = [
        ("client_id", INFINIGATE_CLIENT_ID),
        ("client_secret", INFINIGATE_CLIENT_SECRET),
        ("grant_type", "client_credentials"),
    ];
    desk.set(json!({ "infinigate.fail_next": { "status": 500, "count": 2, "operation": "listManufacturers" } })).await;
    assert_eq!(desk.get(INVOICES).await.0, 200);
    assert_eq!(desk.get(MANUFACTURERS).await.0, 500);
    assert_eq!(desk.get(MANUFACTURERS).await.0, 500);
    assert_eq!(desk.get(MANUFACTURERS).await.0, 200);
    desk.set(json!({ "infinigate.fail_next": { "status": 500 } })).await;
    assert_eq!(desk.ask_for_token(&form).await.0, 200);
    desk.set(json!({ "infinigate.fail_next": { "status": 500, "operation": "createToken" } })).await;
    assert_eq!(desk.ask_for_token(&form).await.0, 500);
}

#[tokio::test]
async fn a_reset_connection_gives_no_answer_at_all() {
    let desk = Desk::open().await;
    desk.set(json!({ "infinigate.reset_next": { "count": 1 } })).await;
    // A client may open a fresh connection and try again by itself; with a body that cannot be sent twice it does not.
    let accept = || {
        let body = reqwest::Body::wrap_stream(futures::stream::iter([Ok::<_, std::io::Error>(
            acceptance("AN2600456", 2).to_string(),
        )]));
        desk.request(Method::POST, ACCEPT).header("content-type", "application/json").body(body).send()
    };
    let error = accept().await.unwrap_err();
    assert!(error.is_request() && !error.is_connect(), "{error:?}");
    assert!(desk.purchases().await.is_empty());
    desk.set(json!({ "infinigate.reset_next": { "count": 1, "after_effect": true } })).await;
    assert!(accept().await.unwrap_err().is_request());
    assert_eq!(desk.purchases().await.len(), 1);
    assert_eq!(accept().await.unwrap().status(), 409);
}

#[tokio::test]
async fn bodies_come_as_web_pages_cut_or_short_when_told() {
    let desk = Desk::open().await;
    desk.set(json!({ "infinigate.html_next": 1, "infinigate.malformed_next": 1, "infinigate.truncate_next": { "count": 1 } })).await;
    let page = desk.request(Method::GET, INVOICES).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    let cut = desk.request(Method::GET, INVOICES).send().await.unwrap();
    assert_eq!(cut.status(), 200);
    assert!(serde_json::from_str::<Value>(&cut.text().await.unwrap()).is_err());
    let short = desk.request(Method::GET, INVOICES).send().await.unwrap();
    assert!(short.content_length().unwrap() > 1_000);
    assert!(short.text().await.is_err());
    assert_eq!(desk.get(INVOICES).await.0, 200);
}

#[tokio::test]
async fn latency_and_slow_bodies_take_their_time() {
    let desk = Desk::open().await;
    desk.set(json!({ "infinigate.latency_ms": 60, "infinigate.slow_body_ms": 80 })).await;
    let start = Instant::now();
    let answer = desk.request(Method::GET, MANUFACTURERS).send().await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(60));
    answer.bytes().await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(140));
}

#[tokio::test]
async fn answers_drift_where_told_and_nowhere_else() {
    let desk = Desk::open().await;
    desk.set(json!({ "infinigate.drift": [
        { "operation": "listPurchaseQuotes", "pointer": "/result/*/total", "set": "a lot" },
        { "operation": "listPurchaseQuotes", "pointer": "/count", "remove": true } ] }))
        .await;
    let body: Value = desk.request(Method::GET, QUOTES).send().await.unwrap().json().await.unwrap();
    assert!(body.get("count").is_none());
    assert!(body["result"].as_array().unwrap().iter().all(|row| row["total"] == "a lot"));
    assert!(desk.get(INVOICES).await.1["count"].is_number());
}

#[tokio::test]
async fn open_lists_of_values_grow_when_told() {
    let desk = Desk::open().await;
    desk.set(json!({ "infinigate.unknown_enum": true })).await;
    let (_, found) = desk.get("/product-management/v1/pricelist/search/firebox?Take=1").await;
    assert_eq!(found["result"][0]["productType"], "unheard_of");
    assert_eq!(found["result"][0]["sku"], "200417");
}

#[tokio::test]
async fn one_request_too_many_a_minute_is_told_when_to_come_back() {
    let desk = Desk::open().await;
    desk.set(json!({ "infinigate.rate_limit": 3 })).await;
    for _ in 0..3 {
        assert_eq!(desk.get(MANUFACTURERS).await.0, 200);
    }
    let answer = desk.request(Method::GET, MANUFACTURERS).send().await.unwrap();
    assert_eq!(answer.status(), 429);
    let wait: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    desk.set(json!({ "infinigate.rate_limit": null })).await;
    assert_eq!(desk.get(MANUFACTURERS).await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_callers_at_once_are_all_served_and_counted() {
    let desk = Desk::open().await;
    let callers = (0..16).map(|_| {
        let requests: Vec<_> = (0..25).map(|_| desk.request(Method::GET, &format!("{INVOICES}?Take=20"))).collect();
        tokio::spawn(async move {
            for request in requests {
                assert_eq!(request.send().await.unwrap().bytes().await.map(|body| body.len() > 1_000).ok(), Some(true));
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
    assert_eq!(desk.counts("listPurchaseInvoices").await, (400, 400));
}

#[tokio::test]
async fn a_stopped_sandbox_takes_no_more_connections() {
    let Desk { sandbox, http, .. } = Desk::open().await;
    let url = format!("{}/ledger", sandbox.control_url());
    assert_eq!(http.get(&url).send().await.unwrap().status(), 200);
    sandbox.stop().await;
    assert!(http.get(&url).send().await.unwrap_err().is_connect());
}

#[tokio::test]
async fn serving_ends_when_told() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (farewell, told) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(sandbox::serve(listener, async move { told.await.unwrap() }));
    farewell.send(()).unwrap();
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_path_outside_the_three_prefixes_says_what_there_is() {
    let desk = Desk::open().await;
    let root = desk.sandbox.infinigate_url().replace("/infinigate", "/infinigatex/y");
    let answer = desk.http.get(root).send().await.unwrap();
    assert_eq!(answer.status(), 404);
    assert!(answer.text().await.unwrap().contains("/sandbox"));
}
