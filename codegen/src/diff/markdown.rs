//! Tell a comparison in Markdown, for a pull request.

use super::{Code, Report, Verdict, lines, text};

/// The report as Markdown.
pub fn told(report: &Report) -> String {
    let mut page = format!("# {}: {}\n\n{}.\n", report.service, report.verdict.words(), text::summary(report));
    if !report.fixes.is_empty() {
        page.push_str("\n## Fixes that no longer fit\n\n");
    }
    for misfit in &report.fixes {
        page.push_str(&format!(
            "- `{}`: the `{}` step at `{}` expects `{}`; the document now says `{}`. It is there because: {}\n",
            misfit.file.file_name().unwrap_or_default().to_string_lossy(),
            misfit.step,
            misfit.path,
            misfit.expected,
            misfit.found,
            misfit.why
        ));
    }
    let lines = lines(&report.changes);
    for verdict in Verdict::GRAVEST_FIRST {
        let of_verdict: Vec<_> = lines.iter().filter(|line| line.verdict == verdict).collect();
        if of_verdict.is_empty() {
            continue;
        }
        page.push_str(&format!("\n## {}\n\n", capital(verdict.words())));
        for line in of_verdict {
            let place = if line.place.is_empty() { String::new() } else { format!("`{}`: ", line.place) };
            page.push_str(&format!("- {place}{}{}\n", line.what, line.also()));
        }
    }
    if let Some(code) = report.code.as_ref().and_then(Code::told) {
        page.push_str(&format!("\n## Generated code\n\n{code}\n"));
    }
    page.push_str(&tools(report));
    page
}

fn tools(report: &Report) -> String {
    let mut page = "\n## Tools\n\n".to_owned();
    if report.tools.is_empty() {
        let recorded = report.tools_are_recorded || report.verdict == Verdict::Cosmetic;
        page.push_str(if recorded { "Nothing to do.\n" } else { "Which tools call what is not recorded here.\n" });
        return page;
    }
    page.push_str("| Tool | Verdict | Operations | File |\n| --- | --- | --- | --- |\n");
    for felt in &report.tools {
        let file = felt.file.as_ref().map_or_else(String::new, |file| format!("`{file}`"));
        page.push_str(&format!(
            "| `{}` | {} | {} | {file} |\n",
            felt.tool,
            felt.verdict.words(),
            felt.operations.join(", ")
        ));
    }
    if report.untouched_tools > 0 {
        page.push_str(&format!("\nNothing to do for the {} others.\n", report.untouched_tools));
    }
    page
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
