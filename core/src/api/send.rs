//! The one way a request leaves for upstream, whichever service and operation.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use infini_mcp_clients::Passage;
use reqwest::{Request, Response, StatusCode};
use secrecy::ExposeSecret;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::credential::Credential;
use super::retry::CREATE_TOKEN;
use super::route::Routes;
use super::shape::Operation;
use super::trip::{Success, Trip};
use super::{Call, Cause, Error, Result, SendError, Service};
use crate::state::Store;
use crate::telemetry::{Trace, counters};

/// The status that carries our own [`Error`] through the generated code; no server sends it.
const CARRIER: u16 = 599;

/// What both services' upstreams are made of.
pub(super) struct Parts {
    pub(super) service: Service,
    pub(super) operations: &'static [Operation],
    pub(super) base_url: String,
    pub(super) timeout: Duration,
    pub(super) max_retries: u32,
    pub(super) http: reqwest::Client,
}

/// One account at one service, with what its callers share. Has no `Debug`: it holds secrets.
pub(super) struct Upstream {
    pub(super) parts: Parts,
    pub(super) base: Url,
    pub(super) credential: Credential,
    pub(super) routes: Routes,
}

impl Upstream {
    pub(super) fn new(mut parts: Parts, credential: Credential) -> Result<Self> {
        parts.base_url.truncate(parts.base_url.trim_end_matches('/').len());
        let base =
            Url::parse(&parts.base_url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let base =
            base.ok_or_else(|| Error::internal(format!("the base URL of {} is not an http address", parts.service)))?;
        Ok(Self { parts, base, credential, routes: Routes::default() })
    }

    /// Counts the requests together with other servers, where the service has a limit.
    pub(super) fn share_pace(&self, store: Arc<Store>, account: Arc<str>) {
        if let Credential::Infinity { pace, .. } = &self.credential {
            pace.share(store, account);
        }
    }

    pub(super) fn base_url(&self) -> &str {
        &self.parts.base_url
    }

    pub(super) fn http(&self) -> &reqwest::Client {
        &self.parts.http
    }

    fn operation(&self, id: &str) -> Result<&'static Operation> {
        let operations = self.parts.operations;
        let found =
            operations.binary_search_by(|operation| operation.id.cmp(id)).ok().and_then(|index| operations.get(index));
        found.ok_or_else(|| Error::internal(format!("the operation `{id}` is not in the document")))
    }

    /// Asks for a new token. It has a time budget of its own, because other calls may wait for the same one.
    /// It belongs to the trace of the call that asked first.
    pub(super) fn fetch_token(self: Arc<Self>, request_id: String, trace: Trace) -> BoxFuture<'static, Result<Value>> {
        let Parts { timeout, max_retries, .. } = self.parts;
        async move {
            let Credential::Infinigate { client_id, client_secret, .. } = &self.credential else {
                return Err(Error::internal("this service has no token to fetch"));
            };
            let form = [
                ("grant_type", "client_credentials"),
                ("client_id", client_id),
                ("client_secret", client_secret.expose_secret()),
            ];
            let address = format!("{}{}", self.base_url(), self.operation(CREATE_TOKEN)?.path);
            let request = self.http().post(address).form(&form).build();
            let request = request.map_err(|error| Error::internal(error.without_url().to_string()))?;
            let budget = timeout.saturating_mul(max_retries.saturating_add(1)) + Duration::from_secs(10);
            let call = Call::new(request_id, CancellationToken::new(), budget).in_trace(trace);
            let answer = Seam::new(self.clone(), call).run(request, CREATE_TOKEN).await;
            counters::token_fetched(self.parts.service.name(), if answer.is_ok() { "ok" } else { "failed" });
            let answer = answer?;
            serde_json::from_slice(&answer.body).map_err(|error| Error::internal(error.to_string()))
        }
        .boxed()
    }
}

/// A generated client's inner value: the account, and the tool call it speaks for.
#[derive(Clone)]
pub struct Seam {
    pub(super) upstream: Arc<Upstream>,
    pub(super) call: Call,
}

impl Seam {
    pub(super) fn new(upstream: Arc<Upstream>, call: Call) -> Self {
        Self { upstream, call }
    }

    /// Sends a request for the operation with this id.
    pub(super) async fn run(&self, request: Request, id: &str) -> Result<Success> {
        let operation = self.upstream.operation(id)?;
        self.call.saw(operation.id);
        Trip::new(self, operation).go(request).await
    }
}

impl Passage for Seam {
    /// The generated code has no way to hand on an error of ours, so a failure travels inside a response; [`Error`] is made
    /// from it again.
    fn pass(&self, request: Request, operation: &'static str) -> BoxFuture<'_, Response> {
        async move {
            match self.run(request, operation).await {
                Ok(Success { status, body }) => {
                    let mut response = http::Response::new(body);
                    *response.status_mut() = status;
                    response.into()
                }
                Err(error) => {
                    let mut response = http::Response::new(Vec::new());
                    *response.status_mut() = StatusCode::from_u16(CARRIER).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                    response.extensions_mut().insert(error);
                    response.into()
                }
            }
        }
        .boxed()
    }
}

impl std::fmt::Debug for Seam {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Seam")
            .field("service", &self.upstream.parts.service)
            .field("call", &self.call)
            .finish_non_exhaustive()
    }
}

impl From<SendError> for Error {
    fn from(error: SendError) -> Self {
        match error {
            SendError::UnexpectedResponse(response) => match response.extensions().get::<Self>() {
                Some(error) => error.clone(),
                None => Self::internal("a response came past the seam"),
            },
            // What was sent has been answered with a success by then, so it must not be called unchanged.
            SendError::InvalidResponsePayload(_, error) => Self {
                cause: Cause::OutcomeUnknown { doubt: super::Doubt::NotUnderstood },
                ..Self::internal(format!("the answer could not be decoded: {error}"))
            },
            SendError::InvalidRequest(reason) | SendError::Custom(reason) => Self::internal(reason),
            SendError::CommunicationError(error)
            | SendError::InvalidUpgrade(error)
            | SendError::ResponseBodyError(error) => Self::internal(error.without_url().to_string()),
            SendError::ErrorResponse(_) => Self::internal("a response came past the seam"),
        }
    }
}
