//! Puts a service's answer on the wire, disguised as the faults demand.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures::StreamExt;
use serde_json::Value;

use super::faults::Disguise;
use super::service::Reply;

/// What stands in a page that is no answer; the kind a gateway shows during maintenance.
const PAGE: &str =
    "<!DOCTYPE html>\n<html><head><title>Maintenance</title></head><body><h1>We will be back soon</h1></body></html>\n";

/// The value that no document knows.
const UNHEARD_OF: &str = "unheard_of";

/// Writes a reply; `pause_ms` is waited between the two halves of its body.
pub(super) fn write(reply: Reply, disguise: Option<Disguise>, pause_ms: u64) -> Response {
    let json = reply.body.as_ref().map(Value::to_string);
    let (status, media, bytes) = match (disguise, json) {
        (Some(Disguise::Html), _) => (200, "text/html; charset=utf-8", Bytes::from_static(PAGE.as_bytes())),
        (_, Some(json)) => (reply.status, "application/json; charset=utf-8", Bytes::from(json)),
        (_, None) => (reply.status, "", Bytes::new()),
    };
    let half = bytes.slice(..bytes.len() / 2);
    let announced = bytes.len();
    let body = match disguise {
        Some(Disguise::Malformed) => Body::from(half),
        Some(Disguise::Truncated) => broken_off(half),
        Some(Disguise::Html) | None => spaced(bytes, pause_ms),
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if !media.is_empty() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    }
    if disguise == Some(Disguise::Truncated) {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(announced));
    }
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}

/// A stream that fails after these bytes, but lets them out first: a failure at once would take them along.
fn broken_off(bytes: Bytes) -> Body {
    let end = async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof))
    };
    Body::from_stream(futures::stream::iter([Ok(bytes)]).chain(futures::stream::once(end)))
}

fn spaced(bytes: Bytes, pause_ms: u64) -> Body {
    if pause_ms == 0 || bytes.is_empty() {
        return Body::from(bytes);
    }
    let middle = bytes.len() / 2;
    let (first, second) = (bytes.slice(..middle), bytes.slice(middle..));
    let later = async move {
        tokio::time::sleep(Duration::from_millis(pause_ms)).await;
        Ok::<_, Infallible>(second)
    };
    Body::from_stream(futures::stream::iter([Ok(first)]).chain(futures::stream::once(later)))
}

/// Grows a value the document does not list, wherever it lists values without closing the list.
pub(super) fn grow_values(node: &mut Value, open_words: &BTreeSet<String>) {
    match node {
        Value::Object(fields) => {
            for (name, child) in fields {
                match child {
                    Value::String(word) if open_words.contains(name) => UNHEARD_OF.clone_into(word),
                    _ => grow_values(child, open_words),
                }
            }
        }
        Value::Array(children) => children.iter_mut().for_each(|child| grow_values(child, open_words)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
