//! The vendor's own file in place of ours: written by a generator of documentation, it names no schema, calls path parameters
//! otherwise and is OpenAPI 3.1. What it says is the same, so the clients stay as they are.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// A copy of the vendored documents, with the record of what the tools call.
struct Project(TempDir);

impl Project {
    fn new() -> Self {
        let project = Self(TempDir::new().unwrap());
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        copy(&root.join("specs"), &project.specs());
        fs::create_dir_all(project.0.path().join("docs")).unwrap();
        fs::copy(root.join("docs/operations.json"), project.0.path().join("docs/operations.json")).unwrap();
        project
    }

    fn specs(&self) -> PathBuf {
        self.0.path().join("specs")
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_codegen")).args(arguments).arg("--specs").arg(self.specs()).output().unwrap()
    }

    /// Writes a document beside the others, and gives its path.
    fn file(&self, document: &Value) -> String {
        let path = self.0.path().join("vendor.json");
        fs::write(&path, document.to_string()).unwrap();
        path.display().to_string()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The document as a generator of documentation writes it.
fn as_a_vendor_writes(document: &Value) -> Value {
    let mut written = in_place(document, document, &mut Vec::new());
    let fields = written.as_object_mut().unwrap();
    let schemes = fields["components"]["securitySchemes"].take();
    fields.insert("components".into(), json!({ "securitySchemes": schemes }));
    fields.insert("openapi".into(), json!("3.1.0"));
    let paths = fields["paths"].as_object_mut().unwrap();
    for (path, item) in std::mem::take(paths) {
        let mut item = item;
        rename_path_parameters(&mut item);
        paths.insert(path.replace('{', "{the_"), item);
    }
    written
}

/// Everything shared in its place; where a schema comes back to itself, nothing is said of it.
fn in_place(value: &Value, document: &Value, above: &mut Vec<String>) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| in_place(item, document, above)).collect(),
        Value::Object(fields) => {
            if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
                if above.iter().any(|one| one == reference) {
                    return json!({});
                }
                above.push(reference.to_owned());
                let target = document.pointer(reference.strip_prefix('#').unwrap()).unwrap();
                let written = in_place(target, document, above);
                above.pop();
                return written;
            }
            let mut written: Map<String, Value> =
                fields.iter().map(|(key, inner)| (key.clone(), in_place(inner, document, above))).collect();
            if written.get("nullable") == Some(&json!(true)) {
                say_null_as_3_1(&mut written);
            }
            Value::Object(written)
        }
        other => other.clone(),
    }
}

/// `nullable` is no word of 3.1; a wrapper that only served to carry it goes, too.
fn say_null_as_3_1(schema: &mut Map<String, Value>) {
    schema.remove("nullable");
    if let Some(Value::Array(parts)) = schema.remove("allOf") {
        let [only] = parts.as_slice() else { panic!("one part") };
        for (key, inner) in only.as_object().unwrap() {
            schema.entry(key).or_insert(inner.clone());
        }
    }
    for word in ["oneOf", "anyOf"] {
        schema
            .get_mut(word)
            .into_iter()
            .for_each(|forms| forms.as_array_mut().unwrap().push(json!({ "type": "null" })));
    }
    if let Some(kind) = schema.get("type").filter(|kind| kind.is_string()).cloned() {
        schema.insert("type".into(), json!([kind, "null"]));
    }
}

fn rename_path_parameters(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(rename_path_parameters),
        Value::Object(fields) => {
            if fields.get("in") == Some(&json!("path")) {
                let name = format!("the_{}", fields["name"].as_str().unwrap());
                fields.insert("name".into(), json!(name));
            }
            fields.values_mut().for_each(rename_path_parameters);
        }
        _ => {}
    }
}

/// The types of a client by name, each as code without its documentation.
fn types(client: &str) -> BTreeMap<String, String> {
    let file = syn::parse_file(client).unwrap();
    let module = file.items.iter().find_map(|item| match item {
        syn::Item::Mod(module) if module.ident == "types" => module.content.as_ref(),
        _ => None,
    });
    let mut found = BTreeMap::new();
    for item in &module.unwrap().1 {
        if let syn::Item::Struct(item) = item {
            let fields: Vec<String> = item
                .fields
                .iter()
                .map(|field| {
                    let (name, kind) = (&field.ident, &field.ty);
                    quote::quote!(#name: #kind).to_string()
                })
                .collect();
            found.insert(item.ident.to_string(), fields.join(", "));
        }
    }
    found
}

/// The names of types that the surface speaks of, and of those they are made of.
fn named(specs: &Path, service: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(specs.join(service).join("types.toml")).unwrap();
    text.lines().filter_map(|line| Some(line.split_once(" = \"")?.1.trim_end_matches('"').to_owned())).collect()
}

/// The fixes that do not fit a document: they mend our own words, and the vendor has others.
fn unfitting(project: &Project, service: &str, file: &str) -> Vec<String> {
    let compared = project.run(&["diff", service, file, "--format", "json"]);
    let report: Value =
        serde_json::from_slice(&compared.stdout).unwrap_or_else(|error| panic!("{error}: {compared:?}"));
    let name = |fix: &Value| Path::new(fix["file"].as_str().unwrap()).file_name().unwrap().to_str().unwrap().to_owned();
    report["fixes"].as_array().unwrap().iter().map(name).collect()
}

#[test]
fn a_file_with_other_words_for_the_same_changes_no_client() {
    for (service, most_unfitting) in [("infinigate", 1), ("startinfinity", 4)] {
        let project = Project::new();
        let folder = project.specs().join(service);
        let ours = codegen::document::read_file(&folder.join("openapi.yaml")).unwrap();
        let file = project.file(&as_a_vendor_writes(&ours));
        let unfitting = unfitting(&project, service, &file);
        assert!(unfitting.len() <= most_unfitting, "{service}: {unfitting:?}");
        unfitting.iter().for_each(|fix| fs::remove_file(folder.join("fixes").join(fix)).unwrap());
        let before = codegen::generate(&folder).unwrap_or_else(|error| panic!("{error}"));

        let compared = project.run(&["diff", service, &file]);
        assert_eq!(compared.status.code(), Some(0), "{}", String::from_utf8_lossy(&compared.stdout));
        let accepted = project.run(&["accept", service, &file]);
        assert_eq!(accepted.status.code(), Some(0), "{}", String::from_utf8_lossy(&accepted.stderr));
        let checked = project.run(&["check", service]);
        assert_eq!(checked.status.code(), Some(0), "{}", String::from_utf8_lossy(&checked.stdout));
        let after = codegen::generate(&folder).unwrap_or_else(|error| panic!("{error}"));
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<String>>();
        let (old, new) = (lines(&before.surface), lines(&after.surface));
        assert_eq!(new.difference(&old).collect::<Vec<_>>(), Vec::<&String>::new(), "{service}");
        let (old, new) = (types(&before.client), types(&after.client));
        for name in named(&project.specs(), service) {
            assert_eq!(new.get(&name), old.get(&name), "{service}: {name}");
        }
    }
}

#[test]
fn what_says_something_else_at_one_place_keeps_a_type_of_its_own_there() {
    let project = Project::new();
    let folder = project.specs().join("startinfinity");
    let ours = codegen::document::read_file(&folder.join("openapi.yaml")).unwrap();
    let mut theirs = as_a_vendor_writes(&ours);
    let answer = "/paths/~1workspaces~1{the_workspace}~1boards~1{the_board_id}~1views~1{the_view_id}/get/responses/200";
    let schema = theirs.pointer_mut(&format!("{answer}/content/application~1json/schema")).unwrap();
    schema["properties"].as_object_mut().unwrap().insert("shared_with".into(), json!({ "type": "string" }));
    let file = project.file(&theirs);
    for fix in unfitting(&project, "startinfinity", &file) {
        fs::remove_file(folder.join("fixes").join(fix)).unwrap();
    }
    let compared = project.run(&["diff", "startinfinity", &file]);
    let said = String::from_utf8(compared.stdout).unwrap();
    assert_eq!(compared.status.code(), Some(4), "{said}");
    assert!(said.contains("infinity_get_view"), "{said}");
    assert_eq!(project.run(&["accept", "startinfinity", &file]).status.code(), Some(0));
    let after = codegen::generate(&folder).unwrap_or_else(|error| panic!("{error}"));
    let types = types(&after.client);
    assert!(!types["View"].contains("shared_with"), "the others did not change");
    let own: Vec<&String> = types.keys().filter(|name| types[*name].contains("shared_with")).collect();
    assert_eq!(own, ["GetViewsResponse"]);
}
