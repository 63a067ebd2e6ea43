//! The attribute of a board that serves a purpose: links, time, files. It need not be named where there is only one.

use super::attributes::{Attribute, Kind};
use super::names::{Named, quoted};
use super::place::Place;
use super::refusal::Refusal;

/// The attribute of `kind` that is meant; `word` is the purpose in a word, such as `time tracking`.
///
/// A type that came after this was written is let through where it is named, for upstream may call a purpose anew.
///
/// # Errors
/// When the named one is unknown or of another kind, when none is named though there are several or none.
pub fn attribute<'a>(place: &'a Place, given: Option<&str>, kind: &Kind, word: &str) -> Result<&'a Attribute, Refusal> {
    let fitting: Vec<&Attribute> =
        place.attributes_in(None).into_iter().filter(|attribute| attribute.kind == *kind).collect();
    let names = || fitting.iter().map(|attribute| quoted(&attribute.key)).collect::<Vec<_>>().join(", ");
    let Some(given) = given.map(str::trim).filter(|given| !given.is_empty()) else {
        return match fitting.as_slice() {
            [only] => Ok(only),
            [] => Err(none(place, word)),
            several => {
                let text = format!("`attribute_id` is missing, and {} attributes are for {word}.", several.len());
                Err(Refusal::of_value(text, format!("Give one of {}.", names())))
            }
        };
    };
    let named = place.attribute(given)?;
    if named.kind == *kind || matches!(named.kind, Kind::Other(_)) {
        return Ok(named);
    }
    if fitting.is_empty() {
        return Err(none(place, word));
    }
    let text = format!("The attribute {} is not for {word}.", quoted(named.name()));
    Err(Refusal::of_value(text, format!("Give one of {}.", names())))
}

fn none(place: &Place, word: &str) -> Refusal {
    let text = format!("The board {} has no attribute for {word}.", quoted(&place.board.name));
    Refusal::unknown(text, "One is added to the board first.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(attributes: serde_json::Value, given: Option<&str>) -> Result<String, Refusal> {
        let place = Place::of_rows(json!([]), attributes, json!([]));
        attribute(&place, given, &Kind::TimeTracking, "time tracking").map(|attribute| attribute.name.clone())
    }

    #[test]
    fn the_only_one_need_not_be_named_and_another_kind_is_refused() {
        let one = json!([{ "id": "a1", "name": "Zeit", "type": "time_tracking" }, { "id": "a2", "name": "Ort", "type": "text" }, { "id": "a3", "name": "Neu", "type": "stopwatch" }]);
        assert_eq!(found(one.clone(), None).as_deref(), Ok("Zeit"));
        assert_eq!(found(one.clone(), Some("neu")).as_deref(), Ok("Neu"));
        let refusal = infini_mcp_core::tool::Error::from(found(one, Some("Ort")).unwrap_err());
        assert!(refusal.to_string().starts_with("The attribute “Ort” is not for time tracking."), "{refusal}");
        assert_eq!(refusal.hint(), Some("Give one of “Zeit”."));
    }

    #[test]
    fn several_must_be_named_and_none_is_said() {
        let two = json!([{ "id": "a1", "name": "Zeit", "type": "time_tracking" }, { "id": "a2", "name": "Fahrt", "type": "timetracking" }]);
        assert!(
            infini_mcp_core::tool::Error::from(found(two, None).unwrap_err())
                .hint()
                .is_some_and(|hint| hint.contains("“Fahrt”"))
        );
        assert!(found(json!([]), None).is_err());
    }
}
