//! Call path parameters what this project calls them, whatever the document does, so that a tool outlives a rename.
//!
//! The name of a path parameter is not on the wire. `names.toml` in a service folder says, for the segment that stands before a
//! parameter, what the parameter is called: with `boards = "board_id"`, `/boards/{board}` and `/boards/{id}` are both
//! `/boards/{board_id}`. A service without that file keeps the names of its document.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{Error, schemas};

/// The file beside the document that gives the names.
pub const FILE_NAME: &str = "names.toml";

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    /// The segment before a parameter, and the parameter's name.
    path_parameters: BTreeMap<String, String>,
}

/// Rename the path parameters of the document as the service's `names.toml` says, if it has one.
///
/// # Errors
/// [`Error::Malformed`] when the file is not TOML of this form.
pub fn apply(document: &mut Value, spec_dir: &Path) -> Result<(), Error> {
    let file = spec_dir.join(FILE_NAME);
    if !file.exists() {
        return Ok(());
    }
    let text = fs::read_to_string(&file).map_err(|cause| Error::Unreadable { path: file.clone(), cause })?;
    let names: Names =
        toml::from_str(&text).map_err(|error| Error::Malformed { path: file, detail: error.to_string() })?;
    rename_all(document, &names.path_parameters);
    Ok(())
}

fn rename_all(document: &mut Value, names: &BTreeMap<String, String>) {
    let shared = document.clone();
    let Some(shared_paths) = shared.get("paths").and_then(Value::as_object) else {
        return;
    };
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return;
    };
    let mut renamed = Map::new();
    for (path, mut item) in std::mem::take(paths) {
        let (right, changes) = rename(&path, names);
        // Two paths that differ in a name alone mean the same request; neither may swallow the other's operations.
        if changes.is_empty() || renamed.contains_key(&right) || shared_paths.contains_key(&right) {
            renamed.insert(path, item);
            continue;
        }
        rename_parameters(&mut item, &changes, &shared);
        renamed.insert(right, item);
    }
    *paths = renamed;
}

/// The path with the right names, and which name became which.
fn rename(path: &str, names: &BTreeMap<String, String>) -> (String, BTreeMap<String, String>) {
    let mut changes = BTreeMap::new();
    let mut before = "";
    let mut segments = Vec::new();
    for segment in path.split('/') {
        let name = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        match (name, names.get(before)) {
            (Some(name), Some(right)) if name != right => {
                changes.insert(name.to_owned(), right.clone());
                segments.push(format!("{{{right}}}"));
            }
            _ => segments.push(segment.to_owned()),
        }
        before = segment;
    }
    (segments.join("/"), changes)
}

fn rename_parameters(item: &mut Value, changes: &BTreeMap<String, String>, shared: &Value) {
    let holders = std::iter::once(None).chain(schemas::METHODS.into_iter().map(Some));
    for method in holders {
        let holder = match method {
            None => Some(&mut *item),
            Some(method) => item.get_mut(method),
        };
        let parameters = holder.and_then(|holder| holder.get_mut("parameters")).and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            let target = schemas::at_pointer(shared, parameter).cloned();
            let mut own = target.unwrap_or_else(|| parameter.clone());
            let right = own.get("name").and_then(Value::as_str).and_then(|name| changes.get(name)).cloned();
            if let (Some("path"), Some(right)) = (own.get("in").and_then(Value::as_str), right)
                && let Some(fields) = own.as_object_mut()
            {
                fields.insert("name".to_owned(), Value::from(right));
                *parameter = own;
            }
        }
    }
}
