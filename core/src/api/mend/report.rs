//! What the mending of one answer found, by place.

use std::collections::BTreeMap;

use serde_json::Value;

use super::path::Path;
use crate::api::drift::{self, Kind};
use crate::api::{Call, Note, Service};
use crate::sanitize::line;

/// The most unfitting values kept one by one; all are counted.
const MOST_UNFITTING: usize = 50;

/// The differences met in one answer.
#[derive(Debug, Default)]
pub(in crate::api) struct Report {
    counts: BTreeMap<(String, Kind), u64>,
    unfitting: Vec<Unfitting>,
}

#[derive(Debug)]
struct Unfitting {
    pointer: String,
    expected: &'static str,
    found: String,
}

impl Report {
    /// A difference, whether or not the value had to be changed for it.
    pub(super) fn count(&mut self, at: Path<'_>, kind: Kind) {
        *self.counts.entry((at.place(), kind)).or_default() += 1;
    }

    /// A value that is left out.
    pub(super) fn unfitting(&mut self, at: Path<'_>, expected: &'static str, found: &Value) {
        self.count(at, Kind::Unfitting);
        if self.unfitting.len() < MOST_UNFITTING {
            let found = line(&found.to_string(), 80);
            self.unfitting.push(Unfitting { pointer: at.pointer(), expected, found });
        }
    }

    /// Adds the counts to those of the process, and what was left out to the call's notes.
    pub(in crate::api) fn publish(self, service: Service, operation: &'static str, call: &Call) {
        for ((place, kind), times) in self.counts {
            drift::record(service, operation, place, kind, times);
        }
        for Unfitting { pointer, expected, found } in self.unfitting {
            call.note(Note { service, operation, pointer, expected, found });
        }
    }

    #[cfg(test)]
    pub(super) fn kinds(&self) -> Vec<(&str, Kind)> {
        self.counts.keys().map(|(place, kind)| (place.as_str(), *kind)).collect()
    }
}
