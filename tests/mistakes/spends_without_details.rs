//! A person would say yes to a sum, and not to what it is for.

use infini_mcp::tool::{Ctx, Order, Result, tool};
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

async fn preview(_ctx: &Ctx, args: &Args) -> Result<Shown> {
    Ok(Shown {
        total: args.folder_id.clone(),
    })
}

/// Change a folder.
#[tool(spends, order = order, preview = preview, confirm = "Buy for {total}?")]
pub async fn infinity_update_folder(_ctx: &Ctx, args: Args, shown: Shown) -> Result<Folder> {
    Ok(Folder {
        name: args.folder_id + &shown.total,
    })
}

/// What the ledger keeps.
fn order(_args: &Args, _shown: &Shown) -> Order {
    unreachable!("nothing is ever bought here")
}

fn main() {}
