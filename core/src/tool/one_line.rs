//! What is sent with a purchase is one line of visible characters each: a line break or a NUL in a number or an address
//! would be read by someone else in another way than it was shown.

use serde_json::Value;

use super::error::{Error, Result};

/// That no text in the arguments holds a control character or a line break. Those around a text are none of it.
///
/// # Errors
/// `invalid_arguments` with the name of the first argument that does.
pub fn must_be(arguments: &Value) -> Result<()> {
    match fault(arguments, "") {
        Some((field, character)) => Err(Error::of_argument(&field, &problem(character))
            .with_hint("Write it on one line, without line breaks, tabs and control characters.")),
        None => Ok(()),
    }
}

fn fault(value: &Value, field: &str) -> Option<(String, char)> {
    let inside = |name: &str| if field.is_empty() { name.to_owned() } else { format!("{field}.{name}") };
    match value {
        Value::String(text) => text.trim().chars().find(|one| breaks(*one)).map(|one| (field.to_owned(), one)),
        Value::Array(list) => {
            list.iter().enumerate().find_map(|(place, value)| fault(value, &inside(&place.to_string())))
        }
        Value::Object(fields) => fields.iter().find_map(|(name, value)| fault(value, &inside(name))),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn breaks(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

fn problem(character: char) -> String {
    match character {
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => "has a line break".to_owned(),
        '\t' => "has a tab".to_owned(),
        other => format!("has the control character U+{:04X}", u32::from(other)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_argument_that_holds_it_is_named_at_every_depth() {
        for (arguments, told) in [
            (json!({ "po_number": "PO\u{0}9" }), "`po_number`: has the control character U+0000"),
            (json!({ "ship_to": { "street": "Musterweg 1\nHinterhof" } }), "`ship_to.street`: has a line break"),
            (json!({ "lines": [{ "sku": "1" }, { "deal_number": "a\tb" }] }), "`lines.1.deal_number`: has a tab"),
            (json!({ "comment": "a\u{2028}b" }), "`comment`: has a line break"),
            (json!({ "comment": "a\u{9f}b" }), "`comment`: has the control character U+009F"),
        ] {
            let error = must_be(&arguments).unwrap_err().to_string();
            assert!(error.starts_with(told), "{error}");
        }
    }

    #[test]
    fn ordinary_text_and_what_is_trimmed_pass() {
        let arguments =
            json!({ "comment": " B\u{fc}ro\u{a0}3, \u{201e}Tor\u{201c} \r\n", "quantity": 2, "lines": [null, true] });
        assert!(must_be(&arguments).is_ok());
    }
}
