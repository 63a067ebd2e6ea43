//! Remove a time entry.
//!
//! An entry that is gone upstream is forgotten here, too, so that the list does not go on counting it.

use chrono::Utc;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ids::TimeEntryId;
use crate::api::{self, Cause};
use crate::domain::infinity::directory::{self, Board, Workspace};
use crate::domain::infinity::made_here::{self, Gone};
use crate::domain::infinity::time_entries::{Span, in_words};
use crate::tool::{Ctx, Result, tool};

/// Which entry.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// Time entry id.
    time_entry_id: TimeEntryId,
}

/// What would be deleted, as far as it is known here.
#[derive(Serialize)]
pub struct Shown {
    item: String,
    started_at: Option<String>,
    ended_at: Option<String>,
    length: String,
    #[serde(skip)]
    place: (Workspace, Board),
    #[serde(skip)]
    is_known: bool,
}

/// Delete a time entry of a StartInfinity item.
///
/// The time is lost. To stop a timer use infinity_update_time_entry.
#[tool(
    destroys,
    preview = preview,
    undo = "infinity_create_time_entry with the same times",
    toolset = time,
    confirm = "Delete the time entry of {entry.item}, from {entry.started_at} to {entry.ended_at} ({entry.length})? The recorded time is lost."
)]
pub async fn infinity_delete_time_entry(ctx: &Ctx, args: Args, entry: Shown) -> Result<Gone> {
    let (workspace, board) = &entry.place;
    let client = ctx.infinity()?;
    let delete = client.delete_time_entry().workspace(&workspace.id).board_id(&board.id);
    let deleted = delete.time_entry_id(&args.time_entry_id).send().await.map_err(api::Error::from);
    let note = match deleted {
        Ok(_) => None,
        Err(error) if error.cause == Cause::NotFound && entry.is_known => {
            Some("StartInfinity no longer had it; it is forgotten here, too.".to_owned())
        }
        Err(error) => return Err(error.into()),
    };
    made_here::forget::<Span>(ctx, args.time_entry_id.as_str()).await?;
    Ok(Gone { id: args.time_entry_id.to_string(), deleted: note.is_none(), note })
}

/// Reads what is known of the entry; upstream cannot be asked.
async fn preview(ctx: &Ctx, args: &Args) -> Result<Shown> {
    let workspace = directory::workspace(ctx, args.workspace_id.as_deref()).await?;
    let board = directory::board(ctx, &workspace, &args.board_id).await?;
    let place = (workspace, board);
    let Some(span) = made_here::known::<Span>(ctx, args.time_entry_id.as_str()).await? else {
        let item = format!("an unknown item (entry {} was not recorded here)", args.time_entry_id);
        let length = "unknown".to_owned();
        return Ok(Shown { item, started_at: None, ended_at: None, length, place, is_known: false });
    };
    // The length of a running entry would change between the question and the yes, and be asked about again.
    let length = if span.is_running() { None } else { span.seconds(Utc::now()) };
    Ok(Shown {
        item: span.item.clone().unwrap_or_else(|| span.item_id.clone()),
        length: length.map_or_else(|| "still running".to_owned(), in_words),
        started_at: span.started_at,
        ended_at: span.ended_at,
        place,
        is_known: true,
    })
}
