//! Reads a raw request by its operation's rules; what breaks them becomes a [`Problem`].

use std::collections::BTreeMap;

use axum::body::{Body as RawBody, Bytes};
use axum::extract::{FromRequest, Multipart};
use axum::http::{HeaderMap, header};
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::contract::{BodyRule, Many, Operation, Parameter, Place};
use super::schema::MISSING;
use super::service::{Body, Problem, Request};

/// Named in a problem when the body as a whole is at fault.
const BODY: &str = "body";

type Faults = Vec<(String, String)>;

/// Reads and checks a request that has found its operation.
pub(super) async fn read(
    operation: &Operation,
    path: BTreeMap<String, String>,
    query: &str,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Request, Problem> {
    let mut faults = Faults::new();
    check_path(operation, &path)?;
    let query = read_query(operation, query, &mut faults);
    check_headers(operation, &headers, &mut faults);
    let body = read_body(operation.body.as_ref(), &headers, body, &mut faults).await?;
    if faults.is_empty() {
        Ok(Request { operation: operation.id.clone(), path, query, headers, body })
    } else {
        Err(Problem::Invalid(faults))
    }
}

fn read_query(operation: &Operation, query: &str, faults: &mut Faults) -> BTreeMap<String, Vec<String>> {
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match parameters(operation, Place::Query).find(|known| known.name == name) {
            Some(known) if known.many == Many::Commas => {
                values.entry(known.name.clone()).or_default().extend(value.split(',').map(str::to_owned));
            }
            Some(known) => values.entry(known.name.clone()).or_default().push(value.into_owned()),
            None => faults.push((name.into_owned(), "is not a documented query parameter".to_owned())),
        }
    }
    for known in parameters(operation, Place::Query) {
        match values.get(&known.name) {
            Some(given) if known.many == Many::Never && given.len() > 1 => {
                faults.push((known.name.clone(), "is given more than once".to_owned()));
            }
            Some(given) => faults.extend(judge(known, given)),
            None if known.required => faults.push((known.name.clone(), MISSING.to_owned())),
            None => {}
        }
    }
    values
}

/// Services look up what the path names before they read the rest, so its faults come alone.
fn check_path(operation: &Operation, path: &BTreeMap<String, String>) -> Result<(), Problem> {
    let fault = |known: &Parameter| judge(known, std::slice::from_ref(path.get(&known.name)?));
    let faults: Faults = parameters(operation, Place::Path).filter_map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(Problem::Misplaced(faults)) }
}

fn check_headers(operation: &Operation, headers: &HeaderMap, faults: &mut Faults) {
    for known in parameters(operation, Place::Header) {
        match headers.get(&known.name).and_then(|value| value.to_str().ok()) {
            Some(given) => faults.extend(judge(known, &[given.to_owned()])),
            None if known.required => faults.push((known.name.clone(), MISSING.to_owned())),
            None => {}
        }
    }
}

fn parameters(operation: &Operation, place: Place) -> impl Iterator<Item = &Parameter> {
    operation.parameters.iter().filter(move |known| known.place == place)
}

/// A parameter arrives as text: it agrees when the text, or the number or truth value it spells, does.
fn judge(known: &Parameter, given: &[String]) -> Option<(String, String)> {
    let as_text: Vec<Value> = given.iter().map(|text| Value::from(text.as_str())).collect();
    let as_spelt: Vec<Value> = given.iter().map(|text| spelt(text)).collect();
    let whole = |values: Vec<Value>| match known.many {
        Many::Never => values.into_iter().next().unwrap_or(Value::Null),
        Many::Repeated | Many::Commas => Value::Array(values),
    };
    let spelt = whole(as_spelt);
    if known.check.accepts(&whole(as_text)) || known.check.accepts(&spelt) {
        return None;
    }
    known.check.faults(&spelt, &known.name).into_iter().next().map(|(_, fault)| (known.name.clone(), fault))
}

/// The number or truth value a text spells, or else the text.
fn spelt(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_))) => value,
        _ => Value::from(text),
    }
}

async fn read_body(
    rule: Option<&BodyRule>,
    headers: &HeaderMap,
    body: Bytes,
    faults: &mut Faults,
) -> Result<Body, Problem> {
    let Some(rule) = rule else {
        if !body.is_empty() {
            faults.push((BODY.to_owned(), "is not documented for this operation".to_owned()));
        }
        return Ok(Body::None);
    };
    if body.is_empty() {
        if rule.required {
            faults.push((BODY.to_owned(), MISSING.to_owned()));
        }
        return Ok(Body::None);
    }
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let Some(check) = rule.media.get(&media) else {
        return Err(Problem::Unreadable(format!("the media type `{media}` is not documented for this operation")));
    };
    match media.as_str() {
        "application/x-www-form-urlencoded" => {
            let fields: BTreeMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
            let object: Map<String, Value> =
                fields.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
            faults.extend(check.faults(&Value::Object(object), BODY));
            Ok(Body::Form(fields))
        }
        "multipart/form-data" => read_file(declared, body).await,
        _ => {
            let value = serde_json::from_slice(&body)
                .map_err(|error| Problem::Unreadable(format!("the body is not JSON: {error}")))?;
            faults.extend(check.faults(&value, BODY));
            Ok(Body::Json(value))
        }
    }
}

/// The one file of a multipart body; a body without one breaks the document.
async fn read_file(declared: &str, body: Bytes) -> Result<Body, Problem> {
    let unreadable =
        |error: &dyn std::fmt::Display| Problem::Unreadable(format!("the multipart body cannot be read: {error}"));
    let request = axum::http::Request::builder()
        .header(header::CONTENT_TYPE, declared)
        .body(RawBody::from(body))
        .map_err(|error| unreadable(&error))?;
    let mut parts = Multipart::from_request(request, &()).await.map_err(|error| unreadable(&error))?;
    while let Some(part) = parts.next_field().await.map_err(|error| unreadable(&error))? {
        if let Some(name) = part.file_name().map(str::to_owned) {
            let media = part.content_type().unwrap_or("application/octet-stream").to_owned();
            let length = part.bytes().await.map_err(|error| unreadable(&error))?.len();
            return Ok(Body::File { name, media, length });
        }
    }
    Err(Problem::Invalid(vec![("file".to_owned(), MISSING.to_owned())]))
}
