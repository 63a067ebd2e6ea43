//! MCP over standard input and output: one client, the person at this machine.

use std::io::IsTerminal;

use futures::FutureExt;
use futures::future::BoxFuture;
use rmcp::transport::stdio;
use rmcp::{RmcpError, ServiceExt};
use tokio::io::{AsyncRead, AsyncWrite};

use super::handler::Handler;
use super::line_transport::LineTransport;

/// Serves until the input ends or `stop` is done.
///
/// # Errors
/// When the client breaks the protocol before it has begun.
pub async fn serve_stdio(handler: Handler, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), RmcpError> {
    if std::io::stdin().is_terminal() {
        eprintln!(
            "infini-mcp speaks MCP on standard input and output: add it to an MCP client, or try `infini-mcp serve --http --sandbox`. Ctrl-C ends it."
        );
    }
    let (input, output) = stdio();
    tokio::select! {
        served = serve_lines(handler, Box::new(input), Box::new(output)) => served,
        () = stop => Ok(()),
    }
}

/// Serves whoever is at the other end of these until the input ends.
///
/// # Errors
/// When the client breaks the protocol before it has begun.
pub fn serve_lines(
    handler: Handler,
    input: Box<dyn AsyncRead + Send + Unpin>,
    output: Box<dyn AsyncWrite + Send + Unpin>,
) -> BoxFuture<'static, Result<(), RmcpError>> {
    async move {
        let running = handler.serve(LineTransport::new(input, output)).await?;
        running.waiting().await?;
        Ok(())
    }
    .boxed()
}
