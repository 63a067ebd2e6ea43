//! A request to `/mcp`, from the outside in: who it is, how often, what they say, in which form they take an answer, whose
//! session, whether they may, how much at once. Then the MCP library answers, or for a plain read the short way to its dispatch.
//!
//! The steps are calls in one function and no layers of the router: each layer would copy all those below it for every
//! request.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::future::ready;
use futures::stream::{self, StreamExt};
use rmcp::ServerHandler;
use rmcp::transport::streamable_http_server::StreamableHttpService;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;

use super::batch;
use super::bodies::{Bodies, Message};
use super::body::{faulty, says_json};
use super::challenge::Challenge;
use super::direct::Direct;
use super::envelope::Envelope;
use super::forms::Forms;
use super::guard::Entrance;
use super::held::Held;
use super::identity::Principal;
use super::incoming;
use super::introduction;
use super::limits::Limits;
use super::permission::permitted;
use super::sessions::{Sessions, in_name_of, not_found};
use super::standalone::{stands_alone, without_idle_session};

/// Messages of a batch that are answered at the same time.
const AT_ONCE: usize = 4;

/// Everything that a request to `/mcp` meets.
pub struct Mcp<H> {
    /// Who is let in.
    pub entrance: Entrance,
    /// How much each caller may ask.
    pub limits: Limits,
    /// Whose sessions are whose.
    pub sessions: Arc<Sessions>,
    /// How bodies are read.
    pub bodies: Arc<Bodies>,
    /// What those are told who may not.
    pub challenge: Arc<Challenge>,
    /// The short way of plain reads.
    pub direct: Direct<H>,
    /// The MCP library, for requests that stand alone.
    pub alone: StreamableHttpService<H, NeverSessionManager>,
    /// The MCP library.
    pub service: StreamableHttpService<H, Sessions>,
}

impl<H: ServerHandler> Mcp<H> {
    /// The answer, or the first refusal on the way to it.
    pub async fn answer(&self, request: Request) -> Response {
        self.answered(request).await.unwrap_or_else(|refusal| *refusal)
    }

    async fn answered(&self, request: Request) -> Result<Response, Box<Response>> {
        let (head, body) = request.into_parts();
        let caller = self.entrance.admit(&head).await?;
        self.limits.rate(&caller.name)?;
        let Message { bytes: message, room } = self.bodies.message(&caller.name, &head.headers, body).await?;
        let response = if batch::is_list(&message) && batch::may_come(&head.method, &head.headers) {
            self.batch(head, &message, caller).await
        } else {
            self.one(head, message, caller).await
        };
        drop(room);
        response
    }

    /// The answers to the messages of a batch, some at a time. Each counts as a request of its own.
    async fn batch(&self, head: Parts, text: &Bytes, caller: Principal) -> Result<Response, Box<Response>> {
        let messages = match batch::messages(text) {
            Ok(messages) => messages,
            Err(fault) => return Ok(faulty(&fault)),
        };
        let answer = async |(index, message): (usize, Bytes)| {
            let counted = if index == 0 { Ok(()) } else { self.limits.rate(&caller.name) };
            let response = match (counted, batch::begins_session(&message)) {
                (Err(refusal), _) => *refusal,
                (Ok(()), Some(fault)) => faulty(&fault),
                // In a box, for this is what a request alone goes through.
                (Ok(()), None) => Box::pin(self.one(batch::head_of_one(&head), message.clone(), caller.clone()))
                    .await
                    .unwrap_or_else(|refusal| *refusal),
            };
            batch::listed(&message, response).await
        };
        let answers = stream::iter(messages.into_iter().enumerate()).map(answer).buffered(AT_ONCE);
        Ok(batch::answered(answers.filter_map(ready).collect().await))
    }

    /// The answer to one message, or the first refusal on the way to it.
    async fn one(&self, mut head: Parts, message: Bytes, caller: Principal) -> Result<Response, Box<Response>> {
        let message = introduction::shortened(message).map_err(|_| Box::new(introduction::refused()))?;
        let envelope = Envelope::of(&head.method, &message);
        let forms = Forms::of(&head.headers);
        forms.admit(&mut head, &envelope)?;
        without_idle_session(&mut head, &envelope);
        self.sessions.admit(&caller.name, &head.headers, &envelope).await?;
        permitted(&message, &caller, &self.challenge)?;
        let place = self.limits.place(&caller.name, &head, &message).await?;
        let response = self.told(head, message, &envelope, caller).await;
        let response = forms.shape(response, envelope.id.as_ref()).await;
        // A stream of events is a call under way for as long as it is open.
        Ok(response.map(|body| Body::new(Held::new(body, place))))
    }

    async fn told(&self, mut head: Parts, message: Bytes, envelope: &Envelope, caller: Principal) -> Response {
        let caller = Arc::new(caller);
        head.extensions.insert(caller.clone());
        if let Some(plain) = self.direct.plain(&head, &message) {
            return self.direct.answer(head, plain).await;
        }
        // The library says "unsupported media type" to JSON that it cannot read, and of much else that something is missing.
        let message = if head.method == Method::POST && says_json(&head.headers) {
            match incoming::read(&message).map(|incoming| incoming.mended) {
                Ok(mended) => mended.map_or(message, Bytes::from),
                Err(fault) => return faulty(&fault),
            }
        } else {
            message
        };
        let (is_alone, is_farewell) = (stands_alone(&head, envelope), head.method == Method::DELETE);
        let request = Request::from_parts(head, Body::from(message));
        // In a box, for every step that holds on to it copies it.
        let response = if is_alone {
            Box::pin(self.alone.handle(request)).await.map(Body::new)
        } else {
            let answer = Box::pin(async { self.service.handle(request).await.map(Body::new) });
            in_name_of(caller.name.clone(), answer).await.unwrap_or_else(|| not_found(envelope))
        };
        // A session that has ended has nothing left to be done.
        let is_ended = is_farewell && response.status() == StatusCode::ACCEPTED;
        if is_ended { StatusCode::NO_CONTENT.into_response() } else { response }
    }
}
