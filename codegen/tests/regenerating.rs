//! The worked example of `docs/regenerating.md`, run line by line in a copy of the project.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Stands for what does not matter: as a line for any lines, at the end of a line for any rest.
const WHATEVER: &str = "…";

/// A command of the page and what it prints.
struct Step {
    command: String,
    printed: Vec<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The commands of all `console` blocks.
fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            _ if !inside => {}
            _ => match (line.strip_prefix("$ "), steps.last_mut()) {
                (Some(command), _) => steps.push(Step { command: command.to_owned(), printed: Vec::new() }),
                (None, Some(step)) => step.printed.push(line.to_owned()),
                (None, None) => panic!("the page prints before it runs anything: {line}"),
            },
        }
    }
    steps
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let name = entry.unwrap().file_name();
            copy(&from.join(&name), &to.join(&name));
        }
    } else {
        fs::copy(from, to).unwrap();
    }
}

fn run(step: &Step, project: &Path) -> Vec<String> {
    let command = step.command.replace("cargo codegen", env!("CARGO_BIN_EXE_codegen"));
    let output = Command::new("sh").args(["-c", &command]).current_dir(project).output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    text.lines().map(str::to_owned).collect()
}

fn fits(expected: &[String], found: &[String]) -> bool {
    match (expected.split_first(), found.split_first()) {
        (None, None) => true,
        (Some((whatever, rest)), _) if whatever == WHATEVER => {
            (0..=found.len()).any(|skipped| fits(rest, found.get(skipped..).unwrap_or_default()))
        }
        (Some((line, rest)), Some((other, others))) => {
            let alike = match line.strip_suffix(WHATEVER) {
                Some(start) => other.starts_with(start),
                None => line == other,
            };
            alike && fits(rest, others)
        }
        (None, Some(_)) | (Some(_), None) => false,
    }
}

#[test]
fn the_worked_example_prints_what_the_page_says() {
    let project = TempDir::new().unwrap();
    for part in ["specs", "core/src", "domain/src", "server/src", "src", "docs/operations.json"] {
        fs::create_dir_all(project.path().join(part).parent().unwrap()).unwrap();
        copy(&root().join(part), &project.path().join(part));
    }
    let steps = steps(&fs::read_to_string(root().join("docs/regenerating.md")).unwrap());
    assert!(steps.len() >= 8, "only {} commands", steps.len());
    for step in steps {
        let found = run(&step, project.path());
        assert!(
            fits(&step.printed, &found),
            "$ {}\nthe page says:\n{}\n\nit printed:\n{}",
            step.command,
            step.printed.join("\n"),
            found.join("\n")
        );
    }
}
