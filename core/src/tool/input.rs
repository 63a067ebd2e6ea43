//! Arguments as clients really send them: read leniently where the meaning is certain, refused clearly where not.

use serde_json::{Map, Number, Value, json};

use super::error::{Code, Error, Result};
use super::numeral::{self, Doubt};
use super::schema;
use super::text::{line, listed};

/// The pattern of list entries that cannot hold a comma, so that one text with commas certainly means several of them.
pub const WITHOUT_COMMA: &str = "^[^,]+$";

/// What models call arguments that have another name here; taken only where it is certain which one is meant.
const ALSO_CALLED: [(&str, &str); 4] =
    [("limit", "take"), ("offset", "skip"), ("date_from", "from"), ("date_to", "to")];

/// Faults that are told one by one; of the others it is only said how many they are.
const MOST_FAULTS: usize = 10;
/// Entries of a list, or names of an object, where the schema sets no limit.
const MOST_ENTRIES: usize = 1_000;
/// Characters that are shown of the name of an argument.
const SHOWN_NAME: usize = 80;
/// Characters that are shown of a value.
const SHOWN_VALUE: usize = 60;

/// Brings `arguments` into the form the schema asks for.
///
/// # Errors
/// The first faults at once, each naming its field and what is allowed there, and how many more there are.
pub fn fit(schema: &Map<String, Value>, arguments: &mut Map<String, Value>) -> Result<()> {
    let mut faults = Faults::default();
    rename(schema, arguments);
    fit_object(schema, arguments, "", &mut faults);
    if faults.told.is_empty() {
        return Ok(());
    }
    let more = match faults.more {
        0 => String::new(),
        more => format!("; and {more} more faults like these"),
    };
    let told = listed(faults.told.iter().map(|fault| fault.text.as_str()), MOST_FAULTS, "; ");
    let fields: Vec<&str> = faults.told.iter().map(|fault| fault.field.as_str()).collect();
    Err(Error::new(Code::InvalidArguments, format!("{told}{more}. Nothing was sent."))
        .with_hint("Correct the named arguments and call again.")
        .with("fields", json!(fields)))
}

fn rename(schema: &Map<String, Value>, arguments: &mut Map<String, Value>) {
    let has = |name: &str| schema.get("properties").is_some_and(|properties| properties.get(name).is_some());
    for (given, name) in ALSO_CALLED {
        if has(name)
            && !has(given)
            && !arguments.contains_key(name)
            && let Some(value) = arguments.remove(given)
        {
            arguments.insert(name.to_owned(), value);
        }
    }
}

/// What is wrong with the arguments, as much of it as one answer bears: nothing is built for what would not be told.
#[derive(Default)]
struct Faults {
    told: Vec<Fault>,
    more: usize,
    /// Lists of what there is to choose from that were told already.
    lists: Vec<String>,
}

struct Fault {
    field: String,
    text: String,
}

impl Faults {
    fn add(&mut self, field: &str, text: impl FnOnce(&mut Vec<String>) -> String) {
        if self.told.len() >= MOST_FAULTS {
            self.more += 1;
            return;
        }
        let field = line(field, SHOWN_NAME);
        let shown = if field.is_empty() { "the arguments".to_owned() } else { format!("`{field}`") };
        let text = format!("{shown} {}", text(&mut self.lists));
        self.told.push(Fault { field, text });
    }
}

/// What there is to choose from, unless that was told before.
fn once(lists: &mut Vec<String>, list: String) -> Option<String> {
    if lists.contains(&list) {
        return None;
    }
    lists.push(list.clone());
    Some(list)
}

fn fit_value(schema: &Value, value: &mut Value, field: &str, faults: &mut Faults) {
    let Some(kind) = schema.get("type").and_then(Value::as_str) else { return };
    coerce(kind, value);
    split(schema, kind, value);
    if !is_a(kind, value) {
        faults.add(field, |_| {
            format!("must be {}, but it is {}{}", wanted(schema, kind), shown(value), doubt(kind, value))
        });
        return;
    }
    if let Some(Value::Array(allowed)) = schema.get("enum") {
        fit_choice(allowed, value, field, faults);
    }
    match value {
        Value::Object(object) => {
            if let Some(schema) = schema.as_object() {
                fit_object(schema, object, field, faults);
            }
        }
        Value::Array(items) => fit_list(schema, items, field, faults),
        Value::String(text) => fit_text(schema, text, field, faults),
        Value::Number(number) => fit_number(schema, number, field, faults),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Many clients send objects, lists, numbers and truth values as text.
fn coerce(kind: &str, value: &mut Value) {
    let read = match (kind, &*value) {
        ("object" | "array", Value::String(text)) => {
            serde_json::from_str::<Value>(text).ok().filter(|read| is_a(kind, read))
        }
        // Languages with one kind of container for both write an empty object like this.
        ("object", Value::Array(items)) if items.is_empty() => Some(json!({})),
        ("integer" | "number", Value::String(text)) => numeral::read(text).ok().map(Value::Number),
        ("boolean", Value::String(text)) => match text.trim() {
            "true" => Some(json!(true)),
            "false" => Some(json!(false)),
            _ => None,
        },
        ("string", Value::Number(number)) => Some(json!(number.to_string())),
        _ => None,
    };
    if let Some(read) = read {
        *value = read;
    }
    if kind == "integer"
        && let Some(float) = value.as_f64()
        && !value.is_i64()
        && !value.is_u64()
        && float.fract() == 0.0
        && float.abs() < 9.0e15
    {
        *value = json!(float as i64);
    }
}

/// One text for a list whose entries have no commas is all of them.
fn split(schema: &Value, kind: &str, value: &mut Value) {
    let without_comma = schema.pointer("/items/pattern").and_then(Value::as_str) == Some(WITHOUT_COMMA);
    if let Value::String(text) = &*value
        && kind == "array"
        && without_comma
    {
        let most = most_entries(schema).saturating_add(1);
        *value = text.split([',', ';', '\n']).map(str::trim).filter(|entry| !entry.is_empty()).take(most).collect();
    }
}

fn is_a(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        _ => true,
    }
}

/// Why a text that looks like a number is not taken for one.
fn doubt(kind: &str, value: &Value) -> String {
    let text = value.as_str().filter(|_| matches!(kind, "integer" | "number"));
    match text.map(numeral::read) {
        Some(Err(Doubt::Either(whole, fraction))) => format!(", which may mean {whole} or {fraction}"),
        Some(Ok(_) | Err(Doubt::NoNumber)) | None => String::new(),
    }
}

fn wanted(schema: &Value, kind: &str) -> String {
    match kind {
        "object" => "an object".into(),
        "array" => "a list".into(),
        "string" => "a text".into(),
        "boolean" => "true or false".into(),
        "integer" => format!("a whole number{}", bounds(schema)),
        _ => format!("a number{}", bounds(schema)),
    }
}

fn bounds(schema: &Value) -> String {
    match (schema.get("minimum"), schema.get("maximum")) {
        (Some(low), Some(high)) => format!(" from {low} to {high}"),
        (Some(low), None) => format!(" of at least {low}"),
        (None, Some(high)) => format!(" of at most {high}"),
        (None, None) => String::new(),
    }
}

/// The beginning of a value, without writing down the rest of it.
fn shown(value: &Value) -> String {
    if let Value::String(text) = value {
        return format!("\"{}\"", line(text, SHOWN_VALUE));
    }
    let mut beginning = Beginning(Vec::new());
    let is_whole = serde_json::to_writer(&mut beginning, value).is_ok();
    let text = String::from_utf8_lossy(&beginning.0);
    let text = text.trim_end_matches(char::REPLACEMENT_CHARACTER);
    if is_whole { line(text, SHOWN_VALUE) } else { line(&format!("{text}…"), SHOWN_VALUE) }
}

/// Takes as many bytes as could be shown, and then no more.
struct Beginning(Vec<u8>);

impl std::io::Write for Beginning {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let room = (SHOWN_VALUE * 4).saturating_sub(self.0.len());
        let taken = bytes.get(..room.min(bytes.len())).unwrap_or_default();
        self.0.extend_from_slice(taken);
        // Taking nothing ends the writing.
        Ok(taken.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn fit_choice(allowed: &[Value], value: &mut Value, field: &str, faults: &mut Faults) {
    if allowed.contains(value) {
        return;
    }
    let alike = allowed.iter().find(|choice| matches!((choice.as_str(), value.as_str()), (Some(choice), Some(given)) if choice.eq_ignore_ascii_case(given.trim())));
    match alike {
        Some(choice) => *value = choice.clone(),
        None => {
            let name = |choice: &Value| choice.as_str().map_or_else(|| choice.to_string(), str::to_owned);
            let names = || allowed.iter().map(name).collect::<Vec<_>>().join(", ");
            faults.add(field, |lists| match once(lists, names()) {
                Some(names) => format!("must be one of {names}, but it is {}", shown(value)),
                None => format!("must be one of the same, but it is {}", shown(value)),
            });
        }
    }
}

fn fit_object(schema: &Map<String, Value>, object: &mut Map<String, Value>, field: &str, faults: &mut Faults) {
    if schema::is_open(schema) {
        unpack(object);
    }
    if let (None, Some(each @ Value::Object(_))) = (schema.get("properties"), schema.get("additionalProperties")) {
        // An object whose names the schema leaves open, such as an address: its values have a form all the same.
        if object.len() > MOST_ENTRIES {
            return faults
                .add(field, |_| format!("may have at most {MOST_ENTRIES} names, but it has {}", object.len()));
        }
        object.retain(|_, value| !value.is_null() || allows_null(Some(each)));
        object.iter_mut().for_each(|(name, value)| fit_value(each, value, &path(field, name), faults));
    }
    let Some(Value::Object(properties)) = schema.get("properties") else { return };
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    object.retain(|name, value| {
        let is_required = required.contains(&name.as_str());
        is_required || properties.get(name).is_none_or(|inner| !is_left_out(inner, value))
    });
    for name in &required {
        if !object.contains_key(*name) {
            faults.add(&path(field, name), |_| "is missing".to_owned());
        }
    }
    for (name, value) in object.iter_mut() {
        match properties.get(name) {
            Some(inner) if value.is_null() && allows_null(Some(inner)) => {}
            Some(inner) => fit_value(inner, value, &path(field, name), faults),
            None if schema.get("additionalProperties") == Some(&json!(false)) => {
                faults.add(&path(field, name), |lists| unknown(name, properties, lists));
            }
            None => {}
        }
    }
}

/// Whether an optional argument was sent only because the client sends every argument: null, or an empty text where that
/// could not be meant.
fn is_left_out(schema: &Value, value: &Value) -> bool {
    let is_empty = |value: &Value| value.as_str().is_some_and(|text| text.trim().is_empty());
    match value {
        Value::Null => !allows_null(Some(schema)),
        Value::String(_) => is_empty(value) && schema.get(schema::EMPTY_COUNTS).is_none(),
        Value::Object(entries) => {
            entries.len() == 1
                && entries.get(schema::AS_TEXT).is_some_and(is_empty)
                && schema.as_object().is_some_and(schema::is_open)
        }
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => false,
    }
}

/// All of an open object as text, from clients that send only names that were announced. What cannot be read stays: it
/// may be a name like any other.
fn unpack(object: &mut Map<String, Value>) {
    let Some(text) = object.get(schema::AS_TEXT).and_then(Value::as_str) else { return };
    let Ok(Value::Object(all)) = serde_json::from_str(text) else { return };
    object.remove(schema::AS_TEXT);
    for (name, value) in all {
        object.entry(name).or_insert(value);
    }
}

/// A schema without a type takes anything, null included.
fn allows_null(schema: Option<&Value>) -> bool {
    schema.is_some_and(|schema| schema.get("type").is_none())
}

fn unknown(name: &str, properties: &Map<String, Value>, lists: &mut Vec<String>) -> String {
    if properties.is_empty() {
        return "is not an argument: this tool takes none".into();
    }
    if let Some(near) = super::near::nearest(name, properties.keys().map(String::as_str)) {
        return format!("is not an argument of this tool (did you mean `{near}`?)");
    }
    match once(lists, properties.keys().cloned().collect::<Vec<_>>().join(", ")) {
        Some(list) => format!("is not an argument of this tool, which takes {list}"),
        None => "is not an argument of this tool".into(),
    }
}

fn path(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") }
}

/// As many as the schema allows; where it says nothing, as many as a call can sensibly have.
fn most_entries(schema: &Value) -> usize {
    let most = schema.get("maxItems").and_then(Value::as_u64);
    most.and_then(|most| usize::try_from(most).ok()).unwrap_or(MOST_ENTRIES)
}

fn fit_list(schema: &Value, items: &mut [Value], field: &str, faults: &mut Faults) {
    let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
    if (items.len() as u64) < least {
        faults.add(field, |_| format!("needs at least {least} entries"));
    }
    let most = most_entries(schema);
    if items.len() > most {
        return faults.add(field, |_| format!("may have at most {most} entries"));
    }
    if let Some(inner) = schema.get("items") {
        for (index, item) in items.iter_mut().enumerate() {
            fit_value(inner, item, &format!("{field}[{index}]"), faults);
        }
    }
}

fn fit_text(schema: &Value, text: &str, field: &str, faults: &mut Faults) {
    let limit = |word: &str| schema.get(word).and_then(Value::as_u64);
    let length = text.chars().count() as u64;
    if let Some(least) = limit("minLength").filter(|least| length < *least) {
        faults.add(field, |_| match length {
            0 => "must not be empty".to_owned(),
            _ => format!("needs at least {least} characters"),
        });
    }
    if let Some(most) = limit("maxLength").filter(|most| length > *most) {
        faults.add(field, |_| format!("may have at most {most} characters, but it has {length}"));
    }
}

fn fit_number(schema: &Value, number: &Number, field: &str, faults: &mut Faults) {
    let Some(value) = number.as_f64() else { return };
    let bound = |word: &str| schema.get(word).and_then(Value::as_f64);
    if bound("minimum").is_some_and(|least| value < least) || bound("maximum").is_some_and(|most| value > most) {
        faults.add(field, |_| format!("must be a number{}, but it is {number}", bounds(schema)));
    }
}

#[cfg(test)]
mod tests;
