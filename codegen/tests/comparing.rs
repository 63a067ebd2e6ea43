//! What counts as a difference between two documents, on documents small enough to read.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use codegen::diff::{self, Change, Verdict};
use serde_json::{Value, json};

/// A document whose one operation answers and takes the schema `Thing`.
fn document(schemas: Value) -> Value {
    let content = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } });
    json!({
        "openapi": "3.0.3",
        "info": { "title": "T", "version": "1" },
        "paths": { "/things": { "put": {
            "operationId": "putThing",
            "requestBody": { "required": true, "content": content },
            "responses": { "200": { "description": "Done.", "content": content } },
        } } },
        "components": { "schemas": schemas },
    })
}

fn between(old: Value, new: Value) -> Vec<Change> {
    diff::changes(document(old), document(new))
}

#[track_caller]
fn same(old: Value, new: Value) {
    assert_eq!(between(old, new), []);
}

/// Each change as `verdict place: what`.
fn told(changes: &[Change]) -> Vec<String> {
    let place = |change: &Change| change.old.clone().or_else(|| change.new.clone()).unwrap_or_default();
    let line = |change: &Change| format!("{} {}: {}", change.verdict.words(), place(change), change.what);
    changes.iter().map(line).collect()
}

#[test]
fn a_shape_that_contains_itself_is_the_same_however_it_is_cut() {
    same(
        json!({ "Thing": { "type": "object", "properties": {
            "parent": { "$ref": "#/components/schemas/Thing" },
            "parts": { "type": "array", "items": { "$ref": "#/components/schemas/Thing" } },
        } } }),
        json!({
            "Thing": { "type": "object", "properties": {
                "parent": { "$ref": "#/components/schemas/Other" },
                "parts": { "$ref": "#/components/schemas/Parts" },
            } },
            "Other": { "$ref": "#/components/schemas/Again" },
            "Again": { "type": "object", "properties": {
                "parent": { "allOf": [{ "$ref": "#/components/schemas/Thing" }] },
                "parts": { "type": "array", "items": { "$ref": "#/components/schemas/Other" } },
            } },
            "Parts": { "type": "array", "items": { "$ref": "#/components/schemas/Thing" } },
        }),
    );
}

#[test]
fn a_change_in_a_circle_is_told_once_for_each_way_it_travels() {
    let circle = |kind: &str| {
        json!({ "Thing": { "type": "object", "properties": {
            "name": { "type": kind },
            "parent": { "$ref": "#/components/schemas/Thing" },
        } } })
    };
    assert_eq!(
        told(&between(circle("string"), circle("integer"))),
        [
            "breaking PUT /things, body, name: was text, is now a whole number",
            "breaking PUT /things, answer 200, name: was text, is now a whole number",
        ]
    );
}

#[test]
fn what_all_of_puts_together_is_what_it_says() {
    same(
        json!({
            "Thing": { "allOf": [{ "$ref": "#/components/schemas/Base" }, { "type": "object", "required": ["b"],
                "properties": { "b": { "type": "string" } } }] },
            "Base": { "type": "object", "required": ["a"], "properties": { "a": { "type": "integer" } } },
        }),
        json!({ "Thing": { "type": "object", "required": ["b", "a"], "properties": {
            "a": { "oneOf": [{ "type": "integer" }] },
            "b": { "type": "string" },
        } } }),
    );
}

#[test]
fn parts_that_contradict_each_other_are_left_to_a_person() {
    let with = |most: u64| json!({ "Thing": { "allOf": [{ "type": "integer", "maximum": 5 }, { "maximum": most }] } });
    let changes = between(with(7), with(9));
    assert_eq!(changes.len(), 2);
    assert!(changes.iter().all(|change| change.verdict == Verdict::CannotTell), "{:?}", told(&changes));
}

#[test]
fn a_reference_to_nothing_is_no_harmless_change() {
    let to = |name: &str| json!({ "Thing": { "type": "object", "properties": { "a": { "$ref": name } } } });
    same(to("elsewhere.yaml#/A"), to("elsewhere.yaml#/A"));
    let changes = between(to("elsewhere.yaml#/A"), to("elsewhere.yaml#/B"));
    assert!(changes.iter().all(|change| change.verdict == Verdict::CannotTell), "{:?}", told(&changes));
    assert_eq!(changes.len(), 2);
}

#[test]
fn the_same_change_weighs_by_the_way_it_travels() {
    let text = |limits: Value| {
        let mut text = json!({ "type": "string" });
        text.as_object_mut().unwrap().extend(limits.as_object().unwrap().clone());
        json!({ "Thing": { "type": "object", "properties": { "a": text } } })
    };
    for (old, new, request, answer) in [
        (json!({}), json!({ "nullable": true }), Verdict::Additive, Verdict::Cosmetic),
        (json!({ "enum": ["x"] }), json!({ "enum": ["x", "y"] }), Verdict::Additive, Verdict::Additive),
        (json!({ "enum": ["x", "y"] }), json!({ "enum": ["x"] }), Verdict::Breaking, Verdict::Cosmetic),
        (json!({ "maxLength": 9 }), json!({ "maxLength": 8 }), Verdict::Breaking, Verdict::Cosmetic),
        (json!({}), json!({ "readOnly": true }), Verdict::Breaking, Verdict::Cosmetic),
        (json!({}), json!({ "writeOnly": true }), Verdict::Cosmetic, Verdict::Breaking),
        (json!({ "default": "x" }), json!({ "default": "y" }), Verdict::CannotTell, Verdict::Cosmetic),
    ] {
        let changes = between(text(old.clone()), text(new.clone()));
        let verdicts: Vec<Verdict> = changes.iter().map(|change| change.verdict).collect();
        assert_eq!(verdicts, [request, answer], "{old} to {new}: {:?}", told(&changes));
    }
}

#[test]
fn the_order_of_required_fields_and_listed_values_means_nothing() {
    let with = |required: Value, values: Value| {
        json!({ "Thing": { "type": "object", "required": required, "properties": {
            "a": { "type": "string", "enum": values }, "b": {},
        } } })
    };
    same(with(json!(["a", "b"]), json!(["x", "y"])), with(json!(["b", "a"]), json!(["y", "x"])));
}

#[test]
fn what_3_1_says_otherwise_is_the_same() {
    let old = document(json!({ "Thing": { "type": "object", "properties": {
        "a": { "type": "string", "nullable": true },
        "b": { "type": "integer", "minimum": 0, "exclusiveMinimum": true },
        "c": { "allOf": [{ "$ref": "#/components/schemas/Other" }], "nullable": true },
        "d": { "type": "string", "enum": ["x"] },
    } }, "Other": { "type": "object" } }));
    let mut new = document(json!({ "Thing": { "type": "object", "properties": {
        "a": { "type": ["string", "null"] },
        "b": { "type": "integer", "exclusiveMinimum": 0 },
        "c": { "anyOf": [{ "$ref": "#/components/schemas/Other" }, { "type": "null" }] },
        "d": { "const": "x" },
    } }, "Other": { "type": "object" } }));
    new["openapi"] = json!("3.1.0");
    assert_eq!(told(&diff::changes(old, new)), [] as [&str; 0]);
}

#[test]
fn an_operation_that_was_renamed_and_moved_is_gone_and_new() {
    let old = document(json!({ "Thing": {} }));
    let mut new = old.clone();
    let operation = new["paths"].as_object_mut().unwrap().remove("/things").unwrap();
    new["paths"]["/objects"] = operation;
    new["paths"]["/objects"]["put"]["operationId"] = json!("putObject");
    assert_eq!(
        told(&diff::changes(old, new)),
        [
            "breaking PUT /things: the operation putThing is gone",
            "additive PUT /objects: the operation putObject is new"
        ]
    );
}
