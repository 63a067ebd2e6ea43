//! Read the command line and hand it to the command it names.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use codegen::Error;
use codegen::agree::{self, Mode};

mod accept;
mod compare;
mod fetch;
mod keep;

/// Keep the generated clients in step with the upstream OpenAPI documents.
///
/// Exit codes: 0 nothing to do, 4 a command puts it right (`write`, or `accept` after `diff`), 1 someone must think, 2 wrong
/// usage.
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
    /// Say whether surface, checksum, fixes, documents and tools agree. Changes nothing.
    Check(keep::Which),
    /// Write the surface and the checksum of each document.
    Write(keep::Which),
    /// Print a service's document with its fixes applied, as JSON, for validators and other tools.
    Document(keep::One),
    /// Say what another version of a document changes, how grave it is, and which tools feel it. Changes nothing.
    Diff(compare::Arguments),
    /// Fetch the present document from upstream, beside ours. The only command that uses the network.
    Fetch(fetch::Arguments),
    /// Take a new document in place of ours, with checksum, date and surface: all of it or nothing.
    Accept(accept::Arguments),
}

const SOMEONE_MUST_THINK: u8 = 1;
const WRONG_USAGE: u8 = 2;
const A_COMMAND_PUTS_IT_RIGHT: u8 = 4;

/// Run the command that the process was started with.
pub fn run() -> ExitCode {
    let line = CommandLine::parse();
    let Some(specs) = line.specs.or_else(nearest_specs) else {
        return refuse("there is no folder `specs` here or above; name one with --specs FOLDER", WRONG_USAGE);
    };
    match line.command {
        Command::Check(which) => keep::agree(&specs, &which, Mode::Check),
        Command::Write(which) => keep::agree(&specs, &which, Mode::Write),
        Command::Document(one) => keep::print_document(&specs, &one),
        Command::Diff(arguments) => compare::run(&specs, &arguments).unwrap_or_else(refused),
        Command::Fetch(arguments) => fetch::run(&specs, &arguments).unwrap_or_else(refused),
        Command::Accept(arguments) => accept::run(&specs, &arguments).unwrap_or_else(refused),
    }
}

fn nearest_specs() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    here.ancestors().map(|folder| folder.join("specs")).find(|specs| specs.is_dir())
}

/// The folder of a service that was named.
fn folder(specs: &Path, service: &str) -> Result<PathBuf, Error> {
    agree::chosen(specs, Some(service)).map(|_| specs.join(service))
}

/// Complain, with the exit code that the failure has everywhere.
fn refused(error: Error) -> ExitCode {
    let code = match error {
        Error::UnknownService { .. } | Error::UnknownFix { .. } => WRONG_USAGE,
        Error::Unreadable { .. }
        | Error::Unwritable { .. }
        | Error::Malformed { .. }
        | Error::UntestedFix { .. }
        | Error::FixNoLongerFits(_)
        | Error::FixesDoNotFit(_)
        | Error::Accepting { .. }
        | Error::Unfetchable { .. }
        | Error::Ungeneratable { .. } => SOMEONE_MUST_THINK,
    };
    refuse(&error.to_string(), code)
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
