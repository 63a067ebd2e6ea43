//! Values that are one thing: texts, numbers, yes or no, dates.

use serde_json::{Value, json};

use super::write::misfit;
use crate::infinity::attributes::Attribute;
use crate::infinity::dates;
use crate::infinity::names::fold;
use crate::infinity::prose::is_html;
use crate::infinity::refusal::Refusal;
use infini_mcp_core::tool::Zone;
use infini_mcp_core::tool::numeral;
use infini_mcp_core::tool::text::to_html;

type Written = Result<Value, Refusal>;

/// A number is taken as its digits, since an article number may come without quotes.
fn plain(attribute: &Attribute, value: &Value, wanted: &str) -> Result<String, Refusal> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(misfit(attribute, value, wanted)),
    }
}

pub(super) fn text(attribute: &Attribute, value: &Value) -> Written {
    plain(attribute, value, "a text").map(Value::String)
}

/// Plain text becomes the HTML that upstream keeps; HTML stays as it is.
pub(super) fn longtext(attribute: &Attribute, value: &Value) -> Written {
    let text = plain(attribute, value, "a text, plain or HTML")?;
    Ok(json!(if is_html(&text) { text } else { to_html(&text) }))
}

pub(super) fn email(attribute: &Attribute, value: &Value) -> Written {
    const WANTED: &str = "an e-mail address such as name@example.com";
    let text = plain(attribute, value, WANTED)?;
    let address = text.trim();
    let is_address = address.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.') && !host.contains('@')
    });
    let fits = address.is_empty() || (is_address && !address.contains(char::is_whitespace));
    if fits { Ok(json!(address)) } else { Err(misfit(attribute, value, WANTED)) }
}

/// Brought into the vendor's documented pattern `/^[+]*[(]{0,1}[0-9]{1,4}[)]{0,1}[-\s0-9]*$/` where that loses nothing.
pub(super) fn phone(attribute: &Attribute, value: &Value) -> Written {
    const WANTED: &str = "a phone number of digits, blanks and `-`, such as +49 931 555010";
    let text = plain(attribute, value, WANTED)?;
    let number = text.trim();
    if number.is_empty() || is_phone(number) {
        return Ok(json!(number));
    }
    // People also write `+49 (0)931/555-010` and `0931.555010`; only the signs between the digits differ.
    let plainer = number.replace("(0)", " ").replace(['/', '.', '(', ')', '–'], " ");
    let plainer = plainer.split_whitespace().collect::<Vec<_>>().join(" ");
    if is_phone(&plainer) { Ok(json!(plainer)) } else { Err(misfit(attribute, value, WANTED)) }
}

fn is_phone(number: &str) -> bool {
    let rest = number.trim_start_matches('+');
    let rest = rest.strip_prefix('(').unwrap_or(rest);
    let after = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let digits = rest.len() - after.len();
    // Only a bracket ends the first group; without one the digits may simply go on.
    let (fits, after) = match after.strip_prefix(')') {
        Some(after) => ((1..=4).contains(&digits), after),
        None => (digits > 0, after),
    };
    fits && after.chars().all(|sign| sign == '-' || sign.is_whitespace() || sign.is_ascii_digit())
}

pub(super) fn checkbox(attribute: &Attribute, value: &Value) -> Written {
    let word = match value {
        Value::Bool(yes) => return Ok(json!(yes)),
        Value::String(text) => fold(text),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    };
    match word.as_str() {
        "true" | "yes" | "ja" | "y" | "j" | "1" | "x" | "on" | "an" => Ok(json!(true)),
        "false" | "no" | "nein" | "n" | "0" | "off" | "aus" => Ok(json!(false)),
        _ => Err(misfit(attribute, value, "true or false")),
    }
}

pub(super) fn number(attribute: &Attribute, value: &Value) -> Written {
    match value {
        Value::Number(_) => Ok(value.clone()),
        Value::String(text) => {
            let read = numeral::read(text.trim().trim_end_matches('%'));
            read.map(Value::Number).map_err(|doubt| misfit(attribute, value, &doubt.wanted()))
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(misfit(attribute, value, "a number")),
    }
}

pub(super) fn whole_number(attribute: &Attribute, value: &Value) -> Written {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let wrong = || misfit(attribute, value, "a whole number");
    let number = number(attribute, value).map_err(|_| wrong())?;
    if number.is_i64() || number.is_u64() {
        return Ok(number);
    }
    let whole = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() < EXACT).ok_or_else(wrong)?;
    Ok(json!(whole as i64))
}

/// Written as a moment in UTC, the only form that was seen to be taken upstream.
pub(super) fn date(attribute: &Attribute, value: &Value, zone: Zone) -> Written {
    match value.as_str().map(str::trim) {
        Some("") => Ok(json!("")),
        text => text
            .and_then(|text| dates::moment_in(text, zone))
            .map(Value::String)
            .ok_or_else(|| misfit(attribute, value, "a date such as 2026-05-04 or 2026-05-04T09:00:00Z")),
    }
}
