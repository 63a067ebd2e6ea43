//! One tool call as its operator sees it: a line in the log, counters, and a span in the caller's trace.

use std::time::Instant;

use rmcp::RoleServer;
use rmcp::service::RequestContext;

use infini_mcp_core::telemetry::trace::{self, TRACEPARENT, TRACESTATE};
use infini_mcp_core::telemetry::{CallSpan, Parent, Trace, counters};
use infini_mcp_core::tool::catalogue::Offered;

/// A tool call under way.
pub struct Watched<'a> {
    request_id: &'a str,
    /// The name as it was called, and the tool if there is one.
    name: &'a str,
    tool: Option<&'static str>,
    principal: String,
    started: Instant,
    span: Option<CallSpan>,
}

impl<'a> Watched<'a> {
    /// Begins to watch a call.
    pub fn begin(
        request_id: &'a str,
        name: &'a str,
        principal: &str,
        offered: Option<&Offered>,
        context: &RequestContext<RoleServer>,
    ) -> Self {
        let tool = offered.map(|offered| offered.tool.declaration.name);
        let span = tool.filter(|_| trace::is_on()).and_then(|tool| span(tool, context));
        Self { request_id, name, tool, principal: principal.to_owned(), started: Instant::now(), span }
    }

    /// Where the parts of the call belong.
    pub fn trace(&self) -> Trace {
        self.span.as_ref().map(CallSpan::trace).unwrap_or_default()
    }

    /// The call answered, or asks for something.
    pub fn answered(self, outcome: &str) {
        self.end(outcome, None);
    }

    /// The call failed with this code.
    pub fn failed(self, code: &str) {
        self.end(code, Some(code));
    }

    fn end(self, outcome: &str, error: Option<&str>) {
        let Self { request_id, name: tool, principal, started, span, .. } = self;
        let took = started.elapsed();
        let trace_id = span.as_ref().map(CallSpan::trace_id);
        tracing::info!(request_id, principal, tool, outcome, ms = took.as_millis() as u64, trace_id, "tool call");
        counters::call_ended(self.tool, &principal, outcome, took);
        if let Some(span) = span {
            span.end(request_id, &principal, error);
        }
    }
}

/// The message says best which span it came from; a client that knows only HTTP says it in headers.
fn span(tool: &'static str, context: &RequestContext<RoleServer>) -> Option<CallSpan> {
    let headers = context.extensions.get::<axum::http::request::Parts>().map(|parts| &parts.headers);
    let header = |name: &str| headers.and_then(|headers| headers.get(name)?.to_str().ok());
    let in_message = |name: &str| context.meta.0.0.get(name).and_then(|value| value.as_str());
    let parent = match in_message(TRACEPARENT) {
        Some(parent) => Parent { traceparent: Some(parent), tracestate: in_message(TRACESTATE) },
        None => Parent { traceparent: header(TRACEPARENT), tracestate: header(TRACESTATE) },
    };
    CallSpan::begin(tool, if headers.is_some() { "tcp" } else { "pipe" }, parent)
}
