//! Where live answers differ from the documents: counted for the whole process, shown by `doctor`.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::Service;

/// The most places that are counted; what appears after these is not.
const MOST_PLACES: usize = 1_000;

static COUNTS: Mutex<Counts> = Mutex::new(Counts(BTreeMap::new()));

/// How a value differs from its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Another form of the same value, brought into the documented one.
    Converted,
    /// A value that does not fit; it was left out of the typed answer.
    Unfitting,
    /// A text that is not among the documented ones.
    UnknownValue,
    /// A field the document does not have.
    UnknownField,
    /// A field the document promises, absent.
    MissingField,
    /// A null where the document allows none.
    UnexpectedNull,
}

impl Kind {
    /// The name in counters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Converted => "converted",
            Self::Unfitting => "unfitting",
            Self::UnknownValue => "unknown_value",
            Self::UnknownField => "unknown_field",
            Self::MissingField => "missing_field",
            Self::UnexpectedNull => "unexpected_null",
        }
    }
}

/// One difference and how often it was met.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Drift {
    /// The service.
    pub service: Service,
    /// The document's operation id.
    pub operation: &'static str,
    /// JSON pointer into the answer; `*` stands for any list index or dictionary key.
    pub pointer: String,
    /// What differs.
    pub kind: Kind,
    /// How often since the process started.
    pub count: u64,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    service: Service,
    operation: &'static str,
    pointer: String,
    kind: Kind,
}

struct Counts(BTreeMap<Place, u64>);

impl Counts {
    /// Adds to a place's count; true when it was never met before and there is still room for it.
    fn add(&mut self, place: &Place, times: u64) -> bool {
        if let Some(count) = self.0.get_mut(place) {
            *count = count.saturating_add(times);
            return false;
        }
        let has_room = self.0.len() < MOST_PLACES;
        if has_room {
            self.0.insert(place.clone(), times);
        }
        has_room
    }
}

/// All differences met since the process started, in a stable order.
pub fn snapshot() -> Vec<Drift> {
    let counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
    counts
        .0
        .iter()
        .map(|(place, count)| Drift {
            service: place.service,
            operation: place.operation,
            pointer: place.pointer.clone(),
            kind: place.kind,
            count: *count,
        })
        .collect()
}

/// Counts a difference, and logs it the first time; never with its value.
pub(super) fn record(service: Service, operation: &'static str, pointer: String, kind: Kind, times: u64) {
    let place = Place { service, operation, pointer, kind };
    let is_new = COUNTS.lock().unwrap_or_else(PoisonError::into_inner).add(&place, times);
    if !is_new {
        return;
    }
    let Place { pointer, .. } = place;
    match kind {
        Kind::UnknownField | Kind::MissingField => {
            tracing::debug!(%service, operation, pointer, ?kind, "an answer differs from its document");
        }
        Kind::Converted | Kind::Unfitting | Kind::UnknownValue | Kind::UnexpectedNull => {
            tracing::warn!(%service, operation, pointer, ?kind, "an answer differs from its document");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(pointer: String) -> Place {
        Place { service: Service::Infinity, operation: "drift-test", pointer, kind: Kind::Unfitting }
    }

    #[test]
    fn a_difference_is_new_once_and_counted_by_its_place() {
        let mut counts = Counts(BTreeMap::new());
        assert!(counts.add(&place("/a/*/b".into()), 2));
        assert!(!counts.add(&place("/a/*/b".into()), 1));
        assert_eq!(counts.0.into_values().collect::<Vec<_>>(), [3]);
    }

    #[test]
    fn the_number_of_places_is_bounded() {
        let mut counts = Counts(BTreeMap::new());
        let new = (0..2 * MOST_PLACES).filter(|number| counts.add(&place(format!("/{number}")), 1)).count();
        assert_eq!((new, counts.0.len()), (MOST_PLACES, MOST_PLACES));
        assert!(!counts.add(&place("/0".into()), 1));
    }

    #[test]
    fn the_snapshot_shows_what_was_recorded() {
        record(Service::Infinity, "drift-snapshot", "/a".into(), Kind::UnknownValue, 2);
        let ours = snapshot().into_iter().find(|drift| drift.operation == "drift-snapshot").unwrap();
        assert_eq!((ours.pointer.as_str(), ours.kind, ours.count), ("/a", Kind::UnknownValue, 2));
    }
}
