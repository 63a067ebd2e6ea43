//! Arguments as clients really send them: read leniently where the meaning is certain, refused clearly where not.

use serde_json::{Map, Number, Value, json};

use super::error::{Code, Error, Result};
use super::schema;

/// The pattern of list entries that cannot hold a comma, so that one text with commas certainly means several of them.
pub const WITHOUT_COMMA: &str = "^[^,]+$";

/// What models call arguments that have another name here; taken only where it is certain which one is meant.
const ALSO_CALLED: [(&str, &str); 4] =
    [("limit", "take"), ("offset", "skip"), ("date_from", "from"), ("date_to", "to")];

/// Brings `arguments` into the form the schema asks for.
///
/// # Errors
/// Every fault at once, each naming its field and what is allowed there.
pub fn fit(schema: &Map<String, Value>, arguments: &mut Map<String, Value>) -> Result<()> {
    let mut faults = Vec::new();
    rename(schema, arguments);
    fit_object(schema, arguments, "", &mut faults);
    if faults.is_empty() {
        return Ok(());
    }
    let message =
        format!("{}. Nothing was sent.", faults.iter().map(|fault| fault.text.as_str()).collect::<Vec<_>>().join("; "));
    let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    Err(Error::new(Code::InvalidArguments, message)
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

struct Fault {
    field: String,
    text: String,
}

fn fault(faults: &mut Vec<Fault>, field: &str, text: impl Into<String>) {
    let shown = if field.is_empty() { "the arguments".to_owned() } else { format!("`{field}`") };
    faults.push(Fault { field: field.to_owned(), text: format!("{shown} {}", text.into()) });
}

fn fit_value(schema: &Value, value: &mut Value, field: &str, faults: &mut Vec<Fault>) {
    let Some(kind) = schema.get("type").and_then(Value::as_str) else { return };
    coerce(kind, value);
    split(schema, kind, value);
    if !is_a(kind, value) {
        fault(faults, field, format!("must be {}, but it is {}", wanted(schema, kind), shown(value)));
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
        ("integer" | "number", Value::String(text)) => {
            serde_json::from_str::<Number>(text.trim()).ok().map(Value::Number)
        }
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
        *value = text.split([',', ';', '\n']).map(str::trim).filter(|entry| !entry.is_empty()).collect();
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

fn shown(value: &Value) -> String {
    let text = value.to_string();
    let cut: String = text.chars().take(60).collect();
    if cut.len() < text.len() { format!("{cut}…") } else { cut }
}

fn fit_choice(allowed: &[Value], value: &mut Value, field: &str, faults: &mut Vec<Fault>) {
    if allowed.contains(value) {
        return;
    }
    let alike = allowed.iter().find(|choice| matches!((choice.as_str(), value.as_str()), (Some(choice), Some(given)) if choice.eq_ignore_ascii_case(given.trim())));
    match alike {
        Some(choice) => *value = choice.clone(),
        None => {
            let names: Vec<String> = allowed
                .iter()
                .map(|choice| choice.as_str().map_or_else(|| choice.to_string(), str::to_owned))
                .collect();
            fault(faults, field, format!("must be one of {}, but it is {}", names.join(", "), shown(value)));
        }
    }
}

fn fit_object(schema: &Map<String, Value>, object: &mut Map<String, Value>, field: &str, faults: &mut Vec<Fault>) {
    if schema::is_open(schema) {
        unpack(object);
    }
    if let (None, Some(each @ Value::Object(_))) = (schema.get("properties"), schema.get("additionalProperties")) {
        // An object whose names the schema leaves open, such as an address: its values have a form all the same.
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
            fault(faults, &path(field, name), "is missing");
        }
    }
    for (name, value) in object.iter_mut() {
        match properties.get(name) {
            Some(inner) if value.is_null() && allows_null(Some(inner)) => {}
            Some(inner) => fit_value(inner, value, &path(field, name), faults),
            None if schema.get("additionalProperties") == Some(&json!(false)) => {
                fault(faults, &path(field, name), unknown(name, properties))
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

fn unknown(name: &str, properties: &Map<String, Value>) -> String {
    match super::near::nearest(name, properties.keys().map(String::as_str)) {
        Some(near) => format!("is not an argument of this tool (did you mean `{near}`?)"),
        None if properties.is_empty() => "is not an argument: this tool takes none".into(),
        None => format!(
            "is not an argument of this tool, which takes {}",
            properties.keys().cloned().collect::<Vec<_>>().join(", ")
        ),
    }
}

fn path(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") }
}

fn fit_list(schema: &Value, items: &mut [Value], field: &str, faults: &mut Vec<Fault>) {
    let limit = |word: &str| schema.get(word).and_then(Value::as_u64);
    let count = items.len() as u64;
    if limit("minItems").is_some_and(|least| count < least) {
        fault(faults, field, format!("needs at least {} entries", limit("minItems").unwrap_or(0)));
    }
    if limit("maxItems").is_some_and(|most| count > most) {
        fault(
            faults,
            field,
            format!("may have at most {} entries, but it has {count}", limit("maxItems").unwrap_or(0)),
        );
    }
    if let Some(inner) = schema.get("items") {
        for (index, item) in items.iter_mut().enumerate() {
            fit_value(inner, item, &format!("{field}[{index}]"), faults);
        }
    }
}

fn fit_text(schema: &Value, text: &str, field: &str, faults: &mut Vec<Fault>) {
    let limit = |word: &str| schema.get(word).and_then(Value::as_u64);
    let length = text.chars().count() as u64;
    if limit("minLength").is_some_and(|least| length < least) {
        fault(
            faults,
            field,
            if length == 0 {
                "must not be empty".to_owned()
            } else {
                format!("needs at least {} characters", limit("minLength").unwrap_or(0))
            },
        );
    }
    if limit("maxLength").is_some_and(|most| length > most) {
        fault(
            faults,
            field,
            format!("may have at most {} characters, but it has {length}", limit("maxLength").unwrap_or(0)),
        );
    }
}

fn fit_number(schema: &Value, number: &Number, field: &str, faults: &mut Vec<Fault>) {
    let Some(value) = number.as_f64() else { return };
    let bound = |word: &str| schema.get(word).and_then(Value::as_f64);
    if bound("minimum").is_some_and(|least| value < least) || bound("maximum").is_some_and(|most| value > most) {
        fault(faults, field, format!("must be a number{}, but it is {number}", bounds(schema)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Map<String, Value> {
        let schema = json!({
            "type": "object", "additionalProperties": false, "required": ["query"],
            "properties": {
                "query": { "type": "string", "minLength": 2 },
                "take": { "type": "integer", "minimum": 1, "maximum": 100 },
                "tier": { "type": "string", "enum": ["Std", "Edu"] },
                "values": { "type": "object" },
                "cursor": { "type": "string" },
                "note": { "type": "string", "x-empty-counts": true },
                "vendors": { "type": "array", "items": { "type": "string" }, "maxItems": 2 },
                "skus": { "type": "array", "items": { "type": "string", "pattern": WITHOUT_COMMA }, "maxItems": 3 }
            }
        });
        schema.as_object().cloned().unwrap()
    }

    fn fitted(arguments: Value) -> Result<Value> {
        let mut arguments = arguments.as_object().cloned().unwrap();
        fit(&schema(), &mut arguments).map(|()| Value::Object(arguments))
    }

    fn message(arguments: Value) -> String {
        fitted(arguments).unwrap_err().to_string()
    }

    #[test]
    fn text_that_holds_json_is_read_where_the_meaning_is_certain() {
        let arguments =
            json!({ "query": "fortigate", "take": "20", "values": "{\"a\":1}", "vendors": "[\"HOS\"]", "tier": "edu" });
        assert_eq!(
            fitted(arguments).unwrap(),
            json!({ "query": "fortigate", "take": 20, "values": { "a": 1 }, "vendors": ["HOS"], "tier": "Edu" })
        );
    }

    #[test]
    fn the_values_of_an_object_with_open_names_have_their_form() {
        let schema = json!({ "type": "object", "properties": { "address": { "type": "object", "additionalProperties": { "type": "string" } } } });
        let mut arguments = json!({ "address": { "postal_code": 10115, "city": null } }).as_object().cloned().unwrap();
        fit(schema.as_object().unwrap(), &mut arguments).unwrap();
        assert_eq!(Value::Object(arguments), json!({ "address": { "postal_code": "10115" } }));
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let text = message(json!({ "take": 0, "tier": "Gold", "vendor": "HOS" }));
        assert!(text.contains("`query` is missing"), "{text}");
        assert!(text.contains("`take` must be a number from 1 to 100"), "{text}");
        assert!(text.contains("one of Std, Edu"), "{text}");
        assert!(text.contains("did you mean `vendors`?"), "{text}");
    }

    #[test]
    fn null_means_left_out() {
        assert_eq!(fitted(json!({ "query": "ab", "take": null })).unwrap(), json!({ "query": "ab" }));
    }

    #[test]
    fn an_empty_text_for_an_optional_argument_means_left_out_unless_it_can_be_meant() {
        let every =
            json!({ "query": "ab", "take": "", "tier": " ", "values": "", "vendors": "", "cursor": "", "note": "" });
        assert_eq!(fitted(every).unwrap(), json!({ "query": "ab", "note": "" }));
        let open = json!({ "query": "ab", "values": { "json": "" } });
        assert_eq!(fitted(open).unwrap(), json!({ "query": "ab" }));
        assert!(message(json!({ "query": "" })).contains("`query` must not be empty"));
    }

    #[test]
    fn an_open_object_may_come_as_text_under_the_one_name_that_is_announced() {
        let given =
            json!({ "query": "ab", "values": { "json": "{\"Status\": \"Done\", \"Hours\": 2}", "Status": "New" } });
        assert_eq!(fitted(given).unwrap()["values"], json!({ "Status": "New", "Hours": 2 }));
        let a_name_like_any_other = json!({ "query": "ab", "values": { "json": "yes" } });
        assert_eq!(fitted(a_name_like_any_other).unwrap()["values"], json!({ "json": "yes" }));
    }

    #[test]
    fn a_list_is_not_made_of_a_word() {
        assert!(message(json!({ "query": "ab", "vendors": "HOS" })).contains("must be a list"));
    }

    #[test]
    fn a_text_is_a_list_where_no_entry_could_hold_a_comma() {
        assert_eq!(
            fitted(json!({ "query": "ab", "skus": "A-1, B-2;\nC-3," })).unwrap(),
            json!({ "query": "ab", "skus": ["A-1", "B-2", "C-3"] })
        );
        assert_eq!(fitted(json!({ "query": "ab", "skus": "A-1" })).unwrap()["skus"], json!(["A-1"]));
        assert!(message(json!({ "query": "ab", "skus": "a,b,c,d" })).contains("at most 3 entries"));
    }

    #[test]
    fn a_usual_other_name_of_an_argument_is_taken_for_it_unless_both_are_given() {
        assert_eq!(fitted(json!({ "query": "ab", "limit": "5" })).unwrap(), json!({ "query": "ab", "take": 5 }));
        assert!(message(json!({ "query": "ab", "limit": 5, "take": 6 })).contains("`limit` is not an argument"));
        assert!(message(json!({ "query": "ab", "offset": 5 })).contains("`offset` is not an argument"));
    }
}
