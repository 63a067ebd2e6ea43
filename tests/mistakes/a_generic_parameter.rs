//! The tool is many functions.

use infini_mcp::tool::{Ctx, Result, tool};
use schemars::JsonSchema;
use serde::Serialize;

/// The folder, as it is now.
#[derive(Serialize, JsonSchema)]
pub struct Folder {
    name: String,
}

/// Change a folder.
#[tool(writes, undo = "nothing")]
pub async fn infinity_update_folder<T: Into<String>>(_ctx: &Ctx, args: T) -> Result<Folder> {
    Ok(Folder { name: args.into() })
}

fn main() {}
