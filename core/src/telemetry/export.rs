//! Sends the spans to an OpenTelemetry collector: OTLP in protobuf over HTTP, in the background.

use std::fmt;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use opentelemetry::trace::TracerProvider;
use opentelemetry::{Key, KeyValue};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;

use super::trace;

/// Longer answers of a collector are not read: they say how many spans were refused, no more.
const MOST_BYTES: usize = 1 << 20;
/// How long the last spans have to leave when the server stops.
const FAREWELL: Duration = Duration::from_secs(3);
/// What the service is called unless `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` say otherwise.
const NAME: &str = "infini-mcp";

/// Where spans go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collector {
    /// The address that takes them, with its path.
    pub address: String,
    /// How long one delivery may take.
    pub timeout: Duration,
}

/// Why traces cannot be started.
#[derive(Debug, thiserror::Error)]
#[error("the traces cannot be sent: {0}. Put OTEL_EXPORTER_OTLP_ENDPOINT and its neighbours right, or remove them.")]
pub struct NoTraces(#[from] ExporterBuildError);

/// The traces of this process.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Starts to make and send spans. Must be called on the runtime that will send them. The exporter itself reads the
    /// standard variables for headers, sampling, batches and attributes of the resource.
    ///
    /// # Errors
    /// When the address or one of those variables cannot be used.
    pub fn start(collector: Collector, http: reqwest::Client) -> Result<Self, NoTraces> {
        let client = Client { http, runtime: Handle::current(), timeout: collector.timeout };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_endpoint(collector.address)
            .with_timeout(collector.timeout)
            .build()?;
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource()).build();
        trace::switch_on(provider.tracer(NAME));
        Ok(Self(provider))
    }

    /// Sends what is left, within a few seconds.
    pub async fn stop(self) {
        // The exporter has a thread of its own and waits for requests that run on this runtime, so this thread must not
        // be the one that waits for it.
        let told = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(FAREWELL)).await;
        if let Ok(Err(error)) = told {
            tracing::warn!(%error, "the last spans could not be sent");
        }
    }
}

/// What the standard variables say this service is, or else our own name.
fn resource() -> Resource {
    let said = Resource::builder().build();
    let name = said.get(&Key::from_static_str("service.name")).map(|name| name.to_string()).unwrap_or_default();
    let mut resource = Resource::builder().with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
    // What the library makes up when no variable names the service.
    if name.starts_with("unknown_service") {
        resource = resource.with_service_name(NAME);
    }
    resource.build()
}

/// The exporter's way out: the HTTP client at hand, on the server's own runtime.
struct Client {
    http: reqwest::Client,
    runtime: Handle,
    timeout: Duration,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

impl HttpClient for Client {
    fn send_bytes<'client, 'sending>(
        &'client self,
        request: Request<Bytes>,
    ) -> BoxFuture<'sending, Result<Response<Bytes>, HttpError>>
    where
        'client: 'sending,
        Self: 'sending,
    {
        // The exporter's thread knows no runtime; a task of the server's can be waited for from anywhere.
        let sending = self.runtime.spawn(deliver(self.http.clone(), request, self.timeout));
        async move { sending.await? }.boxed()
    }
}

async fn deliver(
    http: reqwest::Client,
    request: Request<Bytes>,
    timeout: Duration,
) -> Result<Response<Bytes>, HttpError> {
    let mut request = reqwest::Request::try_from(request)?;
    *request.timeout_mut() = Some(timeout);
    // The address may hold a password.
    let mut answer = http.execute(request).await.map_err(reqwest::Error::without_url)?;
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err("the collector's answer is too long".into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(response.body(Bytes::from(body))?)
}
