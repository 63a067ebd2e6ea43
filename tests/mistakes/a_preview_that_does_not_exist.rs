//! The preview is named, but not written.

use infini_mcp::tool::{Ctx, Result, tool};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which folder is meant.
#[derive(Deserialize, JsonSchema)]
pub struct Args {
    /// The folder's id.
    pub folder_id: String,
}

/// What will be bought.
#[derive(Serialize)]
pub struct Shown {
    total: String,
}

/// The folder, as it is now.
#[derive(Serialize, JsonSchema)]
pub struct Folder {
    name: String,
}

/// Change a folder.
#[tool(writes, undo = "nothing", preview = look, confirm = "Change it for {total}?")]
pub async fn infinity_update_folder(_ctx: &Ctx, args: Args, shown: Shown) -> Result<Folder> {
    Ok(Folder {
        name: args.folder_id + &shown.total,
    })
}

fn main() {}
