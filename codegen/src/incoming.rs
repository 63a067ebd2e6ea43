//! Read a document that is not ours yet: any file, or the bytes that came from an address.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::{Error, document};

/// Read a file as another OpenAPI 3 document of the service in `spec_dir`, with the names that its folder gives.
///
/// # Errors
/// [`Error::Unreadable`] when there is no such file, [`Error::Malformed`] when it is no OpenAPI 3 document.
pub fn read(spec_dir: &Path, path: &Path) -> Result<Value, Error> {
    let bytes = fs::read(path).map_err(|cause| Error::Unreadable { path: path.to_path_buf(), cause })?;
    let document = parse(&bytes).map_err(|detail| Error::Malformed { path: path.to_path_buf(), detail })?;
    document::named(document, spec_dir)
}

/// Read bytes as an OpenAPI 3 document, in YAML or JSON.
///
/// # Errors
/// What is wrong with them, in words.
pub fn parse(bytes: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not text in UTF-8".to_owned())?;
    let document = document::parse(text)?;
    let version = document.get("openapi").and_then(Value::as_str).unwrap_or_default();
    if !version.starts_with("3.") {
        return Err(match document.get("swagger").and_then(Value::as_str) {
            Some(version) => format!("it is a Swagger {version} document; convert it to OpenAPI 3 first"),
            None => "it has no `openapi: \"3…\"` line, so it is no OpenAPI 3 document".to_owned(),
        });
    }
    if !document.get("paths").is_some_and(Value::is_object) {
        return Err("it has no `paths`".to_owned());
    }
    Ok(document)
}
