//! `infini-mcp sandbox`: the simulator on a port of its own.

use clap::Args;
use serde_json::json;
use tokio::net::TcpListener;

use super::{Failure, on_runtime, print, signals};
use crate::sandbox;

/// Where to serve it.
#[derive(Args)]
pub struct Sandbox {
    /// The port on this machine; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
}

impl Sandbox {
    /// Serves until the process is asked to stop; the settings that reach it go to standard output as JSON.
    pub fn run(self) -> Result<(), Failure> {
        on_runtime(async move {
            let listener = TcpListener::bind(("127.0.0.1", self.port))
                .await
                .map_err(|error| Failure::Failed(format!("cannot listen on port {}: {error}", self.port)))?;
            let address = listener.local_addr().map_err(|error| Failure::Failed(error.to_string()))?;
            let settings = json!({
                "INFINIGATE_BASE_URL": format!("http://{address}/infinigate"),
                "INFINIGATE_API_KEY": sandbox::INFINIGATE_API_KEY,
                "INFINIGATE_CLIENT_ID": sandbox::INFINIGATE_CLIENT_ID,
                "INFINIGATE_CLIENT_SECRET": sandbox::INFINIGATE_CLIENT_SECRET,
                "INFINITY_API_BASE_URL": format!("http://{address}/infinity/api/v2"),
                "INFINITY_API_TOKEN": sandbox::INFINITY_TOKEN,
                // What is simulated must never be taken for something real later.
                "STATE_URL": "sqlite::memory:",
                "control": format!("http://{address}/sandbox"),
            });
            print(&format!("{settings:#}\n"))?;
            sandbox::serve(listener, signals::asked_to_stop()).await.map_err(|error| Failure::Failed(error.to_string()))
        })
    }
}
