//! Values that are lists of small objects: links, checklists, attachments.

use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::write::misfit;
use crate::infinity::attributes::Attribute;
use crate::infinity::names::fold;
use crate::infinity::refusal::Refusal;

/// One entry, or several; what has no list around it is a list of one.
fn entries(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(entries) => entries.iter().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => vec![value],
    }
}

fn each(value: &Value, write: impl Fn(&Value) -> Result<Value, Refusal>) -> Result<Value, Refusal> {
    entries(value).into_iter().map(write).collect::<Result<Vec<Value>, Refusal>>().map(Value::Array)
}

fn field<'a>(entry: &'a Value, name: &str) -> Option<&'a str> {
    entry.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// Upstream wants each entry to have an id that the client made.
fn id_of(entry: &Value) -> String {
    field(entry, "id").map_or_else(|| Uuid::new_v4().to_string(), str::to_owned)
}

/// An address, or `{url, name}`; any scheme will do, as `app://…` was seen to be taken.
pub(super) fn links(attribute: &Attribute, value: &Value) -> Result<Value, Refusal> {
    each(value, |entry| {
        let address = entry.as_str().map(str::trim).or_else(|| field(entry, "url"));
        let whole = address
            .and_then(whole_address)
            .ok_or_else(|| misfit(attribute, entry, "addresses such as https://example.com, or objects {url, name}"))?;
        let name = field(entry, "name").unwrap_or(&whole);
        Ok(json!({ "id": id_of(entry), "url": whole, "name": name }))
    })
}

/// `www.example.com` means https; a text with blanks is no address.
fn whole_address(text: &str) -> Option<String> {
    if text.contains(char::is_whitespace) {
        return None;
    }
    if text.to_ascii_lowercase().starts_with("www.") {
        return whole_address(&format!("https://{text}"));
    }
    Url::parse(text).is_ok().then(|| text.to_owned())
}

/// A step's name, `[x] name` for one that is done, or `{name, done}`; a text of several lines is a step a line.
pub(super) fn checklist(attribute: &Attribute, value: &Value) -> Result<Value, Refusal> {
    let lines = |entry: &Value| match entry.as_str() {
        Some(text) if text.trim().contains('\n') => {
            text.lines().filter(|line| !line.trim().is_empty()).map(Value::from).collect()
        }
        _ => vec![entry.clone()],
    };
    let steps: Vec<Value> = entries(value).into_iter().flat_map(lines).collect();
    each(&Value::Array(steps), |entry| {
        let said = entry.as_str().map(str::trim).filter(|text| !text.is_empty());
        let (name, done) = match said {
            Some(text) => ticked(text),
            None => (field(entry, "name").unwrap_or_default(), is_done(entry)),
        };
        if name.is_empty() {
            return Err(misfit(attribute, entry, "names of steps, or objects {name, done}"));
        }
        Ok(json!({ "id": id_of(entry), "name": name, "done": done }))
    })
}

/// `- [x] name` is how a list of tasks is written in Markdown.
fn ticked(text: &str) -> (&str, bool) {
    let text =
        ["- ", "* ", "+ ", "• "].iter().find_map(|bullet| text.strip_prefix(bullet)).unwrap_or(text).trim_start();
    let numbered = text.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let after = numbered.strip_prefix(['.', ')']).filter(|_| numbered.len() < text.len()).map(str::trim_start);
    // Only a task's number goes; `1. floor` may be what a step is called.
    let text = after.filter(|rest| ["[x]", "[X]", "[ ]"].iter().any(|tick| rest.starts_with(tick))).unwrap_or(text);
    let done = text.strip_prefix("[x]").or_else(|| text.strip_prefix("[X]"));
    let open = text.strip_prefix("[ ]").or_else(|| text.strip_prefix("[]"));
    (done.or(open).unwrap_or(text).trim_start(), done.is_some())
}

fn is_done(entry: &Value) -> bool {
    match entry.get("done") {
        Some(Value::Bool(done)) => *done,
        Some(Value::String(text)) => matches!(fold(text).as_str(), "true" | "yes" | "ja" | "1" | "x"),
        Some(Value::Number(number)) => number.as_i64() == Some(1),
        Some(Value::Null | Value::Array(_) | Value::Object(_)) | None => false,
    }
}

/// Ids of uploaded files, bare or as `{id}`; files are uploaded first, by calls of their own.
pub(super) fn attachments(attribute: &Attribute, value: &Value) -> Result<Value, Refusal> {
    each(value, |entry| {
        let id = entry.get("id").unwrap_or(entry);
        let number = id.as_u64().or_else(|| id.as_str()?.trim().parse().ok());
        let number = number.ok_or_else(|| {
            misfit(attribute, entry, "ids of files that infinity_upload_attachment_from_url or …_from_base64 gave")
        })?;
        Ok(json!({ "id": number }))
    })
}
