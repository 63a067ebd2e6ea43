//! Text written by others: made harmless before a model reads it.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

pub use crate::sanitize::{NAME, clean, from_html, is_invisible, line, listed, name, plain_number};

use super::schema::LONG_TEXT;

/// Marks where foreign text begins, inside the server only; `clean` takes such characters out of everything foreign.
const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';

/// A body that somebody else wrote: a comment, a long text. It is fenced in answers when the operator wants that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign(String);

impl Foreign {
    /// Text, cleaned.
    pub fn text(text: &str) -> Self {
        Self(clean(text))
    }

    /// HTML, turned into cleaned text.
    pub fn html(html: &str) -> Self {
        Self(clean(&from_html(html)))
    }
}

impl Serialize for Foreign {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{OPEN}{}{CLOSE}", self.0))
    }
}

impl JsonSchema for Foreign {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Foreign".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut schema = String::json_schema(generator);
        schema.insert(LONG_TEXT.into(), true.into());
        schema
    }
}

/// How foreign bodies are shown in one answer.
#[derive(Debug, Clone)]
pub enum Fence {
    /// As they are.
    Off,
    /// Between markers that nobody could have written into the text beforehand.
    On(String),
}

impl Fence {
    /// A fence with a marker that is new for each answer.
    pub fn random() -> Self {
        Self::On(format!("{:08x}", rand::random::<u32>()))
    }
}

/// Shortens the names in an answer to what a name may have; before anything else is cut, so that the same name is shown the
/// same way wherever it stands, and is found again when it is sent back.
pub fn shorten_names(value: &mut Value) {
    shorten_under("", value);
}

fn shorten_under(key: &str, value: &mut Value) {
    match value {
        Value::String(text) if text.len() > NAME && is_name(key) && !is_foreign(text) => *text = name(text),
        Value::Array(items) => items.iter_mut().for_each(|item| shorten_under(key, item)),
        Value::Object(map) => {
            shorten_cells(map);
            map.iter_mut().for_each(|(key, inner)| shorten_under(key, inner));
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The cells of a table stand under the names of its columns.
fn shorten_cells(map: &mut Map<String, Value>) {
    let Some(columns) = map.get("columns").and_then(Value::as_array) else { return };
    let names: Vec<(usize, String)> = columns
        .iter()
        .enumerate()
        .filter_map(|(index, column)| Some((index, column.as_str().filter(|column| is_name(column))?.to_owned())))
        .collect();
    for row in map.get_mut("rows").and_then(Value::as_array_mut).into_iter().flatten() {
        let Value::Array(cells) = row else { continue };
        for (index, column) in &names {
            cells.get_mut(*index).into_iter().for_each(|cell| shorten_under(column, cell));
        }
    }
}

/// Cleans every string of an answer and puts the fence around the foreign bodies. What is no prose is one line, whoever
/// gave it.
pub fn finish(value: &mut Value, fence: &Fence) {
    finish_under("", value, fence);
}

/// The same for what stands under `key`.
fn finish_under(key: &str, value: &mut Value, fence: &Fence) {
    match value {
        Value::String(text) if is_printable_ascii(text) => {}
        Value::String(text) => *text = finished(key, text, fence),
        Value::Array(items) => items.iter_mut().for_each(|item| finish_under(key, item, fence)),
        Value::Object(map) => {
            finish_keys(map);
            map.iter_mut().for_each(|(key, inner)| finish_under(key, inner, fence));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Some keys are names of others, too.
fn finish_keys(map: &mut Map<String, Value>) {
    let is_dirty = |key: &&String| !is_printable_ascii(key) || key.len() > NAME;
    let dirty: Vec<String> = map.keys().filter(is_dirty).cloned().collect();
    for key in dirty {
        let kept = name(&key);
        if kept != key
            && let Some(inner) = map.remove(&key)
        {
            map.insert(kept, inner);
        }
    }
}

/// Fields that hold what somebody calls something.
fn is_name(key: &str) -> bool {
    const NAMES: [&str; 25] = [
        "alias",
        "attribute",
        "board",
        "columns",
        "created_by",
        "end_customer",
        "end_user",
        "folder",
        "folders",
        "hides",
        "item",
        "known_as",
        "label",
        "labels",
        "left_out",
        "manufacturer",
        "members",
        "product",
        "sales_contact",
        "shows",
        "subfolders",
        "title",
        "vendor",
        "vendors",
        "workspace",
    ];
    key.ends_with("name") || NAMES.contains(&key)
}

/// Fields whose text may have lines.
fn is_prose(key: &str) -> bool {
    matches!(
        key,
        "comment" | "description" | "hint" | "message" | "note" | "notes" | "reason" | "tagline" | "text" | "why"
    )
}

fn finished(key: &str, text: &str, fence: &Fence) -> String {
    let foreign = text.starts_with(OPEN);
    match fence {
        Fence::On(marker) if foreign => match clean(text) {
            nothing if nothing.is_empty() => nothing,
            cleaned => format!("[text by others {marker}]\n{cleaned}\n[end {marker}]"),
        },
        Fence::On(_) | Fence::Off if foreign || is_prose(key) => clean(text),
        Fence::On(_) | Fence::Off => clean(text).replace(['\n', '\t'], " "),
    }
}

/// Most strings are: nothing can hide in them, and the mark of a foreign body is no such character.
fn is_printable_ascii(text: &str) -> bool {
    text.bytes().all(|byte| (0x20..0x7F).contains(&byte))
}

/// Whether `text` is marked as a foreign body.
pub fn is_foreign(text: &str) -> bool {
    text.starts_with(OPEN)
}

/// Cuts a foreign or own text to `most` characters, keeping the mark of a foreign one.
pub fn cut(text: &str, most: usize) -> String {
    let mut cut: String = text.chars().take(most).collect();
    cut.push('…');
    if is_foreign(text) {
        cut.push(CLOSE);
    }
    cut
}

/// Plain text as the HTML that StartInfinity keeps: escaped, a paragraph a line.
pub fn to_html(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    escaped.lines().map(|line| format!("<p>{line}</p>")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn text_survives_the_way_to_html_and_back() {
        let text = "a < b & c\nsecond line";
        assert_eq!(from_html(&to_html(text)), text);
    }

    #[test]
    fn invisible_characters_and_forged_marks_are_taken_out() {
        let mut value = json!({ "plain": "a\u{200B}b\u{202E}c", "body": Foreign::text("x\u{E001}y") });
        finish(&mut value, &Fence::On("1234".into()));
        assert_eq!(value, json!({ "plain": "abc", "body": "[text by others 1234]\nxy\n[end 1234]" }));
    }

    #[test]
    fn a_name_is_one_line_of_two_hundred_characters_wherever_it_stands_and_prose_keeps_its_lines() {
        let long = format!("Board\n\u{1b}[1mSystem:\u{2028}{}", "x".repeat(300));
        let mut value = json!({
            "name": long, "folders": [long], "columns": ["id", "title", "Notes"], "rows": [["1", long, long]],
            "values": { (format!("Feld\u{202e}\n{}", "y".repeat(300))): "one\ntwo" }, "note": "first\nsecond", "after": "z".repeat(400),
        });
        shorten_names(&mut value);
        finish(&mut value, &Fence::Off);
        for place in ["/name", "/folders/0", "/rows/0/1"] {
            let name = value.pointer(place).and_then(Value::as_str).unwrap();
            assert!(name.starts_with("Board [1mSystem: xxx") && name.ends_with('…'), "{place}: {name}");
            assert!(name.chars().count() <= NAME, "{place}: {name}");
        }
        let cell = value.pointer("/rows/0/2").and_then(Value::as_str).unwrap();
        assert!(cell.chars().count() > 300 && !cell.contains(['\n', '\u{1b}', '\u{2028}']), "a value is whole: {cell}");
        let (key, inner) = value["values"].as_object().unwrap().iter().next().unwrap();
        assert!(key.starts_with("Feld yyy") && key.chars().count() <= NAME && inner == "one two", "{key}: {inner}");
        assert_eq!(value["note"], json!("first\nsecond"));
        assert_eq!(value["after"].as_str().map(str::len), Some(400), "a cursor is worth nothing when cut");
    }
}
