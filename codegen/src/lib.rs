//! Turn a vendored OpenAPI document into a typed client, a table of its operations, and a surface that people review.
//!
//! `build.rs` and the `codegen` command both call [`generate`], so that what is checked is what is built. Generation is
//! deterministic and offline: it reads one service folder, and no clock, no git and no network.
//!
//! What only the command needs (comparing, accepting and fetching documents) is behind the feature `command`, so that no
//! build of the server compiles it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

#[cfg(feature = "command")]
pub mod accept;
pub mod agree;
#[cfg(feature = "command")]
pub mod callers;
mod client;
#[cfg(feature = "command")]
pub mod diff;
pub mod document;
mod error;
#[cfg(feature = "command")]
pub mod fetch;
mod fixes;
#[cfg(feature = "command")]
pub mod gone;
#[cfg(feature = "command")]
pub mod incoming;
pub mod lower;
pub mod names;
mod operations;
mod place;
mod schemas;
pub mod source;
mod strict_json;
mod surface;
mod types;

pub use error::{Error, Misfit};

/// Everything that comes out of one service's document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// Rust source of the typed client, meant for `include!` inside a module of its own.
    pub client: String,
    /// Rust source of `OPERATIONS`, the static table of operations and answer shapes, meant for `include!`.
    pub operations: String,
    /// The fixed document as JSON, which the sandbox and `doctor` read.
    pub document: String,
    /// One sorted line an operation, as `surface.txt` keeps it.
    pub surface: String,
    /// The operations that have no generated method, by id. They are in `operations` and `surface` all the same.
    pub left_out: Vec<LeftOut>,
    /// How many fixes were applied.
    pub fixes: usize,
}

/// An operation without a generated method.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// The operation's id.
    pub operation: String,
    /// Why, in a few words.
    pub reason: String,
}

/// Generate everything from the service folder `spec_dir`: its document, `names.toml` if it has one, and `fixes/*.toml`.
///
/// # Errors
/// When the document cannot be read, a fix no longer fits, or no client can be made of it. Operations that alone are too
/// much for the generator are no error: they are left out by name.
pub fn generate(spec_dir: &Path) -> Result<Generated, Error> {
    let mut document = document::read(spec_dir)?;
    let fixes = fixes::apply(&mut document, spec_dir)?;
    Ok(Generated { fixes, ..made_of(document, &spec_dir.join(document::FILE_NAME))? })
}

/// Generate everything from a document with its fixes in it; `path` is where to look when that fails.
fn made_of(mut document: Value, path: &Path) -> Result<Generated, Error> {
    document.sort_all_objects();
    let text = format!("{document:#}\n");

    let restated = lower::restated(document);
    let operations = operations::table(&restated.document);
    let mut draft = lower::lowered(restated.clone());
    let client =
        client::generate(&mut draft).map_err(|detail| Error::Ungeneratable { path: path.to_path_buf(), detail })?;

    let mut left_out = draft.left_out;
    left_out.sort();
    let surface = surface::lines(&restated.document, &left_out);
    Ok(Generated { client, operations, document: text, surface, left_out, fixes: 0 })
}

/// The service folders under `specs`, sorted by name.
///
/// # Errors
/// [`Error::Unreadable`] when `specs` is not a folder that can be listed.
pub fn services(specs: &Path) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |cause| Error::Unreadable { path: specs.to_path_buf(), cause };
    let mut found = Vec::new();
    for entry in fs::read_dir(specs).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
