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
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// Rows, default 20.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// Cursor for the next page.
    after: Option<String>,
    /// Cursor for the page before.
    before: Option<String>,
    /// id or created_at.
    sort_by: Option<String>,
    /// Sort direction.
    sort_direction: Option<Direction>,
}

/// The hooks.
#[derive(Serialize, JsonSchema)]
pub struct Hooks {
    /// Rows here.
    count: usize,
    /// More follow.
    has_more: bool,
    /// Next page.
    after: Option<String>,
    /// Page before.
    before: Option<String>,
    /// The hooks.
    hooks: Vec<HookRow>,
}

/// List the webhooks of a StartInfinity board.
///
/// Shows where changes are posted to; secrets are never shown.
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
