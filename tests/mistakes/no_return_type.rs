//! The function answers nothing.

use infini_mcp::tool::{Ctx, tool};
use schemars::JsonSchema;
use serde::Deserialize;

/// Which folder is meant.
#[derive(Deserialize, JsonSchema)]
pub struct Args {
    /// The folder's id.
    pub folder_id: String,
}

/// Change a folder.
#[tool(writes, undo = "nothing")]
pub async fn infinity_update_folder(_ctx: &Ctx, _args: Args) {}

fn main() {}
