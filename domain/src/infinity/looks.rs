//! How things are called, coloured and ordered: arguments that are checked before they are sent.

use super::names::quoted;
use super::refusal::Refusal;

/// A name with something in it, without the blanks around it.
///
/// # Errors
/// When it is empty.
pub fn name(given: &str) -> Result<String, Refusal> {
    match given.trim() {
        "" => Err(Refusal::of_value("`name` is empty.", "Give a name.")),
        name => Ok(name.to_owned()),
    }
}

/// A colour as upstream takes it: `#` and six hexadecimal digits. The `#` may be missing, three digits are doubled.
///
/// # Errors
/// When it is no such colour.
pub fn colour(given: &str) -> Result<String, Refusal> {
    let digits = given.trim().trim_start_matches('#');
    let doubled: String = match digits.len() {
        3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
        _ => digits.to_owned(),
    };
    if doubled.len() == 6 && doubled.chars().all(|digit| digit.is_ascii_hexdigit()) {
        return Ok(format!("#{doubled}"));
    }
    let text = format!("{} is not a colour.", quoted(given));
    Err(Refusal::of_value(text, "Give `#` and six hexadecimal digits, such as #1EB9C8."))
}

/// A place in the order of things: a number, written as text.
///
/// # Errors
/// When it is no number.
pub fn sort_order(given: &str) -> Result<String, Refusal> {
    let number = given.trim();
    if number.parse::<f64>().is_ok_and(f64::is_finite) {
        return Ok(number.to_owned());
    }
    let text = format!("`sort_order` {} is not a number.", quoted(given));
    Err(Refusal::of_value(text, "Neighbours are 65536 apart: give a number between those of two neighbours."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_six_hexadecimal_digits() {
        assert_eq!(colour(" 1eb9c8 "), Ok("#1eb9c8".into()));
        assert_eq!(colour("#F0a"), Ok("#FF00aa".into()));
        for wrong in ["red", "#12345", "#1234567", "#äbcde", ""] {
            assert!(colour(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_order_is_a_number_and_a_name_is_not_empty() {
        assert_eq!(sort_order(" 98304.5"), Ok("98304.5".into()));
        assert!(sort_order("first").is_err() && sort_order("NaN").is_err());
        assert!(name("\t").is_err());
    }
}
