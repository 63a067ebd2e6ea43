//! The function cannot reach the services.

use infini_mcp::tool::{Result, tool};
use schemars::JsonSchema;
use serde::Serialize;

/// The folder, as it is now.
#[derive(Serialize, JsonSchema)]
pub struct Folder {
    name: String,
}

/// Change a folder.
#[tool(reads)]
pub async fn infinity_get_folder() -> Result<Folder> {
    Ok(Folder {
        name: String::new(),
    })
}

fn main() {}
