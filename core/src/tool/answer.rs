//! An answer as a model likes it: no nulls, long prose cut and said to be cut, never larger than a conversation can bear.

use serde_json::{Map, Value, json};

use super::text::{self, Fence};

/// Characters after which prose is cut, unless everything was asked for.
const PROSE: usize = 200;
/// Bytes of JSON that an answer may have: about 20,000 tokens.
const LARGEST: usize = 60_000;
/// The field that tells what is to be known of an answer.
const NOTES: &str = "notes";

/// How much of each text is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Detail {
    /// Long texts are cut at 200 characters.
    #[default]
    Brief,
    /// Texts are whole.
    Full,
}

/// Makes an answer slim and harmless.
pub fn finish(mut answer: Value, detail: Detail, fence: &Fence) -> Value {
    text::shorten_names(&mut answer);
    let cut = slim(&mut answer, detail);
    if let (true, Some(map)) = (cut, answer.as_object_mut()) {
        map.entry("hint").or_insert_with(|| json!("Long texts are cut; with detail=full they come whole."));
    }
    text::finish(&mut answer, fence);
    answer
}

/// A list of an answer of which a conversation can bear only the beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooLong {
    /// The field that holds the list.
    pub name: String,
    /// How many of its entries fit; at least one.
    pub fits: usize,
    /// How many it has.
    pub all: usize,
}

/// The longest list of an answer that is too large, and how much of it fits. Notes do not count: what is said of rows must
/// not cost another row.
pub fn too_long(answer: &Value) -> Option<TooLong> {
    let size = as_text(answer).len() - answer.get(NOTES).map_or(0, |notes| notes.to_string().len());
    if size <= LARGEST {
        return None;
    }
    let lists = answer.as_object()?.iter().filter(|(name, _)| *name != NOTES);
    let lists = lists.filter_map(|(name, value)| Some((name, value.as_array()?, value.to_string().len())));
    let (name, rows, _) = lists.max_by_key(|(_, _, size)| *size)?;
    let (mut fits, mut spare) = (rows.len(), size);
    for row in rows.iter().skip(1).rev() {
        if spare <= LARGEST {
            break;
        }
        spare = spare.saturating_sub(row.to_string().len() + 1);
        fits -= 1;
    }
    (fits < rows.len()).then(|| TooLong { name: name.clone(), fits, all: rows.len() })
}

/// Leaves out what does not fit, and says so beside whatever else is noted.
pub fn cut(answer: &mut Value, long: &TooLong) {
    let TooLong { name, fits, all } = long;
    if let Some(Value::Array(rows)) = answer.get_mut(name) {
        rows.truncate(*fits);
    }
    note(
        answer,
        format!(
            "Only the first {fits} of the {all} entries of `{name}` fit into one answer. Ask for less at a time to see the others."
        ),
    );
}

/// Adds a note behind those that are there, unless it is among them.
pub fn note(answer: &mut Value, note: String) {
    let Some(map) = answer.as_object_mut() else { return };
    if let Some(notes) = map.entry(NOTES).or_insert_with(|| json!([])).as_array_mut()
        && !notes.iter().any(|known| known.as_str() == Some(note.as_str()))
    {
        notes.push(json!(note));
    }
}

/// The answer as JSON text. Faster than by way of `Display`; of a value it cannot fail.
pub fn as_text(answer: &Value) -> String {
    serde_json::to_string(answer).unwrap_or_else(|_| answer.to_string())
}

/// True when something was cut.
fn slim(value: &mut Value, detail: Detail) -> bool {
    let is_brief = detail == Detail::Brief;
    match value {
        Value::Object(map) => {
            map.retain(|_, inner| !inner.is_null());
            let cut = is_brief && cut_prose(map);
            map.values_mut().fold(cut, |cut, inner| slim(inner, detail) || cut)
        }
        Value::Array(items) => items.iter_mut().fold(false, |cut, item| {
            let cut = match item {
                Value::Array(cells) if is_brief => cells.iter_mut().fold(cut, |cut, cell| cut_cell(cell) || cut),
                _ => cut,
            };
            slim(item, detail) || cut
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn cut_prose(map: &mut Map<String, Value>) -> bool {
    let mut cut = Vec::new();
    for (name, value) in map.iter_mut() {
        if let Value::String(text) = value
            && is_long_prose(text)
        {
            *text = text::cut(text, PROSE);
            cut.push(format!("{name}_truncated"));
        }
    }
    let is_cut = !cut.is_empty();
    map.extend(cut.into_iter().map(|name| (name, json!(true))));
    is_cut
}

/// A cell of a table has no name that could say that it was cut, so only its last character does.
fn cut_cell(cell: &mut Value) -> bool {
    match cell {
        Value::String(text) if is_long_prose(text) => {
            *text = text::cut(text, PROSE);
            true
        }
        _ => false,
    }
}

/// A cursor, a link or a token has no spaces and is worth nothing when cut.
fn is_long_prose(text: &str) -> bool {
    text.len() > PROSE && text.contains(' ') && text.chars().count() > PROSE + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nulls_go_and_long_prose_is_cut_and_said_to_be() {
        let long = "word ".repeat(80);
        let brief =
            finish(json!({ "a": null, "description": long, "cursor": "x".repeat(400) }), Detail::Brief, &Fence::Off);
        assert_eq!(brief.get("a"), None);
        assert_eq!(brief.get("description_truncated"), Some(&json!(true)));
        assert!(brief.get("hint").and_then(Value::as_str).is_some_and(|hint| hint.contains("detail=full")));
        assert_eq!(brief.pointer("/description").and_then(Value::as_str).map(|text| text.chars().count()), Some(201));
        assert_eq!(brief.pointer("/cursor").and_then(Value::as_str).map(str::len), Some(400));
        let full = finish(json!({ "description": long }), Detail::Full, &Fence::Off);
        assert_eq!(full.get("description"), Some(&json!(long)));
    }

    #[test]
    fn long_prose_in_the_rows_of_a_table_is_cut_and_a_list_of_notes_is_not() {
        let long = "word ".repeat(80);
        let brief = finish(json!({ "rows": [[1, long]], "notes": [long] }), Detail::Brief, &Fence::Off);
        assert_eq!(brief.pointer("/rows/0/1").and_then(Value::as_str).map(|text| text.chars().count()), Some(201));
        assert_eq!(brief.pointer("/notes/0"), Some(&json!(long)));
    }

    #[test]
    fn an_answer_that_is_too_large_says_what_was_left_out_beside_its_other_notes() {
        let rows: Vec<Value> = (0..2_000).map(|row| json!({ "row": row, "text": "x".repeat(60) })).collect();
        let mut answer = finish(json!({ "items": rows, "notes": ["One thing."] }), Detail::Full, &Fence::Off);
        let long = too_long(&answer).unwrap();
        assert_eq!((long.name.as_str(), long.all), ("items", 2_000));
        cut(&mut answer, &long);
        assert!(as_text(&answer).len() < LARGEST + 500 && too_long(&answer).is_none());
        assert_eq!(answer.pointer("/notes/0"), Some(&json!("One thing.")));
        assert!(
            answer.pointer("/notes/1").and_then(Value::as_str).is_some_and(|note| note.contains("of the 2000 entries"))
        );
    }

    #[test]
    fn a_single_entry_is_given_however_large_it_is() {
        assert_eq!(too_long(&json!({ "items": ["x".repeat(70_000)], "notes": ["a", "b"] })), None);
        let long = too_long(&json!({ "items": ["x".repeat(70_000), "y"] })).unwrap();
        assert_eq!((long.fits, long.all), (1, 2));
    }
}
