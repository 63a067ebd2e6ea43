//! The command line: what each command does, and how the process starts and ends.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod audit;
mod call;
mod client_config;
mod completions;
mod credentials;
mod doctor;
mod echo;
mod health;
mod init;
mod log;
mod orders;
mod sandbox;
mod secret;
mod serve;
mod signals;
mod tools;
mod watch;

/// An MCP server for Infinigate and StartInfinity.
#[derive(Parser)]
#[command(name = "infini-mcp", version, about)]
struct Arguments {
    /// The settings file, TOML or .env; without it, infini-mcp.toml and .env in the current folder if they are there.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve MCP; this is what happens without a command.
    Serve(serve::Serve),
    /// Print the tools.
    Tools(tools::Tools),
    /// Call one tool and print its answer.
    Call(call::Call),
    /// Serve the simulator of both upstream services for other programs.
    Sandbox(sandbox::Sandbox),
    /// Look at the orders that were sent, and settle those whose outcome is open.
    Orders(orders::Orders),
    /// Look at the log of everything that changed something, and prove it whole.
    Audit(audit::Audit),
    /// Say what works, what does not, and what to do about it.
    Doctor(doctor::Doctor),
    /// Say whether a running server answers.
    Health(health::Health),
    /// Set this server up: ask for what it needs, and write .env, users and credentials.
    Init(init::Init),
    /// Manage the users of the HTTP endpoint and the upstream credentials they use.
    Credentials(Box<credentials::Credentials>),
    /// Print the configuration that a client needs to use this server.
    ClientConfig(client_config::ClientConfig),
    /// Print the completions of a shell.
    Completions(completions::Completions),
    /// Print every setting as a Markdown table.
    Settings,
}

/// Why a command ended badly.
enum Failure {
    /// Somebody must look at it; exit code 1.
    Failed(String),
    /// The command or the settings are wrong; exit code 2.
    Usage(Vec<String>),
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match perform(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Failed(message)) => {
            eprintln!("infini-mcp: {message}");
            ExitCode::from(1)
        }
        Err(Failure::Usage(faults)) => {
            for fault in faults {
                eprintln!("infini-mcp: {fault}");
            }
            ExitCode::from(2)
        }
    }
}

fn perform(arguments: Arguments) -> Result<(), Failure> {
    let config = arguments.config.as_deref();
    match arguments.command {
        None => serve::Serve::default().run(config),
        Some(Command::Serve(serve)) => serve.run(config),
        Some(Command::Tools(tools)) => tools.run(),
        Some(Command::Call(call)) => call.run(config),
        Some(Command::Sandbox(sandbox)) => sandbox.run(),
        Some(Command::Orders(orders)) => orders.run(config),
        Some(Command::Audit(audit)) => audit.run(config),
        Some(Command::Doctor(doctor)) => doctor.run(config),
        Some(Command::Health(health)) => health.run(config),
        Some(Command::Init(init)) => init.run(config),
        Some(Command::Credentials(credentials)) => credentials.run(config),
        Some(Command::ClientConfig(client)) => client.run(config),
        Some(Command::Completions(completions)) => completions.run(),
        Some(Command::Settings) => print(&crate::config::markdown_table()),
    }
}

/// Writes a command's product to standard output; a reader that has gone is no error of ours.
fn print(text: &str) -> Result<(), Failure> {
    use std::io::Write;
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::Failed(format!("cannot write the output: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// The server's shared parts as the settings say, for a command that looks at its state.
fn opened(config: Option<&std::path::Path>) -> Result<crate::server::App, Failure> {
    opened_from(crate::config::Sources::gather(config))
}

/// The same with the users and the credentials of their profiles, however the server is to be served.
fn opened_with_users(config: Option<&std::path::Path>) -> Result<crate::server::App, Failure> {
    let mut sources = crate::config::Sources::gather(config);
    sources.with_users();
    opened_from(sources)
}

fn opened_from(sources: crate::config::Sources) -> Result<crate::server::App, Failure> {
    let settings = sources.settings().map_err(Failure::Usage)?;
    log::start(settings.log_level.min(tracing::Level::WARN), settings.log_format);
    crate::server::App::new(settings).map_err(|error| Failure::Failed(error.to_string()))
}

/// Why the state cannot be used, with what the system said.
fn of_state(error: &crate::state::StateError) -> Failure {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    Failure::Failed(format!("{error}{cause}. STATE_URL says where it is."))
}

/// Runs `work` on a runtime that does not wait for a reader stuck on standard input when it ends.
///
/// One thread: a call is a chain of short tasks that wait for the network, and handing them from core to core cost more
/// than two fifths of the processor time of a call.
fn on_runtime<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Failed(format!("cannot start: {error}")))?;
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    result
}
