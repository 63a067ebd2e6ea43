//! MCP over standard input and output: one client, the person at this machine.

use std::io::IsTerminal;

use futures::FutureExt;
use futures::future::BoxFuture;
use rmcp::transport::stdio;
use rmcp::{RmcpError, ServiceExt};

use super::handler::Handler;

/// Serves until the input ends or `stop` is done.
///
/// # Errors
/// When the client breaks the protocol before it has begun.
pub async fn serve_stdio(handler: Handler, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), RmcpError> {
    served(handler, stop.boxed()).await
}

fn served(handler: Handler, stop: BoxFuture<'static, ()>) -> BoxFuture<'static, Result<(), RmcpError>> {
    serve(handler, stop).boxed()
}

async fn serve(handler: Handler, stop: BoxFuture<'static, ()>) -> Result<(), RmcpError> {
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
