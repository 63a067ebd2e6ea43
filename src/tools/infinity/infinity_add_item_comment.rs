//! Comment on an item, under the name an older server had for it.
//!
//! It differs from `infinity_create_comment` only in what its text is called; whoever used it need not change.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::ids::ItemId;
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
    comment_text: String,
}

/// Comment on a StartInfinity item.
///
/// The same as infinity_create_comment, which can also answer a comment.
#[tool(
    writes,
    undo = "infinity_delete_comment",
    confirm = "Comment on the item {item_id} of the board {board_id}: {comment_text}"
)]
pub async fn infinity_add_item_comment(ctx: &Ctx, args: Args) -> Result<CommentRow> {
    let talk = Talk::open(ctx, args.workspace_id.as_deref(), &args.board_id, &args.item_id).await?;
    talk.write(ctx, "comment_text", &args.comment_text, None).await
}
