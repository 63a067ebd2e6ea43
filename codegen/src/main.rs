//! The maintainer's command, run as `cargo codegen …`: does what is committed agree with the vendored documents?

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use codegen::Error;
use codegen::agree::{self, Mode, Report};

/// Keep the generated clients in step with the vendored OpenAPI documents.
///
/// Exit codes: 0 nothing to do, 4 `cargo codegen write` puts it right, 1 someone must think, 2 wrong usage.
#[derive(Parser)]
#[command(name = "cargo codegen", version)]
struct CommandLine {
    /// The folder of service folders; by default the nearest `specs` here or above.
    #[arg(long, global = true, value_name = "FOLDER")]
    specs: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Say whether surface, checksum, fixes and documents agree. Changes nothing.
    Check(Which),
    /// Write the surface and the checksum of each document.
    Write(Which),
    /// Print a service's document with its fixes applied, as JSON, for validators and other tools.
    Document {
        /// The service's folder name.
        service: String,
    },
}

#[derive(Args)]
struct Which {
    /// The service's folder name; all services when absent.
    service: Option<String>,
}

const SOMEONE_MUST_THINK: u8 = 1;
const WRONG_USAGE: u8 = 2;
const A_COMMAND_PUTS_IT_RIGHT: u8 = 4;

fn main() -> ExitCode {
    let line = CommandLine::parse();
    let Some(specs) = line.specs.or_else(nearest_specs) else {
        return refuse("there is no folder `specs` here or above; name one with --specs FOLDER", WRONG_USAGE);
    };
    match line.command {
        Command::Check(which) => agree_all(&specs, &which, Mode::Check),
        Command::Write(which) => agree_all(&specs, &which, Mode::Write),
        Command::Document { service } => print_document(&specs, &service),
    }
}

fn nearest_specs() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    here.ancestors().map(|folder| folder.join("specs")).find(|specs| specs.is_dir())
}

fn agree_all(specs: &Path, which: &Which, mode: Mode) -> ExitCode {
    let folders = match agree::chosen(specs, which.service.as_deref()) {
        Ok(folders) => folders,
        Err(error @ Error::UnknownService { .. }) => {
            return refuse(&error.to_string(), WRONG_USAGE);
        }
        Err(error) => return refuse(&error.to_string(), SOMEONE_MUST_THINK),
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
    match (broken, stale, mode) {
        (true, _, _) => ExitCode::from(SOMEONE_MUST_THINK),
        (false, true, Mode::Check) => ExitCode::from(A_COMMAND_PUTS_IT_RIGHT),
        (false, _, _) => ExitCode::SUCCESS,
    }
}

fn print_document(specs: &Path, service: &str) -> ExitCode {
    let folders = match agree::chosen(specs, Some(service)) {
        Ok(folders) => folders,
        Err(error) => return refuse(&error.to_string(), WRONG_USAGE),
    };
    for folder in folders {
        match codegen::generate(&folder) {
            Ok(generated) => say(&generated.document),
            Err(error) => return refuse(&error.to_string(), SOMEONE_MUST_THINK),
        }
    }
    ExitCode::SUCCESS
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

fn refuse(message: &str, code: u8) -> ExitCode {
    complain(message);
    ExitCode::from(code)
}

/// Standard output may be a closed pipe (`| head`), which is no reason to fail.
fn say(text: &str) {
    let _ = io::stdout().lock().write_all(text.as_bytes());
}

fn complain(message: &str) {
    let _ = writeln!(io::stderr().lock(), "error: {message}");
}
