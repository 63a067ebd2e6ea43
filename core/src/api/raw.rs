//! Reads answers as they came over the wire, for whoever wants to hold them against the document.
//!
//! The request takes the same way as every other: credentials, pace, repetition, deadline. Only what changes nothing can
//! be sent like this.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{DATE, HeaderMap};
use reqwest::{Method, Request};
use url::Url;

use super::send::{self, Seam};
use super::shape::Operation;
use super::{Call, Error, Result};

/// The latest answer that came for a call.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The HTTP status.
    pub status: u16,
    /// The service's clock, when it told the time.
    pub clock: Option<DateTime<Utc>>,
    /// When it came, by our clock.
    pub came: DateTime<Utc>,
    /// The body, untouched.
    pub body: Vec<u8>,
}

/// Keeps the latest answer of a call.
#[derive(Clone, Default)]
pub(super) struct Witness(Arc<Mutex<Option<Seen>>>);

impl Witness {
    pub(super) fn see(&self, status: u16, headers: &HeaderMap, body: &[u8]) {
        let clock = headers.get(DATE).and_then(|date| DateTime::parse_from_rfc2822(date.to_str().ok()?).ok());
        let seen = Seen { status, clock: clock.map(|clock| clock.to_utc()), came: Utc::now(), body: body.to_vec() };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
    }

    fn take(&self) -> Option<Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Reads of one account.
#[derive(Clone)]
pub struct Reader {
    upstream: Arc<send::Upstream>,
}

/// What came of one read.
pub struct Read {
    /// Whether the seam could use the answer.
    pub outcome: Result<()>,
    /// The latest answer, if any came.
    pub seen: Option<Seen>,
}

impl Reader {
    pub(super) fn new(upstream: Arc<send::Upstream>) -> Self {
        Self { upstream }
    }

    /// Every documented operation, sorted by id.
    pub fn operations(&self) -> &'static [Operation] {
        self.upstream.parts.operations
    }

    /// Reads one operation. `values` are those of the path's parameters, in their order.
    pub async fn read(&self, call: Call, operation: &str, values: &[String], query: &[(String, String)]) -> Read {
        let witness = Witness::default();
        let seam = Seam::new(self.upstream.clone(), call.with_witness(witness.clone()));
        let outcome = match self.request(operation, values, query) {
            Ok(request) => seam.run(request, operation).await.map(drop),
            Err(error) => Err(error),
        };
        Read { outcome, seen: witness.take() }
    }

    fn request(&self, id: &str, values: &[String], query: &[(String, String)]) -> Result<Request> {
        let operation = self.operations().iter().find(|operation| operation.id == id);
        let operation = operation
            .filter(|operation| operation.method == "GET")
            .ok_or_else(|| Error::internal("only reads are raw"))?;
        let mut values = values.iter();
        let path: Vec<String> = operation
            .path
            .split('/')
            .map(|segment| match segment.starts_with('{').then(|| values.next()).flatten() {
                Some(value) => utf8_percent_encode(value, NON_ALPHANUMERIC).to_string(),
                None => segment.to_owned(),
            })
            .collect();
        let address = Url::parse(&format!("{}{}", self.upstream.base_url(), path.join("/")));
        let mut address = address.map_err(|error| Error::internal(error.to_string()))?;
        if !query.is_empty() {
            address.query_pairs_mut().extend_pairs(query);
        }
        Ok(Request::new(Method::GET, address))
    }
}
