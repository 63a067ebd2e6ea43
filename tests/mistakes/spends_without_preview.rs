//! A person would say yes to something that was not shown.

use infini_mcp::tool::{Ctx, Result, tool};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which folder is meant.
#[derive(Deserialize, JsonSchema)]
pub struct Args {
    /// The folder's id.
    pub folder_id: String,
}

/// The folder, as it is now.
#[derive(Serialize, JsonSchema)]
pub struct Folder {
    name: String,
}

/// Change a folder.
#[tool(spends, details = details, order = order, confirm = "Change {folder_id}?")]
pub async fn infinity_update_folder(_ctx: &Ctx, args: Args) -> Result<Folder> {
    Ok(Folder {
        name: args.folder_id,
    })
}

fn main() {}
