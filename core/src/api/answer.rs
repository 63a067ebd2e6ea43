//! Reads an answer: a success becomes JSON that the typed decoding takes, a refusal becomes its cause.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;

use super::attempt::Reply;
use super::mend::{fits, mend};
use super::retry::CREATE_TOKEN;
use super::said::{fields, is_missing_route, is_unrouted, words};
use super::shape::{Operation, Shape};
use super::{Call, Cause, Service};

/// Some Windows servers put it before their JSON.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Why a success cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unusable {
    /// No JSON, or JSON of another kind than documented.
    NotJson,
    /// JSON that ends too early.
    Truncated,
}

/// The body of a success, made fit for the typed decoding. A success that cannot be read is never taken for an empty one.
pub(super) fn usable(
    reply: Reply,
    service: Service,
    operation: &'static Operation,
    call: &Call,
) -> Result<Vec<u8>, Unusable> {
    let Reply { headers, mut body, .. } = reply;
    if body.starts_with(BYTE_ORDER_MARK) {
        body.drain(..BYTE_ORDER_MARK.len());
    }
    if body.trim_ascii().is_empty() || (body.trim_ascii() == b"null" && operation.answer.may_be_empty) {
        return if operation.answer.may_be_empty { empty(operation.answer.shape) } else { Err(Unusable::NotJson) };
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.to_ascii_lowercase().starts_with("text/html") {
        return Err(Unusable::NotJson);
    }
    if let Some(report) = operation.answer.shape.and_then(|shape| fits(shape, &body)) {
        report.publish(service, operation.id, call);
        return Ok(body);
    }
    let mut value: Value = serde_json::from_slice(&body)
        .map_err(|error| if error.is_eof() { Unusable::Truncated } else { Unusable::NotJson })?;
    let Some(shape) = operation.answer.shape else { return Ok(body) };
    let report = mend(shape, &mut value).ok_or(Unusable::NotJson)?;
    report.publish(service, operation.id, call);
    // Written anew even where nothing was changed: a field that came twice is one now.
    Ok(value.to_string().into_bytes())
}

/// What stands for a documented success without a body.
fn empty(shape: Option<&Shape>) -> Result<Vec<u8>, Unusable> {
    match shape {
        None | Some(Shape::Any | Shape::Object(_) | Shape::Map(_) | Shape::BareOr { .. }) => Ok(b"{}".to_vec()),
        Some(Shape::List(_)) => Ok(b"[]".to_vec()),
        Some(Shape::Text { .. } | Shape::Number | Shape::Integer | Shape::Boolean) => Err(Unusable::NotJson),
    }
}

/// Whether the refusal names the subscription key: then a new token cures nothing.
pub(super) fn names_subscription_key(reply: &Reply) -> bool {
    let challenge =
        reply.headers.get(reqwest::header::WWW_AUTHENTICATE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let words = words(&reply.body).unwrap_or_default().to_ascii_lowercase();
    challenge.contains("AzureApiManagementKey") || words.contains("subscription key")
}

/// Whether the gateway refused the route, so that the service behind it was not reached.
pub(super) fn is_gateway_404(reply: &Reply) -> bool {
    reply.status == StatusCode::NOT_FOUND && is_missing_route(&reply.body)
}

/// What a status other than a success means.
pub(super) fn refusal(reply: &Reply, operation: &Operation, retry_after: Option<Duration>, limit: Duration) -> Cause {
    let removed = words(&reply.body).is_some_and(|words| words.contains("Removed in selected version"));
    match reply.status.as_u16() {
        400..=499 if removed => Cause::Removed,
        401 => Cause::Unauthenticated { subscription_key: names_subscription_key(reply) },
        // The token endpoint of older versions says so for a wrong secret.
        400 | 403 if operation.id == CREATE_TOKEN => Cause::Unauthenticated { subscription_key: false },
        // A used-up quota comes as 403, but says when it will be filled again.
        403 if retry_after.is_some() => Cause::RateLimited { retry_after },
        403 => Cause::PermissionDenied,
        404 if is_missing_route(&reply.body) || is_unrouted(&reply.body) => Cause::RouteMissing,
        404 | 410 => Cause::NotFound,
        405 => Cause::RouteMissing,
        408 => Cause::Timeout { limit },
        409 | 412 | 423 | 428 => Cause::Conflict,
        429 => Cause::RateLimited { retry_after },
        500..=599 => Cause::Unavailable,
        // Neither service documents a redirect; it usually leads to a page that asks a person to sign in.
        300..=399 => Cause::NotJson,
        _ => Cause::Refused { fields: fields(&reply.body, str::to_owned) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::shape::{Answer, Field};
    use reqwest::header::{HeaderMap, HeaderValue};
    use tokio_util::sync::CancellationToken;

    static THING: Shape =
        Shape::Object(&[Field { name: "id", shape: &Shape::Integer, required: true, nullable: false }]);
    static READ: Operation = Operation {
        id: "answer-test",
        method: "GET",
        path: "/x",
        alternate_path: None,
        answer: Answer { shape: Some(&THING), may_be_empty: false },
    };
    static LIST: Operation = Operation {
        id: "answer-test",
        method: "PUT",
        path: "/x",
        alternate_path: None,
        answer: Answer { shape: Some(&Shape::List(&THING)), may_be_empty: true },
    };

    fn reply(status: u16, kind: &'static str, body: &str) -> Reply {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]);
        Reply { status: StatusCode::from_u16(status).unwrap(), headers, body: body.as_bytes().to_vec() }
    }

    fn read(operation: &'static Operation, kind: &'static str, body: &str) -> Result<String, Unusable> {
        let call = Call::new("r", CancellationToken::new(), Duration::from_secs(1));
        usable(reply(200, kind, body), Service::Infinity, operation, &call).map(|body| String::from_utf8(body).unwrap())
    }

    #[test]
    fn a_success_that_is_not_the_documented_json_is_never_taken_for_an_empty_one() {
        assert_eq!(read(&READ, "text/html", "<html>"), Err(Unusable::NotJson));
        assert_eq!(read(&READ, "text/html", "{}"), Err(Unusable::NotJson));
        assert_eq!(read(&READ, "application/json", ""), Err(Unusable::NotJson));
        assert_eq!(read(&READ, "application/json", "\"maintenance\""), Err(Unusable::NotJson));
        assert_eq!(read(&READ, "application/json", "{\"id\": 1"), Err(Unusable::Truncated));
        assert_eq!(read(&LIST, "text/plain", "fine"), Err(Unusable::NotJson));
    }

    #[test]
    fn a_documented_empty_success_is_an_empty_value() {
        assert_eq!(read(&LIST, "", "").unwrap(), "[]");
        assert_eq!(read(&LIST, "", " null ").unwrap(), "[]");
    }

    #[test]
    fn an_answer_that_fits_passes_byte_for_byte() {
        assert_eq!(read(&READ, "application/json", "{ \"id\" :\n1 }").unwrap(), "{ \"id\" :\n1 }");
        assert_eq!(read(&READ, "application/json", "\u{feff}{\"id\":\"1\"}").unwrap(), "{\"id\":1}");
        assert_eq!(read(&READ, "application/json", "{\"id\":1,\"id\":2}").unwrap(), "{\"id\":2}");
    }

    #[test]
    fn an_unknown_route_is_told_from_an_unknown_id() {
        let cause = |words: &str| refusal(&reply(404, "application/json", words), &READ, None, Duration::ZERO);
        assert_eq!(cause(r#"{"message":"The route could not be found."}"#), Cause::RouteMissing);
        assert_eq!(cause(r#"{"message":"The route api/v2/x could not be found."}"#), Cause::RouteMissing);
        assert_eq!(cause(r#"{"message":"No query results for model [App\\Models\\Item] x"}"#), Cause::NotFound);
    }

    #[test]
    fn each_status_has_its_cause() {
        let cause = |status, body: &str| refusal(&reply(status, "application/json", body), &READ, None, Duration::ZERO);
        assert_eq!(cause(404, r#"{"statusCode":404,"message":"Resource not found"}"#), Cause::RouteMissing);
        assert_eq!(cause(404, r#"{"message":"No such item"}"#), Cause::NotFound);
        assert_eq!(cause(400, r#"{"message":"Removed in selected version"}"#), Cause::Removed);
        assert_eq!(
            cause(401, r#"{"message":"Access denied due to invalid subscription key. Make"}"#),
            Cause::Unauthenticated { subscription_key: true }
        );
        assert_eq!(cause(401, ""), Cause::Unauthenticated { subscription_key: false });
        assert_eq!(
            cause(422, r#"{"errors":{"name":["is required"]}}"#),
            Cause::Refused { fields: vec![("name".into(), "is required".into())] }
        );
        assert_eq!(cause(409, ""), Cause::Conflict);
        assert_eq!(cause(500, ""), Cause::Unavailable);
        assert_eq!(cause(302, ""), Cause::NotJson);
    }
}
