//! Get one comment.
//!
//! Lists cut long comments; with `detail: full` this one comes whole.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::ids::{CommentId, ItemId};
use crate::domain::infinity::comments::{CommentRow, Talk};
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
    /// Without effect.
    #[expect(dead_code, reason = "callers of an older server send it")]
    expand: Option<Vec<String>>,
}

/// Get one comment on a StartInfinity item.
///
/// All of them: infinity_list_comments.
#[tool(reads)]
pub async fn infinity_get_comment(ctx: &Ctx, args: Args) -> Result<CommentRow> {
    let talk = Talk::open(ctx, args.workspace_id.as_deref(), &args.board_id, &args.item_id).await?;
    let comment = talk.fetch(ctx, &args.comment_id).await?;
    Ok(talk.shown(&comment))
}
