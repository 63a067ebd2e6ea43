//! Spans: one for each tool call, one for each request to a service below it, in the trace that the caller began.
//!
//! Attributes are names from the documents and the protocol: route templates instead of addresses, never an argument, a
//! header or a body. Upstream is told the trace by `traceparent` alone; what other vendors put into `tracestate` and
//! `baggage` is none of its business.

use std::sync::OnceLock;

use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry::trace::{SpanKind, Status, TraceContextExt, Tracer};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracer;

/// Makes the spans, once traces are on.
static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// The header, and the key of `_meta`, that carry a trace.
pub const TRACEPARENT: &str = "traceparent";
/// What other vendors add to it.
pub const TRACESTATE: &str = "tracestate";

/// Lets spans be made. A second start keeps the first.
pub(super) fn switch_on(tracer: SdkTracer) {
    let _ = TRACER.set(tracer);
}

/// Whether spans are made.
pub fn is_on() -> bool {
    TRACER.get().is_some()
}

/// The span of the caller, as its message carries it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Parent<'a> {
    /// W3C Trace Context.
    pub traceparent: Option<&'a str>,
    /// What vendors add to it.
    pub tracestate: Option<&'a str>,
}

impl Extractor for Parent<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        match key {
            TRACEPARENT => self.traceparent,
            TRACESTATE => self.tracestate,
            _ => None,
        }
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT, TRACESTATE]
    }
}

/// Where in a trace something happens; nowhere while traces are off.
#[derive(Clone, Default)]
pub struct Trace(Option<Context>);

/// The span of one tool call.
pub struct CallSpan(Context);

impl CallSpan {
    /// Begins the span; nothing while traces are off.
    pub fn begin(tool: &'static str, transport: &'static str, parent: Parent<'_>) -> Option<Self> {
        let tracer = TRACER.get()?;
        // Names of the semantic conventions for MCP.
        let span = tracer.span_builder(format!("tools/call {tool}")).with_kind(SpanKind::Server).with_attributes([
            KeyValue::new("mcp.method.name", "tools/call"),
            KeyValue::new("gen_ai.operation.name", "execute_tool"),
            KeyValue::new("gen_ai.tool.name", tool),
            KeyValue::new("network.transport", transport),
        ]);
        let above = TraceContextPropagator::new().extract_with_context(&Context::new(), &parent);
        let span = span.start_with_context(tracer, &above);
        Some(Self(above.with_span(span)))
    }

    /// Where the parts of the call belong.
    pub fn trace(&self) -> Trace {
        Trace(Some(self.0.clone()))
    }

    /// The id of the trace, for the log.
    pub fn trace_id(&self) -> String {
        self.0.span().span_context().trace_id().to_string()
    }

    /// Ends the span; `error` is the code of a call that failed.
    pub fn end(self, request_id: &str, principal: &str, error: Option<&str>) {
        let span = self.0.span();
        span.set_attribute(KeyValue::new("infini_mcp.request_id", request_id.to_owned()));
        span.set_attribute(KeyValue::new("infini_mcp.principal", principal.to_owned()));
        fail(&span, error);
        span.end();
    }
}

/// One sending of one request, as its span tells it.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// The service.
    pub service: &'static str,
    /// The document's operation id.
    pub operation: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path template.
    pub path: &'static str,
    /// The host that is called.
    pub host: &'a str,
    /// The port that is called.
    pub port: u16,
    /// How often the request was sent before.
    pub resends: u32,
}

/// The span of one sending of one request.
pub struct AttemptSpan(Context);

impl Trace {
    /// Begins the span of a request to a service; nothing while traces are off.
    pub fn attempt(&self, attempt: Attempt<'_>) -> Option<AttemptSpan> {
        let (tracer, above) = (TRACER.get()?, self.0.as_ref()?);
        let mut attributes = vec![
            KeyValue::new("http.request.method", attempt.method),
            KeyValue::new("url.template", attempt.path),
            KeyValue::new("server.address", attempt.host.to_owned()),
            KeyValue::new("server.port", i64::from(attempt.port)),
            KeyValue::new("infini_mcp.service", attempt.service),
            KeyValue::new("infini_mcp.operation", attempt.operation),
        ];
        if attempt.resends > 0 {
            attributes.push(KeyValue::new("http.request.resend_count", i64::from(attempt.resends)));
        }
        let span = tracer
            .span_builder(format!("{} {}", attempt.method, attempt.path))
            .with_kind(SpanKind::Client)
            .with_attributes(attributes)
            .start_with_context(tracer, above);
        Some(AttemptSpan(above.with_span(span)))
    }
}

impl AttemptSpan {
    /// The header that makes the service's own spans children of this one.
    pub fn traceparent(&self) -> Option<String> {
        let mut header = Traceparent(None);
        TraceContextPropagator::new().inject_context(&self.0, &mut header);
        header.0
    }

    /// Ends the span with the status, or with how the answer got lost.
    pub fn end(self, status: Option<u16>, lost: Option<&'static str>) {
        let span = self.0.span();
        if let Some(status) = status {
            span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status)));
        }
        let refused = status.filter(|status| *status >= 400).map(|status| status.to_string());
        fail(&span, lost.or(refused.as_deref()));
        span.end();
    }
}

fn fail(span: &opentelemetry::trace::SpanRef<'_>, error: Option<&str>) {
    if let Some(error) = error {
        span.set_attribute(KeyValue::new("error.type", error.to_owned()));
        span.set_status(Status::error(error.to_owned()));
    }
}

/// Takes the one header that goes upstream.
struct Traceparent(Option<String>);

impl Injector for Traceparent {
    fn set(&mut self, key: &str, value: String) {
        if key == TRACEPARENT {
            self.0 = Some(value);
        }
    }
}
