//! List the comments on an item.
//!
//! What people wrote to each other about it: text by others, shown as text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ids::ItemId;
use crate::api::infinity::types::CommentExpand;
use crate::domain::infinity::comments::{self, CommentRow, Talk};
use crate::domain::infinity::pages::{Direction, Paging, paged};
use crate::tool::{Ctx, Result, tool};

/// Which comments.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// The item's id.
    item_id: ItemId,
    /// Comments to give; default 20.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// Cursor of the last answer.
    after: Option<String>,
    /// Cursor `before` of the last answer.
    before: Option<String>,
    /// id or created_at.
    sort_by: Option<String>,
    /// Sort direction.
    sort_direction: Option<Direction>,
    /// Without effect.
    #[expect(dead_code, reason = "callers of an older server send it")]
    expand: Option<Vec<String>>,
}

/// The comments.
#[derive(Serialize, JsonSchema)]
pub struct Comments {
    /// Comments here.
    count: usize,
    /// Whether more follow.
    has_more: bool,
    /// Cursor for the next page.
    after: Option<String>,
    /// Cursor for the page before.
    before: Option<String>,
    /// The comments.
    comments: Vec<CommentRow>,
}

/// List the comments on a StartInfinity item.
///
/// Replies carry the parent_id of what they answer.
#[tool(reads)]
pub async fn infinity_list_comments(ctx: &Ctx, args: Args) -> Result<Comments> {
    let talk = Talk::open(ctx, args.workspace_id.as_deref(), &args.board_id, &args.item_id).await?;
    let paging =
        Paging::of(ctx, args.limit).from_cursors(args.after, args.before).sorted(args.sort_by, args.sort_direction);
    let client = ctx.infinity()?;
    let list = client.list_comments().workspace(&talk.workspace.id).board_id(&talk.board.id).item_id(&talk.item);
    let list = paged!(list.expand(vec![CommentExpand::CreatedBy]), paging);
    let page = list.send().await.map_err(comments::lost)?.into_inner();
    let has_more = page.has_more.unwrap_or_default();
    let (after, before) = paging.cursors(has_more, page.after, page.before);
    let rows = page.data.unwrap_or_default();
    let living = rows.iter().filter(|comment| comment.deleted != Some(true));
    let comments: Vec<CommentRow> = living.map(|comment| talk.shown(comment)).collect();
    Ok(Comments { count: comments.len(), has_more, after, before, comments })
}
