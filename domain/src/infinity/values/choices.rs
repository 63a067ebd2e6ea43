//! Values that are chosen from what exists: labels and members, by name or id.

use serde_json::{Value, json};

use super::write::misfit;
use crate::infinity::attributes::Attribute;
use crate::infinity::names::{self, Named, quoted};
use crate::infinity::place::Place;
use crate::infinity::refusal::Refusal;
use infini_mcp_core::api::ids::UserId;

/// Labels that a refusal lists in full.
const FEW: usize = 12;

/// A label, or a list of them, as the list of label ids that upstream keeps.
pub(super) fn labels(attribute: &Attribute, value: &Value) -> Result<Value, Refusal> {
    let mut ids: Vec<&str> = Vec::new();
    for choice in chosen(value) {
        let given = named(choice).ok_or_else(|| misfit(attribute, choice, &allowed(attribute)))?;
        let found = names::find("label", &given, &attribute.labels);
        let label = found.map_err(|refusal| {
            if attribute.labels.len() <= FEW {
                unknown(attribute, &given, refusal)
            } else {
                refusal.about(&quoted(&attribute.key))
            }
        })?;
        if !ids.contains(&label.id()) {
            ids.push(label.id());
        }
    }
    if ids.len() > 1 && attribute.multiple == Some(false) {
        return Err(Refusal::of_value(
            format!("The attribute {} takes one label only, not {}.", quoted(&attribute.key), ids.len()),
            "Choose one of them.",
        ));
    }
    Ok(json!(ids))
}

/// Where there are few labels, all of them are told, not only the nearest.
fn unknown(attribute: &Attribute, given: &str, refusal: Refusal) -> Refusal {
    if refusal.code() != infini_mcp_core::tool::Code::NotFound {
        return refusal.about(&quoted(&attribute.key));
    }
    let text = format!("The attribute {} has no label called {}.", quoted(&attribute.key), quoted(given));
    Refusal::unknown(text, format!("It takes {}.", allowed(attribute)))
}

fn allowed(attribute: &Attribute) -> String {
    let names: Vec<String> = attribute.labels.iter().take(FEW).map(|label| quoted(&label.name)).collect();
    if names.is_empty() { "none, for it has no labels yet".to_owned() } else { format!("one of {}", names.join(", ")) }
}

/// A member, or a list of them, as the list of user ids that upstream keeps.
pub(super) fn members(place: &Place, attribute: &Attribute, value: &Value) -> Result<Value, Refusal> {
    let mut ids: Vec<i64> = Vec::new();
    for choice in chosen(value) {
        let given = named(choice).ok_or_else(|| misfit(attribute, choice, "names or ids of members"))?;
        let id = match (place.member(&given), UserId::parse(&given)) {
            (Ok(member), _) => i64::from(&member.id),
            // Not all members could be read, so upstream decides about this id.
            (Err(_), Ok(id)) if !place.knows_all_members() => i64::from(id),
            (Err(refusal), _) => return Err(refusal.about(&quoted(&attribute.key))),
        };
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(json!(ids))
}

/// The choices of a list, or the one that was given without a list around it; an empty text chooses nothing.
fn chosen(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(choices) => choices.iter().collect(),
        Value::String(text) if text.trim().is_empty() => Vec::new(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => vec![value],
    }
}

/// The id or name in a choice, which may be a text, a number, or an object as answers have it.
fn named(choice: &Value) -> Option<String> {
    match choice {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(map) => {
            map.get("id").or_else(|| map.get("name")).filter(|inner| !inner.is_object()).and_then(named)
        }
        Value::Null | Value::Bool(_) | Value::Array(_) => None,
    }
}
