//! Text written by others: made harmless before a model reads it.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::Value;

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

/// Cleans every string of an answer and puts the fence around the foreign bodies.
pub fn finish(value: &mut Value, fence: &Fence) {
    match value {
        Value::String(text) if is_printable_ascii(text) => {}
        Value::String(text) => *text = finished(text, fence),
        Value::Array(items) => items.iter_mut().for_each(|item| finish(item, fence)),
        Value::Object(map) => {
            let dirty: Vec<String> =
                map.keys().filter(|key| !is_printable_ascii(key) && key.chars().any(is_invisible)).cloned().collect();
            for key in dirty {
                if let Some(inner) = map.remove(&key) {
                    map.insert(clean(&key), inner);
                }
            }
            map.values_mut().for_each(|inner| finish(inner, fence));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn finished(text: &str, fence: &Fence) -> String {
    let foreign = text.starts_with(OPEN);
    let cleaned = clean(text);
    match fence {
        Fence::On(marker) if foreign && !cleaned.is_empty() => {
            format!("[text by others {marker}]\n{cleaned}\n[end {marker}]")
        }
        Fence::On(_) | Fence::Off => cleaned,
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

/// Without invisible, bidirectional and control characters, which can hide instructions from a reader.
pub fn clean(text: &str) -> String {
    text.chars().filter(|character| !is_invisible(*character)).collect()
}

/// Characters that a person does not see, or that change how the others are seen.
pub fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{0000}'..='\u{0008}' | '\u{000B}'..='\u{001F}' | '\u{007F}'..='\u{009F}' | '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}'
        | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}'
        | '\u{E000}'..='\u{F8FF}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}' | '\u{F0000}'..='\u{10FFFF}')
}

/// HTML as plain text: paragraphs and list entries on lines of their own, scripts and styles gone, entities read.
pub fn from_html(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tail)) = rest.split_once('<') {
        text.push_str(before);
        let Some((tag, after)) = tail.split_once('>') else {
            text.push('<');
            rest = tail;
            continue;
        };
        let name = tag
            .trim_start_matches('/')
            .split(|character: char| character.is_whitespace() || character == '/')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        rest = match name.as_str() {
            "script" | "style" if !tag.starts_with('/') => after_element(after, &name),
            "br" | "p" | "div" | "tr" | "h1" | "h2" | "h3" | "h4" | "ul" | "ol" | "blockquote" => {
                line_break(&mut text);
                after
            }
            "li" if !tag.starts_with('/') => {
                line_break(&mut text);
                text.push_str("- ");
                after
            }
            _ if name
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || character == '!' || character == '-')
                && !name.is_empty() =>
            {
                after
            }
            _ => {
                text.push('<');
                tail
            }
        };
    }
    text.push_str(rest);
    read_entities(text.trim())
}

fn after_element<'a>(after: &'a str, name: &str) -> &'a str {
    let end = format!("</{name}");
    let lower = after.to_ascii_lowercase();
    let tail = lower.find(&end).and_then(|at| after.get(at..)).unwrap_or_default();
    tail.split_once('>').map_or("", |(_, rest)| rest)
}

fn line_break(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

fn read_entities(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('&') {
        read.push_str(before);
        match tail.split_once(';').and_then(|(name, after)| Some((entity(name)?, after))) {
            Some((character, after)) => {
                read.push(character);
                rest = after;
            }
            None => {
                read.push('&');
                rest = tail;
            }
        }
    }
    read.push_str(rest);
    read
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
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
    fn html_becomes_text_and_scripts_vanish() {
        assert_eq!(
            from_html("<p>Hallo &amp; <b>Grüße</b></p><script>alert(1)</script><ul><li>eins</li><li>zwei</li></ul>"),
            "Hallo & Grüße\n- eins\n- zwei"
        );
        assert_eq!(from_html("3 < 4 and 5 > 4"), "3 < 4 and 5 > 4");
    }

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
}
