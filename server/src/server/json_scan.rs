//! Walks over JSON text that may be broken, or too long to be kept, and tells what stands where.
//!
//! A parser gives up at the first fault and keeps all it has read. Whoever sent a message that cannot be read waits for the
//! answer to its id all the same, and the id may stand behind the fault.

use serde_json::Value;

/// Containers within each other whose keys are known; deeper ones are only counted.
const MAX_LEVELS: usize = 8;
/// Bytes of a key that are kept; nothing that is looked for is longer.
const MAX_KEY: usize = 64;
/// Bytes of an id that are kept. A longer one is not given back.
const MAX_ID: usize = 1_024;

/// A place in the text.
#[derive(Default)]
struct Scan {
    offset: usize,
    depth: usize,
    levels: Vec<Level>,
    text: Option<Text>,
}

/// A container around the place.
struct Level {
    is_list: bool,
    is_empty: bool,
    /// Where it begins.
    start: usize,
    /// Whether the next text is a key, or the value of the last one.
    awaits_key: bool,
    key: Vec<u8>,
}

/// What is between two quotation marks.
struct Text {
    is_escaped: bool,
    is_key: bool,
}

/// What has just been passed.
enum Passed {
    Nothing,
    Key,
    /// A list without anything in it, that begins there.
    EmptyList(usize),
}

impl Scan {
    fn step(&mut self, byte: u8) -> Passed {
        let offset = self.offset;
        self.offset += 1;
        if self.text.is_some() {
            return self.step_in_text(byte);
        }
        if byte.is_ascii_whitespace() {
            return Passed::Nothing;
        }
        match byte {
            b'}' | b']' => return self.close(byte),
            b',' => {
                if let Some(level) = self.here() {
                    level.awaits_key = !level.is_list;
                }
            }
            b':' => {
                if let Some(level) = self.here() {
                    level.awaits_key = false;
                }
            }
            _ => self.begin_value(byte, offset),
        }
        Passed::Nothing
    }

    fn begin_value(&mut self, byte: u8, offset: usize) {
        let is_key = self.here().is_some_and(|level| {
            level.is_empty = false;
            level.awaits_key
        });
        match byte {
            b'"' => {
                if let (true, Some(level)) = (is_key, self.here()) {
                    level.key.clear();
                }
                self.text = Some(Text { is_escaped: false, is_key });
            }
            b'{' | b'[' => {
                self.depth += 1;
                if self.depth <= MAX_LEVELS {
                    let is_list = byte == b'[';
                    let (start, key) = (offset, Vec::new());
                    self.levels.push(Level { is_list, is_empty: true, start, awaits_key: !is_list, key });
                }
            }
            _ => {}
        }
    }

    fn step_in_text(&mut self, byte: u8) -> Passed {
        let Some(text) = &mut self.text else { return Passed::Nothing };
        let is_key = text.is_key;
        let ends = byte == b'"' && !text.is_escaped;
        text.is_escaped = byte == b'\\' && !text.is_escaped;
        if ends {
            self.text = None;
            return if is_key { Passed::Key } else { Passed::Nothing };
        }
        if is_key
            && let Some(level) = self.here()
            // One more than fits makes it unlike all that are looked for.
            && level.key.len() <= MAX_KEY
        {
            level.key.push(byte);
        }
        Passed::Nothing
    }

    fn close(&mut self, byte: u8) -> Passed {
        let closed = if self.depth <= MAX_LEVELS { self.levels.pop() } else { None };
        self.depth = self.depth.saturating_sub(1);
        match closed {
            Some(level) if level.is_list && level.is_empty && byte == b']' => Passed::EmptyList(level.start),
            _ => Passed::Nothing,
        }
    }

    /// The container that the place is directly in, where its keys are known.
    fn here(&mut self) -> Option<&mut Level> {
        if self.depth > MAX_LEVELS { None } else { self.levels.last_mut() }
    }

    /// The keys that lead to this place, if it is in objects alone.
    fn path(&self) -> Option<Vec<&str>> {
        self.levels
            .iter()
            .map(|level| if level.is_list { None } else { std::str::from_utf8(&level.key).ok() })
            .collect()
    }

    /// Whether the place is the value of this key of the outermost object.
    fn is_value_of(&self, key: &[u8]) -> bool {
        matches!(&*self.levels, [level] if self.depth == 1 && !level.awaits_key && level.key == key)
    }
}

/// What can be said of a message by its outermost keys.
#[derive(Default)]
pub struct Outline {
    scan: Scan,
    has_method: bool,
    ids: usize,
    id: Vec<u8>,
}

impl Outline {
    /// Of a whole message.
    pub fn of(message: &[u8]) -> Self {
        let mut outline = Self::default();
        outline.feed(message);
        outline
    }

    /// Reads on.
    pub fn feed(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let ends_value = self.scan.text.is_none() && matches!(byte, b',' | b'}');
            if self.scan.is_value_of(b"id") && !ends_value && self.id.len() <= MAX_ID {
                self.id.push(byte);
            }
            if let (Passed::Key, [level]) = (self.scan.step(byte), &*self.scan.levels) {
                self.has_method |= level.key == b"method";
                self.ids += usize::from(level.key == b"id");
            }
        }
    }

    /// The id of the request that this seems to be, as JSON. What has no method is an answer to a question of ours: it must
    /// not be answered under its id, which may be that of another request of the client.
    pub fn request_id(&self) -> Option<String> {
        let id = std::str::from_utf8(&self.id).ok()?.trim();
        let is_id = matches!(serde_json::from_str(id), Ok(Value::String(_) | Value::Number(_)));
        (self.has_method && self.ids == 1 && self.id.len() <= MAX_ID && is_id).then(|| id.to_owned())
    }
}

/// The text with an empty object wherever an empty list stands at a place that `is_object` names by its keys, if there is
/// any. Languages with one kind of container for both write `[]` for it.
pub fn with_empty_objects(text: &[u8], is_object: impl Fn(&[&str]) -> bool) -> Option<Vec<u8>> {
    let (mut scan, mut mended) = (Scan::default(), None);
    for (end, &byte) in text.iter().enumerate() {
        if let Passed::EmptyList(start) = scan.step(byte)
            && scan.path().is_some_and(|path| is_object(&path))
        {
            let mended = mended.get_or_insert_with(|| text.to_vec());
            for (at, brace) in [(start, b'{'), (end, b'}')] {
                if let Some(place) = mended.get_mut(at) {
                    *place = brace;
                }
            }
        }
    }
    mended
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Option<String> {
        Outline::of(text.as_bytes()).request_id()
    }

    #[test]
    fn the_id_is_found_wherever_it_stands_and_whatever_is_broken() {
        for (text, found) in [
            (r#"{"jsonrpc":"2.0","id":7,"method":"x","params":{"id":8}}"#, Some("7")),
            (r#"{"method":"x","params":{"id":8,"a":[{"id":9}]},"id": "a\"}," }"#, Some(r#""a\"},""#)),
            (r#"{"method":"x","params":{"a":1,},"id":7}"#, Some("7")),
            (r#"{"method":"x","params":"\ud83d","id":7,}"#, Some("7")),
            (r#"{"id":1.5,"method":"x"#, Some("1.5")),
            (r#"{"id":7,"result":{"method":"x"}}"#, None),
            (r#"{"method":"x","params":{"id":8}}"#, None),
            (r#"{"id":7,"id":8,"method":"x"}"#, None),
            (r#"{"id":[7],"method":"x"}"#, None),
            (r#"{"id":null,"method":"x"}"#, None),
            (r#"{"id":1e400,"method":"x"}"#, None),
            (r#"[{"id":7,"method":"x"}]"#, None),
            (r#"}}]{"id":7,"method":"x"}"#, Some("7")),
            ("", None),
        ] {
            assert_eq!(id(text).as_deref(), found, "{text}");
        }
        let deep = format!(r#"{{"params":{}1{},"id":7,"method":"x"}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(id(&deep).as_deref(), Some("7"));
        assert_eq!(
            id(&format!(r#"{{"method":"x","id":"{}"}}"#, "a".repeat(MAX_ID))),
            None,
            "too long to be given back"
        );
    }

    #[test]
    fn only_empty_lists_at_the_named_places_become_objects() {
        let is_object = |path: &[&str]| matches!(path, ["a"] | ["a", "b", ..]);
        let mended = |text: &str| {
            with_empty_objects(text.as_bytes(), is_object).map(|mended| String::from_utf8(mended).unwrap())
        };
        assert_eq!(mended(r#"{"a": [ ] ,"b":[]}"#).as_deref(), Some(r#"{"a": { } ,"b":[]}"#));
        assert_eq!(mended(r#"{"a":{"b":{"c":[],"d":[[]]}}}"#).as_deref(), Some(r#"{"a":{"b":{"c":{},"d":[[]]}}}"#));
        for same in
            [r#"{"a":[1]}"#, r#"{"a":[[]]}"#, r#"[{"a":[]}]"#, r#"{"c":{"a":[]}}"#, r#"{"a":"[]"}"#, "[]", r#"{"a":[}"#]
        {
            assert_eq!(mended(same), None, "{same}");
        }
    }
}
