//! A new document is accepted as a whole or not at all, and whoever calls what is gone is named.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const FIX: &str = "01-orders-have-no-count.toml";

/// A project with one service, one tool and a record of what the tool calls.
struct Project {
    folder: TempDir,
}

impl Project {
    fn new() -> Self {
        let project = Self { folder: TempDir::new().unwrap() };
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/small");
        fs::create_dir_all(project.path("specs/small/fixes")).unwrap();
        for file in ["openapi.yaml", "source.toml", "fixes/01-orders-have-no-count.toml"] {
            fs::copy(fixture.join(file), project.path("specs/small").join(file)).unwrap();
        }
        let source = fs::read_to_string(project.path("specs/small/source.toml")).unwrap();
        let source = format!("{source}retrieved = \"2026-01-01\"\nversion = \"0\"\n");
        project.write("specs/small/source.toml", &source);
        project.write("docs/operations.json", r#"{ "small_list_orders": ["listOrders"], "small_idle": [] }"#);
        project.write("src/tools/small/small_list_orders.rs", "fn tool() { client.list_orders().send() }");
        project.write("domain/src/pages.rs", "fn pages() { client\n    .list_orders()\n    .send() }");
        assert_eq!(project.run(&["write"]).status.code(), Some(0));
        project
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn write(&self, file: &str, text: &str) -> String {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// The service's document with words replaced, as a file beside it.
    fn changed(&self, from: &str, to: &str) -> String {
        let text = fs::read_to_string(self.path("specs/small/openapi.yaml")).unwrap();
        assert!(text.contains(from), "no {from:?}");
        self.write("new.yaml", &text.replace(from, to))
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_codegen"));
        command.args(arguments).arg("--specs").arg(self.path("specs")).output().unwrap()
    }

    /// Every file of the service's folder with its bytes.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.path("specs/small")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path)
                } else {
                    drop(files.insert(path.clone(), fs::read(path).unwrap()))
                }
            }
        }
        files
    }
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[track_caller]
fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing in\n{text}");
    }
}

#[test]
fn an_accepted_document_keeps_its_bytes_and_all_that_follows_from_it_is_written() {
    let project = Project::new();
    let new = project.changed("  title: Small", "  # a remark of upstream's\n  title:   Small");
    let output = project.run(&["accept", "small", &new, "--date", "2027-01-31"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    says(&stdout(&output), &["# small: cosmetic", "Nothing to do.", "1 fixes fit it"]);

    assert_eq!(fs::read(&new).unwrap(), fs::read(project.path("specs/small/openapi.yaml")).unwrap());
    let source = fs::read_to_string(project.path("specs/small/source.toml")).unwrap();
    says(&source, &["# Where the small document comes from", "retrieved = \"2027-01-31\"", "version = \"1\""]);
    let checked = project.run(&["check"]);
    assert_eq!(checked.status.code(), Some(0), "{}", stdout(&checked));
    assert!(!project.path("specs/small/.accepting").exists());
}

#[test]
fn a_fix_that_does_not_fit_refuses_the_document_and_leaves_every_byte() {
    let project = Project::new();
    let before = project.files();
    let new = project.changed("result: { type: array, items: { type: string } }", "result: { type: object }");
    let output = project.run(&["accept", "small", &new]);
    assert_eq!(output.status.code(), Some(1));
    says(&stderr(&output), &[FIX, "the document now says: \"object\"", "Nothing was accepted", "--drop-fix"]);
    assert!(!stderr(&output).contains(".accepting"), "the fix is named where it is: {}", stderr(&output));
    assert_eq!(project.files(), before);
}

#[test]
fn a_dropped_fix_is_deleted_with_the_acceptance() {
    let project = Project::new();
    let new = project.changed("result: { type: array, items: { type: string } }", "result: { type: object }");
    let unknown = project.run(&["accept", "small", &new, "--drop-fix", "02-nothing"]);
    assert_eq!(unknown.status.code(), Some(2));
    says(&stderr(&unknown), &["there is no fix `02-nothing`", FIX]);

    let output = project.run(&["accept", "small", &new, "--drop-fix", "01-orders-have-no-count"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(!project.path("specs/small/fixes").join(FIX).exists());
    assert_eq!(project.run(&["check"]).status.code(), Some(0));
}

#[test]
fn what_is_no_document_changes_nothing() {
    let project = Project::new();
    let before = project.files();
    for (text, said) in [
        ("<!doctype html><p>Sign in", "is not what it should be"),
        ("swagger: \"2.0\"\npaths: {}\n", "Swagger 2.0"),
        ("openapi: \"3.0.3\"\n", "no `paths`"),
    ] {
        let output = project.run(&["accept", "small", &project.write("new.yaml", text)]);
        assert_eq!(output.status.code(), Some(1));
        says(&stderr(&output), &[said]);
    }
    let missing = project.run(&["accept", "small", "/nowhere/at/all.yaml"]);
    assert_eq!(missing.status.code(), Some(1));
    assert_eq!(project.files(), before);
}

#[test]
fn a_source_that_cannot_be_kept_in_step_refuses_the_document() {
    let project = Project::new();
    let new = project.changed("operationId: listOrders", "operationId: allOrders");
    project.write("specs/small/source.toml", "service = \"small\"\n");
    let before = project.files();
    let output = project.run(&["accept", "small", &new]);
    assert_eq!(output.status.code(), Some(1));
    says(&stderr(&output), &["source.toml", "has no `sha256"]);
    assert_eq!(project.files(), before);
}

#[test]
fn two_acceptances_at_once_do_not_mix() {
    let project = Project::new();
    let new = project.changed("  title: Small", "  title: Other");
    fs::create_dir(project.path("specs/small/.accepting")).unwrap();
    let output = project.run(&["accept", "small", &new]);
    assert_eq!(output.status.code(), Some(1));
    says(&stderr(&output), &["another document is being accepted", "delete the folder"]);
    assert!(project.path("specs/small/.accepting").exists(), "the folder of the other one stays");
}

#[test]
fn whoever_calls_a_renamed_operation_is_named_by_diff_accept_and_check() {
    let project = Project::new();
    let new = project.changed("operationId: listOrders", "operationId: allOrders");
    let diff = project.run(&["diff", "small", &new]);
    assert_eq!(diff.status.code(), Some(1));
    says(
        &stdout(&diff),
        &["the operation listOrders is now called allOrders", "breaking     small_list_orders  listOrders"],
    );

    let report = project.path("report.md").display().to_string();
    let accepted = project.run(&["accept", "small", &new, "--report", &report]);
    assert_eq!(accepted.status.code(), Some(1), "accepted, but our code has to follow");
    assert_eq!(fs::read_to_string(report).unwrap(), stdout(&accepted));

    let checked = project.run(&["check"]);
    assert_eq!(checked.status.code(), Some(1));
    for text in [stdout(&accepted), stdout(&checked)] {
        says(
            &text,
            &[
                "docs/operations.json names operations that no document has any more",
                "tool  small_list_orders  src/tools/small/small_list_orders.rs",
                "call  domain/src/pages.rs",
                "call  src/tools/small/small_list_orders.rs",
            ],
        );
    }
}

#[test]
fn a_difference_is_told_as_text_markdown_and_json() {
    let project = Project::new();
    let new = project.changed("operationId: listOrders", "operationId: allOrders");
    let told = |format: &str| {
        let output = project.run(&["diff", "small", &new, "--format", format]);
        assert_eq!(output.status.code(), Some(1));
        stdout(&output)
    };
    says(&told("markdown"), &["# small: breaking", "## Breaking", "| `small_list_orders` | breaking | listOrders |"]);
    let json: serde_json::Value = serde_json::from_str(&told("json")).unwrap();
    assert_eq!((&json["verdict"], &json["exit_code"]), (&"breaking".into(), &1.into()));
    assert_eq!(json["operations"]["listOrders"], "breaking");
    assert_eq!(json["tools"][0]["tool"], "small_list_orders");
    assert_eq!(json["tools"][0]["file"], "src/tools/small/small_list_orders.rs");
    assert_eq!(json["changes"][0]["old"], "GET /order-managment/orders");
}

#[test]
fn a_difference_has_the_exit_code_of_its_gravity() {
    let project = Project::new();
    let of = |from: &str, to: &str| project.run(&["diff", "small", &project.changed(from, to)]).status.code();
    assert_eq!(of("  title: Small", "  title: Tiny"), Some(0));
    assert_eq!(of("operationId: listOrders", "deprecated: true\n      operationId: listOrders"), Some(0));
    let more = "result: { type: array, items: { type: string } }\n        more: { type: string }";
    assert_eq!(of("result: { type: array, items: { type: string } }", more), Some(4));
    assert_eq!(of("operationId: listOrders", "operationId: allOrders"), Some(1));
    assert_eq!(project.run(&["diff", "nowhere", "new.yaml"]).status.code(), Some(2));
    assert_eq!(project.run(&["diff", "small"]).status.code(), Some(2));
}
