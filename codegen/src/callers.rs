//! Find who in our own code calls an operation: the tools, as the tests noted them, and the files that name its method.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::lower::essence;

/// Where the tests note which tool calls which operation.
pub const TABLE: &str = "docs/operations.json";

/// Where our own code is that may call an operation. The simulator is no caller; it answers.
const OURS: [&str; 4] = ["core/src", "domain/src", "server/src", "src"];

/// Which tool calls which operations.
pub type Table = BTreeMap<String, BTreeSet<String>>;

/// Our code, as far as it is beside the folder of the documents.
#[derive(Clone, Debug, Default)]
pub struct Callers {
    root: PathBuf,
    /// Which tool calls which operations; empty where nothing is recorded.
    pub table: Table,
}

impl Callers {
    /// Read the table beside `specs`. Without one, no tool is known to call anything.
    ///
    /// # Errors
    /// [`Error::Malformed`] when the table is there and is none.
    pub fn beside(specs: &Path) -> Result<Self, Error> {
        let root = specs.parent().filter(|root| !root.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf();
        let path = root.join(TABLE);
        let table = match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text)
                .map_err(|error| Error::Malformed { path: path.clone(), detail: error.to_string() })?,
            Err(_) => Table::new(),
        };
        Ok(Self { root, table })
    }

    /// A table that was read elsewhere.
    pub fn of(table: Table) -> Self {
        Self { root: PathBuf::new(), table }
    }

    /// The tools that call an operation.
    pub fn tools(&self, operation: &str) -> Vec<&str> {
        let calling = self.table.iter().filter(|(_, operations)| operations.contains(operation));
        calling.map(|(tool, _)| tool.as_str()).collect()
    }

    /// The file of a tool, from the root of the project; nothing when there is none.
    pub fn file(&self, tool: &str) -> Option<String> {
        let folders = fs::read_dir(self.root.join("src/tools")).ok()?;
        let mut files = folders.filter_map(Result::ok).map(|folder| folder.path().join(format!("{tool}.rs")));
        files.find(|file| file.is_file()).map(|file| self.shown(&file))
    }

    /// The files that name the operation: its generated method (`.list_items`), or its id as a text.
    pub fn files(&self, operation: &str) -> Vec<String> {
        let wanted = essence(operation);
        let literal = format!("\"{operation}\"");
        let mut files: Vec<String> = OURS
            .iter()
            .flat_map(|folder| rust_files(&self.root.join(folder)))
            .filter(|file| {
                fs::read_to_string(file)
                    .is_ok_and(|text| text.contains(&literal) || methods(&text).any(|name| essence(name) == wanted))
            })
            .map(|file| self.shown(&file))
            .collect();
        files.sort();
        files
    }

    fn shown(&self, file: &Path) -> String {
        file.strip_prefix(&self.root).unwrap_or(file).display().to_string()
    }
}

/// The names that follow a dot and are followed by a bracket.
fn methods(text: &str) -> impl Iterator<Item = &str> {
    text.split('.').skip(1).filter_map(|rest| {
        let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_')?;
        rest.get(end..)?.starts_with('(').then(|| rest.get(..end))?
    })
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}
