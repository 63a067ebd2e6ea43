//! Create a board.
//!
//! Upstream can neither change nor delete a board, so what goes into one is checked before.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::api::infinity::types::BoardCreate;
use crate::domain::infinity::board_rows::BoardDetail;
use crate::domain::infinity::directory::{self, Member, Workspace};
use crate::domain::infinity::looks;
use crate::domain::infinity::pages::Listed;
use crate::domain::infinity::pictures::{Pictures, is_old};
use crate::tool::{Code, Ctx, Result, tool};

/// Where, and what it is like.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Board name.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// Colour as #RRGGBB.
    color: Option<String>,
    /// Members with access: ids, names or e-mails.
    user_ids: Option<Vec<String>>,
}

/// Create a StartInfinity board.
///
/// It cannot be changed or deleted here. Next: infinity_create_attribute, infinity_create_folder.
#[tool(
    writes,
    undo = "only in StartInfinity itself: boards cannot be deleted through its API",
    confirm = "Create the board {name} in the workspace {workspace_id}?"
)]
pub async fn infinity_create_board(ctx: &Ctx, args: Args) -> Result<BoardDetail> {
    let workspace = directory::workspace(ctx, args.workspace_id.as_deref()).await?;
    let name = looks::name(&args.name)?;
    let color = args.color.as_deref().map(looks::colour).transpose()?;
    let user_ids = with_access(ctx, &workspace, args.user_ids.as_deref().unwrap_or_default()).await?;
    let description = args.description.as_deref().map(|text| json!(text));
    let body = BoardCreate { name, description, color, user_ids };
    let told = ctx.infinity()?.create_board().workspace(&workspace.id).body(body).send().await;
    ctx.memory::<Pictures>().forget_boards();
    let row = told?.into_inner();
    // The board exists by now: who may open it is told by number where the names cannot be read.
    let members = directory::members(ctx, &workspace).await;
    Ok(BoardDetail::of(&row, members.as_ref().map_or(&[], |members| &members.rows)))
}

/// The numbers of the members who are named; nothing when none is.
async fn with_access(ctx: &Ctx, workspace: &Workspace, given: &[String]) -> Result<Option<Vec<i64>>> {
    if given.is_empty() {
        return Ok(None);
    }
    let numbers = |members: &Listed<Member>| -> Result<Option<Vec<i64>>> {
        let found = directory::find_each("member", given, members)?;
        Ok(Some(found.into_iter().map(|member| i64::from(&member.id)).collect()))
    };
    let members = directory::members(ctx, workspace).await?;
    match numbers(&members) {
        Err(error) if error.code() == Code::NotFound && is_old(&members) => {
            ctx.memory::<Pictures>().forget_members();
            numbers(&*directory::members(ctx, workspace).await?)
        }
        numbers => numbers,
    }
}
