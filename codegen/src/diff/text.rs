//! Tell a comparison on a terminal: the gravest first, one line a change, and at the end what it means for the tools.

use super::{Code, Report, Verdict, lines};

/// The report as text.
pub fn told(report: &Report) -> String {
    let mut text = format!("{}: {}\n", report.service, summary(report));
    for misfit in &report.fixes {
        text.push_str(&format!("\n{misfit}\n"));
    }
    let lines = lines(&report.changes);
    if !lines.is_empty() {
        text.push('\n');
    }
    for line in lines {
        let place = if line.place.is_empty() { String::new() } else { format!("{}: ", line.place) };
        text.push_str(&format!("{:<11}  {place}{}{}\n", line.verdict.words(), line.what, line.also()));
    }
    if let Some(code) = report.code.as_ref().and_then(Code::told) {
        text.push_str(&format!("\n{code}\n"));
    }
    text.push_str(&tools(report));
    text
}

/// How many operations changed how.
pub fn summary(report: &Report) -> String {
    let counts = Verdict::GRAVEST_FIRST.into_iter().filter_map(|verdict| {
        let count = report.operations.values().filter(|of_operation| **of_operation == verdict).count();
        (count > 0).then(|| format!("{count} {}", verdict.words()))
    });
    let counts: Vec<String> = counts.collect();
    let number = match (report.operations_before, report.operations_now) {
        (before, now) if before == now => format!("{now} operations"),
        (before, now) => format!("{before} operations before, {now} now"),
    };
    let counts = if counts.is_empty() { "none changed".to_owned() } else { counts.join(", ") };
    format!("{number}; {counts}")
}

fn tools(report: &Report) -> String {
    if report.tools.is_empty() {
        return match (report.verdict, report.tools_are_recorded) {
            (Verdict::Cosmetic, _) => "\nNo tool can feel this: nothing to do.\n".to_owned(),
            (_, true) => "\nNo tool calls what changed: nothing to do in the tools.\n".to_owned(),
            (_, false) => "\nWhich tools call what changed is not recorded here (docs/operations.json).\n".to_owned(),
        };
    }
    let width = report.tools.iter().map(|felt| felt.tool.chars().count()).max().unwrap_or_default();
    let mut text = "\nTools\n".to_owned();
    for felt in &report.tools {
        let operations = felt.operations.join(", ");
        text.push_str(&format!("{:<11}  {:<width$}  {operations}\n", felt.verdict.words(), felt.tool));
    }
    text.push_str(&match (report.untouched_tools, report.verdict) {
        (0, Verdict::Additive) => "Nothing breaks in them.\n".to_owned(),
        (0, _) => String::new(),
        (1, _) => "Nothing to do for the one other.\n".to_owned(),
        (count, _) => format!("Nothing to do for the {count} others.\n"),
    });
    text
}
