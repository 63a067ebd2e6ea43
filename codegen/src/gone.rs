//! Name the operations that our code calls and no document has any more, with everybody who calls them.

use std::collections::BTreeSet;
use std::path::Path;

use crate::callers::{Callers, TABLE};
use crate::diff::operation_ids;
use crate::{Error, document, fixes};

/// An operation that is gone, and who calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// The operation's id.
    pub operation: String,
    /// The tools that call it, each with its file where that is at hand.
    pub tools: Vec<(String, Option<String>)>,
    /// The files that name its method.
    pub files: Vec<String>,
}

/// Every operation of `docs/operations.json` that no document below `specs` has.
///
/// # Errors
/// When a document or the table cannot be read.
pub fn gone(specs: &Path) -> Result<Vec<Gone>, Error> {
    let callers = Callers::beside(specs)?;
    let documented = documented(specs)?;
    let called: BTreeSet<&String> = callers.table.values().flatten().collect();
    let gone = called.into_iter().filter(|operation| !documented.contains(*operation));
    Ok(gone.map(|operation| one(operation, &callers)).collect())
}

fn one(operation: &str, callers: &Callers) -> Gone {
    let tools = callers.tools(operation).into_iter().map(|tool| (tool.to_owned(), callers.file(tool))).collect();
    Gone { operation: operation.to_owned(), tools, files: callers.files(operation) }
}

/// The ids of all documents. A fix that does not fit is another command's business.
fn documented(specs: &Path) -> Result<BTreeSet<String>, Error> {
    let mut ids = BTreeSet::new();
    for spec_dir in crate::services(specs)? {
        let mut document = document::read(&spec_dir)?;
        fixes::apply_fitting(&mut document, &spec_dir)?;
        ids.extend(operation_ids(document));
    }
    Ok(ids)
}

/// The table of what is gone, as text; empty when nothing is.
pub fn told(gone: &[Gone]) -> String {
    if gone.is_empty() {
        return String::new();
    }
    let mut text = format!("{TABLE} names operations that no document has any more:\n");
    for one in gone {
        text.push_str(&format!("  {}\n", one.operation));
        for (tool, file) in &one.tools {
            text.push_str(&format!(
                "    tool  {tool}{}\n",
                file.as_ref().map_or_else(String::new, |file| format!("  {file}"))
            ));
        }
        for file in &one.files {
            text.push_str(&format!("    call  {file}\n"));
        }
    }
    text.push_str("  Give these calls an operation that there is, then record the table anew: RECORD_GOLDENS=1 cargo test --test it\n");
    text
}
