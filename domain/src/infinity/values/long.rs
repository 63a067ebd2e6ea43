//! Texts written over what is stored: what nobody touched stays as it is, and what was cut is not taken for the whole.

use serde_json::{Value, json};

use super::single;
use super::write::misfit;
use crate::infinity::attributes::{Attribute, Kind};
use crate::infinity::names::quoted;
use crate::infinity::refusal::Refusal;
use infini_mcp_core::rich_text::Stored;
use infini_mcp_core::tool::text::is_cut_of;

/// The text of `{append: text}`, which adds to what is stored.
pub(super) fn appended(value: &Value) -> Option<&str> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    map.get("append")?.as_str()
}

/// Whether what is stored matters for how this is written.
pub(super) fn needs_stored(attribute: &Attribute, value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    match &attribute.kind {
        Kind::Longtext => appended(value).is_some() || !text.trim().is_empty(),
        Kind::Text => appended(value).is_some() || text.contains('…'),
        _ => false,
    }
}

/// A long text in Markdown or HTML as the HTML to store; nothing where what is stored reads so already.
pub(super) fn longtext(attribute: &Attribute, value: &Value, stored: &str) -> Result<Option<Value>, Refusal> {
    let stored = Stored::read(stored);
    if let Some(more) = appended(value) {
        return Ok(stored.with(more).map(Value::from));
    }
    let text = single::plain(attribute, value, "a text in Markdown, or {append: text}")?;
    refuse_cut(attribute, &text, stored.markdown())?;
    Ok(stored.edited(&text).map(Value::from))
}

/// A text of one line.
pub(super) fn text(attribute: &Attribute, value: &Value, stored: &str) -> Result<Option<Value>, Refusal> {
    if let Some(more) = appended(value) {
        return Ok((!stored.ends_with(more)).then(|| json!(format!("{stored}{more}"))));
    }
    let text = single::text(attribute, value)?;
    refuse_cut(attribute, text.as_str().unwrap_or_default(), stored)?;
    Ok(Some(text))
}

fn refuse_cut(attribute: &Attribute, given: &str, stored: &str) -> Result<(), Refusal> {
    if !is_cut_of(given, stored) {
        return Ok(());
    }
    let name = quoted(&attribute.key);
    Err(Refusal::of_value(
        format!("The text for {name} ends where an answer cut it; stored so, the rest of it would be lost."),
        "Read it with infinity_get_item and detail=full and send it whole, or add to it with {append: text}.",
    ))
}

/// What was said of a new text, where nothing is stored yet.
pub(super) fn new_text<'a>(attribute: &Attribute, value: &'a Value) -> Result<std::borrow::Cow<'a, Value>, Refusal> {
    match value {
        Value::Object(_) => {
            let text = appended(value).ok_or_else(|| misfit(attribute, value, "a text, or {append: text}"))?;
            Ok(std::borrow::Cow::Owned(json!(text)))
        }
        _ => Ok(std::borrow::Cow::Borrowed(value)),
    }
}
