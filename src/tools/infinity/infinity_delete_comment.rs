//! Delete a comment.
//!
//! Nothing brings it back, so a person sees whose it is and how it begins.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ids::{CommentId, ItemId};
use crate::domain::infinity::comments::{self, Talk};
use crate::tool::text::from_html;
use crate::tool::{Ctx, Result, tool};

/// Which comment.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// The item's id.
    item_id: ItemId,
    /// The comment's id.
    comment_id: CommentId,
}

/// What would be deleted.
#[derive(Serialize)]
pub struct Shown {
    author: Option<String>,
    created_at: Option<String>,
    text: String,
}

/// What was deleted.
#[derive(Serialize, JsonSchema)]
pub struct Deleted {
    /// Comment id.
    id: String,
    /// True once deleted.
    deleted: bool,
}

/// Delete a comment on a StartInfinity item.
///
/// Cannot be undone. To correct one: infinity_update_comment.
#[tool(
    destroys,
    idempotent,
    preview = preview,
    confirm = "Delete the comment of {comment.author} of {comment.created_at}: {comment.text}"
)]
pub async fn infinity_delete_comment(ctx: &Ctx, args: Args, _comment: Shown) -> Result<Deleted> {
    let talk = Talk::open(ctx, args.workspace_id.as_deref(), &args.board_id, &args.item_id).await?;
    let client = ctx.infinity()?;
    let delete = client.delete_comment().workspace(&talk.workspace.id).board_id(&talk.board.id);
    delete.item_id(&talk.item).comment_id(&args.comment_id).send().await.map_err(comments::lost)?;
    Ok(Deleted { id: args.comment_id.to_string(), deleted: true })
}

/// Reads the comment.
async fn preview(ctx: &Ctx, args: &Args) -> Result<Shown> {
    let talk = Talk::open(ctx, args.workspace_id.as_deref(), &args.board_id, &args.item_id).await?;
    let comment = talk.fetch(ctx, &args.comment_id).await?;
    let text = from_html(comment.text.as_deref().unwrap_or_default());
    let shown = talk.shown(&comment);
    Ok(Shown { author: shown.created_by, created_at: shown.created_at, text })
}
