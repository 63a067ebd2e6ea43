//! Which vendors there are: short codes and names, learned from documents.
//!
//! Price list filters take codes, and Infinigate publishes no list of them; only documents pair a code with a name.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use unicode_normalization::UnicodeNormalization;

use super::addresses::filled;

/// How long it is not worth asking the documents again.
const FRESH_FOR: Duration = Duration::from_secs(600);

/// A vendor as documents name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vendor {
    /// The short code, for example `HOS`.
    pub code: String,
    /// The name, for example `Hornetsecurity`.
    pub name: String,
}

/// The vendors known so far; one per credentials, kept in the memory of the tools.
#[derive(Debug, Default)]
pub struct Vendors {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    names: BTreeMap<String, String>,
    asked: Option<Instant>,
}

/// What a caller's word for a vendor stands for.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// This one.
    One(Vendor),
    /// Any of these.
    Several(Vec<Vendor>),
    /// None that is known.
    None,
}

impl Vendors {
    /// Remembers a pair, if it is one.
    pub fn learn(&self, code: Option<&str>, name: Option<&str>) {
        if let (Some(code), Some(name)) = (filled(code), filled(name)) {
            self.known().names.insert(code.to_owned(), name.to_owned());
        }
    }

    /// Whether it is time to ask the documents; says so once, then not for ten minutes.
    pub fn should_ask(&self) -> bool {
        let mut known = self.known();
        let is_due = known.asked.is_none_or(|asked| asked.elapsed() > FRESH_FOR);
        if is_due {
            known.asked = Some(Instant::now());
        }
        is_due
    }

    /// The asking failed, so that the next call may try again.
    pub fn asked_in_vain(&self) {
        self.known().asked = None;
    }

    /// All known vendors, by code.
    pub fn all(&self) -> Vec<Vendor> {
        self.known().names.iter().map(|(code, name)| Vendor { code: code.clone(), name: name.clone() }).collect()
    }

    /// The codes of a vendor by its name; one name may have several.
    pub fn codes_of(&self, name: &str) -> Vec<String> {
        let wanted = folded(name);
        self.known().names.iter().filter(|(_, known)| folded(known) == wanted).map(|(code, _)| code.clone()).collect()
    }

    /// The vendor a word stands for: a code, a name, or the beginning of one of a name's words.
    pub fn find(&self, word: &str) -> Found {
        let all = self.all();
        let of_code = |vendor: &&Vendor| vendor.code.eq_ignore_ascii_case(word.trim());
        let of_name = |vendor: &&Vendor| folded(&vendor.name) == folded(word);
        let of_part = |vendor: &&Vendor| is_called(word, &vendor.name);
        let exact = all.iter().find(of_code).or_else(|| all.iter().find(of_name));
        let alike: Vec<&Vendor> = all.iter().filter(of_part).collect();
        match (exact, alike.as_slice()) {
            (Some(vendor), _) => Found::One(vendor.clone()),
            (None, []) => Found::None,
            (None, [only]) => Found::One((*only).clone()),
            // One name may have several codes; then all of them are meant.
            (None, several) => Found::Several(several.iter().map(|vendor| (*vendor).clone()).collect()),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a document of this code and name is of the vendor a caller names.
pub fn is_of(word: &str, code: Option<&str>, name: Option<&str>) -> bool {
    code.is_some_and(|code| code.trim().eq_ignore_ascii_case(word.trim()))
        || name.is_some_and(|name| is_called(word, name))
}

/// Whether a name is the word, or one of its words begins so: `aruba` is meant by `HPE Aruba Networking`, `hos` not by `Sophos`.
pub fn is_called(word: &str, name: &str) -> bool {
    let wanted = folded(word);
    if wanted.chars().count() < 3 {
        return !wanted.is_empty() && wanted == folded(name);
    }
    let mut rest = Some(name.trim());
    while let Some(part) = rest {
        if folded(part).starts_with(&wanted) {
            return true;
        }
        rest = part.split_once(|character: char| !character.is_alphanumeric()).map(|(_, rest)| rest);
    }
    false
}

/// Letters and digits only, without case and accents.
pub fn folded(text: &str) -> String {
    text.nfkd().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vendors() -> Vendors {
        let vendors = Vendors::default();
        for (code, name) in [
            ("HOS", "Hornetsecurity"),
            ("SO_CL", "Sophos"),
            ("HPA", "HPE Aruba Networking"),
            ("SOW", "N-able"),
            ("EXT", "Extreme Networks"),
            ("EXC", "Extreme Cloud"),
        ] {
            vendors.learn(Some(code), Some(name));
        }
        vendors.learn(None, Some("Nobody"));
        vendors.learn(Some(" "), Some("Nobody"));
        vendors
    }

    fn code(word: &str) -> Option<String> {
        match vendors().find(word) {
            Found::One(vendor) => Some(vendor.code),
            Found::Several(_) | Found::None => None,
        }
    }

    #[test]
    fn a_vendor_is_found_by_code_name_or_the_beginning_of_a_word() {
        for (word, expected) in [
            ("hos", "HOS"),
            ("so_cl", "SO_CL"),
            ("Aruba", "HPA"),
            ("nable", "SOW"),
            ("N-ABLE", "SOW"),
            ("hornet security", "HOS"),
            ("hpe aruba", "HPA"),
        ] {
            assert_eq!(code(word).as_deref(), Some(expected), "{word}");
        }
        assert_eq!(vendors().find("Nobody"), Found::None);
        assert_eq!(vendors().find("phos"), Found::None);
        assert!(matches!(vendors().find("extreme"), Found::Several(two) if two.len() == 2));
    }

    #[test]
    fn the_documents_are_asked_once_in_a_while_and_again_after_a_failure() {
        let vendors = vendors();
        assert!(vendors.should_ask());
        assert!(!vendors.should_ask());
        vendors.asked_in_vain();
        assert!(vendors.should_ask());
    }
}
