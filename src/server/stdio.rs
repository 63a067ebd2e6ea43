//! MCP over standard input and output: one client, the person at this machine.

use std::io::IsTerminal;

use rmcp::ServiceExt;
use rmcp::transport::stdio;

use super::handler::Handler;

/// Serves until the input ends or `stop` is done.
///
/// # Errors
/// When the client breaks the protocol before it has begun.
pub async fn serve_stdio(handler: Handler, stop: impl Future<Output = ()>) -> Result<(), rmcp::RmcpError> {
    if std::io::stdin().is_terminal() {
        eprintln!(
            "infini-mcp speaks MCP on standard input and output: add it to an MCP client, or try `infini-mcp serve --http --sandbox`. Ctrl-C ends it."
        );
    }
    let serve = async {
        let running = handler.serve(stdio()).await?;
        running.waiting().await?;
        Ok(())
    };
    tokio::select! {
        served = serve => served,
        () = stop => Ok(()),
    }
}
