//! Remove a link between two items.
//!
//! A link that is gone upstream is forgotten here, too, so that the list does not go on showing it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ids::ReferenceId;
use crate::api::{self, Cause};
use crate::domain::infinity::directory::{self, Board, Workspace};
use crate::domain::infinity::links::{Link, LinkRow};
use crate::domain::infinity::made_here::{self, Gone};
use crate::tool::{Ctx, Result, tool};

/// Which link.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// Reference id.
    reference_id: ReferenceId,
}

/// What would be deleted, as far as it is known here.
#[derive(Serialize)]
pub struct Shown {
    from: String,
    to: String,
    attribute: Option<String>,
    board: String,
    #[serde(skip)]
    place: (Workspace, Board),
    #[serde(skip)]
    is_known: bool,
}

/// Delete a link between two StartInfinity items.
///
/// Ids come from infinity_list_references; the items stay.
#[tool(
    destroys,
    preview = preview,
    undo = "infinity_create_reference between the same items",
    toolset = references,
    confirm = "Delete the link from {link.from} to {link.to} ({link.attribute}) of the board {link.board}? The items stay."
)]
pub async fn infinity_delete_reference(ctx: &Ctx, args: Args, link: Shown) -> Result<Gone> {
    let (workspace, board) = &link.place;
    let client = ctx.infinity()?;
    let delete = client.delete_reference().workspace(&workspace.id).board_id(&board.id);
    let deleted = delete.reference_id(&args.reference_id).send().await.map_err(api::Error::from);
    let note = match deleted {
        Ok(_) => None,
        Err(error) if error.cause == Cause::NotFound && link.is_known => {
            Some("StartInfinity no longer had it; it is forgotten here, too.".to_owned())
        }
        Err(error) => return Err(error.into()),
    };
    made_here::forget::<Link>(ctx, args.reference_id.as_str()).await?;
    Ok(Gone { id: args.reference_id.to_string(), deleted: note.is_none(), note })
}

/// Reads what is known of the link; upstream cannot be asked.
async fn preview(ctx: &Ctx, args: &Args) -> Result<Shown> {
    let workspace = directory::workspace(ctx, args.workspace_id.as_deref()).await?;
    let board = directory::board(ctx, &workspace, &args.board_id).await?;
    let link = made_here::known::<Link>(ctx, args.reference_id.as_str()).await?;
    let is_known = link.is_some();
    let row = link.map(|link| LinkRow::of(None, link));
    let unknown = || format!("unknown (link {} was not made here)", args.reference_id);
    Ok(Shown {
        from: row.as_ref().map_or_else(unknown, |row| row.from.in_words()),
        to: row.as_ref().map_or_else(|| "unknown".to_owned(), |row| row.to.in_words()),
        attribute: row.map(|row| row.attribute),
        board: board.name.clone(),
        place: (workspace, board),
        is_known,
    })
}
