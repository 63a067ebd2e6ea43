//! Change a comment.
//!
//! Its text, or which comment it answers; what is not given stays.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::ids::{CommentId, ItemId};
use crate::api::infinity::types;
use crate::domain::infinity::change::Change;
use crate::domain::infinity::comments::{self, CommentRow, Talk};
use crate::tool::{Ctx, Error, Result, tool};

/// Which comment, and what shall be different.
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
    /// The new text.
    #[schemars(extend("x-empty-counts" = true))]
    text: Option<String>,
    /// Id of the comment it answers, or none.
    #[serde(default)]
    parent_id: Change<CommentId>,
}

/// Change a comment on a StartInfinity item.
///
/// Only what is given changes. A new comment: infinity_create_comment.
#[tool(
    writes,
    idempotent,
    undo = "infinity_update_comment with the earlier text",
    confirm = "Change the comment {comment_id} on the item {item_id} to: {text}"
)]
pub async fn infinity_update_comment(ctx: &Ctx, args: Args) -> Result<CommentRow> {
    if args.text.is_none() && !args.parent_id.is_wanted() {
        return Err(Error::of_argument("text", "nothing to change was given").with_hint("Give text or parent_id."));
    }
    let text = args.text.as_deref().map(|text| comments::html_of("text", text)).transpose()?;
    let talk = Talk::open(ctx, args.workspace_id.as_deref(), &args.board_id, &args.item_id).await?;
    let body = types::CommentUpdate { text, parent_id: args.parent_id.sent() };
    let client = ctx.infinity()?;
    let update = client.update_comment().workspace(&talk.workspace.id).board_id(&talk.board.id);
    let update = update.item_id(&talk.item).comment_id(&args.comment_id).body(body);
    let comment = update.send().await.map_err(comments::lost)?.into_inner();
    Ok(talk.shown(&comment))
}
