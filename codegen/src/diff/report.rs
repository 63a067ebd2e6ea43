//! Compare the documents as they reach the tools, and say which tools feel the difference.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::{Change, Code, Verdict, by_operation, changes, operation_ids};
use crate::callers::Callers;
use crate::error::Misfit;
use crate::{Error, fixes, source};

/// What a new document means.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The service's folder name.
    pub service: String,
    /// The gravest of everything below.
    pub verdict: Verdict,
    /// How many operations the old document has.
    pub operations_before: usize,
    /// How many the new one has.
    pub operations_now: usize,
    /// The operations that changed, each with its gravest change.
    pub operations: BTreeMap<String, Verdict>,
    /// Fixes that do not fit the new document.
    pub fixes: Vec<Misfit>,
    /// Every difference.
    pub changes: Vec<Change>,
    /// The tools that feel it, gravest first.
    pub tools: Vec<Felt>,
    /// How many of the service's tools do not.
    pub untouched_tools: usize,
    /// What becomes of the generated code, where somebody looked.
    pub code: Option<Code>,
    /// Whether there is a record of which tool calls what.
    pub tools_are_recorded: bool,
}

/// How one tool feels it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Felt {
    /// The tool.
    pub tool: String,
    /// Its file, where it is at hand.
    pub file: Option<String>,
    /// The gravest change of the operations it calls.
    pub verdict: Verdict,
    /// The changed operations it calls, gravest first.
    pub operations: Vec<String>,
    /// What is different in them: the place and the change.
    pub how: Vec<String>,
}

/// Compare a service's document with `new`, both with the service's fixes as far as they fit.
///
/// # Errors
/// When the service's own document or a fix cannot be read.
pub fn report(spec_dir: &Path, new: Value, callers: &Callers) -> Result<Report, Error> {
    let old = crate::document::read(spec_dir)?;
    let mut report = between(spec_dir, old.clone(), new.clone(), callers)?;
    let code = Code::compare(spec_dir, old, new)?;
    if code.failure.is_some() {
        report.verdict = report.verdict.max(Verdict::CannotTell);
    }
    report.code = Some(code);
    Ok(report)
}

/// The same for a document of the service that was read already, and without a look at the generated code.
///
/// # Errors
/// When a fix cannot be read.
pub fn between(spec_dir: &Path, mut old: Value, mut new: Value, callers: &Callers) -> Result<Report, Error> {
    new.sort_all_objects();
    fixes::apply_fitting(&mut old, spec_dir)?;
    let mut misfits = fixes::apply_fitting(&mut new, spec_dir)?;
    for misfit in &mut misfits {
        // As a reader finds it: a report goes where the folders of this machine mean nothing.
        misfit.file = misfit.file.strip_prefix(spec_dir).unwrap_or(&misfit.file).to_path_buf();
    }
    let by_the_seam = source::called_by_the_seam(spec_dir)?;

    let (ids, operations_now) = (operation_ids(old.clone()), operation_ids(new.clone()).len());
    let changes = changes(old, new);
    let service = spec_dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let tools = felt(&changes, &ids, &by_the_seam, callers);
    let of_service = tools_of(callers, &ids).len();
    let gravest = changes.iter().map(|change| change.verdict).max().unwrap_or(Verdict::Cosmetic);
    // Until somebody has looked at a fix that does not fit, the document cannot be taken.
    let verdict = if misfits.is_empty() { gravest } else { gravest.max(Verdict::CannotTell) };
    Ok(Report {
        service,
        verdict,
        operations_before: ids.len(),
        operations_now,
        operations: by_operation(&changes),
        fixes: misfits,
        untouched_tools: of_service.saturating_sub(tools.len()),
        tools,
        changes,
        code: None,
        tools_are_recorded: !callers.table.is_empty(),
    })
}

/// The tools that call any of the operations.
fn tools_of<'a>(callers: &'a Callers, ids: &[String]) -> BTreeSet<&'a str> {
    ids.iter().flat_map(|id| callers.tools(id)).collect()
}

/// Each tool with what it feels. What concerns all operations, and what the seam calls for everybody, all tools feel.
fn felt(changes: &[Change], ids: &[String], by_the_seam: &[String], callers: &Callers) -> Vec<Felt> {
    let mut felt: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
    // Nobody calls what is only in the new document, even where another service has an operation of that name.
    for change in changes.iter().filter(|change| change.verdict > Verdict::Cosmetic && change.old.is_some()) {
        let tools = match &change.operation {
            Some(operation) if !by_the_seam.contains(operation) => callers.tools(operation).into_iter().collect(),
            Some(_) | None => tools_of(callers, ids),
        };
        for tool in tools {
            felt.entry(tool).or_default().push(change);
        }
    }
    let mut tools: Vec<Felt> = felt.into_iter().map(|(tool, of_tool)| one(tool, of_tool, callers)).collect();
    tools.sort_by(|one, other| other.verdict.cmp(&one.verdict).then_with(|| one.tool.cmp(&other.tool)));
    tools
}

fn one(tool: &str, mut of_tool: Vec<&Change>, callers: &Callers) -> Felt {
    of_tool.sort_by_key(|change| Reverse(change.verdict));
    let verdict = of_tool.first().map_or(Verdict::Cosmetic, |change| change.verdict);
    let mut operations: Vec<String> = Vec::new();
    for change in &of_tool {
        let operation = change.operation.clone().unwrap_or_else(|| "every operation".to_owned());
        if !operations.contains(&operation) {
            operations.push(operation);
        }
    }
    let place = |change: &Change| change.old.clone().or_else(|| change.new.clone()).unwrap_or_default();
    let how = of_tool.iter().map(|change| format!("{}: {}", place(change), change.what)).collect();
    Felt { tool: tool.to_owned(), file: callers.file(tool), verdict, operations, how }
}
