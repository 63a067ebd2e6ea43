//! The counters, read as Prometheus reads them.

use std::collections::BTreeMap;
use std::sync::Arc;

use infini_mcp::sandbox::{self, Sandbox};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::process::Process;

struct Watched {
    sandbox: Arc<Sandbox>,
    process: Process,
}

impl Watched {
    async fn start() -> Self {
        let sandbox = Sandbox::start(TcpListener::bind(("127.0.0.1", 0)).await.unwrap()).await.unwrap();
        let process = Process::serve(&[
            ("INFINIGATE_BASE_URL", &sandbox.infinigate_url()),
            ("INFINIGATE_API_KEY", sandbox::INFINIGATE_API_KEY),
            ("INFINIGATE_CLIENT_ID", sandbox::INFINIGATE_CLIENT_ID),
            ("INFINIGATE_CLIENT_SECRET", sandbox::INFINIGATE_CLIENT_SECRET),
            ("INFINITY_API_BASE_URL", &sandbox.infinity_url()),
            ("INFINITY_API_TOKEN", sandbox::INFINITY_TOKEN),
            ("MCP_METRICS_ADDR", "127.0.0.1:0"),
        ])
        .await;
        Self { sandbox: Arc::new(sandbox), process }
    }

    async fn fault(&self, switches: Value) {
        let url = format!("{}/faults", self.sandbox.control_url());
        assert!(reqwest::Client::new().patch(url).json(&switches).send().await.unwrap().status().is_success());
    }

    async fn call(&self, tool: &str, arguments: Value) -> Value {
        self.process.call(tool, arguments, json!({})).await
    }

    async fn counters(&self) -> BTreeMap<String, f64> {
        read(&self.process.scrape().await)
    }
}

/// Every series with its value; each must have been described before it.
fn read(text: &str) -> BTreeMap<String, f64> {
    let mut described: Vec<&str> = Vec::new();
    let mut series = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(help) = line.strip_prefix("# HELP ") {
            described.push(help.split(' ').next().unwrap());
        } else if !line.starts_with('#') {
            let (name, value) = line.rsplit_once(' ').unwrap();
            let bare = name.split('{').next().unwrap();
            assert!(described.iter().any(|known| bare.starts_with(known)), "{bare} has no description");
            series.insert(name.to_owned(), value.parse().unwrap());
        }
    }
    series
}

/// The sum over all series of this name that have all these labels.
fn sum(series: &BTreeMap<String, f64>, name: &str, labels: &[(&str, &str)]) -> f64 {
    let has = |series: &str, (label, value): &(&str, &str)| series.contains(&format!("{label}=\"{value}\""));
    let is_it = |series: &str| series.split('{').next() == Some(name) && labels.iter().all(|label| has(series, label));
    series.iter().filter(|(series, _)| is_it(series)).map(|(_, value)| value).sum()
}

#[tokio::test]
async fn what_happened_is_counted_by_tool_caller_and_outcome() {
    let watched = Watched::start().await;
    watched
        .fault(json!({ "infinigate.fail_next": { "status": 503, "operation": "listPurchaseQuotes" },
        "infinigate.drift": [{ "operation": "listPurchaseQuotes", "pointer": "/result/0/surprise", "set": 1 }] }))
        .await;
    assert_eq!(watched.call("infinigate_list_quotes", json!({})).await["result"]["isError"], json!(false));
    watched.call("infinigate_list_quotes", json!({ "nonsense": 1 })).await;
    watched.call("no_such_tool", json!({})).await;
    watched.call("infinity_get_profile", json!({})).await;

    let seen = watched.counters().await;
    let calls = |labels: &[(&str, &str)]| sum(&seen, "infini_mcp_calls_total", labels);
    assert_eq!(calls(&[("tool", "infinigate_list_quotes"), ("principal", "local"), ("outcome", "ok")]), 1.0);
    assert_eq!(calls(&[("tool", "infinigate_list_quotes"), ("outcome", "invalid_arguments")]), 1.0);
    assert_eq!(calls(&[("tool", "other"), ("outcome", "protocol_error")]), 1.0, "a made-up name is no label");
    assert_eq!(sum(&seen, "infini_mcp_call_duration_seconds_count", &[("tool", "infinity_get_profile")]), 1.0);
    let upstream = |labels: &[(&str, &str)]| sum(&seen, "infini_mcp_upstream_request_duration_seconds_count", labels);
    assert_eq!(upstream(&[("operation", "listPurchaseQuotes"), ("status", "5xx")]), 1.0);
    assert_eq!(upstream(&[("service", "infinity"), ("operation", "getMyProfileData"), ("status", "2xx")]), 1.0);
    assert_eq!(sum(&seen, "infini_mcp_upstream_retries_total", &[("reason", "5xx")]), 1.0);
    assert_eq!(sum(&seen, "infini_mcp_upstream_wait_seconds_count", &[("reason", "retry")]), 1.0);
    assert_eq!(sum(&seen, "infini_mcp_token_refreshes_total", &[("outcome", "ok")]), 1.0);
    let drift = [("operation", "listPurchaseQuotes"), ("field", "/result/*/surprise"), ("kind", "unknown_field")];
    assert_eq!(sum(&seen, "infini_mcp_drift_total", &drift), 1.0);
    assert_eq!(sum(&seen, "infini_mcp_build_info", &[("version", env!("CARGO_PKG_VERSION"))]), 1.0);
    assert!(sum(&seen, "process_resident_memory_bytes", &[]) > 1e6, "{seen:#?}");
    assert_eq!(sum(&seen, "infini_mcp_orders", &[]), 0.0, "looking does not open the ledger");
}

#[tokio::test]
async fn confirmations_and_orders_are_counted_by_what_became_of_them() {
    let watched = Watched::start().await;
    let mut order = json!({ "document_number": "AN2600456", "accepted_by": "buyer@example.com" });
    let asked = watched.call("infinigate_accept_quote", order.clone()).await;
    let error: Value = serde_json::from_str(asked["result"]["content"][0]["text"].as_str().unwrap()).unwrap();
    order["confirmation_token"] = error["confirmation_token"].clone();
    for _ in 0..2 {
        watched.call("infinigate_accept_quote", order.clone()).await;
    }
    order["accepted_by"] = json!("somebody.else@example.com");
    watched.call("infinigate_accept_quote", order).await;

    let seen = watched.counters().await;
    for (event, times) in [("asked", 1.0), ("given", 1.0), ("replayed", 1.0), ("mismatched", 1.0), ("declined", 0.0)] {
        assert_eq!(sum(&seen, "infini_mcp_confirmations_total", &[("event", event)]), times, "{event}");
    }
    assert_eq!(sum(&seen, "infini_mcp_orders", &[("state", "placed")]), 1.0);
    assert_eq!(sum(&seen, "infini_mcp_orders", &[]), 1.0);
}

#[tokio::test]
async fn the_counters_are_on_their_own_address_only_and_answer_this_machine_only() {
    let watched = Watched::start().await;
    let http = reqwest::Client::new();
    let elsewhere = watched.process.mcp.replace("/mcp", "/metrics");
    assert_eq!(http.get(elsewhere).send().await.unwrap().status(), 404);
    let counters = watched.process.counters.clone().unwrap();
    assert_eq!(http.get(counters.replace("/metrics", "/mcp")).send().await.unwrap().status(), 404);
    let disguised = http.get(&counters).header("host", "evil.example").send().await.unwrap();
    assert_eq!(disguised.status(), 403);
    let seen = watched.counters().await;
    assert_eq!(sum(&seen, "infini_mcp_requests_refused_total", &[("reason", "host_not_allowed")]), 1.0);
    let text = watched.process.scrape().await;
    for secret in [sandbox::INFINITY_TOKEN, sandbox::INFINIGATE_API_KEY, sandbox::INFINIGATE_CLIENT_SECRET] {
        assert!(!text.contains(secret));
    }
}

#[tokio::test]
async fn an_order_that_a_crash_left_behind_raises_the_alarm_of_the_next_start_before_anything_is_ordered() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.db");
    let address = format!("sqlite:{}", file.display());
    let door = crate::door::Door::with(&[("STATE_URL", &address)]).await;
    let order = json!({ "document_number": "AN2600456", "accepted_by": "buyer@example.com" });
    door.confirm("infinigate_accept_quote", order).await.unwrap();
    drop(door);
    // As a process leaves it that is killed while it sends.
    let database = sqlx::SqlitePool::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    let left =
        "UPDATE orders SET state = 'started', settled_at = NULL, answer = NULL, started_at = started_at - 200000";
    assert_eq!(sqlx::query(left).execute(&database).await.unwrap().rows_affected(), 1);
    database.close().await;

    let settings =
        [("INFINITY_API_TOKEN", "a-token-of-nobody"), ("MCP_METRICS_ADDR", "127.0.0.1:0"), ("STATE_URL", &address)];
    let process = Process::serve(&settings).await;
    let seen = read(&process.scrape().await);
    assert_eq!(sum(&seen, "infini_mcp_orders", &[("state", "unknown")]), 1.0, "{seen:#?}");
    assert_eq!(sum(&seen, "infini_mcp_orders", &[("state", "started")]), 0.0, "{seen:#?}");
}
