//! Reads what there is to read at one service, in order, and compares every answer.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::compare::Comparison;
use super::document::{Document, Reading};
use super::drift::Drift;
use super::plan::{Rows, Values};
use crate::api::Call;
use crate::api::raw::Reader;

/// How long one read may take, its waits for the service's limit included.
const PATIENCE: Duration = Duration::from_secs(150);
/// More reads than this are not made, whatever the document has.
const MOST_READS: usize = 120;
/// Rows of a page: many enough to meet what is rare, few enough to be no burden.
const PAGE: &str = "50";

/// What was seen at one service.
#[derive(Default)]
pub struct Look {
    /// How many answers were compared.
    pub answers: usize,
    /// The operations that were read.
    pub read: Vec<String>,
    /// The operations that could not be read, with the reason.
    pub unread: Vec<Unread>,
    /// What differs.
    pub drift: Drift,
    /// Operations whose answers the second opinion rejects although the comparison found nothing.
    pub unexplained: BTreeSet<String>,
}

/// An operation that was not compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// The document's operation id.
    pub operation: String,
    /// Why not.
    pub why: String,
    /// Whether the service answered, but with something that is no success.
    pub refused: bool,
}

/// A second opinion on the answer of an operation: true when it agrees with the document.
pub type Judge<'a> = dyn Fn(&str, &Value) -> bool + 'a;

/// Reads and compares, nothing else: every request is a GET.
pub async fn look(reader: &Reader, document: &Document, judge: &Judge<'_>) -> Look {
    let readings = document.readings();
    let (mut look, mut rows, mut reads) = (Look::default(), Rows::default(), 0);
    for reading in &readings {
        let tries = rows.values(reading, &readings);
        let is_below = |other: &Reading| other.template.starts_with(&format!("{}/", reading.template));
        let is_list = reading.rows.is_some() || readings.iter().any(is_below);
        let mut why = (tries.is_empty()).then(|| ("no list named anything to read it with".to_owned(), false));
        for values in tries {
            reads += 1;
            if reads > MOST_READS {
                why = Some(("enough was read".to_owned(), false));
                break;
            }
            match one(reader, document, judge, reading, &values, &mut look).await {
                Ok(answer) => {
                    why = None;
                    // An empty list says little, and nothing can be read below it: another one may have rows.
                    if rows.keep(reading, &values.path, &answer) > 0 || !is_list {
                        break;
                    }
                }
                Err(failed) => why = Some(failed),
            }
        }
        match why {
            None => look.read.push(reading.id.clone()),
            Some((why, refused)) => look.unread.push(Unread { operation: reading.id.clone(), why, refused }),
        }
    }
    look
}

async fn one(
    reader: &Reader,
    document: &Document,
    judge: &Judge<'_>,
    reading: &Reading,
    values: &Values,
    look: &mut Look,
) -> Result<Value, (String, bool)> {
    let page = reading.rows.iter().map(|name| (name.clone(), PAGE.to_owned()));
    let query: Vec<(String, String)> = values.query.iter().cloned().chain(page).collect();
    let call = Call::new("doctor", CancellationToken::new(), PATIENCE);
    let read = reader.read(call, &reading.id, &values.path, &query).await;
    // The seam refuses what it cannot bring into form; the comparison wants to see exactly that.
    let body = read.seen.as_ref().filter(|seen| (200..300).contains(&seen.status)).map(|seen| &seen.body);
    let answer = body.and_then(|body| serde_json::from_slice::<Value>(body.trim_ascii()).ok());
    match (answer, read.outcome) {
        (Some(answer), _) => {
            look.answers += 1;
            let before = look.drift.met();
            let mut comparison = Comparison { document, operation: &reading.id, drift: &mut look.drift };
            let judged = comparison.answer(&reading.schema, &answer);
            if look.drift.met() == before && !judge(&reading.id, judged) {
                look.unexplained.insert(reading.id.clone());
            }
            Ok(answer)
        }
        (None, Err(error)) => Err((error.to_string(), true)),
        (None, Ok(())) => Err(("it answered without JSON".to_owned(), true)),
    }
}
