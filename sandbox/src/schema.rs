//! Turns the schemas of an OpenAPI 3.0 document into JSON Schema checks, each compiled when it is first needed.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

/// What a missing field is told.
pub(super) const MISSING: &str = "is required";

/// One schema of the document, ready to judge values. Nothing is done with it before the first value comes: most checks
/// are never asked, and the sandbox has to start at once.
pub(super) struct Check {
    schema: Value,
    document: Arc<Value>,
    compiled: OnceLock<Result<Validator, String>>,
}

impl Check {
    /// A check for this schema of this document; what it refers to is looked up in `components.schemas`.
    pub(super) fn new(schema: &Value, document: &Arc<Value>) -> Self {
        Self { schema: schema.clone(), document: Arc::clone(document), compiled: OnceLock::new() }
    }

    /// Whether the value agrees.
    pub(super) fn accepts(&self, value: &Value) -> bool {
        self.validator().is_ok_and(|validator| validator.is_valid(value))
    }

    /// What is wrong with the value: the field (dotted; `whole` for the value itself) and the fault.
    pub(super) fn faults(&self, value: &Value, whole: &str) -> Vec<(String, String)> {
        let validator = match self.validator() {
            Ok(validator) => validator,
            Err(reason) => return vec![(whole.to_owned(), format!("cannot be checked: {reason}"))],
        };
        validator.iter_errors(value).flat_map(|error| explain(&error, whole)).collect()
    }

    fn validator(&self) -> Result<&Validator, &String> {
        let compiled = self.compiled.get_or_init(|| {
            jsonschema::options()
                .with_draft(Draft::Draft202012)
                .with_format("date-time", is_date_time)
                .should_validate_formats(true)
                .build(&self.standing_alone())
                .map_err(|error| error.to_string())
        });
        compiled.as_ref()
    }

    /// The schema together with all component schemas it leads to.
    fn standing_alone(&self) -> Value {
        let mut needed = BTreeSet::new();
        gather(&self.schema, &self.document, &mut needed);
        let components = self.document.pointer("/components/schemas");
        let definitions: Map<String, Value> =
            needed.iter().filter_map(|name| Some((name.clone(), translate(components?.get(name)?)))).collect();
        json!({ "allOf": [translate(&self.schema)], "$defs": definitions })
    }
}

/// One error as field and fault; a missing or surplus field is named itself, not its parent.
fn explain(error: &jsonschema::ValidationError<'_>, whole: &str) -> Vec<(String, String)> {
    let place = error.instance_path().as_str().trim_start_matches('/').replace('/', ".");
    let inside = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            vec![(inside(property.as_str().unwrap_or_default()), MISSING.to_owned())]
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            unexpected.iter().map(|name| (inside(name), "is not a documented field".to_owned())).collect()
        }
        _ => {
            let field = if place.is_empty() { whole.to_owned() } else { place.clone() };
            vec![(field, error.to_string())]
        }
    }
}

/// RFC 3339, and the same without a zone, which both services are known to take.
fn is_date_time(text: &str) -> bool {
    chrono::DateTime::parse_from_rfc3339(text).is_ok()
        || chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").is_ok()
}

/// Collects the names of all component schemas this one leads to.
fn gather(node: &Value, document: &Value, found: &mut BTreeSet<String>) {
    match node {
        Value::Object(fields) => {
            if let Some(name) = fields.get("$ref").and_then(Value::as_str).and_then(component) {
                let is_new = found.insert(name.to_owned());
                if let Some(target) =
                    document.pointer("/components/schemas").and_then(|all| all.get(name)).filter(|_| is_new)
                {
                    gather(target, document, found);
                }
            }
            fields.values().for_each(|child| gather(child, document, found));
        }
        Value::Array(children) => children.iter().for_each(|child| gather(child, document, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn component(reference: &str) -> Option<&str> {
    reference.strip_prefix("#/components/schemas/")
}

/// One schema object in today's JSON Schema: references re-aimed, `nullable` and boolean bounds written out.
fn translate(schema: &Value) -> Value {
    let Some(source) = schema.as_object() else { return schema.clone() };
    let mut target = Map::new();
    for (key, value) in source {
        let translated = match key.as_str() {
            "$ref" => value.as_str().and_then(component).map(|name| json!(format!("#/$defs/{name}"))),
            "properties" => Some(each_value(value)),
            "allOf" | "anyOf" | "oneOf" => Some(each_item(value)),
            "items" | "additionalProperties" | "not" => Some(translate(value)),
            "nullable" | "discriminator" | "example" | "default" | "description" | "title" | "deprecated" => None,
            _ if key.starts_with("x-") => None,
            _ => Some(value.clone()),
        };
        target.extend(translated.map(|value| (key.clone(), value)));
    }
    if let Some(names) = source.get("x-one-of-required").and_then(Value::as_array) {
        target.insert("anyOf".to_owned(), names.iter().map(said).collect());
    }
    if let Some(kinds) = source.get("x-also-sent-as") {
        target = Map::from_iter([("anyOf".to_owned(), json!([target, { "type": kinds }]))]);
    }
    exclusive(&mut target, "exclusiveMinimum", "minimum");
    exclusive(&mut target, "exclusiveMaximum", "maximum");
    if source.get("nullable") == Some(&Value::Bool(true)) { nullable(target) } else { Value::Object(target) }
}

/// A property that is there and, where it is a text, says something.
fn said(name: &Value) -> Value {
    let property = name.as_str().unwrap_or_default();
    json!({ "required": [property], "properties": { property: { "minLength": 1 } } })
}

fn each_value(map: &Value) -> Value {
    map.as_object().map_or(Value::Null, |fields| {
        fields.iter().map(|(name, schema)| (name.clone(), translate(schema))).collect::<Map<_, _>>().into()
    })
}

fn each_item(list: &Value) -> Value {
    list.as_array().map_or(Value::Null, |schemas| schemas.iter().map(translate).collect())
}

/// In 3.0 `exclusiveMinimum: true` sharpens `minimum`; today it is a number of its own.
fn exclusive(target: &mut Map<String, Value>, sharp: &str, plain: &str) {
    match target.remove(sharp) {
        Some(Value::Bool(true)) => {
            if let Some(bound) = target.remove(plain) {
                target.insert(sharp.to_owned(), bound);
            }
        }
        Some(Value::Number(bound)) => {
            target.insert(sharp.to_owned(), Value::Number(bound));
        }
        _ => {}
    }
}

fn nullable(target: Map<String, Value>) -> Value {
    json!({ "anyOf": [target, { "type": "null" }] })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(schema: Value) -> Check {
        let document = json!({ "components": { "schemas": { "Word": { "type": "string", "maxLength": 3 } } } });
        Check::new(&schema, &Arc::new(document))
    }

    #[test]
    fn null_passes_only_where_the_document_says_nullable() {
        let schema = json!({ "type": "object", "properties": {
            "open": { "allOf": [{ "$ref": "#/components/schemas/Word" }], "nullable": true },
            "shut": { "$ref": "#/components/schemas/Word" } } });
        assert!(check(schema.clone()).accepts(&json!({ "open": null, "shut": "abc" })));
        assert_eq!(
            check(schema).faults(&json!({ "shut": null }), "body").first().map(|fault| fault.0.as_str()),
            Some("shut")
        );
    }

    #[test]
    fn missing_and_surplus_fields_are_named_themselves() {
        let schema = json!({ "type": "object", "additionalProperties": false, "required": ["a"],
            "properties": { "a": { "type": "object", "required": ["b"], "properties": { "b": {} } } } });
        let names = |value: Value| {
            check(schema.clone()).faults(&value, "body").into_iter().map(|fault| fault.0).collect::<Vec<_>>()
        };
        assert_eq!(names(json!({})), ["a"]);
        assert_eq!(
            names(json!({ "a": {}, "z": 1 })).into_iter().collect::<BTreeSet<_>>(),
            ["a.b".to_owned(), "z".to_owned()].into()
        );
    }

    #[test]
    fn a_boolean_bound_sharpens_the_number_beside_it() {
        let above_zero = check(json!({ "type": "number", "minimum": 0, "exclusiveMinimum": true }));
        assert!(above_zero.accepts(&json!(0.5)));
        assert!(!above_zero.accepts(&json!(0)));
    }

    #[test]
    fn a_kind_that_is_also_sent_passes_beside_the_documented_one() {
        let text = check(json!({ "type": "string", "x-also-sent-as": ["integer"] }));
        assert!(text.accepts(&json!("a")) && text.accepts(&json!(1)));
        assert!(!text.accepts(&json!([])));
    }

    #[test]
    fn of_several_properties_one_must_say_something() {
        let line = check(json!({ "type": "object", "x-one-of-required": ["sku", "part"] }));
        assert!(line.accepts(&json!({ "sku": "", "part": "A1" })));
        assert!(!line.accepts(&json!({ "sku": "" })) && !line.accepts(&json!({})));
    }

    #[test]
    fn a_property_may_be_called_description() {
        let schema = check(json!({ "type": "object", "properties": { "description": { "type": "string" } } }));
        assert!(!schema.accepts(&json!({ "description": 1 })));
    }

    #[test]
    fn a_date_time_needs_no_zone() {
        let moment = check(json!({ "type": "string", "format": "date-time" }));
        assert!(moment.accepts(&json!("2026-06-01T00:00:00")));
        assert!(moment.accepts(&json!("2026-06-01T00:00:00.000Z")));
        assert!(!moment.accepts(&json!("1.6.2026")));
    }
}
