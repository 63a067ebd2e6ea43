//! Which forms of an answer a client takes (`Accept`), and bringing an answer into one of them.
//!
//! The protocol wants both named, JSON and a stream of events, and the library refuses whoever names one or leaves it at `*/*`.
//! Here whatever permits an answer gets one: the library is told that both are taken, and what it says is put into the form
//! that is.

use std::pin::pin;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use rmcp::model::{ErrorCode, Extensions, RequestId};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use sse_stream::SseStream;

use super::envelope::Envelope;
use super::guard::refused;

const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";

/// The forms that a client takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forms {
    json: bool,
    events: bool,
    /// Whether both are named, as the library wants it.
    are_named: bool,
}

/// In the extensions of a request's head: the client takes no stream.
#[derive(Debug, Clone, Copy)]
struct NoEvents;

/// Whether the client of a request takes no stream, in which it could be asked something before the answer.
pub fn takes_no_events(extensions: &Extensions) -> bool {
    extensions.get::<Parts>().is_some_and(|head| head.extensions.get::<NoEvents>().is_some())
}

impl Forms {
    /// What the headers of a request permit; without `Accept`, everything.
    pub fn of(headers: &HeaderMap) -> Self {
        let lists: Vec<&str> = headers.get_all(ACCEPT).iter().filter_map(|list| list.to_str().ok()).collect();
        let ranges: Vec<(&str, bool)> = lists.iter().flat_map(|list| list.split(',')).filter_map(range).collect();
        if ranges.is_empty() {
            return Self { json: true, events: true, are_named: false };
        }
        // The range that says most about a form decides.
        let takes = |names: &[&str]| {
            let says = |name: &&str| ranges.iter().find(|(range, _)| range.eq_ignore_ascii_case(name));
            names.iter().find_map(says).is_some_and(|(_, is_taken)| *is_taken)
        };
        Self {
            json: takes(&[JSON, "application/*", "*/*"]),
            events: takes(&[EVENTS, "text/*", "*/*"]),
            are_named: takes(&[JSON]) && takes(&[EVENTS]),
        }
    }

    /// Lets a request go on whose answer has a form that is taken, and says in it what the library wants to hear.
    pub fn admit(self, head: &mut Parts, envelope: &Envelope) -> Result<(), Box<Response>> {
        let (is_post, is_get) = (head.method == Method::POST, head.method == Method::GET);
        let is_stream = is_get || envelope.is("subscriptions/listen");
        if is_stream && !self.events {
            return Err(not_acceptable(
                "The answer is a stream of events, which Accept must permit: text/event-stream.",
            ));
        }
        if is_post && !self.json && !self.events {
            return Err(not_acceptable(
                "The answer is application/json or text/event-stream, and Accept permits neither. Nothing was done.",
            ));
        }
        if !self.events {
            head.extensions.insert(NoEvents);
        }
        if (is_post || is_get) && !self.are_named {
            head.headers.insert(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
        }
        Ok(())
    }

    /// The answer to the request with this id, in a form that is taken.
    pub async fn shape(self, answer: Response, id: Option<&RequestId>) -> Response {
        if !self.events && is(&answer, EVENTS) {
            last_message(answer, id).await
        } else if !self.json && is(&answer, JSON) && answer.status() == StatusCode::OK {
            as_event(answer).await
        } else {
            answer
        }
    }
}

/// A range of media types, and whether it is taken: a weight of zero says that it is not.
fn range(text: &str) -> Option<(&str, bool)> {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().filter(|name| !name.is_empty())?;
    let is_weight_zero = |part: &str| {
        let weight = part.split_once('=').filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
        weight.and_then(|(_, weight)| weight.trim().parse::<f32>().ok()) == Some(0.0)
    };
    Some((name, !parts.any(is_weight_zero)))
}

fn not_acceptable(message: &str) -> Box<Response> {
    refused(StatusCode::NOT_ACCEPTABLE, "not_acceptable", message)
}

fn is(answer: &Response, media_type: &str) -> bool {
    answer.headers().get(CONTENT_TYPE).is_some_and(|said| said.as_bytes().starts_with(media_type.as_bytes()))
}

/// Waits for the answer in a stream. What comes before it is told to those who listen.
async fn last_message(answer: Response, id: Option<&RequestId>) -> Response {
    let (mut head, body) = answer.into_parts();
    let mut events = pin!(SseStream::new(body));
    let mut message = None;
    while let (None, Some(Ok(event))) = (&message, events.next().await) {
        message = event.data.filter(|data| is_answer(data));
    }
    let Some(message) = message else {
        let told = "The request was cancelled, or the server stopped, before there was an answer.";
        let error = json!({ "code": ErrorCode::INTERNAL_ERROR, "message": told });
        return Json(json!({ "jsonrpc": "2.0", "id": id, "error": error })).into_response();
    };
    head.headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    Response::from_parts(head, Body::from(message))
}

/// Whether a message is an answer, and no question or notification of ours.
fn is_answer(message: &str) -> bool {
    #[derive(Deserialize)]
    struct Answer {
        result: Option<IgnoredAny>,
        error: Option<IgnoredAny>,
    }
    serde_json::from_str::<Answer>(message).is_ok_and(|answer| answer.result.is_some() || answer.error.is_some())
}

/// A stream whose one event is the answer.
async fn as_event(answer: Response) -> Response {
    let (mut head, body) = answer.into_parts();
    // It was made whole, in one line and in memory.
    let message = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let event = [b"data: ".as_slice(), &message, b"\n\n"].concat();
    head.headers.remove(axum::http::header::CONTENT_LENGTH);
    head.headers.insert(CONTENT_TYPE, HeaderValue::from_static(EVENTS));
    Response::from_parts(head, Body::from(event))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_permits_an_answer_is_understood() {
        for (accept, json, events) in [
            ("application/json, text/event-stream", true, true),
            ("*/*", true, true),
            ("", true, true),
            ("text/html, */*;q=0.8", true, true),
            ("Application/JSON; charset=utf-8", true, false),
            ("application/*", true, false),
            ("text/event-stream", false, true),
            ("text/*;q=0.1", false, true),
            ("application/json;q=0, */*", false, true),
            ("application/json; Q=0.000, text/event-stream", false, true),
            ("*/*;q=0", false, false),
            ("text/html", false, false),
        ] {
            let forms = Forms::of(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]));
            assert_eq!((forms.json, forms.events), (json, events), "{accept}");
        }
        assert!(Forms::of(&HeaderMap::new()).json);
    }

    #[tokio::test]
    async fn a_stream_becomes_the_answer_in_it_and_one_without_any_an_error() {
        let json_only = Forms { json: true, events: false, are_named: false };
        let shaped = async |stream: &'static str| {
            let stream = ([(CONTENT_TYPE, EVENTS)], Body::from(stream)).into_response();
            let answer = json_only.shape(stream, Some(&RequestId::Number(7))).await;
            assert!(is(&answer, JSON) && answer.status() == StatusCode::OK);
            let bytes = to_bytes(answer.into_body(), 10_000).await.unwrap();
            serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()
        };
        let told = concat!(
            "data: \nretry: 3000\n\n",
            ":\n\n",
            "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{}}\n\n",
            "id: 1/0\ndata: {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}\n\n",
        );
        assert_eq!(shaped(told).await, json!({ "jsonrpc": "2.0", "id": 7, "result": {} }));
        assert_eq!(shaped(":\n\n").await["error"]["code"], json!(-32603));
        assert_eq!(shaped("").await["id"], json!(7));
    }
}
