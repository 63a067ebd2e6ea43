//! Comments on an item: found, written, and shown as text.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::dates;
use super::directory::{self, Board, Member, Workspace};
use super::pages::Listed;
use super::pictures::Pictures;
use super::prose;
use infini_mcp_core::api::ids::{CommentId, ItemId};
use infini_mcp_core::api::infinity::types::{self, CommentExpand};
use infini_mcp_core::tool::text::Foreign;
use infini_mcp_core::tool::{Code, Ctx, Error, Result};

/// One comment in words.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CommentRow {
    /// Comment id.
    pub id: Option<String>,
    /// The comment it answers.
    pub parent_id: Option<String>,
    /// What it says.
    pub text: Option<Foreign>,
    /// When it was written.
    pub created_at: Option<String>,
    /// Who wrote it.
    pub created_by: Option<String>,
}

/// The comments of one item.
pub struct Talk {
    /// The workspace.
    pub workspace: Workspace,
    /// The board.
    pub board: Board,
    /// The item.
    pub item: ItemId,
    members: Arc<Listed<Member>>,
}

impl Talk {
    /// The talk about an item, whose board may be named by id or name.
    ///
    /// # Errors
    /// When a name is unknown or ambiguous, and those of the requests. The item itself is not looked up.
    pub async fn open(ctx: &Ctx, workspace: Option<&str>, board: &str, item: &ItemId) -> Result<Self> {
        let workspace = directory::workspace(ctx, workspace).await?;
        let pictures = ctx.memory::<Pictures>();
        let (board, members) =
            futures::join!(directory::board(ctx, &workspace, board), pictures.members(ctx, &workspace.id));
        Ok(Self { board: board?, members: members?, workspace, item: item.clone() })
    }

    /// A comment in words.
    pub fn shown(&self, comment: &types::Comment) -> CommentRow {
        CommentRow {
            id: comment.id.clone(),
            parent_id: comment.parent_id.clone(),
            text: comment.text.as_deref().map(Foreign::html),
            created_at: comment.created_at.as_deref().map(dates::shown),
            created_by: comment.created_by.as_ref().and_then(|author| self.author(author)),
        }
    }

    /// Upstream sends an id, or the user where that was asked for.
    fn author(&self, author: &types::User) -> Option<String> {
        let is_author = |member: &&Member| Some(i64::from(&member.id)) == author.id;
        let known = self.members.rows.iter().find(is_author).map(|member| member.name.clone());
        known.or_else(|| author.name.clone()).or_else(|| author.id.map(|id| id.to_string()))
    }

    /// Reads one comment.
    ///
    /// # Errors
    /// `not_found` when it is deleted, or not of this item; and those of the request.
    pub async fn fetch(&self, ctx: &Ctx, comment: &CommentId) -> Result<types::Comment> {
        let client = ctx.infinity()?;
        let get = client.get_comment().workspace(&self.workspace.id).board_id(&self.board.id);
        let get = get.item_id(&self.item).comment_id(comment).expand(vec![CommentExpand::CreatedBy]);
        let comment = get.send().await.map_err(lost)?.into_inner();
        if comment.deleted != Some(true) {
            return Ok(comment);
        }
        Err(hinted(Error::new(Code::NotFound, "The comment is deleted. Nothing was changed.")))
    }

    /// Writes a comment, as an answer to another one or on its own.
    ///
    /// # Errors
    /// When the text, which stood in `argument`, is empty; those of the request; `outcome_unknown` when it may have
    /// arrived.
    pub async fn write(&self, ctx: &Ctx, argument: &str, text: &str, parent: Option<&CommentId>) -> Result<CommentRow> {
        let body = types::CommentCreate {
            text: html_of(argument, text)?,
            parent_id: parent.map(|parent| serde_json::Value::from(parent.as_str())),
        };
        let client = ctx.infinity()?;
        let create = client.create_comment().workspace(&self.workspace.id).board_id(&self.board.id);
        let comment = create.item_id(&self.item).body(body).send().await.map_err(lost)?.into_inner();
        Ok(self.shown(&comment))
    }
}

/// The HTML of a comment's text; `argument` is where it stood.
///
/// # Errors
/// When there is no text in it.
pub fn html_of(argument: &str, text: &str) -> Result<String> {
    if infini_mcp_core::tool::text::from_html(text).trim().is_empty() {
        return Err(Error::of_argument(argument, "a comment needs a text"));
    }
    Ok(prose::comment(text))
}

/// A comment, or its item, that is not there: comments can also disappear by themselves.
pub fn lost<E: Into<Error>>(error: E) -> Error {
    let error = error.into();
    if error.code() == Code::NotFound { hinted(error) } else { error }
}

fn hinted(error: Error) -> Error {
    error.with_hint(
        "infinity_list_comments shows the comments of an item, infinity_list_items the items of a board. StartInfinity may remove old comments.",
    )
}
