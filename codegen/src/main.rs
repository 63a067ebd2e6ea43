//! The maintainer's command, run as `cargo codegen …`: keep what is generated in step with the upstream documents.

use std::process::ExitCode;

mod cli;

fn main() -> ExitCode {
    cli::run()
}
