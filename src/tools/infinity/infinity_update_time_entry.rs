//! Stop a timer, or put a time entry right.
//!
//! Upstream shows no entry again, so what is known of it is taken from what was kept when it was made.

use chrono::Utc;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::ids::TimeEntryId;
use crate::api::infinity::types;
use crate::domain::infinity::directory;
use crate::domain::infinity::made_here;
use crate::domain::infinity::time_entries::{Change, Span, SpanRow, Wanted};
use crate::tool::{Code, Ctx, Error, Result, tool};

/// Which entry, and what of it becomes another.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// Time entry id.
    time_entry_id: TimeEntryId,
    /// Cannot change.
    item_id: Option<String>,
    /// Cannot change.
    attribute_id: Option<String>,
    /// ISO 8601 start.
    started_at: Option<String>,
    /// ISO 8601, or now to stop; none runs again.
    ended_at: Option<String>,
    /// Empty removes it.
    #[schemars(extend("x-empty-counts" = true))]
    description: Option<String>,
}

/// The entry as it is now.
#[derive(Serialize, JsonSchema)]
pub struct Updated {
    /// Time entry id.
    id: String,
    /// The entry.
    entry: Option<SpanRow>,
    /// Start.
    started_at: Option<String>,
    /// End.
    ended_at: Option<String>,
    /// What to know.
    note: Option<String>,
}

/// Stop a StartInfinity timer or change a time entry.
///
/// Ids come from infinity_list_time_entries. Times without a zone are of the server's.
#[tool(
    writes,
    idempotent,
    undo = "infinity_update_time_entry with the former values",
    toolset = time,
    confirm = "Change the time entry {time_entry_id} (start {started_at}, end {ended_at}, description {description})?"
)]
pub async fn infinity_update_time_entry(ctx: &Ctx, args: Args) -> Result<Updated> {
    let known = made_here::known::<Span>(ctx, args.time_entry_id.as_str()).await?;
    if let Some(known) = &known {
        known.must_stay_with(args.item_id.as_deref(), args.attribute_id.as_deref())?;
    }
    let wanted = Wanted {
        started_at: args.started_at.as_deref(),
        ended_at: args.ended_at.as_deref(),
        description: args.description.as_deref(),
    };
    let change = Change::of(wanted, known.as_ref(), Utc::now(), ctx.zone())?.ok_or_else(|| {
        Error::new(Code::InvalidArguments, "Nothing to change was given. Nothing was sent.")
            .with_hint("Give started_at, ended_at or description; ended_at `now` stops a timer.")
    })?;
    let workspace = directory::workspace(ctx, args.workspace_id.as_deref()).await?;
    let board = directory::board(ctx, &workspace, &args.board_id).await?;
    let client = ctx.infinity()?;
    let update = client.update_time_entry().workspace(&workspace.id).board_id(&board.id);
    let update = update.time_entry_id(&args.time_entry_id).body(body(&change));
    let told = update.send().await?.into_inner();
    let id = args.time_entry_id.to_string();
    let Some(mut span) = known else {
        let note = Some("It was not recorded through this server, so its item is not known here.".to_owned());
        return Ok(Updated { id, entry: None, started_at: told.started_at, ended_at: told.ended_at, note });
    };
    span.change(&change);
    span.take_over(&told);
    let note = made_here::keep(ctx, Some(&id), &span).await?;
    let entry = SpanRow::of(None, span, Utc::now());
    Ok(Updated { id, entry: Some(entry), started_at: None, ended_at: None, note })
}

fn body(change: &Change) -> types::TimeEntryUpdate {
    let value = |text: &Option<Option<String>>| text.clone().map(Value::from);
    types::TimeEntryUpdate {
        started_at: change.started_at.clone().map(Value::from),
        ended_at: value(&change.ended_at),
        description: value(&change.description),
    }
}
