//! Whatever is broken in a document, the generator says so or leaves it out: it never panics, and never hangs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use codegen::{document, generate, lower};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Both vendored documents, as text and as read.
static DOCUMENTS: LazyLock<Vec<(String, Value)>> = LazyLock::new(|| {
    ["infinigate", "startinfinity"]
        .map(|service| {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs").join(service);
            let path: PathBuf = document::path(&folder).unwrap();
            (fs::read_to_string(&path).unwrap(), document::read_file(&path).unwrap())
        })
        .to_vec()
});

/// What stands where something else should.
fn junk() -> impl Strategy<Value = Value> {
    let odd = vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(""),
        json!("#/components/schemas/Gone"),
        json!("«»"),
        json!([]),
        json!([null, 1, "a", {}]),
        json!({}),
        json!({ "$ref": "#" }),
        json!({ "$ref": "#/paths" }),
        json!({ "$ref": "#/components/schemas/Item" }),
        json!({ "$ref": "elsewhere.yaml#/A" }),
        json!({ "allOf": [{ "$ref": "#/components/schemas/Item" }, { "type": "string" }] }),
        json!({ "oneOf": [{ "type": "null" }, { "type": ["string", "integer"] }], "discriminator": 1 }),
        json!({ "type": "object", "format": "date", "additionalProperties": { "type": "array" } }),
        json!({ "type": "string", "enum": [null, "a", "A", 7], "minLength": 9, "maxLength": 2 }),
        json!({ "type": "integer", "format": "uint128", "minimum": "x", "exclusiveMinimum": true }),
    ];
    prop::sample::select(odd)
}

#[derive(Clone, Debug)]
enum Damage {
    Replace(Index, Value),
    Remove(Index),
    Rename(Index, String),
    Copy(Index, Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let name =
        prop::sample::select(vec!["", "type", "self", "$ref", "{", "/a//b#{c", "ä b", "post", "200", "nullable"]);
    prop_oneof![
        (any::<Index>(), junk()).prop_map(|(place, value)| Damage::Replace(place, value)),
        any::<Index>().prop_map(Damage::Remove),
        (any::<Index>(), name).prop_map(|(place, name)| Damage::Rename(place, name.to_owned())),
        (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Damage::Copy(from, to)),
    ]
}

/// Pointers to everything inside, so that each place is as likely to be hit as any other.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut visit = |key: &str, inner: &Value| {
        let pointer = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        found.push(pointer.clone());
        places(inner, &pointer, found);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, inner)| visit(key, inner)),
        Value::Array(items) => items.iter().enumerate().for_each(|(place, inner)| visit(&place.to_string(), inner)),
        _ => {}
    }
}

fn apply(document: &mut Value, damage: &Damage) {
    let mut all = Vec::new();
    places(document, "", &mut all);
    if all.is_empty() {
        return;
    }
    match damage {
        Damage::Replace(place, value) => *document.pointer_mut(place.get::<String>(&all)).unwrap() = value.clone(),
        Damage::Copy(from, to) => {
            let copied = document.pointer(from.get::<String>(&all)).unwrap().clone();
            *document.pointer_mut(to.get::<String>(&all)).unwrap() = copied;
        }
        Damage::Remove(place) => {
            take(document, place.get::<String>(&all));
        }
        Damage::Rename(place, name) => {
            let pointer = place.get::<String>(&all);
            let value = take(document, pointer);
            let holder = document.pointer_mut(pointer.rsplit_once('/').unwrap().0).unwrap();
            if let (Some(fields), Some(value)) = (holder.as_object_mut(), value) {
                fields.insert(name.clone(), value);
            }
        }
    }
}

fn take(document: &mut Value, pointer: &str) -> Option<Value> {
    let (holder, key) = pointer.rsplit_once('/')?;
    let key = key.replace("~1", "/").replace("~0", "~");
    document.pointer_mut(holder)?.as_object_mut()?.remove(&key)
}

fn ids(document: &Value) -> Vec<String> {
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.values().flat_map(|item| item.as_object().unwrap().values());
    operations.filter_map(|operation| operation.get("operationId")?.as_str().map(str::to_owned)).collect()
}

#[test]
fn an_object_that_holds_itself_by_way_of_one_without_a_name_is_written_to_an_end() {
    let (_, whole) = &DOCUMENTS[1];
    let mut document = whole.clone();
    let item = json!({ "$ref": "#/components/schemas/Item" });
    document["components"]["schemas"]["Item"]["properties"]["object"] =
        json!({ "allOf": [item, { "type": "string" }] });
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("openapi.json"), document.to_string()).unwrap();
    let generated = generate(folder.path()).unwrap();
    let written: String = generated.operations.split_whitespace().collect();
    assert!(written.contains(r#"name:"object",shape:&Shape::Any"#), "{}", generated.operations);
    assert!(generated.left_out.iter().all(|one| !one.reason.is_empty()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_document_is_generated_or_refused(
        which in any::<Index>(),
        chosen in prop::collection::vec(any::<Index>(), 3),
        damages in prop::collection::vec(damage(), 1..12),
    ) {
        let (_, whole) = which.get(&DOCUMENTS[..]);
        let all = ids(whole);
        let chosen: Vec<String> = chosen.iter().map(|one| one.get::<String>(&all).clone()).collect();
        let mut document = lower::only(whole, &chosen);
        damages.iter().for_each(|damage| apply(&mut document, damage));

        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("openapi.json"), document.to_string()).unwrap();
        if let Ok(generated) = generate(folder.path()) {
            prop_assert!(generated.left_out.iter().all(|one| !one.reason.is_empty()));
        }
    }

    #[test]
    fn a_cut_or_scrambled_text_is_read_or_refused(
        which in any::<Index>(),
        cut in any::<Index>(),
        bytes in prop::collection::vec((any::<Index>(), any::<u8>()), 0..8),
    ) {
        let (text, _) = which.get(&DOCUMENTS[..]);
        let mut text = text.clone().into_bytes();
        text.truncate(cut.index(text.len()));
        for (place, byte) in bytes {
            if !text.is_empty() {
                let place = place.index(text.len());
                text[place] = byte;
            }
        }
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("openapi.yaml"), text).unwrap();
        let _ = document::read(folder.path());
    }
}
