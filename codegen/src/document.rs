//! Read a vendored OpenAPI document, YAML or JSON, into one JSON value.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::Error;

/// The document's name in every service folder.
pub const FILE_NAME: &str = "openapi.yaml";

/// Read the document of the service in `spec_dir`, with its keys sorted.
///
/// Sorting makes everything generated from it independent of whether some other crate of the build switched on
/// serde_json's `preserve_order`.
///
/// # Errors
/// [`Error::Unreadable`] when the file is missing, [`Error::Malformed`] when it is neither YAML nor JSON, repeats a key, or
/// lacks `openapi` or `paths`.
pub fn read(spec_dir: &Path) -> Result<Value, Error> {
    let path = spec_dir.join(FILE_NAME);
    let text = fs::read_to_string(&path).map_err(|cause| Error::Unreadable { path: path.clone(), cause })?;
    let malformed = |detail: String| Error::Malformed { path: path.clone(), detail };

    let mut document = parse(&text).map_err(malformed)?;
    if !document.get("openapi").is_some_and(Value::is_string) {
        return Err(malformed("it has no `openapi: \"3…\"` line (a version must be quoted)".to_owned()));
    }
    if !document.get("paths").is_some_and(Value::is_object) {
        return Err(malformed("it has no `paths`".to_owned()));
    }
    document.sort_all_objects();
    Ok(document)
}

/// Parse YAML as its version 1.2 reads it: `no` and `on` are words, and a key is a string even when it looks like a number.
///
/// # Errors
/// The parser's message with line and column.
pub fn parse(text: &str) -> Result<Value, String> {
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())
}
