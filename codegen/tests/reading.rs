//! A document is read whatever it looks like, and one that cannot be read says what is wrong and where.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::fs;
use std::path::Path;

use codegen::{document, generate};
use serde_json::{Value, json};
use tempfile::TempDir;

const SMALL: &str = "openapi: 3.1.0\ninfo: {title: A, version: '1'}\npaths: {}\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn refusal(text: &str) -> String {
    let folder = folder(&[("openapi.yaml", text)]);
    document::read(folder.path()).unwrap_err().to_string()
}

#[test]
fn a_service_may_keep_yaml_or_json() {
    let json = "\u{feff}{\n\t\"openapi\": \"3.0.3\",\n\t\"paths\": {\"\\/a\": {}}, \"x\": \"\\ud83d\\ude00\"}";
    for (name, text) in [("openapi.yaml", SMALL), ("openapi.yml", SMALL), ("openapi.json", json)] {
        let folder = folder(&[(name, text)]);
        let document = document::read(folder.path()).unwrap_or_else(|error| panic!("{error}"));
        assert!(document["paths"].is_object(), "{name}");
        assert!(document::path(folder.path()).unwrap().ends_with(name));
    }
}

#[test]
fn two_documents_in_one_folder_are_refused() {
    let folder = folder(&[("openapi.yaml", SMALL), ("openapi.json", "{}")]);
    let error = document::read(folder.path()).unwrap_err().to_string();
    assert!(error.contains("openapi.json is there too"), "{error}");
    assert!(document::read(Path::new("/nowhere")).unwrap_err().to_string().contains("openapi.yaml"));
}

#[test]
fn keys_are_texts_whatever_they_look_like() {
    let text = "200: a\non: b\nno: c\n2020-01-01: d\n1.5: e\ntrue: f\n";
    let read = document::parse(text).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(read, json!({ "200": "a", "on": "b", "no": "c", "2020-01-01": "d", "1.5": "e", "true": "f" }));
    assert_eq!(
        document::parse("a: yes\nb: 2020-01-01\nc: 1.10.0\n").unwrap(),
        json!({ "a": "yes", "b": "2020-01-01", "c": "1.10.0" })
    );
}

#[test]
fn aliases_and_merge_keys_are_followed() {
    let read = document::parse("base: &base {type: string}\none: {<<: *base, title: A}\ntwo: *base\n").unwrap();
    assert_eq!(read["one"], json!({ "type": "string", "title": "A" }));
    assert_eq!(read["two"], json!({ "type": "string" }));
}

#[test]
fn a_key_that_stands_twice_is_an_error_with_its_place() {
    for text in ["openapi: 3.0.0\npaths: {}\npaths: {}\n", "{\"openapi\": \"3.0.0\",\n\"paths\": {},\n\"paths\": {}}"] {
        let error = refusal(text);
        assert!(error.contains("duplicate") && error.contains("line 3"), "{error}");
    }
}

#[test]
fn what_is_no_openapi_3_says_what_it_is() {
    for (text, said) in [
        ("swagger: '2.0'\npaths: {}\n", "it is Swagger 2.0"),
        ("openapi: 4.0.0\npaths: {}\n", "it is OpenAPI 4.0.0"),
        ("openapi: 3.1.0\n", "it has no `paths`"),
        ("openapi: 3.1.0\npaths: []\n", "it has no `paths`"),
        ("- a\n- b\n", "it has no `openapi:"),
        ("", "it has no `openapi:"),
        ("a: [\n", "line"),
    ] {
        let error = refusal(text);
        assert!(error.contains(said), "{said:?} is missing in {error}");
    }
}

#[test]
fn bombs_are_refused_in_no_time() {
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = level - 1;
        let ten = vec![format!("*a{before}"); 10].join(", ");
        laughs.push_str(&format!("a{level}: &a{level} [{ten}]\n"));
    }
    let deep_json = format!("{{\"openapi\": {}", "{\"a\":".repeat(100_000));
    let deep_yaml = format!("openapi: {}", "[".repeat(100_000));
    for text in [laughs, deep_json, deep_yaml] {
        assert!(document::parse(&text).is_err());
    }
}

#[test]
fn a_service_names_its_path_parameters_itself() {
    let text = r##"{ "openapi": "3.0.3", "info": { "title": "A", "version": "1" },
        "components": { "parameters": { "Board": { "name": "board", "in": "path", "required": true, "schema": { "type": "integer" } } } },
        "paths": {
            "/boards/{board}/items/{id}": {
                "parameters": [{ "$ref": "#/components/parameters/Board" }],
                "get": { "operationId": "getItem", "responses": {},
                    "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } },
                                   { "name": "id", "in": "query", "schema": { "type": "string" } }] } },
            "/boards/{board_id}": { "get": { "operationId": "getBoard", "responses": {} } },
            "/boards/{other}": { "put": { "operationId": "putBoard", "responses": {} } } } }"##;
    let names = "[path_parameters]\nboards = \"board_id\"\nitems = \"item_id\"\n";
    let folder = folder(&[("openapi.json", text), ("names.toml", names)]);
    let read = document::read(folder.path()).unwrap_or_else(|error| panic!("{error}"));
    let paths: Vec<&String> = read["paths"].as_object().unwrap().keys().collect();
    assert_eq!(paths, ["/boards/{board_id}", "/boards/{board_id}/items/{item_id}", "/boards/{other}"]);
    let item = &read["paths"]["/boards/{board_id}/items/{item_id}"];
    let board = &item["parameters"][0];
    assert_eq!((&board["name"], &board["schema"]["type"]), (&json!("board_id"), &json!("integer")));
    let names: Vec<&Value> = item["get"]["parameters"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["item_id", "id"]);

    let generated = generate(folder.path()).unwrap_or_else(|error| panic!("{error}"));
    assert!(generated.client.contains("pub fn item_id<V>"));
    assert_eq!(generated.left_out, []);

    fs::write(folder.path().join("names.toml"), "[paths]\n").unwrap();
    assert!(document::read(folder.path()).unwrap_err().to_string().contains("names.toml"));
}
