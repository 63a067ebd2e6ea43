//! List the hooks of a board.
//!
//! Upstream sends each hook's secret along. It is left out here: whoever needed it saw it when the hook was made.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinity::directory;
use crate::domain::infinity::hooks::HookRow;
use crate::domain::infinity::pages::{Direction, Paging, paged};
use crate::tool::{Ctx, Result, tool};

/// Which hooks.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Workspace, id or name; may be left out when only one is visible.
    workspace_id: Option<String>,
    /// Board, id or name.
    board_id: String,
    /// Hooks to give; default 20.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// Cursor `after` of the last answer.
    after: Option<String>,
    /// Cursor `before` of the last answer.
    before: Option<String>,
    /// Sort by `id` or `created_at`.
    sort_by: Option<String>,
    /// Sort direction.
    sort_direction: Option<Direction>,
}

/// The hooks.
#[derive(Serialize, JsonSchema)]
pub struct Hooks {
    /// Hooks here.
    count: usize,
    /// Whether more follow.
    has_more: bool,
    /// Cursor for the next page.
    after: Option<String>,
    /// Cursor for the page before.
    before: Option<String>,
    /// The hooks.
    hooks: Vec<HookRow>,
}

/// List the webhook subscriptions of a StartInfinity board.
///
/// Use to see where changes of the board are posted to, and to find a hook's id. Secrets are never shown.
#[tool(reads, toolset = hooks)]
pub async fn infinity_list_hooks(ctx: &Ctx, args: Args) -> Result<Hooks> {
    let workspace = directory::workspace(ctx, args.workspace_id.as_deref()).await?;
    let board = directory::board(ctx, &workspace, &args.board_id).await?;
    let paging =
        Paging::of(ctx, args.limit).from_cursors(args.after, args.before).sorted(args.sort_by, args.sort_direction);
    let client = ctx.infinity()?;
    let page =
        paged!(client.list_hooks().workspace(&workspace.id).board_id(&board.id), paging).send().await?.into_inner();
    let has_more = page.has_more.unwrap_or_default();
    let (after, before) = paging.cursors(has_more, page.after, page.before);
    let rows = page.data.unwrap_or_default();
    let hooks: Vec<HookRow> = rows.iter().filter(|hook| hook.deleted != Some(true)).map(HookRow::of).collect();
    Ok(Hooks { count: hooks.len(), has_more, after, before, hooks })
}
