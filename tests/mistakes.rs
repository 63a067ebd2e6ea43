//! Programs that must not compile, with the message each gets. `RECORD_GOLDENS=1` writes the messages down anew.
//!
//! The compiler is asked directly, with the library that this test was built with. Harnesses for such programs build every
//! dependency once more under flags of their own, which takes longer than all other tests together.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Where Cargo puts what it builds for this test.
fn dependencies() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().to_path_buf()
}

/// The library as it was built last; what was built of older sources is older.
fn library(dependencies: &Path) -> PathBuf {
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("libinfini_mcp-") && name.ends_with(".rlib")
    };
    let built = fs::read_dir(dependencies).unwrap().map(|entry| entry.unwrap().path()).filter(is_ours);
    built.max_by_key(|path| fs::metadata(path).unwrap().modified().unwrap()).expect("the library is built")
}

/// What the compiler says of a program; `None` when it has nothing against it.
fn said_of(program: &Path, dependencies: &Path, library: &Path, out: &Path) -> Option<String> {
    let output = Command::new(Path::new(env!("CARGO")).with_file_name("rustc"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["--edition=2024", "--crate-type=bin", "--emit=metadata", "--color=never", "-Adead_code"])
        .arg("--out-dir")
        .arg(out)
        .arg("-L")
        .arg(dependencies)
        .arg(format!("--extern=infini_mcp={}", library.display()))
        // Without a path: the very builds that the library has loaded.
        .args(["--extern=schemars", "--extern=serde", "--extern=serde_json"])
        .arg(program)
        .output()
        .unwrap();
    (!output.status.success()).then(|| plain(&String::from_utf8(output.stderr).unwrap()))
}

/// Without what differs from one machine to the next, and the compiler's closing words.
fn plain(said: &str) -> String {
    let is_closing = |line: &&str| {
        line.starts_with("error: aborting due to")
            || line.starts_with("Some errors have detailed explanations")
            || line.starts_with("For more information about")
    };
    let mut kept = Vec::new();
    let mut is_elsewhere = false;
    for line in said.lines().take_while(|line| !is_closing(line)) {
        if let Some((indent, place)) = line.split_once("--> ") {
            is_elsewhere = !place.starts_with("tests/mistakes/");
            kept.push(format!("{indent}--> {}", if is_elsewhere { elsewhere(place) } else { place.to_owned() }));
        } else if let Some((number, code)) = line.split_once(" |").filter(|_| is_elsewhere) {
            kept.push(format!("{} |{code}", number.replace(|character: char| character.is_ascii_digit(), " ")));
        } else {
            kept.push(without_count(line));
        }
    }
    format!("{}\n", kept.join("\n").trim_end())
}

/// A place that is not in the program: its lines move, and sources of other packages lie elsewhere on every machine.
fn elsewhere(place: &str) -> String {
    let (file, _) = place.split_once(".rs:").unwrap_or((place, ""));
    match file.split_once("/registry/src/").and_then(|(_, file)| file.split_once('/')) {
        Some((_, file)) => format!("(dependency) {file}.rs"),
        None => format!("{file}.rs"),
    }
}

/// `and 123 others` counts what has nothing to do with the mistake.
fn without_count(line: &str) -> String {
    match line.trim_start().strip_prefix("and ").and_then(|rest| rest.strip_suffix(" others")) {
        Some(count) => line.replace(count, "more"),
        None => line.to_owned(),
    }
}

#[test]
fn each_mistake_gets_its_message() {
    let folder = Path::new("tests/mistakes");
    let mut programs: Vec<PathBuf> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
        .unwrap()
        .map(|entry| folder.join(entry.unwrap().file_name()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    programs.sort();
    assert!(programs.len() > 50, "the mistakes are there");
    let (dependencies, out) = (dependencies(), tempfile::tempdir().unwrap());
    let library = library(&dependencies);
    let (next, faults) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(program) = programs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let expected = Path::new(env!("CARGO_MANIFEST_DIR")).join(program).with_extension("stderr");
                    let said = said_of(program, &dependencies, &library, out.path());
                    let fault = match said {
                        None => format!("{} compiles", program.display()),
                        Some(said) if std::env::var_os("RECORD_GOLDENS").is_some() => {
                            fs::write(expected, said).unwrap();
                            continue;
                        }
                        Some(said) if fs::read_to_string(&expected).unwrap_or_default() == said => continue,
                        Some(said) => format!("{} gets another message:\n{said}", program.display()),
                    };
                    faults.lock().unwrap().push(fault);
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
