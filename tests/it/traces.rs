//! The traces, read as a collector reads them, and as the services are told of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{HeaderMap, Uri};
use axum::routing::post;
use axum::{Json, Router};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use prost::Message;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::process::Process;

const TOKEN: &str = "a-token-nobody-may-see";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const ABOVE: &str = "b7ad6b7169203331";

/// A collector, and a StartInfinity that knows one profile; both keep what they get.
#[derive(Clone, Default)]
struct World {
    deliveries: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
    requests: Arc<Mutex<Vec<(Uri, HeaderMap)>>>,
}

impl World {
    async fn start(&self) -> (String, String) {
        let deliveries = self.deliveries.clone();
        let take = post(async move |headers: HeaderMap, body: Bytes| {
            deliveries.lock().unwrap().push((headers, body));
        });
        let requests = self.requests.clone();
        let profile = async move |uri: Uri, headers: HeaderMap| {
            requests.lock().unwrap().push((uri, headers));
            Json(json!({ "id": 1, "name": "Ada", "email": "ada@example.com" }))
        };
        let collector = served(Router::new().route("/v1/traces", take)).await;
        (collector, served(Router::new().fallback(profile)).await)
    }

    /// The spans delivered so far, by name, with all bytes that were delivered.
    fn spans(&self) -> (BTreeMap<String, Span>, Vec<u8>) {
        let (mut spans, mut bytes) = (BTreeMap::new(), Vec::new());
        for (_, body) in self.deliveries.lock().unwrap().iter() {
            bytes.extend_from_slice(body);
            let delivery = ExportTraceServiceRequest::decode(body.clone()).unwrap();
            let scopes = delivery.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
            spans.extend(scopes.flat_map(|scope| scope.spans).map(|span| (span.name.clone(), span)));
        }
        (spans, bytes)
    }
}

async fn served(routes: Router) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

fn settings<'a>(collector: &'a str, upstream: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("INFINITY_API_BASE_URL", upstream),
        ("INFINITY_API_TOKEN", TOKEN),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", collector),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=acme"),
        ("OTEL_SERVICE_NAME", "the-desk"),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"),
    ]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn attribute(span: &Span, key: &str) -> String {
    span.attributes
        .iter()
        .find(|attribute| attribute.key == key)
        .map(|attribute| format!("{:?}", attribute.value))
        .unwrap_or_default()
}

async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let patience = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < patience, "{what} never happened");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn profile_of(answer: &Value) {
    assert_eq!(answer["result"]["isError"], json!(false), "{answer:#}");
}

#[tokio::test]
async fn a_call_is_a_span_below_the_callers_and_its_requests_are_spans_below_it() {
    let world = World::default();
    let (collector, upstream) = world.start().await;
    let process = Process::serve(&settings(&collector, &upstream)).await;
    let meta = json!({ "traceparent": format!("00-{TRACE}-{ABOVE}-01"), "tracestate": "vendor=secret-of-theirs" });
    profile_of(&process.call("infinity_get_profile", json!({}), meta).await);
    until("the delivery of both spans", || world.spans().0.len() == 2).await;

    let (spans, bytes) = world.spans();
    let (call, request) = (&spans["tools/call infinity_get_profile"], &spans["GET /profile"]);
    assert_eq!((hex(&call.trace_id), hex(&call.parent_span_id)), (TRACE.to_owned(), ABOVE.to_owned()));
    assert_eq!((hex(&request.trace_id), &request.parent_span_id), (TRACE.to_owned(), &call.span_id));
    assert_eq!((call.kind(), request.kind()), (SpanKind::Server, SpanKind::Client));
    assert!(attribute(request, "url.template").contains("/profile"));
    assert!(attribute(request, "http.response.status_code").contains("200"));

    let (_, headers) = world.requests.lock().unwrap()[0].clone();
    assert_eq!(headers["traceparent"], format!("00-{TRACE}-{}-01", hex(&request.span_id)));
    assert!(!headers.contains_key("tracestate"), "what other vendors say is none of the service's business");
    let delivered = String::from_utf8_lossy(&bytes);
    assert!(delivered.contains("the-desk") && !delivered.contains(TOKEN) && !delivered.contains("ada@example.com"));
    assert_eq!(world.deliveries.lock().unwrap()[0].0["x-tenant"], "acme");
    process.stop().await;
}

#[tokio::test]
async fn the_last_spans_leave_when_the_server_stops() {
    let world = World::default();
    let (collector, upstream) = world.start().await;
    let mut settings = settings(&collector, &upstream);
    settings.push(("OTEL_BSP_SCHEDULE_DELAY", "600000"));
    let process = Process::serve(&settings).await;
    profile_of(&process.call("infinity_get_profile", json!({}), json!({})).await);
    process.stop().await;
    assert_eq!(world.spans().0.len(), 2);
}

#[tokio::test]
async fn a_collector_that_is_gone_disturbs_no_call() {
    let (_, upstream) = World::default().start().await;
    let process = Process::serve(&settings("http://127.0.0.1:9", &upstream)).await;
    for _ in 0..3 {
        profile_of(&process.call("infinity_get_profile", json!({}), json!({})).await);
    }
    process.stop().await;
}

#[tokio::test]
async fn without_a_collector_the_services_are_told_of_no_trace() {
    let world = World::default();
    let (_, upstream) = world.start().await;
    let process = Process::serve(&[("INFINITY_API_BASE_URL", &upstream), ("INFINITY_API_TOKEN", TOKEN)]).await;
    let meta = json!({ "traceparent": format!("00-{TRACE}-{ABOVE}-01") });
    profile_of(&process.call("infinity_get_profile", json!({}), meta).await);
    let (_, headers) = world.requests.lock().unwrap()[0].clone();
    assert!(!headers.contains_key("traceparent"));
}
