//! One sending of one request, with its answer read to the end or the way it got lost.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, Request, Response, StatusCode};
use tokio::time::Instant;

use super::Service;
use super::retry::Trouble;
use super::shape::Operation;
use crate::telemetry::{self, AttemptSpan, counters};

/// Answers longer than this are not read to the end: 32 MiB.
const MOST_BYTES: usize = 32 << 20;

/// A whole answer.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// What lies beneath a lost answer, for the log; never holds the address that was called.
pub(super) type Source = Arc<dyn std::error::Error + Send + Sync>;

/// How an answer got lost.
pub(super) enum Lost {
    /// No connection was made.
    NotSent(Source),
    /// No complete answer within the limit.
    TimedOut,
    /// The connection broke before an answer began.
    Broken(Source),
    /// A success whose body broke off.
    CutOff(Source),
    /// A success whose body is longer than we read.
    TooLong,
}

impl Lost {
    pub(super) fn trouble(&self) -> Trouble {
        match self {
            Self::NotSent(_) => Trouble::NotSent,
            Self::TimedOut => Trouble::TimedOut,
            Self::Broken(_) | Self::CutOff(_) => Trouble::Broken,
            // Reading it again would end the same way, as a success nobody can read.
            Self::TooLong => Trouble::Status(200),
        }
    }

    /// The loss in a word, for counters and traces.
    fn name(&self) -> &'static str {
        match self {
            Self::NotSent(_) => "unreachable",
            Self::TimedOut => "timeout",
            Self::Broken(_) | Self::CutOff(_) => "broken",
            Self::TooLong => "too_long",
        }
    }

    /// What lies beneath.
    pub(super) fn source(&self) -> Option<&Source> {
        match self {
            Self::NotSent(source) | Self::Broken(source) | Self::CutOff(source) => Some(source),
            Self::TimedOut | Self::TooLong => None,
        }
    }
}

/// What the log says about an attempt: never a value, a header or a body.
#[derive(Clone)]
pub(super) struct Label {
    pub(super) request_id: String,
    pub(super) service: Service,
    pub(super) operation: &'static Operation,
    pub(super) number: u32,
}

impl Label {
    /// The attempt as its span tells it.
    pub(super) fn told<'a>(&self, request: &'a Request) -> telemetry::Attempt<'a> {
        telemetry::Attempt {
            service: self.service.name(),
            operation: self.operation.id,
            method: self.operation.method,
            path: self.operation.path,
            host: request.url().host_str().unwrap_or_default(),
            port: request.url().port_or_known_default().unwrap_or_default(),
            resends: self.number.saturating_sub(1),
        }
    }

    /// Counts the attempt and ends its span.
    fn ended(&self, span: Option<AttemptSpan>, outcome: &Result<Reply, Lost>, took: Duration) {
        let (status, lost) = match outcome {
            Ok(reply) => (Some(reply.status.as_u16()), None),
            Err(lost) => (None, Some(lost.name())),
        };
        let class = lost.unwrap_or_else(|| status.map_or("other", class));
        counters::attempt_ended(self.service.name(), self.operation.id, class, took);
        if let Some(span) = span {
            span.end(status, lost);
        }
    }
}

/// The class of a status, for counters.
pub(super) fn class(status: u16) -> &'static str {
    match status {
        200..=299 => "2xx",
        300..=399 => "3xx",
        429 => "429",
        400..=499 => "4xx",
        500..=599 => "5xx",
        _ => "other",
    }
}

/// Sends the request once and reads the whole answer within `limit`.
pub(super) async fn attempt(
    http: Client,
    request: Request,
    limit: Duration,
    label: Label,
    span: Option<AttemptSpan>,
) -> Result<Reply, Lost> {
    let started = Instant::now();
    let outcome = tokio::time::timeout(limit, send(http, request)).await.unwrap_or(Err(Lost::TimedOut));
    let status = outcome.as_ref().ok().map(|reply| reply.status.as_u16());
    let reason = outcome.as_ref().err().map(describe);
    tracing::debug!(
        request_id = label.request_id,
        service = %label.service,
        operation = label.operation.id,
        method = label.operation.method,
        path = label.operation.path,
        attempt = label.number,
        status,
        reason,
        ms = started.elapsed().as_millis() as u64,
        "attempt"
    );
    label.ended(span, &outcome, started.elapsed());
    outcome
}

async fn send(http: Client, request: Request) -> Result<Reply, Lost> {
    let response = http.execute(request).await.map_err(|error| {
        let not_sent = error.is_connect();
        let source: Source = Arc::new(error.without_url());
        if not_sent { Lost::NotSent(source) } else { Lost::Broken(source) }
    })?;
    let (status, headers) = (response.status(), response.headers().clone());
    match read(response).await {
        Ok(body) => Ok(Reply { status, headers, body }),
        // What a refusal says is less than that it refuses, so a broken explanation is no reason to lose the status.
        Err(_) if !status.is_success() => Ok(Reply { status, headers, body: Vec::new() }),
        Err(lost) => Err(lost),
    }
}

async fn read(mut response: Response) -> Result<Vec<u8>, Lost> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Lost::CutOff(Arc::new(error.without_url())))? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err(Lost::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The chain of reasons, for the log.
fn describe(lost: &Lost) -> String {
    let Some(source) = lost.source() else {
        return match lost {
            Lost::TooLong => "answer too long".to_owned(),
            Lost::TimedOut | Lost::NotSent(_) | Lost::Broken(_) | Lost::CutOff(_) => "no answer in time".to_owned(),
        };
    };
    let mut text = source.to_string();
    let mut inner = source.source();
    while let Some(error) = inner {
        text.push_str(": ");
        text.push_str(&error.to_string());
        inner = error.source();
    }
    text
}
