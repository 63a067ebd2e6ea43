//! Upload a file that StartInfinity fetches from the web by itself.
//!
//! This server fetches nothing: it only checks that the address is one of the web, and passes it on.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::infinity::types;
use crate::domain::infinity::uploads::{Target, Uploaded, Wish, unclear};
use crate::domain::infinity::{directory, web_address};
use crate::tool::{Ctx, Result, tool};

/// The address, and where the file goes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Public address of the file.
    url: String,
    /// Board of the item.
    board_id: Option<String>,
    /// Item to put it on.
    item_id: Option<String>,
    /// Attribute, if several.
    attribute_id: Option<String>,
}

/// Let StartInfinity download a file from the web.
///
/// With board_id and item_id it is put on that item beside its other files. Content at hand:
/// infinity_upload_attachment_from_base64.
#[tool(
    writes,
    undo = "nothing deletes an upload; infinity_update_item takes it off the item",
    toolset = attachments,
    progress,
    confirm = "Let StartInfinity download {url} and put it on the item {item_id} of the board {board_id}?"
)]
pub async fn infinity_upload_attachment_from_url(ctx: &Ctx, args: Args) -> Result<Uploaded> {
    let url = web_address::read(&args.url)?.url;
    let wish = Wish {
        workspace: args.workspace_id.as_deref(),
        board: args.board_id.as_deref(),
        item: args.item_id.as_deref(),
        attribute: args.attribute_id.as_deref(),
    };
    let target = Target::find(ctx, wish).await?;
    let workspace = directory::workspace(ctx, args.workspace_id.as_deref()).await?;
    ctx.call().report("waiting for StartInfinity to download the file");
    let client = ctx.infinity()?;
    let sent = client.create_from_url().workspace(&workspace.id).body(types::AttachmentFromUrl { url }).send().await;
    let made = sent.map_err(|error| unclear(error.into()))?.into_inner();
    Ok(Uploaded::finish(ctx, made, target).await)
}
