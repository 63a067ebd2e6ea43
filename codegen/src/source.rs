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
    Ok(sha256_of(&bytes))
}

/// The SHA-256 of some bytes, in lower-case hexadecimal.
pub fn sha256_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The operations that no tool calls because the seam calls them for all: `called_by_the_seam` of `source.toml`.
///
/// # Errors
/// [`Error::Malformed`] when the file is not TOML. A missing file names none.
#[cfg(feature = "command")]
pub fn called_by_the_seam(spec_dir: &Path) -> Result<Vec<String>, Error> {
    let path = spec_dir.join(FILE_NAME);
    let Ok(text) = fs::read_to_string(&path) else { return Ok(Vec::new()) };
    let ids = table(&path, &text)?.get("called_by_the_seam").and_then(toml::Value::as_array).cloned();
    Ok(ids.unwrap_or_default().iter().filter_map(toml::Value::as_str).map(str::to_owned).collect())
}

/// Where the document comes from: `address` of `source.toml`.
///
/// # Errors
/// [`Error::Unreadable`] or [`Error::Malformed`] when the file is missing, is not TOML or names no address.
#[cfg(feature = "command")]
pub fn address(spec_dir: &Path) -> Result<String, Error> {
    let path = spec_dir.join(FILE_NAME);
    let text = fs::read_to_string(&path).map_err(|cause| Error::Unreadable { path: path.clone(), cause })?;
    let address = table(&path, &text)?.get("address").and_then(toml::Value::as_str).map(str::to_owned);
    address.ok_or_else(|| Error::Malformed { path, detail: "it has no `address = \"…\"` line".to_owned() })
}

fn table(path: &Path, text: &str) -> Result<toml::Table, Error> {
    toml::from_str(text).map_err(|error| Error::Malformed { path: path.to_path_buf(), detail: error.to_string() })
}

/// The text of `source.toml` with its `sha256` line set to `digest`; every other byte stays, people's comments too.
///
/// # Errors
/// [`Error::Malformed`] when the file is not TOML or has no `sha256` of its own.
pub fn with_sha256(path: &Path, text: &str, digest: &str) -> Result<String, Error> {
    if !table(path, text)?.get("sha256").is_some_and(toml::Value::is_str) {
        let detail = "it has no `sha256 = \"…\"` line".to_owned();
        return Err(Error::Malformed { path: path.to_path_buf(), detail });
    }
    Ok(with_line(text, "sha256", digest))
}

/// The text with the line of a key set to another text; a key that has no line stays away.
pub fn with_line(text: &str, key: &str, value: &str) -> String {
    let is_the_line = |line: &str| line.split_once('=').is_some_and(|(before, _)| before.trim() == key);
    let value = toml::Value::from(value);
    text.split_inclusive('\n')
        .map(|line| if is_the_line(line) { format!("{key} = {value}\n") } else { line.to_owned() })
        .collect()
}
