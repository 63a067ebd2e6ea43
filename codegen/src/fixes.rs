//! Apply the fixes of a service: small JSON Patches that say where production differs from the vendor's document.

use std::fs;
use std::path::{Path, PathBuf};

use json_patch::PatchOperation;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::error::{Error, Misfit};
use crate::schemas;

/// The folder of a service's fixes.
pub const FOLDER: &str = "fixes";

/// The step that JSON Patch lacks.
const ABSENT: &str = "absent";

/// One fix file, as a maintainer writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fix {
    /// What production does, and what breaks without this.
    why: String,
    /// How we know. Compulsory, though only people read it.
    #[serde(rename = "seen")]
    _seen: String,
    /// What would make the fix unnecessary. Compulsory, though only people read it.
    #[serde(rename = "until")]
    _until: String,
    /// The steps, the first of which must be a `test` or an `absent`.
    patch: Vec<Step>,
}

/// One step of a JSON Patch, with its value as TOML or as a JSON text.
///
/// Beside the steps of RFC 6902 there is `absent`: nothing is at the path. What `test` cannot ask, and the condition of a
/// fix that adds what the document has forgotten.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    op: String,
    path: String,
    value: Option<Value>,
    json: Option<String>,
}

/// Apply every `fixes/*.toml` of the service in the order of their names, and say how many there were.
///
/// # Errors
/// [`Error::UntestedFix`] and [`Error::FixNoLongerFits`] name the fix, its reason and what the document says now.
pub fn apply(document: &mut Value, spec_dir: &Path) -> Result<usize, Error> {
    let files = files(spec_dir)?;
    for file in &files {
        apply_one(document, file, &read(file)?)?;
    }
    Ok(files.len())
}

/// Apply those fixes of the service that fit the document, and say which do not. A fix is applied as a whole or not at all.
///
/// # Errors
/// Only for a fix that is none: one that cannot be read, or does not begin with a `test` or `absent` step.
#[cfg(feature = "command")]
pub fn apply_fitting(document: &mut Value, spec_dir: &Path) -> Result<Vec<Misfit>, Error> {
    let mut misfits = Vec::new();
    for file in files(spec_dir)? {
        let mut fixed = document.clone();
        match apply_one(&mut fixed, &file, &read(&file)?) {
            Err(Error::FixNoLongerFits(misfit)) => misfits.push(*misfit),
            Err(error) => return Err(error),
            Ok(()) => *document = fixed,
        }
    }
    Ok(misfits)
}

fn read(file: &Path) -> Result<Fix, Error> {
    let text = fs::read_to_string(file).map_err(|cause| Error::Unreadable { path: file.to_path_buf(), cause })?;
    toml::from_str(&text).map_err(|error| malformed(file, error.to_string()))
}

/// The fix files of a service, in the order of their names.
///
/// # Errors
/// [`Error::Unreadable`] when the folder is there and cannot be listed.
pub fn files(spec_dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let folder = &spec_dir.join(FOLDER);
    // A service without fixes need not keep an empty folder.
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let unreadable = |cause| Error::Unreadable { path: folder.clone(), cause };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn is_tested(fix: &Fix) -> bool {
    fix.patch.first().is_some_and(|step| step.op == "test" || step.op == ABSENT)
}

fn apply_one(document: &mut Value, file: &Path, fix: &Fix) -> Result<(), Error> {
    if !is_tested(fix) {
        return Err(Error::UntestedFix { file: file.to_path_buf(), why: fix.why.clone() });
    }
    for step in &fix.patch {
        if step.op == ABSENT {
            match document.pointer(&step.path) {
                None => continue,
                Some(_) => return Err(misfit(document, file, fix, step)),
            }
        }
        let operation = operation(file, step)?;
        // One step at a time, so that the message can show what this step found.
        json_patch::patch(document, &[operation]).map_err(|_| misfit(document, file, fix, step))?;
    }
    fix.patch.iter().try_for_each(|step| match dangling(&value(file, step)?.unwrap_or_default(), document) {
        Some(reference) => Err(misfit_of(file, fix, step, reference, "nothing of that name".to_owned())),
        None => Ok(()),
    })
}

/// A reference in what a fix brings that leads nowhere.
fn dangling(value: &Value, document: &Value) -> Option<String> {
    match value {
        Value::Array(items) => items.iter().find_map(|item| dangling(item, document)),
        Value::Object(fields) => match fields.get("$ref").and_then(Value::as_str) {
            Some(reference) if schemas::at_pointer(document, value).is_none() => Some(reference.to_owned()),
            Some(_) => None,
            None => fields.values().find_map(|inner| dangling(inner, document)),
        },
        _ => None,
    }
}

fn misfit(document: &Value, file: &Path, fix: &Fix, step: &Step) -> Error {
    let (expected, found) = difference(expectation(file, step), document.pointer(&step.path), step);
    misfit_of(file, fix, step, expected, found)
}

fn misfit_of(file: &Path, fix: &Fix, step: &Step, expected: String, found: String) -> Error {
    Error::FixNoLongerFits(Box::new(Misfit {
        file: file.to_path_buf(),
        why: fix.why.clone(),
        step: step.op.clone(),
        path: step.path.clone(),
        expected,
        found,
    }))
}

fn operation(file: &Path, step: &Step) -> Result<PatchOperation, Error> {
    let mut json = serde_json::json!({ "op": step.op, "path": step.path });
    match (step.op.as_str(), value(file, step)?) {
        ("test" | "add" | "replace", None) => {
            return Err(malformed(
                file,
                format!("the `{}` step at {} has neither `value` nor `json`", step.op, step.path),
            ));
        }
        ("test" | "add" | "replace", Some(value)) => {
            if let Some(fields) = json.as_object_mut() {
                fields.insert("value".to_owned(), value);
            }
        }
        ("remove", _) => {}
        (other, _) => {
            return Err(malformed(file, format!("`{other}` is not a step; use test, absent, add, replace or remove")));
        }
    }
    serde_json::from_value(json).map_err(|error| malformed(file, format!("step at {}: {error}", step.path)))
}

fn value(file: &Path, step: &Step) -> Result<Option<Value>, Error> {
    match (&step.value, &step.json) {
        (Some(_), Some(_)) => {
            Err(malformed(file, format!("the `{}` step at {} has both `value` and `json`", step.op, step.path)))
        }
        (None, Some(json)) => serde_json::from_str(json)
            .map(Some)
            .map_err(|error| malformed(file, format!("`json` of the step at {}: {error}", step.path))),
        (value, None) => Ok(value.clone()),
    }
}

/// The value a `test` step wants to find.
fn expectation(file: &Path, step: &Step) -> Option<Value> {
    value(file, step).ok().flatten().filter(|_| step.op == "test")
}

/// What was expected and what is there, in words. Of two objects only what differs, since the rest may be long.
fn difference(expected: Option<Value>, found: Option<&Value>, step: &Step) -> (String, String) {
    let nothing = || "nothing".to_owned();
    let expected = match expected {
        Some(expected) => expected,
        None if step.op == ABSENT => return (nothing(), found.map_or_else(nothing, short)),
        None if step.op == "add" => return ("a place to add to".to_owned(), found.map_or_else(nothing, short)),
        None => return ("something there".to_owned(), found.map_or_else(nothing, short)),
    };
    let (Some(one), Some(other)) = (expected.as_object(), found.and_then(Value::as_object)) else {
        return (short(&expected), found.map_or_else(nothing, short));
    };
    let only = |these: &Map<String, Value>, those: &Map<String, Value>| {
        let differing = these.iter().filter(|(key, value)| those.get(*key) != Some(value));
        short(&Value::Object(differing.map(|(key, value)| (key.clone(), value.clone())).collect()))
    };
    (only(one, other), only(other, one))
}

/// A value in one line that fits a terminal.
fn short(value: &Value) -> String {
    const LONGEST: usize = 300;
    let text = value.to_string();
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST).chain("…".chars()).collect()
}

fn malformed(file: &Path, detail: String) -> Error {
    Error::Malformed { path: file.to_path_buf(), detail }
}
