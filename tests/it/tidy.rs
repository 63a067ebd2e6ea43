//! The rules of the house: which module may name which, where a crate may appear, how a file begins and how long it is.

use std::fs;
use std::path::{Path, PathBuf};

/// Where the program's own modules are; a tool that is changed builds only the last of these crates again.
const OURS: [&str; 4] = ["core/src", "domain/src", "server/src", "src"];

/// Modules from left to right; each may name itself and what stands after it.
const ORDER: &[&str] = &[
    "main",
    "cli",
    "doctor",
    "server",
    "oauth",
    "config",
    "offers",
    "tools",
    "domain",
    "tool",
    "api",
    "vault",
    "telemetry",
    "state",
    "sanitize",
];

/// Crates, with the only modules that may name them.
const ONLY_HERE: &[(&str, &[&str])] = &[
    ("rmcp", &["server"]),
    ("axum", &["server", "oauth"]),
    // The exporter of traces is handed a client, made by the seam, to send with.
    ("reqwest", &["api", "telemetry"]),
    ("progenitor_client", &["api"]),
    ("sha2", &["vault"]),
    ("hmac", &["vault"]),
    ("jsonwebtoken", &["oauth"]),
    ("maud", &["oauth"]),
    ("aes_gcm", &["vault"]),
    ("hkdf", &["vault"]),
    ("zeroize", &["vault"]),
    ("html5gum", &["sanitize"]),
    ("rust_decimal", &["tool"]),
    ("tempfile", &["vault"]),
    ("rpassword", &["cli"]),
    ("clap_complete", &["cli"]),
    ("subtle", &["vault"]),
    ("clap", &["cli"]),
    ("moka", &["domain"]),
    ("linkme", &["tool"]),
    ("sqlx", &["state"]),
    ("dirs", &["config"]),
    ("csv", &["domain"]),
    ("plotters", &["domain"]),
    ("dejavu", &["domain"]),
    ("png", &["domain"]),
    ("tracing_subscriber", &["cli"]),
    ("governor", &["server"]),
    ("hyper", &["server"]),
    ("hyper_util", &["server"]),
    ("http_body", &["server"]),
    ("flate2", &["server"]),
    ("sse_stream", &["server"]),
    ("ipnet", &["config", "server"]),
    ("metrics", &["telemetry"]),
    ("metrics_exporter_prometheus", &["telemetry"]),
    ("metrics_process", &["telemetry"]),
    ("opentelemetry", &["telemetry"]),
    ("opentelemetry_http", &["telemetry"]),
    ("opentelemetry_otlp", &["telemetry"]),
    ("opentelemetry_sdk", &["telemetry"]),
];

const MOST_LINES: usize = 500;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files of all modules.
fn our_files() -> Vec<PathBuf> {
    OURS.iter().flat_map(|folder| rust_files(folder)).collect()
}

/// Every hand-written Rust file below `folder`.
fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// The code lines of a file outside its tests, with their numbers.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .take_while(|(_, line)| *line != "#[cfg(test)]")
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn report(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for_and_is_not_too_long() {
    let others = ["clients/src", "codegen/src", "macros/src", "sandbox/src", "tests/it", "tests/conformance", "bench"];
    let mut faults = Vec::new();
    for path in our_files().into_iter().chain(others.iter().flat_map(|folder| rust_files(folder))) {
        let text = fs::read_to_string(&path).unwrap();
        if !text.starts_with("//! ") {
            faults.push(format!("{}:1: a file opens with a `//!` sentence saying what it is for", shown(&path)));
        }
        if text.lines().count() > MOST_LINES {
            faults.push(format!(
                "{}: {} lines; past {MOST_LINES} a file is two things",
                shown(&path),
                text.lines().count()
            ));
        }
        if text.contains("TODO") && !path.ends_with("tidy.rs") {
            faults.push(format!("{}: work that is not done is said in an issue, not in a comment", shown(&path)));
        }
    }
    report(faults);
}

#[test]
fn no_file_or_folder_is_a_drawer_for_odds_and_ends() {
    let drawers = ["utils", "util", "common", "helpers", "helper", "types", "misc", "prelude"];
    let faults = our_files()
        .into_iter()
        .filter(|path| path.iter().any(|part| drawers.contains(&part.to_string_lossy().trim_end_matches(".rs"))));
    report(faults.map(|path| format!("{}: name it after what is in it", shown(&path))).collect());
}

/// The module of a file: `core/src/api/send.rs` is in `api`, `server/src/config.rs` is `config`; the crate `domain` is one.
fn module(path: &Path) -> String {
    if path.starts_with(root().join("domain")) {
        return "domain".to_owned();
    }
    let below = OURS.iter().find_map(|folder| path.strip_prefix(root().join(folder)).ok()).unwrap();
    below.iter().next().unwrap().to_string_lossy().trim_end_matches(".rs").to_owned()
}

#[test]
fn dependencies_point_one_way() {
    let mut faults = Vec::new();
    for path in our_files() {
        let from = module(&path);
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in code(&text) {
            for named in names_of_ours(&from, line) {
                let allowed = match (from.as_str(), named.as_str()) {
                    ("lib", _) => true,
                    (same, other) if same == other => true,
                    // The simulator stands apart, in a crate of its own: only the command line starts it.
                    (from, "sandbox") => from == "cli",
                    (from, to) => place(from) < place(to),
                };
                if !allowed {
                    faults.push(format!("{}:{number}: `{from}` may not name `{named}`", shown(&path)));
                }
            }
        }
    }
    report(faults);
}

fn place(module: &str) -> usize {
    ORDER
        .iter()
        .position(|name| *name == module)
        .unwrap_or_else(|| panic!("`{module}` has no place in the order of modules"))
}

/// The top-level modules of ours that a line of the module `from` names.
fn names_of_ours(from: &str, line: &str) -> Vec<String> {
    let mut names = Vec::new();
    // What begins with `crate::` in a crate that is one module stays in it.
    let within = if from == "domain" { None } else { Some("crate::") };
    let line = line.replace("infini_mcp_domain::", "infini_mcp::domain::");
    for prefix in within.into_iter().chain(["infini_mcp::", "infini_mcp_core::", "infini_mcp_server::"]) {
        for (at, _) in line.match_indices(prefix) {
            let before = line[..at].chars().next_back();
            if before.is_some_and(|character| character.is_alphanumeric() || character == '_') {
                continue;
            }
            let rest = &line[at + prefix.len()..];
            let group = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(inside, _)| inside);
            for part in group.unwrap_or(rest).split(',').take(if group.is_some() { usize::MAX } else { 1 }) {
                names.push(
                    part.trim()
                        .chars()
                        .take_while(|character| character.is_alphanumeric() || *character == '_')
                        .collect(),
                );
            }
        }
    }
    names.retain(|name: &String| !name.is_empty());
    names
}

#[test]
fn a_crate_is_named_only_where_it_belongs() {
    let mut faults = Vec::new();
    for path in our_files() {
        let here = module(&path);
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in code(&text) {
            for &(name, allowed) in ONLY_HERE {
                let names_it = line
                    .match_indices(&format!("{name}::"))
                    .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'));
                if names_it && !allowed.contains(&here.as_str()) {
                    faults.push(format!("{}:{number}: `{name}` belongs to {allowed:?}", shown(&path)));
                }
            }
            if (line.contains("std::env") || line.contains("env::var")) && !line.contains("env!") && here != "config" {
                faults.push(format!("{}:{number}: the environment is read in config only", shown(&path)));
            }
        }
    }
    report(faults);
}

#[test]
fn a_tool_is_one_file_and_names_no_other_tool() {
    let mut faults = Vec::new();
    let mut found = Vec::new();
    for tool in infini_mcp::tool::TOOLS {
        let declaration = &tool.declaration;
        let service = declaration.service().to_string();
        let expected = format!("src/tools/{service}/{}.rs", declaration.name);
        if declaration.file != expected {
            faults.push(format!("{}: the tool {} belongs into {expected}", declaration.file, declaration.name));
        }
        found.push(expected);
    }
    for path in rust_files("src/tools") {
        let file = shown(&path);
        if !file.ends_with("/mod.rs") && !found.contains(&file) {
            faults.push(format!("{file}: a file here is a tool of the same name"));
        }
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in code(&text).filter(|(_, line)| {
            line.contains("crate::tools")
                || line.contains("super::super")
                || line.trim_start().starts_with("use super::")
        }) {
            if !file.ends_with("/mod.rs") {
                faults.push(format!("{file}:{number}: a tool names no other tool: {}", line.trim()));
            }
        }
    }
    report(faults);
}

#[test]
fn every_mistake_has_its_text() {
    let folder = root().join("tests/mistakes");
    let missing: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| {
            path.extension().is_some_and(|extension| extension == "rs") && !path.with_extension("stderr").exists()
        })
        .map(|path| shown(&path))
        .collect();
    assert!(missing.is_empty(), "no recorded message for {missing:?}");
}

#[test]
fn the_readme_tells_every_setting_and_every_tool() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(
        readme.contains(&infini_mcp::config::markdown_table()),
        "the table of settings in README.md is not the one that `infini-mcp settings` prints"
    );
    for tool in infini_mcp::tool::TOOLS {
        assert!(
            readme.contains(&format!("`{}`", tool.declaration.name)),
            "README.md does not name {}",
            tool.declaration.name
        );
    }
}
