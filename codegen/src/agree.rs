//! Check that a service folder agrees with itself, or make it agree: `surface.txt`, `types.toml` and the checksum in `source.toml`.
//!
//! Checking and writing are one function that differs by a flag, so that what one reports is what the other repairs.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Error, Generated, document, source, types};

/// The reviewed list of operations beside the document.
pub const SURFACE: &str = "surface.txt";

/// Whether to report what is stale or to put it right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Change nothing.
    Check,
    /// Write what is stale.
    Write,
}

/// What was found in one service folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The folder's name.
    pub service: String,
    /// What was generated, in one line.
    pub summary: String,
    /// The files that were not as they should be, each with how; in [`Mode::Write`] they are now.
    pub stale: Vec<String>,
}

/// Generate everything for the folder and compare, or write, its `surface.txt`, `types.toml` and `source.toml`.
///
/// # Errors
/// Whatever needs a person: an unreadable document, a fix that no longer fits, a client that cannot be generated.
pub fn agree(spec_dir: &Path, mode: Mode) -> Result<Report, Error> {
    let generated = crate::generate(spec_dir)?;
    let mut stale = Vec::new();

    let source_path = spec_dir.join(source::FILE_NAME);
    let source_text = read(&source_path)?;
    let digest = source::sha256(spec_dir)?;
    let right_source = source::with_sha256(&source_path, &source_text, &digest)?;
    if source_text != right_source {
        settle(&source_path, &right_source, mode)?;
        stale.push(format!("{}: `sha256` is not that of the document, which is {digest}", source_path.display()));
    }

    let types_path = spec_dir.join(types::FILE_NAME);
    let types_text = if types_path.exists() { read(&types_path)? } else { String::new() };
    let right_types = types::text(&document::read(spec_dir)?);
    if types_text != right_types {
        settle(&types_path, &right_types, mode)?;
        stale.push(format!("{}: does not say where the types of the document stand", types_path.display()));
    }

    let surface_path = spec_dir.join(SURFACE);
    let surface_text = if surface_path.exists() { read(&surface_path)? } else { String::new() };
    if surface_text != generated.surface {
        settle(&surface_path, &generated.surface, mode)?;
        stale.push(format!("{}: {}", surface_path.display(), difference(&surface_text, &generated.surface)));
    }

    let service = spec_dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Report { service, summary: summary(&generated), stale })
}

/// The folders to look at: the one named, or all.
///
/// # Errors
/// [`Error::UnknownService`] when none has that name.
pub fn chosen(specs: &Path, service: Option<&str>) -> Result<Vec<PathBuf>, Error> {
    let all = crate::services(specs)?;
    let Some(name) = service else { return Ok(all) };
    let names: Vec<String> =
        all.iter().filter_map(|path| path.file_name()).map(|name| name.to_string_lossy().into_owned()).collect();
    if !names.iter().any(|known| known == name) {
        return Err(Error::UnknownService { name: name.to_owned(), known: names.join(", ") });
    }
    Ok(vec![specs.join(name)])
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|cause| Error::Unreadable { path: path.to_path_buf(), cause })
}

fn settle(path: &Path, text: &str, mode: Mode) -> Result<(), Error> {
    match mode {
        Mode::Check => Ok(()),
        Mode::Write => fs::write(path, text).map_err(|cause| Error::Unwritable { path: path.to_path_buf(), cause }),
    }
}

/// Which lines differ, named by the first word of each: the operation's id.
fn difference(old: &str, new: &str) -> String {
    let ids = |text: &str, other: &str| {
        let found: Vec<String> = text
            .lines()
            .filter(|line| !other.lines().any(|same| same == *line))
            .filter_map(|line| line.split(' ').next())
            .map(str::to_owned)
            .collect();
        found
    };
    let mut changed = ids(new, old);
    changed.extend(ids(old, new));
    changed.sort();
    changed.dedup();
    if changed.is_empty() {
        return "the lines are right but not in order".to_owned();
    }
    format!("differs from the document in {}", changed.join(", "))
}

fn summary(generated: &Generated) -> String {
    let operations = generated.surface.lines().count();
    let left_out: Vec<String> =
        generated.left_out.iter().map(|left_out| format!("{} ({})", left_out.operation, left_out.reason)).collect();
    let without =
        if left_out.is_empty() { "none left out".to_owned() } else { format!("left out: {}", left_out.join(", ")) };
    format!("{operations} operations, {} fixes, {without}", generated.fixes)
}
