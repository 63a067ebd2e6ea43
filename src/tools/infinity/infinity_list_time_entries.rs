//! List the time entries that were recorded here, with what runs and what it adds up to.
//!
//! StartInfinity cannot list time entries, so this reads what was kept when they were made.

use chrono::Utc;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinity::directory;
use crate::domain::infinity::made_here::{self, Asked};
use crate::domain::infinity::time_entries::{Span, SpanRow, in_words};
use crate::tool::{Ctx, Result, tool};

/// Which entries.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: Option<String>,
    /// Item id or title.
    item_id: Option<String>,
    /// Id or name.
    attribute_id: Option<String>,
    /// Only these.
    state: Option<State>,
    /// Rows, default 20.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// Cursor for the next page.
    after: Option<String>,
}

/// Whether an entry has an end.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum State {
    Running,
    Ended,
}

/// The entries.
#[derive(Serialize, JsonSchema)]
pub struct TimeEntries {
    /// Rows here.
    count: usize,
    /// More follow.
    has_more: bool,
    /// Cursor for the next page.
    after: Option<String>,
    /// Length of all that match, other pages included.
    total_seconds: i64,
    /// The same in words.
    total: String,
    /// The entries, youngest first.
    time_entries: Vec<SpanRow>,
    /// What this list does not know.
    note: String,
}

/// List StartInfinity time entries that were recorded here.
///
/// With sum and running timers. Others are not known, for StartInfinity cannot list them.
#[tool(reads, toolset = time)]
pub async fn infinity_list_time_entries(ctx: &Ctx, args: Args) -> Result<TimeEntries> {
    let workspace = match args.workspace_id.as_deref().filter(|given| !given.trim().is_empty()) {
        Some(given) => Some(directory::workspace(ctx, Some(given)).await?.id),
        None => None,
    };
    let asked = Asked {
        workspace: workspace.as_ref(),
        board: args.board_id.as_deref(),
        item: args.item_id.as_deref(),
        attribute: args.attribute_id.as_deref(),
    };
    let listing = made_here::listed::<Span>(ctx, &asked).await?;
    let (mut spans, note) = (listing.rows, listing.note);
    spans.retain(|(_, span)| args.state.is_none_or(|state| span.is_running() == (state == State::Running)));
    let now = Utc::now();
    let total_seconds = spans.iter().filter_map(|(_, span)| span.seconds(now)).sum();
    let page = made_here::page(spans, ctx.pages().choose(args.limit) as usize, args.after.as_deref());
    let time_entries: Vec<SpanRow> = page.rows.into_iter().map(|(id, span)| SpanRow::of(Some(id), span, now)).collect();
    Ok(TimeEntries {
        count: time_entries.len(),
        has_more: page.has_more,
        after: page.after,
        total_seconds,
        total: in_words(total_seconds),
        time_entries,
        note,
    })
}
