//! Upstream's refusal of a value, with the attribute's name where upstream only says which place in the request it means.

use crate::infinity::names::quoted;
use crate::infinity::place::Place;
use infini_mcp_core::api::{self, Cause, infinity::types};
use infini_mcp_core::tool::Error;

/// The refusal of a request that carried these values.
pub fn refused(place: &Place, written: &[types::ItemValueWrite], error: impl Into<api::Error>) -> Error {
    let mut error = error.into();
    let names: Vec<(String, String)> = written
        .iter()
        .enumerate()
        .map(|(at, value)| (format!("values.{at}"), quoted(&place.attribute_name(&value.attribute_id).name)))
        // `values.1` also begins `values.10`.
        .rev()
        .collect();
    let named = |text: &str| names.iter().fold(text.to_owned(), |text, (at, name)| replaced(&text, at, name));
    if let Cause::Refused { fields } = &mut error.cause {
        for (field, complaint) in fields {
            (*field, *complaint) = (named(field), named(complaint));
        }
    }
    error.said = error.said.as_deref().map(named);
    error.into()
}

/// A place in the request gives way to a name, with what it says of the part of the value.
fn replaced(text: &str, at: &str, name: &str) -> String {
    let parts = ["data", "attribute_id", "attribute id"].map(|part| format!("{at}.{part}"));
    parts.iter().fold(text.to_owned(), |text, part| text.replace(part, name)).replace(at, name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_place_in_the_request_becomes_the_name_of_its_attribute() {
        for (told, wanted) in [
            ("values.1.data", "“Status”"),
            ("The values.1.data field is bad; see values.0.attribute_id.", "The “Status” field is bad; see “Name”."),
            ("folder_id", "folder_id"),
        ] {
            let text = replaced(&replaced(told, "values.1", "“Status”"), "values.0", "“Name”");
            assert_eq!(text, wanted);
        }
    }

    #[test]
    fn the_tenth_value_is_not_mistaken_for_the_first() {
        let attributes: Vec<_> =
            (0..12).map(|at| json!({ "id": format!("a{at}"), "name": format!("Feld {at}"), "type": "text" })).collect();
        let place = Place::of_rows(json!([]), json!(attributes), json!([]));
        let written: Vec<types::ItemValueWrite> =
            (0..12).map(|at| types::ItemValueWrite { attribute_id: format!("a{at}"), data: json!("") }).collect();
        assert_eq!(written.len(), 12);
        let names = |text: &str| {
            (0..12).rev().fold(text.to_owned(), |text, at| {
                replaced(&text, &format!("values.{at}"), &quoted(&place.attribute_name(&format!("a{at}")).name))
            })
        };
        assert_eq!(names("values.11.data, values.1.data"), "“Feld 11”, “Feld 1”");
    }
}
