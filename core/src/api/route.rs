//! Which spelling of a doubtful route works: tried once, then remembered for as long as the process lives.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use url::Url;

use super::shape::Operation;

/// One of the spellings a route may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    /// The document's path.
    Main,
    /// The operation's alternate path.
    Alternate,
}

impl Spelling {
    pub(super) fn other(self) -> Self {
        match self {
            Self::Main => Self::Alternate,
            Self::Alternate => Self::Main,
        }
    }
}

/// The operations whose alternate spelling was found to work at one upstream.
#[derive(Default)]
pub(super) struct Routes(Mutex<BTreeSet<&'static str>>);

impl Routes {
    /// The spelling to try first.
    pub(super) fn first(&self, operation: &Operation) -> Spelling {
        let alternate = operation.alternate_path.is_some()
            && self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(operation.id);
        if alternate { Spelling::Alternate } else { Spelling::Main }
    }

    /// Keeps the spelling that reached the back-end.
    pub(super) fn remember(&self, operation: &Operation, spelling: Spelling) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match spelling {
            Spelling::Main => known.remove(operation.id),
            Spelling::Alternate => known.insert(operation.id),
        };
    }
}

/// The same address in the operation's alternate spelling; nothing when it has none or the address is not the operation's.
pub(super) fn respell(address: &Url, base: &Url, operation: &Operation) -> Option<Url> {
    let alternate = operation.alternate_path?;
    let prefix = base.path().trim_end_matches('/');
    let path = address.path().strip_prefix(prefix)?;
    let template: Vec<&str> = operation.path.split('/').collect();
    let actual: Vec<&str> = path.split('/').collect();
    if template.len() != actual.len() {
        return None;
    }
    let values: Vec<(&str, &str)> =
        template.into_iter().zip(actual).filter(|(name, _)| name.starts_with('{')).collect();
    let respelled: Option<Vec<&str>> = alternate
        .split('/')
        .map(|segment| {
            if !segment.starts_with('{') {
                return Some(segment);
            }
            values.iter().find(|(name, _)| *name == segment).map(|(_, value)| *value)
        })
        .collect();
    let mut other = address.clone();
    // The values are still percent-encoded, and setting a path encodes no percent sign again.
    other.set_path(&format!("{prefix}{}", respelled?.join("/")));
    Some(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::shape::Answer;

    fn doubtful(path: &'static str, alternate_path: Option<&'static str>) -> Operation {
        Operation { id: "op", method: "GET", path, alternate_path, answer: Answer { shape: None, may_be_empty: true } }
    }

    #[test]
    fn the_other_spelling_keeps_values_encoded_and_the_query() {
        let base = Url::parse("https://host/infinigate/").unwrap();
        let address = Url::parse("https://host/infinigate/order-management/v2/quote/A%2FB%20c?Take=1").unwrap();
        let operation = doubtful("/order-management/v2/quote/{number}", Some("/order-managment/v2/quotes/{number}"));
        let other = respell(&address, &base, &operation).unwrap();
        assert_eq!(other.as_str(), "https://host/infinigate/order-managment/v2/quotes/A%2FB%20c?Take=1");
    }

    #[test]
    fn an_operation_without_an_alternate_has_no_other_spelling() {
        let base = Url::parse("https://host").unwrap();
        let address = Url::parse("https://host/a").unwrap();
        assert_eq!(respell(&address, &base, &doubtful("/a", None)), None);
        assert_eq!(respell(&address, &base, &doubtful("/a/{b}", Some("/c/{b}"))), None);
    }

    #[test]
    fn the_remembered_spelling_is_tried_first_until_the_other_one_works_again() {
        let (routes, operation) = (Routes::default(), doubtful("/a", Some("/b")));
        assert_eq!(routes.first(&operation), Spelling::Main);
        routes.remember(&operation, Spelling::Alternate);
        assert_eq!(routes.first(&operation), Spelling::Alternate);
        routes.remember(&operation, Spelling::Main);
        assert_eq!(routes.first(&operation), Spelling::Main);
    }
}
