//! Programs that must not compile, with the message each gets. `RECORD_GOLDENS=1` writes the messages down anew.
//!
//! The compiler is asked directly, with the library that this test was built with. Harnesses for such programs build every
//! dependency once more under flags of their own, which takes longer than all other tests together.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tempfile::TempDir;

/// What programs are compiled with.
struct Compiler {
    /// Where Cargo puts what it builds for this test.
    built: PathBuf,
    /// `--extern` with the library and the two packages that a tool uses beside it.
    libraries: Vec<String>,
    out: TempDir,
}

impl Compiler {
    /// Cargo keeps older builds and builds with other features beside each other, and tells nobody which belong together:
    /// those with which a program without a mistake compiles.
    fn find() -> Self {
        let built = std::env::current_exe().unwrap().parent().unwrap().to_path_buf();
        let [ours, serde, schemars] = ["infini_mcp", "serde", "schemars"].map(|name| builds(&built, name));
        // What was built of older sources is older.
        let ours = ours.first().expect("the library is built");
        for (serde, schemars) in serde.iter().flat_map(|serde| schemars.iter().map(move |schemars| (serde, schemars))) {
            let libraries = vec![ours.clone(), serde.clone(), schemars.clone()];
            let compiler = Self { built: built.clone(), libraries, out: TempDir::new().unwrap() };
            if compiler.complaint_of(Path::new("tests/mistakes/control/no_mistake.rs")).is_none() {
                return compiler;
            }
        }
        panic!("the program without a mistake does not compile");
    }

    /// What the compiler says of a program; `None` when it has nothing against it.
    fn complaint_of(&self, program: &Path) -> Option<String> {
        let output = Command::new(Path::new(env!("CARGO")).with_file_name("rustc"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args([
                "--edition=2024",
                "--crate-type=bin",
                "--emit=metadata",
                "--color=never",
                "--verbose",
                "-Adead_code",
            ])
            .arg(format!("-Ldependency={}", self.built.display()))
            .args(&self.libraries)
            .arg("--out-dir")
            .arg(self.out.path())
            .arg(program)
            .output()
            .unwrap();
        (!output.status.success()).then(|| plain(&String::from_utf8(output.stderr).unwrap()))
    }
}

/// All builds of a package as arguments for the compiler, the newest first.
fn builds(folder: &Path, name: &str) -> Vec<String> {
    let is_one = |path: &PathBuf| {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        file.starts_with(&format!("lib{name}-")) && file.ends_with(".rlib")
    };
    let mut found: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(is_one).collect();
    found.sort_by_key(|path| Reverse(fs::metadata(path).unwrap().modified().unwrap()));
    found.iter().map(|path| format!("--extern={name}={}", path.display())).collect()
}

/// Without what differs from one machine to the next, and the compiler's closing words.
fn plain(said: &str) -> String {
    let is_closing = |line: &&str| {
        line.starts_with("error: aborting due to")
            || line.starts_with("Some errors have detailed explanations")
            || line.starts_with("For more information about")
    };
    let mut kept = Vec::new();
    let (mut is_elsewhere, mut lists_types) = (false, false);
    for line in said.lines().take_while(|line| !is_closing(line)) {
        // Which other types there are has nothing to do with the mistake.
        lists_types = line.contains("other types implement trait") || lists_types && line.starts_with("        ");
        if lists_types && line.starts_with("        ") {
            continue;
        }
        if let Some((indent, place)) = line.split_once("--> ") {
            is_elsewhere = !place.starts_with("tests/mistakes/");
            kept.push(format!("{indent}--> {}", if is_elsewhere { elsewhere(place) } else { place.to_owned() }));
        } else if let Some((number, code)) = line.split_once(" |").filter(|_| is_elsewhere) {
            kept.push(format!("{} |{code}", number.replace(|character: char| character.is_ascii_digit(), " ")));
        } else {
            kept.push(line.to_owned());
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
    let compiler = Compiler::find();
    let (next, faults) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(program) = programs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let expected = Path::new(env!("CARGO_MANIFEST_DIR")).join(program).with_extension("stderr");
                    let fault = match compiler.complaint_of(program) {
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
