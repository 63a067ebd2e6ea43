//! One request's way through all its attempts, until it is answered or given up.

use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{Request, StatusCode};
use tokio::time::Instant;

use super::answer::{Unusable, is_gateway_404, names_subscription_key, refusal, usable};
use super::attempt::{Label, Lost, Reply, attempt};
use super::credential::Credential;
use super::error::seconds;
use super::pace::Held;
use super::retry::{CREATE_TOKEN, Effect, Trouble, may_repeat, pause, retry_after};
use super::route::{Spelling, respell};
use super::said::{fields, said};
use super::send::Seam;
use super::shape::Operation;
use super::token::Token;
use super::{Cause, Doubt, Error, Result};
use crate::telemetry::trace::TRACEPARENT;
use crate::telemetry::{AttemptSpan, counters};

/// An answer that the typed decoding takes.
pub(super) struct Success {
    pub(super) status: StatusCode,
    pub(super) body: Vec<u8>,
}

/// What follows an attempt that was no failure for good.
enum Next {
    Done(Success),
    Again(Duration),
}

/// One request under way.
pub(super) struct Trip<'a> {
    seam: &'a Seam,
    operation: &'static Operation,
    effect: Effect,
    started: Instant,
    attempts: u32,
    repetitions: u32,
    /// The time the latest attempt was given.
    limit: Duration,
    /// The status of the latest attempt, when it was answered.
    status: Option<StatusCode>,
    spelling: Spelling,
    rerouted: bool,
    renewed: bool,
}

impl<'a> Trip<'a> {
    pub(super) fn new(seam: &'a Seam, operation: &'static Operation) -> Self {
        Self {
            seam,
            operation,
            effect: Effect::of(operation),
            started: Instant::now(),
            attempts: 0,
            repetitions: 0,
            limit: seam.upstream.parts.timeout,
            status: None,
            spelling: seam.upstream.routes.first(operation),
            rerouted: false,
            renewed: false,
        }
    }

    /// Sends the request, as often as the rules allow, and logs the end of it.
    pub(super) async fn go(mut self, request: Request) -> Result<Success> {
        let outcome = self.attempts(&request).await;
        let (request_id, service) = (self.seam.call.request_id(), self.seam.upstream.parts.service);
        let (operation, method, path) = (self.operation.id, self.operation.method, self.operation.path);
        let (status, attempts) = (self.status.map(|status| status.as_u16()), self.attempts);
        let ms = self.started.elapsed().as_millis() as u64;
        match outcome.as_ref().map_err(|error| error.cause.kind()) {
            // The tool call has a line of its own at INFO; a second one for what went well would only cost time.
            Ok(_) => {
                tracing::debug!(request_id, %service, operation, method, path, status, attempts, ms, "upstream answered");
            }
            // A client that goes away is no failure of anybody's.
            Err(cause) if cause == Cause::Cancelled.kind() => {
                tracing::debug!(request_id, %service, operation, method, path, status, attempts, ms, cause, "upstream request given up");
            }
            Err(cause) => {
                tracing::info!(request_id, %service, operation, method, path, status, attempts, ms, cause, "upstream failed");
            }
        }
        outcome
    }

    async fn attempts(&mut self, request: &Request) -> Result<Success> {
        loop {
            self.still_wanted()?;
            let token = self.token().await?;
            self.turn().await?;
            let sent = self.send(self.prepared(request, token.as_deref())?).await?;
            match self.judged(sent, token)? {
                Next::Done(success) => return Ok(success),
                Next::Again(wait) => self.wait(wait).await?,
            }
        }
    }

    fn still_wanted(&self) -> Result<()> {
        if self.seam.call.cancel().is_cancelled() {
            return Err(self.error(Cause::Cancelled));
        }
        if self.seam.call.remaining().is_zero() {
            return Err(self.error(Cause::Timeout { limit: self.started.elapsed() }));
        }
        Ok(())
    }

    /// The bearer token, where the service wants one and this is not the request for it.
    async fn token(&self) -> Result<Option<Arc<Token>>> {
        let Seam { upstream, call } = self.seam;
        let Credential::Infinigate { tokens, .. } = &upstream.credential else { return Ok(None) };
        if self.operation.id == CREATE_TOKEN {
            return Ok(None);
        }
        let fetch = || upstream.clone().fetch_token(call.request_id().to_owned(), call.trace().clone());
        tokio::select! {
            token = tokens.get(fetch) => token.map(Some).map_err(|error| Error {
                service: Some(upstream.parts.service),
                operation: CREATE_TOKEN,
                ..error
            }),
            () = call.cancel().cancelled() => Err(self.error(Cause::Cancelled)),
            () = tokio::time::sleep_until(call.deadline()) => Err(self.error(Cause::Timeout { limit: self.started.elapsed() })),
        }
    }

    /// Waits until the service's limit has room.
    async fn turn(&self) -> Result<()> {
        let Credential::Infinity { pace, .. } = &self.seam.upstream.credential else { return Ok(()) };
        pace.turn(&self.seam.call).await.map_err(|held| match held {
            Held::TooLong(wait) => self.error(Cause::RateLimited { retry_after: Some(wait) }),
            Held::Cancelled => self.error(Cause::Cancelled),
        })
    }

    fn prepared(&self, request: &Request, token: Option<&Token>) -> Result<Request> {
        let upstream = &self.seam.upstream;
        let mut request = request.try_clone().ok_or_else(|| Error::internal("a body that can be sent only once"))?;
        if self.spelling == Spelling::Alternate
            && let Some(other) = respell(request.url(), &upstream.base, self.operation)
        {
            *request.url_mut() = other;
        }
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        upstream.credential.sign(request.headers_mut(), token);
        Ok(request)
    }

    /// One attempt. Cancellation drops a read; a write is left to run to its end, for it may have arrived.
    async fn send(&mut self, mut request: Request) -> Result<std::result::Result<Reply, Lost>> {
        let Seam { upstream, call } = self.seam;
        self.attempts += 1;
        self.status = None;
        self.limit = match self.effect {
            Effect::Read => upstream.parts.timeout.min(call.remaining()),
            Effect::Write => upstream.parts.timeout,
        };
        let label = Label {
            request_id: call.request_id().to_owned(),
            service: upstream.parts.service,
            operation: self.operation,
            number: self.attempts,
        };
        let span = call.trace().attempt(label.told(&request));
        if let Some(parent) = span.as_ref().and_then(AttemptSpan::traceparent)
            && let Ok(parent) = HeaderValue::try_from(parent)
        {
            request.headers_mut().insert(TRACEPARENT, parent);
        }
        let sending = attempt(upstream.http().clone(), request, self.limit, label, span);
        match self.effect {
            Effect::Read => tokio::select! {
                sent = sending => Ok(sent),
                () = call.cancel().cancelled() => Err(self.error(Cause::Cancelled)),
            },
            Effect::Write => {
                let task = tokio::spawn(sending);
                tokio::select! {
                    biased;
                    sent = task => Ok(sent.unwrap_or_else(|error| Err(Lost::Broken(Arc::new(error))))),
                    () = call.cancel().cancelled() => Err(self.error(Cause::OutcomeUnknown { doubt: Doubt::Cancelled })),
                    () = tokio::time::sleep_until(call.deadline()) => Err(self.error(Cause::OutcomeUnknown { doubt: Doubt::TimedOut })),
                }
            }
        }
    }

    fn judged(&mut self, sent: std::result::Result<Reply, Lost>, token: Option<Arc<Token>>) -> Result<Next> {
        let reply = match sent {
            Ok(reply) => reply,
            Err(lost) => return self.lost(&lost),
        };
        self.status = Some(reply.status);
        self.seam.call.show(&reply);
        self.learn_route(&reply);
        if reply.status.is_success() {
            return self.answered(reply);
        }
        if let (Some(token), Credential::Infinigate { tokens, .. }) = (&token, &self.seam.upstream.credential)
            && reply.status == StatusCode::UNAUTHORIZED
            && !self.renewed
            && !names_subscription_key(&reply)
        {
            self.renewed = true;
            self.count_retry("token");
            tokens.refused(token);
            return Ok(Next::Again(Duration::ZERO));
        }
        if is_gateway_404(&reply) && self.operation.alternate_path.is_some() && !self.rerouted {
            self.rerouted = true;
            self.count_retry("route");
            self.spelling = self.spelling.other();
            return Ok(Next::Again(Duration::ZERO));
        }
        self.refused(&reply, token.as_deref())
    }

    /// Remembers a spelling that reached the back-end after the other did not. A gateway may refuse credentials or load
    /// before it looks at the route, so such answers prove nothing.
    fn learn_route(&self, reply: &Reply) {
        let proves_nothing = matches!(reply.status.as_u16(), 401 | 403 | 429 | 500..=599) || is_gateway_404(reply);
        if self.rerouted && !proves_nothing {
            self.seam.upstream.routes.remember(self.operation, self.spelling);
        }
    }

    fn answered(&self, reply: Reply) -> Result<Next> {
        let Seam { upstream, call } = self.seam;
        let status = reply.status;
        let body = usable(reply, upstream.parts.service, self.operation, call).map_err(|unusable| {
            self.error(match (self.effect, unusable) {
                (Effect::Write, Unusable::NotJson | Unusable::Truncated) => {
                    Cause::OutcomeUnknown { doubt: Doubt::NotUnderstood }
                }
                (Effect::Read, Unusable::NotJson) => Cause::NotJson,
                (Effect::Read, Unusable::Truncated) => Cause::Truncated,
            })
        })?;
        Ok(Next::Done(Success { status, body }))
    }

    fn refused(&mut self, reply: &Reply, sent: Option<&Token>) -> Result<Next> {
        let upstream = &self.seam.upstream;
        let trouble = Trouble::Status(reply.status.as_u16());
        let asked = retry_after(&reply.headers, Utc::now());
        if let (Credential::Infinity { pace, .. }, Some(asked), 429) =
            (&upstream.credential, asked, reply.status.as_u16())
        {
            pace.pause(asked);
        }
        if let Some(wait) = self.repetition(trouble, asked) {
            return Ok(Next::Again(wait));
        }
        let cause = match (self.effect, refusal(reply, self.operation, asked, self.limit)) {
            (Effect::Write, Cause::Unavailable) => Cause::OutcomeUnknown { doubt: Doubt::ServerFailed },
            (Effect::Write, Cause::Timeout { .. }) => Cause::OutcomeUnknown { doubt: Doubt::TimedOut },
            (Effect::Write, Cause::NotJson) => Cause::OutcomeUnknown { doubt: Doubt::NotUnderstood },
            (Effect::Read | Effect::Write, cause) => cause,
        };
        let redact = |text: &str| upstream.credential.redact(text, sent);
        let cause = match cause {
            Cause::Refused { .. } => Cause::Refused { fields: fields(&reply.body, redact) },
            cause => cause,
        };
        Err(Error { said: said(&reply.body, redact), ..self.error(cause) })
    }

    fn lost(&mut self, lost: &Lost) -> Result<Next> {
        if let Some(wait) = self.repetition(lost.trouble(), None) {
            return Ok(Next::Again(wait));
        }
        let unknown = |doubt| Cause::OutcomeUnknown { doubt };
        let cause = match (self.effect, lost) {
            (_, Lost::NotSent(_)) | (Effect::Read, Lost::Broken(_)) => Cause::Unreachable,
            (Effect::Read, Lost::TimedOut) => Cause::Timeout { limit: self.limit },
            (Effect::Read, Lost::CutOff(_) | Lost::TooLong) => Cause::Truncated,
            (Effect::Write, Lost::TimedOut) => unknown(Doubt::TimedOut),
            (Effect::Write, Lost::Broken(_)) => unknown(Doubt::Broken),
            (Effect::Write, Lost::CutOff(_) | Lost::TooLong) => unknown(Doubt::NotUnderstood),
        };
        Err(Error { source: lost.source().cloned(), ..self.error(cause) })
    }

    /// The pause before the next attempt; none when the rules, the number of repetitions or the deadline forbid one.
    fn repetition(&mut self, trouble: Trouble, asked: Option<Duration>) -> Option<Duration> {
        if !may_repeat(self.effect, trouble) || self.repetitions >= self.seam.upstream.parts.max_retries {
            return None;
        }
        let wait = pause(self.repetitions, asked);
        if wait >= self.seam.call.remaining() {
            return None;
        }
        self.repetitions += 1;
        self.count_retry(trouble.name());
        Some(wait)
    }

    fn count_retry(&self, reason: &'static str) {
        counters::retried(self.seam.upstream.parts.service.name(), self.operation.id, reason);
    }

    async fn wait(&self, wait: Duration) -> Result<()> {
        let Seam { upstream, call } = self.seam;
        if wait >= Duration::from_secs(1) {
            call.report(&format!("waiting {} before asking {} again", seconds(wait), upstream.parts.service));
        }
        let waited = Instant::now();
        let outcome = tokio::select! {
            () = call.cancel().cancelled() => Err(self.error(Cause::Cancelled)),
            () = tokio::time::sleep(wait) => Ok(()),
        };
        if !wait.is_zero() {
            counters::waited(upstream.parts.service.name(), "retry", waited.elapsed());
        }
        outcome
    }

    fn error(&self, cause: Cause) -> Error {
        Error {
            cause,
            service: Some(self.seam.upstream.parts.service),
            operation: self.operation.id,
            status: self.status.map(|status| status.as_u16()),
            said: None,
            attempts: self.attempts,
            took: self.started.elapsed(),
            source: None,
        }
    }
}
