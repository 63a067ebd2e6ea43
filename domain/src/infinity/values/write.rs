//! Values in words, turned into what upstream keeps; whatever does not fit is refused before anything is sent.

use serde_json::{Value, json};

use super::{choices, lists, single};
use crate::infinity::attributes::{Attribute, Kind};
use crate::infinity::names::quoted;
use crate::infinity::place::Place;
use crate::infinity::refusal::{self, Refusal};
use infini_mcp_core::api::infinity::types;
use infini_mcp_core::tool::Result;

/// One value as a caller said it.
#[derive(Debug, Clone)]
pub struct Said {
    /// The attribute's id or name.
    pub attribute: String,
    /// What it shall hold; null or an empty text empties it.
    pub value: Value,
}

/// The values in the form upstream takes, in the order given.
///
/// # Errors
/// All values that cannot be written, each with what is allowed.
pub fn write(place: &Place, said: &[Said]) -> Result<Vec<types::ItemValueWrite>> {
    let mut written: Vec<types::ItemValueWrite> = Vec::new();
    let mut refused = Vec::new();
    for Said { attribute, value } in said {
        match place.attribute(attribute).and_then(|attribute| one(place, attribute, value)) {
            Ok(value) => match written.iter().find(|other| other.attribute_id == value.attribute_id) {
                None => written.push(value),
                // The same value said twice is only a repetition.
                Some(other) if other.data == value.data => {}
                Some(_) => refused.push(Refusal::of_value(
                    format!("The attribute {} is given two different values.", quoted(attribute)),
                    "Give each attribute once.",
                )),
            },
            Err(refusal) => refused.push(refusal),
        }
    }
    if refused.is_empty() { Ok(written) } else { Err(refusal::all(refused)) }
}

fn one(place: &Place, attribute: &Attribute, value: &Value) -> std::result::Result<types::ItemValueWrite, Refusal> {
    let value = read_embedded(&attribute.kind, value);
    let data = if is_nothing(&value) { emptied(attribute)? } else { data(place, attribute, &value)? };
    Ok(types::ItemValueWrite { attribute_id: attribute.id.to_string(), data })
}

/// Null and an empty text both mean that there shall be nothing, whatever the attribute holds.
pub fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// What items without a value of their own shall hold; upstream takes an empty text as nothing for every type.
///
/// # Errors
/// When it does not fit the attribute.
pub fn default(place: &Place, attribute: &Attribute, value: &Value) -> std::result::Result<Value, Refusal> {
    let value = read_embedded(&attribute.kind, value);
    // Clients that send every argument send an empty text for what is left out, so emptying has a word of its own.
    if value == "null" {
        return Ok(json!(""));
    }
    if value.is_null() || value == "" || !attribute.kind.is_writable() {
        return Ok(value);
    }
    data(place, attribute, &value)
}

/// An object that came as text, from clients that can send only texts.
pub fn embedded(given: &Value) -> Option<Value> {
    let text = given.as_str().map(str::trim).filter(|text| text.starts_with('{'))?;
    serde_json::from_str(text).ok()
}

/// Many clients send a list as text.
fn read_embedded(kind: &Kind, value: &Value) -> Value {
    let is_list = matches!(kind, Kind::Label | Kind::Members | Kind::Links | Kind::Checklist | Kind::Attachments);
    let text = value.as_str().map(str::trim).filter(|text| is_list && text.starts_with('['));
    // A checklist may be said as `[x] done`, which is no JSON and stays a text.
    text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| value.clone())
}

fn data(place: &Place, attribute: &Attribute, value: &Value) -> std::result::Result<Value, Refusal> {
    match &attribute.kind {
        Kind::Text => single::text(attribute, value),
        Kind::Longtext => single::longtext(attribute, value),
        Kind::Email => single::email(attribute, value),
        Kind::Phone => single::phone(attribute, value),
        Kind::Checkbox => single::checkbox(attribute, value),
        Kind::Number | Kind::Progress => single::number(attribute, value),
        Kind::Rating | Kind::Vote => single::whole_number(attribute, value),
        Kind::Date => single::date(attribute, value, place.zone()),
        Kind::Label => choices::labels(attribute, value),
        Kind::Members => choices::members(place, attribute, value),
        Kind::Links => lists::links(attribute, value),
        Kind::Checklist => lists::checklist(attribute, value),
        Kind::Attachments => lists::attachments(attribute, value),
        // What upstream will make of it is not known, so it decides.
        Kind::Other(_) => Ok(value.clone()),
        Kind::CreatedAt
        | Kind::UpdatedAt
        | Kind::CreatedBy
        | Kind::SourceFolder
        | Kind::CustomId
        | Kind::Reference
        | Kind::TimeTracking => Err(unwritable(attribute)),
    }
}

/// What empties an attribute: upstream has no way to take a value away, so its empty form is written.
fn emptied(attribute: &Attribute) -> std::result::Result<Value, Refusal> {
    match &attribute.kind {
        Kind::Label | Kind::Members | Kind::Links | Kind::Checklist | Kind::Attachments => Ok(json!([])),
        Kind::Text | Kind::Longtext | Kind::Email | Kind::Phone | Kind::Date => Ok(json!("")),
        Kind::Checkbox => Ok(json!(false)),
        Kind::Number | Kind::Progress | Kind::Rating | Kind::Vote | Kind::Other(_) => Ok(Value::Null),
        Kind::CreatedAt
        | Kind::UpdatedAt
        | Kind::CreatedBy
        | Kind::SourceFolder
        | Kind::CustomId
        | Kind::Reference
        | Kind::TimeTracking => Err(unwritable(attribute)),
    }
}

fn unwritable(attribute: &Attribute) -> Refusal {
    let hint = match attribute.kind {
        Kind::Reference => "Links to other items are made with infinity_create_reference.",
        Kind::TimeTracking => "Time is recorded with infinity_create_time_entry.",
        Kind::SourceFolder => "Leave it out; it follows from folder_id.",
        _ => "Leave it out; StartInfinity fills it in.",
    };
    Refusal::of_value(format!("The attribute {} cannot be written as a value.", quoted(&attribute.key)), hint)
}

/// The value of an attribute does not fit; `wanted` completes “it takes …”.
pub(super) fn misfit(attribute: &Attribute, value: &Value, wanted: &str) -> Refusal {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let name = quoted(&attribute.key);
    Refusal::of_value(
        format!("{} does not fit the attribute {name}.", quoted(&text)),
        format!("{name} takes {wanted}."),
    )
}
