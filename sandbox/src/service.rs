//! What one simulated service must be able to do, once a request has been found to agree with its document.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

/// A request whose path, query, headers and body the document allows.
#[derive(Debug)]
pub struct Request {
    /// The document's `operationId`.
    pub operation: String,
    /// Path parameters, decoded.
    pub path: BTreeMap<String, String>,
    /// Query parameters by their documented name; repeated ones in order of arrival.
    pub query: BTreeMap<String, Vec<String>>,
    /// The headers as they came.
    pub headers: HeaderMap,
    /// The body, read by its documented media type.
    pub body: Body,
}

impl Request {
    /// A path parameter; empty when the document has none of that name.
    pub fn path(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// The first value of a query parameter.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name)?.first().map(String::as_str)
    }

    /// All values of a query parameter.
    pub fn queries(&self, name: &str) -> &[String] {
        self.query.get(name).map_or(&[], Vec::as_slice)
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The JSON body, or null when there is none.
    pub fn json(&self) -> &Value {
        match &self.body {
            Body::Json(value) => value,
            Body::None | Body::Form(_) | Body::File { .. } => &Value::Null,
        }
    }
}

/// A body as its documented media type reads it.
#[derive(Debug)]
pub enum Body {
    /// No body came.
    None,
    /// `application/json`.
    Json(Value),
    /// `application/x-www-form-urlencoded`.
    Form(BTreeMap<String, String>),
    /// The one file of a `multipart/form-data` body.
    File {
        /// The file name the client gave.
        name: String,
        /// The media type the client gave.
        media: String,
        /// Its length in bytes; the content itself is not kept.
        length: usize,
    },
}

/// What the service answers.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Extra headers.
    pub headers: Vec<(&'static str, String)>,
    /// The JSON body; none at all when absent.
    pub body: Option<Value>,
}

impl Reply {
    /// A JSON answer.
    pub fn json(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body: Some(body) }
    }

    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: None }
    }

    /// The same answer with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Why a request does not agree with the document.
#[derive(Debug)]
pub enum Problem {
    /// No operation has this path.
    NoSuchRoute,
    /// The path exists with these other methods.
    WrongMethod(Vec<String>),
    /// Values in the path are nothing that could be found: the parameter and what is wrong with it.
    Misplaced(Vec<(String, String)>),
    /// Parameters or body break the document: the field (or `body`) and what is wrong with it.
    Invalid(Vec<(String, String)>),
    /// The body is not of a documented media type, or cannot be read as it.
    Unreadable(String),
}

/// One simulated service: its rules of refusal and its answers.
pub trait Service: Send + Sync + 'static {
    /// Refuses what the document does not allow, in the service's own error form; `operation` is the documented id of
    /// what was meant, where the request got that far.
    fn refuse(&self, operation: Option<&str>, problem: &Problem) -> Reply;

    /// Checks credentials, versions and rate before anything is validated; `operation` is the documented id.
    ///
    /// # Errors
    /// The refusal to send.
    fn admit(&self, operation: &str, headers: &HeaderMap) -> Result<(), Reply>;

    /// Answers a request that agrees with the document.
    fn answer(&self, request: &Request) -> Reply;

    /// Whether the route with this path template exists: the document gives some operations two spellings, and only
    /// the service's switches say which of them is real. Asked before [`Service::admit`].
    fn has_route(&self, operation: &str, template: &str) -> bool {
        let _ = (operation, template);
        true
    }

    /// Whether this operation only fetches credentials, so that faults which name no operation leave it alone.
    fn signs_in(&self, operation: &str) -> bool {
        let _ = operation;
        false
    }

    /// The form of an error this service did not choose itself: the `fail_next` fault asks for it.
    fn failure(&self, status: u16) -> Reply {
        let reason = StatusCode::from_u16(status).ok().and_then(|known| known.canonical_reason());
        Reply::json(status, serde_json::json!({ "message": reason.unwrap_or("Server Error") }))
    }

    /// The answer to one request too many; `wait` is the number of seconds after which the next is welcome.
    fn too_many(&self, wait: u64) -> Reply {
        Reply::json(429, serde_json::json!({ "message": "Too Many Attempts." }))
            .with_header("retry-after", wait.to_string())
    }

    /// The doubtful shapes this service can take, each with its present value, by name without the service's prefix.
    fn switches(&self) -> Map<String, Value>;

    /// Sets one of [`Service::switches`].
    ///
    /// # Errors
    /// What is wrong with the value, or that there is no switch of this name; nothing has changed then.
    fn switch(&self, name: &str, value: &Value) -> Result<(), String>;

    /// Puts the state and the switches back to how they were at the start.
    fn reset(&self);

    /// What has been bought since the start, oldest first: `{kind: "quote" | "order", number, reference, total, currency}`.
    /// Empty for a service that sells nothing.
    fn purchases(&self) -> Vec<Value>;
}
