//! Finds things by what a person calls them: by id, by name, or by a name that differs only in case, accents and blanks.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::json;
use unicode_normalization::UnicodeNormalization;

use super::refusal::Refusal;
use crate::folding;
use infini_mcp_core::tool::{near, text};

/// The schema of a list of small objects whose fields are told in the description of the list.
///
/// Spelt out for each tool that answers with `{id, name}`, these would cost more than the tools they belong to.
pub struct Rows;

impl JsonSchema for Rows {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rows".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "type": "array", "items": { "type": "object" } })
    }
}

/// How many names a refusal offers.
const MOST_OFFERED: usize = 5;

/// Something with an id and a name.
pub trait Named {
    /// The id as upstream writes it.
    fn id(&self) -> &str;

    /// The name as a person sees it.
    fn name(&self) -> &str;

    /// The name that tells it from its namesakes, such as the path of a folder.
    fn full_name(&self) -> &str {
        self.name()
    }

    /// What else it may be called, such as the address of a person.
    fn also(&self) -> Option<&str> {
        Some(self.full_name())
    }
}

/// The one thing that `given` stands for: by exact id, then by exact name, then by name regardless of case, accents and
/// blanks, and last with umlauts written out. `what` is the kind of thing in a word.
///
/// # Errors
/// When nothing has this name, with the most similar ones; when several things have it, with their ids.
pub fn find<'a, T: Named>(what: &str, given: &str, among: &'a [T]) -> Result<&'a T, Refusal> {
    let given = given.trim();
    if let Some(found) = among.iter().find(|one| one.id() == given) {
        return Ok(found);
    }
    let folded = fold(given);
    let exact: Vec<&T> = among.iter().filter(|one| one.name().trim() == given).collect();
    // Also by what was shown of a name that is too long to be shown whole.
    let is_alike = |name: &str| fold(name) == folded || (name.len() > text::NAME && fold(&text::name(name)) == folded);
    let alike = || among.iter().filter(|one| is_alike(one.name())).collect::<Vec<_>>();
    let also = || among.iter().filter(|one| one.also().is_some_and(is_alike)).collect::<Vec<_>>();
    let wanted = spellings(given);
    let is_spelt = |name: &str| spellings(name).iter().any(|name| wanted.contains(name));
    let spelt = || among.iter().filter(|one| is_spelt(one.name()) || one.also().is_some_and(is_spelt)).collect();
    let ways: [&dyn Fn() -> Vec<&'a T>; 3] = [&alike, &also, &spelt];
    let found =
        if exact.is_empty() { ways.iter().map(|way| way()).find(|found| !found.is_empty()) } else { Some(exact) };
    let found = found.unwrap_or_default();
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(unknown(what, given, among)),
        several => Err(ambiguous(what, given, several)),
    }
}

/// A name without what people leave out or write differently: case, accents, invisible characters, repeated blanks.
pub fn fold(name: &str) -> String {
    folding::without_accents(name)
}

/// The ways in which a name may be written, folded: as it is, and with its umlauts written out, so that whoever types
/// `Mueller` finds `Müller`.
pub fn spellings(name: &str) -> Vec<String> {
    let (mut spelt, mut has_umlaut) = (String::with_capacity(name.len()), false);
    for character in name.nfc() {
        let written = match character {
            'ä' | 'Ä' => "ae",
            'ö' | 'Ö' => "oe",
            'ü' | 'Ü' => "ue",
            other => {
                spelt.push(other);
                continue;
            }
        };
        has_umlaut = true;
        spelt.push_str(written);
    }
    let mut spellings = vec![fold(name)];
    if has_umlaut {
        spellings.push(fold(&spelt));
    }
    spellings
}

/// A name written by others, made fit for a sentence of ours.
pub fn quoted(name: &str) -> String {
    format!("“{}”", text::line(name, 60))
}

fn unknown<T: Named>(what: &str, given: &str, among: &[T]) -> Refusal {
    let text = format!("No {what} is called {}.", quoted(given));
    if among.is_empty() {
        return Refusal::unknown(text, format!("There is no {what} to choose from."));
    }
    let names = near::nearest_few(given, among.iter().map(T::full_name), MOST_OFFERED);
    let list = names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    let few =
        if among.len() > names.len() { format!("The nearest of {}", among.len()) } else { "It can be".to_owned() };
    Refusal::unknown(text, format!("{few}: {list}."))
}

fn ambiguous<T: Named>(what: &str, given: &str, several: &[&T]) -> Refusal {
    let shown = several.iter().take(MOST_OFFERED * 2);
    let list: Vec<String> =
        shown.clone().map(|one| format!("{} has the id {}", quoted(one.full_name()), one.id())).collect();
    let candidates = shown.map(|one| json!({ "id": one.id(), "name": text::name(one.full_name()) })).collect();
    let text = format!("{} {what}s are called {}: {}.", several.len(), quoted(given), list.join(", "));
    Refusal::ambiguous(text, "Call again with the id of the one that is meant.", candidates)
}

#[cfg(test)]
mod tests {
    use super::*;
    use infini_mcp_core::tool::{Code, Error};

    struct Thing(&'static str, &'static str);

    impl Named for Thing {
        fn id(&self) -> &str {
            self.0
        }
        fn name(&self) -> &str {
            self.1
        }
    }

    fn found(given: &str) -> Result<&'static str, Refusal> {
        static THINGS: [Thing; 7] = [
            Thing("1", "Straße"),
            Thing("2", "straße"),
            Thing("3", "Fällig  am"),
            Thing("4", "Prüfen\u{200B}"),
            Thing("5", "1"),
            Thing("6", "Größe"),
            Thing("7", "GRÖSSE"),
        ];
        find("thing", given, &THINGS).map(|thing| thing.0)
    }

    #[test]
    fn an_id_wins_over_a_name_and_an_exact_name_over_a_similar_one() {
        assert_eq!(found("1"), Ok("1"));
        assert_eq!(found("straße"), Ok("2"));
        assert_eq!(found(" Straße "), Ok("1"));
    }

    #[test]
    fn case_accents_blanks_and_invisible_characters_do_not_matter() {
        assert_eq!(found("fallig AM"), Ok("3"));
        assert_eq!(found("FÄLLIG AM"), Ok("3"));
        assert_eq!(found("fa\u{308}llig am"), Ok("3"));
        assert_eq!(found("prufen"), Ok("4"));
        assert_eq!((fold("ﬁn  ẞ"), fold("👩\u{200D}💻")), ("fin ss".into(), fold("👩💻")));
    }

    #[test]
    fn umlauts_may_be_written_out_on_either_side() {
        let alike = |one: &str, other: &str| spellings(one).iter().any(|name| spellings(other).contains(name));
        for (one, other) in
            [("Mueller", "MÜLLER"), ("Gruenwald", "Grünwald"), ("Grunwald", "Grünwald"), ("Mu\u{308}ller", "mueller")]
        {
            assert!(alike(one, other) && alike(other, one), "{one}, {other}");
        }
        assert!(!alike("Muller", "Mueller") && !alike("Baur", "Bauer"));
        assert_eq!((found("Pruefen"), found("Faellig am")), (Ok("4"), Ok("3")));
    }

    #[test]
    fn several_things_with_the_name_are_listed_with_their_ids() {
        let refusal = found("grösse").unwrap_err();
        assert_eq!(refusal.code(), Code::AmbiguousName);
        let error = Error::from(refusal).to_json("r");
        assert_eq!(error.pointer("/candidates/1/id"), Some(&json!("7")));
        assert!(error.to_string().contains("“Größe” has the id 6"), "{error}");
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        let error = Error::from(found("Fälig").unwrap_err());
        assert_eq!(error.to_string(), "No thing is called “Fälig”. Nothing was changed.");
        assert!(error.hint().unwrap().starts_with("The nearest of 7: “Fällig am”"), "{error:?}");
    }
}
