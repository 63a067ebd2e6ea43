//! Every mistake is told in one go.

use infini_mcp::tool::{Ctx, tool};
use schemars::JsonSchema;
use serde::Deserialize;

/// Which folder is meant.
#[derive(Deserialize, JsonSchema)]
pub struct Args {
    /// The folder's id.
    pub folder_id: String,
}

#[tool(destroys, progress, progress, colour)]
fn infinity_update_folder(_ctx: &Ctx, args: Args, _more: Args) {
    drop(args);
}

fn main() {}
