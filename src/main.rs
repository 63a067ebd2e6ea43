//! The `infini-mcp` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    infini_mcp::cli::run()
}
