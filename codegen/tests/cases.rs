//! Each lowering rule turns the document of each of its cases into the one recorded beside it.
//!
//! A case is `tests/cases/<rule>/<sentence>.before.yaml` and its `.after.yaml`; `RECORD_GOLDENS=1 cargo test -p codegen`
//! writes the latter anew, which a person then reads.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::fs;
use std::path::{Path, PathBuf};

use codegen::document;
use codegen::lower::{Draft, RULES, Rule};
use serde_json::{Value, json};

#[test]
fn each_rule_makes_of_its_cases_what_is_recorded() {
    let record = std::env::var_os("RECORD_GOLDENS").is_some();
    assert!(!(record && std::env::var_os("CI").is_some()), "a recording made in CI would be reviewed by nobody");

    let mut wrong = Vec::new();
    for rule in RULES {
        let cases = cases(rule);
        assert!(!cases.is_empty(), "the rule `{}` has no case in tests/cases/{}", rule.name, rule.name);
        for before in cases {
            let after = before.with_file_name(file_name(&before).replace(".before.", ".after."));
            let made = made(rule, &before);
            if record {
                fs::write(&after, recording(rule, &made)).unwrap();
            }
            let expected = if after.exists() { read(&after) } else { Value::Null };
            if made != expected {
                wrong.push(format!("{}\n  made:     {made}\n  recorded: {expected}", after.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_rule_changes_nothing_when_it_is_applied_twice() {
    for rule in RULES {
        for before in cases(rule) {
            let mut draft = Draft::new(read(&before));
            (rule.apply)(&mut draft);
            let once = draft.clone();
            (rule.apply)(&mut draft);
            assert_eq!(
                draft.document,
                once.document,
                "{} is not settled after one go on {}",
                rule.name,
                before.display()
            );
        }
    }
}

#[test]
fn every_folder_of_cases_belongs_to_a_rule() {
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(RULES.iter().any(|rule| rule.name == name), "tests/cases/{name} belongs to no rule");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn cases(rule: &Rule) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(root().join(rule.name)) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> =
        entries.map(|entry| entry.unwrap().path()).filter(|path| file_name(path).ends_with(".before.yaml")).collect();
    found.sort();
    found
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn read(path: &Path) -> Value {
    document::parse(&fs::read_to_string(path).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The document after the rule, with the operations it left out under `x-left-out`.
fn made(rule: &Rule, before: &Path) -> Value {
    let mut draft = Draft::new(read(before));
    (rule.apply)(&mut draft);
    let mut made = draft.document;
    if !draft.left_out.is_empty() {
        made["x-left-out"] = draft.left_out.iter().map(|one| json!({ (&one.operation): one.reason })).collect();
    }
    made
}

fn recording(rule: &Rule, made: &Value) -> String {
    format!(
        "# Recorded: what `{}` makes of the document beside this one.\n{}",
        rule.name,
        serde_saphyr::to_string(made).unwrap()
    )
}
