//! JSON Schemas in the plain form that every MCP client understands: no references, no unions, no nulls.

use std::borrow::Cow;

use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

/// Marks an argument that may be sent in other forms than the one that is announced, and says which is: `string`.
pub const ANNOUNCED: &str = "x-announced";

/// Marks a text of the user's own, where an empty one is meant; everywhere else it means that nothing was given.
pub const EMPTY_COUNTS: &str = "x-empty-counts";

/// Marks texts of any length in an answer: they are cut until all of them is asked for.
pub const LONG_TEXT: &str = "x-long-text";

/// The one name that an open object announces. Clients that let a model send nothing but announced names send all of the
/// object under it, as text; all others take it for an example.
pub const AS_TEXT: &str = "json";

/// An argument that takes any JSON and announces a text.
pub struct AnyAsText;

impl JsonSchema for AnyAsText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "AnyAsText".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ ANNOUNCED: "string" })
    }
}

/// Whether an object's names are free.
pub fn is_open(schema: &Map<String, Value>) -> bool {
    schema.get("type") == Some(&json!("object"))
        && schema.get("properties").is_none()
        && schema.get("additionalProperties") != Some(&json!(false))
}

/// Whether an answer of this schema may hold texts of any length.
pub fn has_long_texts(schema: &Value) -> bool {
    match schema {
        Value::Object(map) => map.contains_key(LONG_TEXT) || map.values().any(has_long_texts),
        Value::Array(items) => items.iter().any(has_long_texts),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// A schema without what only this program reads in it.
pub fn without_marks(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.retain(|word, _| !word.starts_with("x-"));
            map.values_mut().for_each(without_marks);
        }
        Value::Array(items) => items.iter_mut().for_each(without_marks),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The form in which a schema is shown to clients: one type for every value, a name in every object, and no word that
/// some client's converter cannot take. `additionalProperties` is such a word: what may not be sent is told when it is.
pub fn announce(schema: &mut Value) {
    let Some(map) = schema.as_object_mut() else { return };
    if let Some(kind) = map.get(ANNOUNCED).cloned() {
        map.retain(|word, _| word == "description");
        map.insert("type".into(), kind);
    }
    if is_open(map) {
        let all = json!({ "type": "string", "description": "Or all as JSON text." });
        map.insert("properties".into(), json!({ AS_TEXT: all }));
    }
    map.retain(|word, _| word != "additionalProperties" && !word.starts_with("x-"));
    if let Some(Value::Object(properties)) = map.get_mut("properties") {
        properties.values_mut().for_each(announce);
    }
    if let Some(items) = map.get_mut("items") {
        announce(items);
    }
}

/// The schema of a tool's arguments; unknown ones are not allowed.
pub fn of_arguments<T: JsonSchema>() -> Value {
    let mut schema = generate::<T>();
    if let Some(root) = schema.as_object_mut() {
        root.entry("properties").or_insert_with(|| json!({}));
        root.insert("additionalProperties".into(), json!(false));
        root.remove("description");
    }
    schema
}

/// The schema of a tool's answer; it stays open, since notes may be added.
pub fn of_answer<T: JsonSchema>() -> Value {
    let mut schema = generate::<T>();
    open(&mut schema);
    wordless(&mut schema);
    schema
}

/// The schema of rows that says only which fields they have: for wide rows whose fields explain themselves, where a
/// description of each would cost every client more than it tells.
pub fn rows_by_name<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    let row = T::json_schema(generator);
    let names = row.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys);
    let fields = names.map(String::as_str).collect::<Vec<_>>().join(", ");
    schemars::json_schema!({ "type": "array", "items": { "type": "object", "description": fields } })
}

/// Answers are described as they would be read, not as they are written: what is null is dropped before it is sent, so
/// an `Option` is never required.
fn generate<T: JsonSchema>() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    plain(&mut schema);
    schema
}

/// Answers are read with their names, and a client that shows models the schema of an answer shows it with every list of
/// tools: the words stay in the code, where whoever changes the tool needs them. Nor is anything promised to be there.
fn wordless(schema: &mut Value) {
    let Some(map) = schema.as_object_mut() else { return };
    for word in ["description", "required", "minimum"] {
        map.remove(word);
    }
    if let Some(properties) = map.get_mut("properties").and_then(Value::as_object_mut) {
        properties.values_mut().for_each(wordless);
    }
    for word in ["items", "additionalProperties"] {
        if let Some(inner) = map.get_mut(word) {
            wordless(inner);
        }
    }
}

/// Answers lose their nulls and may gain notes: nothing optional is required, nothing is closed.
fn open(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.get("additionalProperties") == Some(&json!(false)) {
                map.remove("additionalProperties");
            }
            map.values_mut().for_each(open);
        }
        Value::Array(items) => items.iter_mut().for_each(open),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Brings one schema, and all within it, into the plain form.
fn plain(schema: &mut Value) {
    if *schema == Value::Bool(true) {
        *schema = json!({});
    }
    let Some(map) = schema.as_object_mut() else { return };
    for word in ["$schema", "title", "$defs", "definitions"] {
        map.remove(word);
    }
    without_null_branch(map);
    one_variant_enum(map);
    single_type(map);
    inclusive_bounds(map);
    if !matches!(map.get("format").and_then(Value::as_str), None | Some("date" | "date-time")) {
        map.remove("format");
    }
    if map.get("default").is_some_and(Value::is_null) {
        map.remove("default");
    }
    if let Some(constant) = map.remove("const") {
        map.insert("enum".into(), json!([constant]));
    }
    descend(map);
}

fn descend(map: &mut Map<String, Value>) {
    if let Some(Value::Object(properties)) = map.get_mut("properties") {
        properties.values_mut().for_each(plain);
    }
    for word in ["items", "additionalProperties"] {
        if let Some(inner) = map.get_mut(word)
            && !inner.is_boolean()
        {
            plain(inner);
            // What the list holds was said where the list is described; the words would only cost every client twice.
            if let Some(inner) = inner.as_object_mut().filter(|inner| inner.contains_key("properties")) {
                inner.remove("description");
            }
        }
    }
    if map.get("type") == Some(&json!("array")) && map.get("items") == Some(&json!(true)) {
        map.insert("items".into(), json!({}));
    }
}

/// `anyOf: [X, null]` is an optional X: the description stays, the rest is X's.
fn without_null_branch(map: &mut Map<String, Value>) {
    for word in ["anyOf", "oneOf", "allOf"] {
        let Some(Value::Array(branches)) = map.get(word) else { continue };
        let kept: Vec<&Value> = branches.iter().filter(|branch| branch.get("type") != Some(&json!("null"))).collect();
        let [Value::Object(only)] = kept.as_slice() else { continue };
        let only = only.clone();
        map.remove(word);
        for (key, value) in only {
            map.entry(key).or_insert(value);
        }
    }
}

/// A documented enum arrives as `oneOf` constants: it becomes one `enum`.
fn one_variant_enum(map: &mut Map<String, Value>) {
    for word in ["oneOf", "anyOf"] {
        let Some(Value::Array(branches)) = map.get(word) else { continue };
        let constants: Vec<Value> = branches.iter().flat_map(constants_of).collect();
        if branches.is_empty() || constants.len() < branches.len() {
            continue;
        }
        let kind = branches.iter().find_map(|branch| branch.get("type").cloned());
        map.remove(word);
        map.insert("type".into(), kind.unwrap_or_else(|| json!("string")));
        map.insert("enum".into(), Value::Array(constants));
    }
}

fn constants_of(branch: &Value) -> Vec<Value> {
    match (branch.get("const"), branch.get("enum")) {
        (Some(constant), _) => vec![constant.clone()],
        (None, Some(Value::Array(values))) => values.clone(),
        (None, _) => Vec::new(),
    }
}

/// `type: [X, null]` is an optional X; a wider choice of types says nothing at all.
fn single_type(map: &mut Map<String, Value>) {
    let Some(Value::Array(kinds)) = map.get("type") else { return };
    let kept: Vec<Value> = kinds.iter().filter(|kind| **kind != json!("null")).cloned().collect();
    map.remove("type");
    if let [only] = kept.as_slice() {
        map.insert("type".into(), only.clone());
    }
    if let Some(Value::Array(values)) = map.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
}

/// Exclusive bounds of whole numbers become inclusive ones.
fn inclusive_bounds(map: &mut Map<String, Value>) {
    for (exclusive, inclusive, step) in [("exclusiveMinimum", "minimum", 1), ("exclusiveMaximum", "maximum", -1)] {
        if let Some(bound) = map.remove(exclusive) {
            let whole = bound.as_i64().map_or(bound, |bound| json!(bound + step));
            map.insert(inclusive.into(), whole);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};

    #[derive(Deserialize, Serialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        /// An invoice.
        Invoice,
        /// A credit memo.
        CreditMemo,
    }

    #[derive(Deserialize, Serialize, JsonSchema)]
    struct Inner {
        /// How many.
        count: Option<u32>,
    }

    #[derive(Deserialize, Serialize, JsonSchema)]
    struct Sample {
        /// Which kind.
        kind: Option<Kind>,
        /// What is inside.
        inner: Option<Inner>,
        /// Anything.
        values: Option<Map<String, Value>>,
    }

    #[test]
    fn optional_enums_and_objects_are_inlined_without_unions() {
        let schema = of_arguments::<Sample>();
        let text = schema.to_string();
        for word in ["$ref", "$defs", "oneOf", "anyOf", "allOf", "const", "null", "uint32"] {
            assert!(!text.contains(word), "{word} in {text}");
        }
        assert_eq!(schema.pointer("/properties/kind/enum"), Some(&json!(["invoice", "credit_memo"])));
        assert_eq!(schema.pointer("/properties/kind/description"), Some(&json!("Which kind.")));
        assert_eq!(schema.pointer("/properties/inner/properties/count/type"), Some(&json!("integer")));
        assert_eq!(schema.pointer("/additionalProperties"), Some(&json!(false)));
    }
}
