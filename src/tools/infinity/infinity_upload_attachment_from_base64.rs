//! Upload a file whose content the caller has.
//!
//! Everything that can be wrong is found before the upload: an uploaded file can be neither listed nor deleted.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::infinity::upload;
use crate::domain::infinity::uploads::{Target, Uploaded, Wish, unclear};
use crate::domain::infinity::{directory, files};
use crate::tool::{Ctx, Result, tool};

/// The file, and where it goes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Such as report.pdf.
    file_name: String,
    /// Base64 or data: URL, up to 1.5 MB.
    content_base64: String,
    /// Media type.
    content_type: Option<String>,
    /// Board of the item.
    board_id: Option<String>,
    /// Item to put it on.
    item_id: Option<String>,
    /// Attribute, if several.
    attribute_id: Option<String>,
}

/// Upload a small file to StartInfinity.
///
/// With board_id and item_id it is put on that item beside its other files. For files on the web use
/// infinity_upload_attachment_from_url.
#[tool(
    writes,
    undo = "nothing deletes an upload; infinity_update_item takes it off the item",
    toolset = attachments,
    progress,
    confirm = "Upload the file {file_name} and put it on the item {item_id} of the board {board_id}?"
)]
pub async fn infinity_upload_attachment_from_base64(ctx: &Ctx, args: Args) -> Result<Uploaded> {
    let file = files::read(&args.file_name, &args.content_base64, args.content_type.as_deref())?;
    let wish = Wish {
        workspace: args.workspace_id.as_deref(),
        board: args.board_id.as_deref(),
        item: args.item_id.as_deref(),
        attribute: args.attribute_id.as_deref(),
    };
    let target = Target::find(ctx, wish).await?;
    let workspace = directory::workspace(ctx, args.workspace_id.as_deref()).await?;
    ctx.call().report(&format!("uploading {} bytes", file.bytes.len()));
    let client = ctx.infinity()?;
    let sent = upload(&client, &workspace.id, &file.name, &file.media, file.bytes).await;
    let made = sent.map_err(|error| unclear(error.into()))?;
    Ok(Uploaded::finish(ctx, made, target).await)
}
