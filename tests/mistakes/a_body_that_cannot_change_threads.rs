//! Something in the body must stay on its thread while the function waits.

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
#[tool(writes, undo = "nothing")]
pub async fn infinity_update_folder(_ctx: &Ctx, args: Args) -> Result<Folder> {
    let name = std::rc::Rc::new(args.folder_id);
    std::future::ready(()).await;
    Ok(Folder {
        name: name.to_string(),
    })
}

fn main() {}
