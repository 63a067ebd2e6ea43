//! Read and restore the line of `source.toml` that says which document the folder holds.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::{Error, document};

/// The file beside the document that says where it came from.
pub const FILE_NAME: &str = "source.toml";

/// The SHA-256 of the service's document, in lower-case hexadecimal.
///
/// # Errors
/// [`Error::Unreadable`] when the document is missing.
pub fn sha256(spec_dir: &Path) -> Result<String, Error> {
    let path = document::path(spec_dir)?;
    let bytes = fs::read(&path).map_err(|cause| Error::Unreadable { path, cause })?;
    Ok(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The text of `source.toml` with its `sha256` line set to `digest`; every other byte stays, people's comments too.
///
/// # Errors
/// [`Error::Malformed`] when the file is not TOML or has no `sha256` of its own.
pub fn with_sha256(path: &Path, text: &str, digest: &str) -> Result<String, Error> {
    let malformed = |detail: String| Error::Malformed { path: path.to_path_buf(), detail };
    let table: toml::Table = toml::from_str(text).map_err(|error| malformed(error.to_string()))?;
    if !table.get("sha256").is_some_and(toml::Value::is_str) {
        return Err(malformed("it has no `sha256 = \"…\"` line".to_owned()));
    }
    let is_the_line = |line: &str| line.split_once('=').is_some_and(|(key, _)| key.trim() == "sha256");
    Ok(text
        .split_inclusive('\n')
        .map(|line| if is_the_line(line) { format!("sha256 = \"{digest}\"\n") } else { line.to_owned() })
        .collect())
}
