//! Compare a service's document with another version of it: what is different, how grave it is, and which tools feel it.
//!
//! Our own comparison, since the crate made for this (`drift`) compares two 3.0 documents as any client would see them: it
//! reads no 3.1, cannot be told what our lenient decoding does not feel, takes no account of fixes, and calls most changes
//! inside a value "unhandled".

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::lower::{self, Draft};
use crate::schemas;

mod answers;
mod bodies;
mod choices;
mod code;
mod documents;
mod flat;
mod lines;
pub mod markdown;
mod objects;
mod operations;
mod pairs;
mod parameters;
mod reading;
mod report;
mod security;
mod spot;
pub mod text;
mod untouched;
mod values;
mod verdict;
mod walk;

pub use code::Code;
pub use lines::{Line, lines};
pub use report::{Felt, Report, between, report};
pub use verdict::Verdict;

/// One difference between two documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// How grave it is.
    pub verdict: Verdict,
    /// The operation it is in, by the id our code knows; none for what concerns the whole document.
    pub operation: Option<String>,
    /// Where in the old document, in words; none for what is new.
    pub old: Option<String>,
    /// Where in the new document; none for what is gone.
    pub new: Option<String>,
    /// The shared part it is in, by which the same change in several operations is recognised.
    #[serde(skip)]
    pub shared: Option<String>,
    /// What is different, as the end of a sentence that begins with the place.
    pub what: String,
}

/// Every difference between two documents, as far as somebody could mean something by it.
///
/// How schemas are shared, in which order things stand and how the file is written are no differences.
pub fn changes(old: Value, new: Value) -> Vec<Change> {
    let (old, new) = (prepared(old), prepared(new));
    let without_method = (code::without_method(old.clone()), code::without_method(new.clone()));
    let untouched = untouched::untouched(&old, &new);
    let (old, new) = (reading::Document::new(&old, &untouched), reading::Document::new(&new, &untouched));
    let mut changes = documents::changes(old, new);
    for pair in pairs::pairs(old.operations(), new.operations()) {
        changes.extend(operations::changes(&pair, &without_method));
    }
    changes
}

/// The ids of a document's operations, derived ones included.
pub fn operation_ids(document: Value) -> Vec<String> {
    let document = prepared(document);
    let operations = schemas::operations(&document).into_iter();
    operations.filter_map(|(_, _, fields)| Some(fields.get("operationId")?.as_str()?.to_owned())).collect()
}

/// Two of the generator's rules: a 3.1 document says the same in 3.0, and every operation has an id.
fn prepared(document: Value) -> Value {
    let mut draft = Draft::new(document);
    let rules = lower::RULES.iter().filter(|rule| matches!(rule.name, "version_3_0" | "operation_ids"));
    rules.for_each(|rule| (rule.apply)(&mut draft));
    draft.document
}

/// The gravest verdict of each operation that changed.
pub fn by_operation(changes: &[Change]) -> BTreeMap<String, Verdict> {
    let mut gravest = BTreeMap::new();
    for change in changes {
        if let Some(operation) = &change.operation {
            let verdict = gravest.entry(operation.clone()).or_insert(change.verdict);
            *verdict = change.verdict.max(*verdict);
        }
    }
    gravest
}

/// The report as JSON, for other programs.
pub fn json(report: &Report) -> String {
    let mut told = serde_json::to_value(report).unwrap_or_default();
    if let Some(fields) = told.as_object_mut() {
        fields.insert("exit_code".to_owned(), report.verdict.exit_code().into());
    }
    format!("{told:#}\n")
}
