//! The `infini-mcp` command.

use std::process::ExitCode;

/// A call makes many small, short allocations, which cost a fifth of its time with the system's allocator.
#[cfg(all(unix, target_env = "gnu"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    infini_mcp::cli::run()
}
