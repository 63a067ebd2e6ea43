//! The production server with the conformance suite's fixtures on top, so that every check of the suite meets the real endpoint.
//!
//! Most scenarios of the suite call tools, prompts and resources with fixed names that no real server has. They are
//! answered here; every other request goes to the production handler, through the production router.

mod fixtures;
mod prompts;
mod resources;
mod rounds;
mod talks;
mod tools;

use std::error::Error;
use std::io::Write;
use std::sync::Arc;

use infini_mcp::config::Sources;
use infini_mcp::server::{App, Endpoint, Handler, serve_http};
use serde_json::json;
use tokio::net::TcpListener;

use fixtures::Fixtures;

/// Serves over HTTP with the settings of the environment until the process is ended.
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut sources = Sources::gather(None);
    sources.set_flag("MCP_TRANSPORT", "of the conformance server", "http");
    let settings = sources.settings().map_err(|faults| faults.join("\n"))?;
    let listener = TcpListener::bind((settings.http.host, settings.http.port)).await?;
    let url = format!("http://{}/mcp", listener.local_addr()?);
    let configuration = json!({ "mcpServers": { "conformance": { "type": "http", "url": url } } });
    writeln!(std::io::stdout().lock(), "{configuration:#}")?;

    let http = settings.http.clone();
    let app = Arc::new(App::new(settings)?);
    let endpoint = Endpoint::new(http, app.clone());
    let routes = endpoint.routes(Fixtures::new(Handler::new(app.clone()), app));
    serve_http(listener, routes, endpoint, std::future::pending()).await;
    Ok(())
}
