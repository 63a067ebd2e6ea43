//! `cargo codegen check`, `write` and `document`: what is committed, and whether it agrees with itself.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use codegen::agree::{self, Mode, Report};
use codegen::gone;

use super::{A_COMMAND_PUTS_IT_RIGHT, SOMEONE_MUST_THINK, complain, folder, refuse, refused, say};

/// The services to look at.
#[derive(Args)]
pub struct Which {
    /// The service's folder name; all services when absent.
    service: Option<String>,
}

/// One service.
#[derive(Args)]
pub struct One {
    /// The service's folder name.
    service: String,
}

/// Compare or write what is derived from each document.
pub fn agree(specs: &Path, which: &Which, mode: Mode) -> ExitCode {
    let folders = match agree::chosen(specs, which.service.as_deref()) {
        Ok(folders) => folders,
        Err(error) => return refused(error),
    };
    // Every service is looked at, so that one run tells everything; the gravest finding decides the exit code.
    let (mut broken, mut stale) = (false, false);
    for folder in folders {
        match agree::agree(&folder, mode) {
            Ok(report) => {
                stale |= !report.stale.is_empty();
                say(&told(&report, mode));
            }
            Err(error) => {
                broken = true;
                complain(&error.to_string());
            }
        }
    }
    if mode == Mode::Check && !broken {
        match gone::gone(specs) {
            Ok(gone) => {
                broken |= !gone.is_empty();
                say(&gone::told(&gone));
            }
            Err(error) => return refused(error),
        }
    }
    match (broken, stale, mode) {
        (true, _, _) => ExitCode::from(SOMEONE_MUST_THINK),
        (false, true, Mode::Check) => ExitCode::from(A_COMMAND_PUTS_IT_RIGHT),
        (false, _, _) => ExitCode::SUCCESS,
    }
}

/// Print a document with its fixes.
pub fn print_document(specs: &Path, one: &One) -> ExitCode {
    let folder = match folder(specs, &one.service) {
        Ok(folder) => folder,
        Err(error) => return refused(error),
    };
    match codegen::generate(&folder) {
        Ok(generated) => {
            say(&generated.document);
            ExitCode::SUCCESS
        }
        Err(error) => refuse(&error.to_string(), SOMEONE_MUST_THINK),
    }
}

fn told(report: &Report, mode: Mode) -> String {
    let mut text = format!("{}: {}\n", report.service, report.summary);
    for stale in &report.stale {
        match mode {
            Mode::Check => text.push_str(&format!("  stale   {stale}\n")),
            Mode::Write => text.push_str(&format!("  written {stale}\n")),
        }
    }
    if mode == Mode::Check && !report.stale.is_empty() {
        text.push_str(&format!(
            "  `cargo codegen write {}` puts it right; read the change before you commit it.\n",
            report.service
        ));
    }
    text
}
