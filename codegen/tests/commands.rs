//! The command as a maintainer runs it: its exit codes, and that it says what is wrong, where, and what to do.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder of services of which the small fixture is one.
fn specs() -> TempDir {
    let specs = TempDir::new().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/small");
    let service = specs.path().join("small");
    fs::create_dir_all(service.join("fixes")).unwrap();
    for file in ["openapi.yaml", "source.toml", "fixes/01-orders-have-no-count.toml"] {
        fs::copy(fixture.join(file), service.join(file)).unwrap();
    }
    specs
}

fn codegen(specs: &TempDir, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_codegen")).args(arguments).arg("--specs").arg(specs.path()).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn edit(specs: &TempDir, file: &str, from: &str, to: &str) {
    let path = specs.path().join("small").join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no {from:?}");
    fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn check_asks_for_a_write_after_which_it_is_content() {
    let specs = specs();
    let first = codegen(&specs, &["check"]);
    assert_eq!(first.status.code(), Some(4));
    assert!(stdout(&first).contains("`cargo codegen write small` puts it right"), "{}", stdout(&first));
    assert!(!specs.path().join("small/surface.txt").exists(), "check must not write");

    assert_eq!(codegen(&specs, &["write", "small"]).status.code(), Some(0));
    let surface = fs::read_to_string(specs.path().join("small/surface.txt")).unwrap();
    assert_eq!(surface, "listOrders GET /order-managment/orders -> OrderList\n");
    assert_eq!(codegen(&specs, &["check"]).status.code(), Some(0));
}

#[test]
fn write_changes_only_the_checksum_line_of_the_source() {
    let specs = specs();
    codegen(&specs, &["write"]);
    let source = fs::read_to_string(specs.path().join("small/source.toml")).unwrap();
    assert!(source.starts_with("# Where the small document comes from"));
    assert!(source.ends_with("licence = \"none\"\n"));
    assert!(!source.contains("not yet known"));
}

#[test]
fn an_edited_document_makes_the_checksum_and_the_surface_stale() {
    let specs = specs();
    codegen(&specs, &["write"]);
    edit(&specs, "openapi.yaml", "operationId: listOrders", "operationId: allOrders");
    let output = codegen(&specs, &["check"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(stdout(&output).contains("`sha256` is not that of the document"), "{}", stdout(&output));
    assert!(stdout(&output).contains("differs from the document in allOrders, listOrders"), "{}", stdout(&output));
}

#[test]
fn a_fix_that_no_longer_fits_names_its_file_its_reason_and_what_it_found() {
    let specs = specs();
    codegen(&specs, &["write"]);
    edit(&specs, "openapi.yaml", "result: { type: array, items: { type: string } }", "result: { type: object }");
    for command in ["check", "write"] {
        let output = codegen(&specs, &[command]);
        assert_eq!(output.status.code(), Some(1));
        let said = stderr(&output);
        for part in [
            "01-orders-have-no-count.toml",
            "the `test` step at /components/schemas/OrderList/properties/result/type",
            "production answers a count beside the list",
            "it expects: \"array\"",
            "the document now says: \"object\"",
        ] {
            assert!(said.contains(part), "{part:?} is missing in\n{said}");
        }
    }
}

#[test]
fn a_fix_without_a_leading_test_is_refused() {
    let specs = specs();
    edit(&specs, "fixes/01-orders-have-no-count.toml", "op = \"test\"", "op = \"replace\"");
    let output = codegen(&specs, &["check"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("does not begin with a `test` or `absent` step"), "{}", stderr(&output));
}

#[test]
fn a_fix_that_refers_to_what_is_not_there_does_not_fit() {
    let specs = specs();
    edit(
        &specs,
        "fixes/01-orders-have-no-count.toml",
        "{ \"type\": \"integer\", \"nullable\": true }",
        "{ \"$ref\": \"#/components/schemas/Count\" }",
    );
    let output = codegen(&specs, &["check"]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(said.contains("it expects: #/components/schemas/Count") && said.contains("nothing of that name"), "{said}");
}

#[test]
fn a_fix_may_rely_on_an_absence() {
    for (place, code, said) in
        [("count", 4, ""), ("result", 1, "the document now says: {\"items\":{\"type\":\"string\"},\"type\":\"array\"}")]
    {
        let specs = specs();
        let file = "fixes/01-orders-have-no-count.toml";
        edit(&specs, file, "op = \"test\"", "op = \"absent\"");
        edit(&specs, file, "result/type\"\nvalue = \"array\"", &format!("{place}\""));
        let output = codegen(&specs, &["check"]);
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert!(stderr(&output).contains(said), "{said:?} is missing in\n{}", stderr(&output));
    }
}

#[test]
fn a_fix_with_an_unknown_key_or_without_a_value_is_refused() {
    for (from, to, said) in [
        ("until =", "untill =", "unknown field `untill`"),
        ("value = \"array\"", "", "has neither `value` nor `json`"),
        ("op = \"add\"", "op = \"move\"", "`move` is not a step"),
        ("\"integer\", ", "\"integer\" ", "`json` of the step at"),
    ] {
        let specs = specs();
        edit(&specs, "fixes/01-orders-have-no-count.toml", from, to);
        let output = codegen(&specs, &["check"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(said), "{said:?} is missing in\n{}", stderr(&output));
    }
}

#[test]
fn a_document_that_cannot_be_read_is_named_with_the_place() {
    for (from, to, said) in [
        ("  title: Small", "  title: [Small", "openapi.yaml"),
        ("openapi: \"3.0.3\"", "openapi: 3.0", "must be quoted"),
        ("operationId: listOrders", "operationId: listOrders\n      operationId: twice", "duplicate"),
    ] {
        let specs = specs();
        edit(&specs, "openapi.yaml", from, to);
        let output = codegen(&specs, &["check"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(said), "{said:?} is missing in\n{}", stderr(&output));
    }
}

#[test]
fn wrong_usage_has_a_code_of_its_own() {
    let specs = specs();
    for arguments in [&["check", "nowhere"][..], &["mend"][..], &[][..]] {
        let output = codegen(&specs, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
    assert!(stderr(&codegen(&specs, &["check", "nowhere"])).contains("known are: small"));
}
