//! Small changes to each vendored document, and what must be said of each: the verdict, the exit code and the tools.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::fs;
use std::path::{Path, PathBuf};

use codegen::callers::Callers;
use codegen::diff::{self, Report, text};
use codegen::document;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutations {
    mutation: Vec<Mutation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutation {
    name: String,
    /// RFC 6902, as JSON.
    #[serde(default)]
    patch: Option<String>,
    /// Words of the file to replace, for what a patch cannot say.
    #[serde(default)]
    text: Vec<(String, String)>,
    verdict: String,
    says: String,
    tools: Vec<String>,
    /// The fix that no longer fits.
    #[serde(default)]
    misfit: Option<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutations")
}

fn callers() -> Callers {
    Callers::of(serde_json::from_str(&fs::read_to_string(folder().join("operations.json")).unwrap()).unwrap())
}

fn mutations(service: &str) -> Vec<Mutation> {
    let file = folder().join(format!("{service}.toml"));
    let read: Mutations = toml::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    read.mutation
}

/// The mutated document. Reading it anew takes longer than comparing it, so that is done for words only.
fn mutated(original: &Value, source: &str, mutation: &Mutation) -> Value {
    let mut document = if mutation.text.is_empty() {
        original.clone()
    } else {
        let mut source = source.to_owned();
        for (from, to) in &mutation.text {
            assert!(source.contains(from), "{}: the document has no {from:?}; aim the mutation anew", mutation.name);
            source = source.replace(from, to);
        }
        document::parse(&source).unwrap()
    };
    if let Some(patch) = &mutation.patch {
        let patch: json_patch::Patch = serde_json::from_str(patch).unwrap();
        json_patch::patch(&mut document, &patch)
            .unwrap_or_else(|error| panic!("{}: aim the mutation anew: {error}", mutation.name));
    }
    document
}

fn exit_code(verdict: &str) -> u8 {
    match verdict {
        "cosmetic" => 0,
        "additive" => 4,
        "cannot tell" | "breaking" => 1,
        other => panic!("{other} is no verdict"),
    }
}

/// What is wrong with the report.
fn faults(mutation: &Mutation, report: &Report) -> Vec<String> {
    let mut faults = Vec::new();
    let mut hold = |what: &str, expected: String, found: String| {
        if expected != found {
            faults.push(format!("  {what}: expected {expected}\n  found {found}"));
        }
    };
    hold("verdict", mutation.verdict.clone(), report.verdict.words().to_owned());
    hold("exit code", exit_code(&mutation.verdict).to_string(), report.verdict.exit_code().to_string());
    let mut tools: Vec<&str> = report.tools.iter().map(|felt| felt.tool.as_str()).collect();
    tools.sort_unstable();
    hold("tools", mutation.tools.join(" "), tools.join(" "));
    let misfit = report.fixes.first().map(|misfit| misfit.file.file_name().unwrap().to_string_lossy().into_owned());
    hold("misfit", mutation.misfit.clone().unwrap_or_default(), misfit.unwrap_or_default());
    let told = text::told(report);
    if !told.contains(&mutation.says) {
        faults.push(format!("  not said: {:?}", mutation.says));
    }
    if mutation.verdict == "cosmetic" && !told.ends_with("nothing to do.\n") {
        faults.push("  a cosmetic change ends with: nothing to do".to_owned());
    }
    if !faults.is_empty() {
        faults.insert(0, format!("{}\n{told}", mutation.name));
    }
    faults
}

#[track_caller]
fn hold(service: &str) {
    let spec_dir = root().join("specs").join(service);
    let (mutations, callers) = (mutations(service), callers());
    assert!(mutations.len() >= 30, "only {} mutations", mutations.len());
    let source = fs::read_to_string(spec_dir.join("openapi.yaml")).unwrap();
    let original = document::read(&spec_dir).unwrap();
    let mut wrong = Vec::new();
    for mutation in &mutations {
        let new = mutated(&original, &source, mutation);
        let report = diff::between(&spec_dir, original.clone(), new, &callers).unwrap();
        wrong.extend(faults(mutation, &report));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn each_mutation_of_the_infinigate_document_gets_its_verdict_and_its_tools() {
    hold("infinigate");
}

#[test]
fn each_mutation_of_the_startinfinity_document_gets_its_verdict_and_its_tools() {
    hold("startinfinity");
}

#[test]
fn a_document_does_not_differ_from_itself() {
    for service in ["infinigate", "startinfinity"] {
        let spec_dir = root().join("specs").join(service);
        let report = diff::report(&spec_dir, document::read(&spec_dir).unwrap(), &callers()).unwrap();
        assert_eq!((report.changes.as_slice(), report.fixes.as_slice()), (&[][..], &[][..]));
    }
}

#[test]
fn every_mutation_has_a_name_of_its_own() {
    for service in ["infinigate", "startinfinity"] {
        let mut names: Vec<String> = mutations(service).into_iter().map(|mutation| mutation.name).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count, "{service}");
    }
}
