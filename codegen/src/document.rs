//! Read an OpenAPI document, YAML or JSON, into one JSON value.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{Error, lower, names, strict_json, types};

/// The document's usual name in a service folder.
pub const FILE_NAME: &str = "openapi.yaml";

/// The names it may have there.
pub const FILE_NAMES: [&str; 3] = [FILE_NAME, "openapi.yml", "openapi.json"];

/// No document worth a client is larger; GitHub's, one of the largest, has a third of it.
const MOST_BYTES: u64 = 40 << 20;

/// The document of the service in `spec_dir`, whichever of [`FILE_NAMES`] it has.
///
/// # Errors
/// [`Error::Unreadable`] when none is there, [`Error::Malformed`] when there are two, since nobody could tell which one counts.
pub fn path(spec_dir: &Path) -> Result<PathBuf, Error> {
    let there: Vec<PathBuf> = FILE_NAMES.iter().map(|name| spec_dir.join(name)).filter(|path| path.is_file()).collect();
    match there.as_slice() {
        [only] => Ok(only.clone()),
        [] => {
            let cause = std::io::Error::from(std::io::ErrorKind::NotFound);
            Err(Error::Unreadable { path: spec_dir.join(FILE_NAME), cause })
        }
        [first, second, ..] => Err(Error::Malformed {
            path: first.clone(),
            detail: format!("{} is there too; keep the one that counts", second.display()),
        }),
    }
}

/// Read the document of the service in `spec_dir`, with its keys sorted, and its path parameters and types
/// named as the service does.
///
/// # Errors
/// As [`path`] and [`read_file`].
pub fn read(spec_dir: &Path) -> Result<Value, Error> {
    named(read_file(&path(spec_dir)?)?, spec_dir)
}

/// A document in the words of 3.0, with the names that the folder of its service gives, and its keys sorted.
///
/// # Errors
/// [`Error::Malformed`] when the folder's names cannot be read.
pub fn named(mut document: Value, spec_dir: &Path) -> Result<Value, Error> {
    // Whatever is said of the document is said of its 3.0 form, whichever it was written in.
    lower::say_as_3_0(&mut document);
    names::apply(&mut document, spec_dir)?;
    types::apply(&mut document, spec_dir)?;
    document.sort_all_objects();
    Ok(document)
}

/// Read the document in a file, with its keys sorted.
///
/// Sorting makes everything generated from it independent of whether some other crate of the build switched on
/// serde_json's `preserve_order`.
///
/// # Errors
/// [`Error::Unreadable`] when the file is missing, [`Error::Malformed`] when it is neither YAML nor JSON, repeats a key, is
/// too large, or lacks `openapi` or `paths`.
pub fn read_file(path: &Path) -> Result<Value, Error> {
    let unreadable = |cause| Error::Unreadable { path: path.to_path_buf(), cause };
    let malformed = |detail: String| Error::Malformed { path: path.to_path_buf(), detail };

    if fs::metadata(path).map_err(unreadable)?.len() > MOST_BYTES {
        return Err(malformed(format!("it has more than {} MiB", MOST_BYTES >> 20)));
    }
    let text = fs::read_to_string(path).map_err(unreadable)?;
    let mut document = parse(&text).map_err(malformed)?;
    is_openapi_3(&document).map_err(malformed)?;
    document.sort_all_objects();
    Ok(document)
}

fn is_openapi_3(document: &Value) -> Result<(), String> {
    if document.get("swagger").is_some() {
        return Err("it is Swagger 2.0; ask for the OpenAPI 3 document, or convert it first".to_owned());
    }
    let version = document.get("openapi").and_then(Value::as_str);
    let version = version.ok_or("it has no `openapi: \"3…\"` line (a version must be quoted)")?;
    if !version.starts_with("3.") {
        return Err(format!("it is OpenAPI {version}; only 3.0 and 3.1 are read"));
    }
    if !document.get("paths").is_some_and(Value::is_object) {
        return Err("it has no `paths`".to_owned());
    }
    Ok(())
}

/// Parse JSON, or YAML as its version 1.2 reads it: `no` and `on` are words, and a key is a string even when it looks like
/// a number.
///
/// JSON is YAML to the letter only; a file that begins as JSON does is read by a JSON parser, which knows its escapes and
/// does not mind tabs.
///
/// # Errors
/// The parser's message with line and column.
pub fn parse(text: &str) -> Result<Value, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('{')
        && let Ok(outcome) = strict_json::parse(text)
    {
        return outcome;
    }
    let options = serde_saphyr::options! {
        strict_booleans: true,
        budget: budget(),
        // No document repeats itself this often; one that multiplies its aliases has no end.
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 100_000 },
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| error.to_string())
}

/// What a large honest document needs; nesting without end stops here.
fn budget() -> Option<serde_saphyr::Budget> {
    serde_saphyr::budget! {
        max_depth: 100,
        max_nodes: 3_000_000,
        max_events: 6_000_000,
    }
}
