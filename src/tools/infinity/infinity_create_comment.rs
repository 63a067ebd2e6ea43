//! Comment on an item.
//!
//! Plain text becomes the HTML that StartInfinity keeps; markup that could act in a colleague's browser is taken out.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::ids::{CommentId, ItemId};
use crate::domain::infinity::comments::{CommentRow, Talk};
use crate::tool::{Ctx, Result, tool};

/// What to say, and where.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// The item's id.
    item_id: ItemId,
    /// What to say: plain text, or simple HTML.
    text: String,
    /// Id of the comment to answer.
    parent_id: Option<CommentId>,
}

/// Comment on a StartInfinity item, or answer a comment.
///
/// People are notified.
#[tool(
    writes,
    undo = "infinity_delete_comment",
    confirm = "Comment on the item {item_id} of the board {board_id}: {text}"
)]
pub async fn infinity_create_comment(ctx: &Ctx, args: Args) -> Result<CommentRow> {
    let talk = Talk::open(ctx, args.workspace_id.as_deref(), &args.board_id, &args.item_id).await?;
    talk.write(ctx, "text", &args.text, args.parent_id.as_ref()).await
}
