//! `cargo codegen accept`: a new document takes the place of ours.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use codegen::accept::{self, Accepted, Wish};
use codegen::callers::Callers;
use codegen::diff::markdown;
use codegen::{Error, gone};

use super::{SOMEONE_MUST_THINK, folder, say};

/// What takes the place of our document.
#[derive(Args)]
pub struct Arguments {
    /// The service's folder name.
    service: String,
    /// The document, YAML or JSON; its bytes are kept as they are.
    file: PathBuf,
    /// A fix whose reason is gone, by its file name; it is deleted. May be given several times.
    #[arg(long, value_name = "NAME")]
    drop_fix: Vec<String>,
    /// A file for the report, which is printed all the same.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// The day the document was retrieved; today when absent.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    date: Option<String>,
}

fn day(text: &str) -> Result<String, String> {
    let day = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|error| error.to_string())?;
    Ok(day.to_string())
}

/// Accept, and tell what changed and who has to follow.
pub fn run(specs: &Path, arguments: &Arguments) -> Result<ExitCode, Error> {
    let spec_dir = folder(specs, &arguments.service)?;
    let today = || chrono::Utc::now().date_naive().to_string();
    let date = arguments.date.clone().unwrap_or_else(today);
    let wish = Wish { spec_dir: &spec_dir, file: &arguments.file, dropped: &arguments.drop_fix, date: &date };
    let accepted = accept::accept(wish, &Callers::beside(specs)?)?;

    let mut page = markdown::told(&accepted.report);
    page.push_str(&now(&accepted, arguments));
    let gone = gone::gone(specs)?;
    if !gone.is_empty() {
        page.push_str(&format!("\n## Operations that are gone\n\n```text\n{}```\n", gone::told(&gone)));
    }
    say(&page);
    if let Some(path) = &arguments.report {
        fs::write(path, &page).map_err(|cause| Error::Unwritable { path: path.clone(), cause })?;
    }
    // The document is in place either way; this says whether our code has to follow.
    Ok(if gone.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(SOMEONE_MUST_THINK) })
}

fn now(accepted: &Accepted, arguments: &Arguments) -> String {
    let mut page = format!("\n## Accepted\n\n- The document, SHA-256 `{}`.\n", accepted.sha256);
    page.push_str(&format!("- {} fixes fit it.\n", accepted.generated.fixes));
    for fix in &arguments.drop_fix {
        page.push_str(&format!("- The fix `{fix}` was deleted.\n"));
    }
    for left_out in &accepted.generated.left_out {
        page.push_str(&format!("- `{}` has no generated method: {}.\n", left_out.operation, left_out.reason));
    }
    page.push_str("- Read `surface.txt` and what `source.toml` says of the origin, then build: the compiler names every call that no longer fits.\n");
    page
}
