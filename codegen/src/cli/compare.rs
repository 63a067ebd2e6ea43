//! `cargo codegen diff`: what another version of a document would change.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use codegen::callers::Callers;
use codegen::diff::{self, markdown, text};
use codegen::{Error, incoming};

use super::{folder, say};

/// Which document is compared with which, and how it is told.
///
/// Exit codes: 0 nothing a tool can feel, 4 only additions, 1 something breaks or nobody can tell, 2 wrong usage.
#[derive(Args)]
pub struct Arguments {
    /// The service's folder name.
    service: String,
    /// The other version of its document, YAML or JSON.
    new: PathBuf,
    /// How to tell it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Markdown,
    Json,
}

/// Compare and tell.
pub fn run(specs: &Path, arguments: &Arguments) -> Result<ExitCode, Error> {
    let folder = folder(specs, &arguments.service)?;
    let report = diff::report(&folder, incoming::read(&folder, &arguments.new)?, &Callers::beside(specs)?)?;
    let told = match arguments.format {
        Format::Text => text::told(&report),
        Format::Markdown => markdown::told(&report),
        Format::Json => diff::json(&report),
    };
    say(&told);
    Ok(ExitCode::from(report.verdict.exit_code()))
}
