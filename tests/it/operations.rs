//! Which tool calls which operation: noted while the tests run each tool, and held against `docs/operations.json`.
//!
//! Nobody keeps this list by hand. Every call through the [`Door`](super::door::Door) brings the operations it sent;
//! one that the file does not name fails the test that sent it. `RECORD_GOLDENS=1` writes the file: anew when the
//! whole suite runs, and adding to it when only some tests do.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, PoisonError};

use infini_mcp::api::{infinigate, infinity};
use infini_mcp::tool::TOOLS;

type Table = BTreeMap<String, BTreeSet<String>>;

/// The seam asks for its token by itself, for whichever tool comes first, so no tool is said to call this.
const BY_THE_SEAM: &str = "createToken";

static NOTED: LazyLock<Mutex<Table>> =
    LazyLock::new(|| Mutex::new(if is_whole_suite() { Table::new() } else { recorded().unwrap_or_default() }));
static RECORDED: LazyLock<Option<Table>> = LazyLock::new(recorded);

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/operations.json")
}

fn recorded() -> Option<Table> {
    serde_json::from_str(&std::fs::read_to_string(file()).ok()?).ok()
}

fn is_recording() -> bool {
    std::env::var_os("RECORD_GOLDENS").is_some() && std::env::var_os("CI").is_none()
}

/// Whether no test was chosen by name.
fn is_whole_suite() -> bool {
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if matches!(argument.as_str(), "--test-threads" | "--format" | "--color" | "--logfile" | "-Z") {
            arguments.next();
        } else if !argument.starts_with('-') || argument == "--skip" {
            return false;
        }
    }
    true
}

/// Takes down what one call of a tool sent.
pub fn note(tool: &str, seen: &[&'static str]) {
    if is_recording() {
        record(tool, seen);
        return;
    }
    // Without a file there is nothing to hold the call against; the test below says that it is missing.
    let Some(recorded) = &*RECORDED else { return };
    let known = recorded.get(tool);
    let unknown: Vec<&&str> = seen.iter().filter(|id| !known.is_some_and(|known| known.contains(**id))).collect();
    assert!(
        unknown.is_empty(),
        "docs/operations.json does not say that {tool} calls {unknown:?}; RECORD_GOLDENS=1 records it anew"
    );
}

fn record(tool: &str, seen: &[&'static str]) {
    let mut noted = NOTED.lock().unwrap_or_else(PoisonError::into_inner);
    let before = noted.get(tool).map_or(0, BTreeSet::len);
    let operations = noted.entry(tool.to_owned()).or_default();
    operations.extend(seen.iter().map(|id| (*id).to_owned()));
    if operations.len() == before {
        return;
    }
    std::fs::create_dir_all(file().parent().unwrap()).unwrap();
    std::fs::write(file(), format!("{}\n", serde_json::to_string_pretty(&*noted).unwrap())).unwrap();
}

fn documented() -> BTreeSet<String> {
    let both = infinity::operations().iter().chain(infinigate::operations());
    both.map(|operation| operation.id.to_owned()).collect()
}

/// The table, unless the other tests are just writing it.
fn judged() -> Option<Table> {
    if is_recording() {
        return None;
    }
    Some(recorded().expect("docs/operations.json, which RECORD_GOLDENS=1 cargo test --test it records"))
}

#[test]
fn every_documented_operation_is_called_by_a_tool() {
    let Some(recorded) = judged() else { return };
    let called: BTreeSet<String> = recorded.values().flatten().cloned().collect();
    let idle: Vec<String> = documented().difference(&called).filter(|id| *id != BY_THE_SEAM).cloned().collect();
    assert!(idle.is_empty(), "no tool calls {idle:?}");
}

#[test]
fn the_table_of_operations_names_only_what_there_is() {
    let Some(recorded) = judged() else { return };
    let tools: BTreeSet<&str> = TOOLS.iter().map(|tool| tool.declaration.name).collect();
    let gone: Vec<&String> = recorded.keys().filter(|tool| !tools.contains(tool.as_str())).collect();
    assert!(gone.is_empty(), "docs/operations.json names tools that do not exist: {gone:?}");
    let untested: Vec<&&str> = tools.iter().filter(|tool| !recorded.contains_key(**tool)).collect();
    assert!(untested.is_empty(), "no test calls {untested:?}");
    let documented = documented();
    let strange: Vec<&String> = recorded.values().flatten().filter(|id| !documented.contains(*id)).collect();
    assert!(strange.is_empty(), "docs/operations.json names operations that are not documented: {strange:?}");
}
