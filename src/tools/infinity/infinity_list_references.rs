//! List the links between items that were made here.
//!
//! StartInfinity cannot list links in its present version, so this reads what was kept when they were made.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinity::directory;
use crate::domain::infinity::links::{Link, LinkRow};
use crate::domain::infinity::made_here::{self, Asked};
use crate::tool::{Ctx, Result, tool};

/// Which links.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: Option<String>,
    /// Item at either end.
    item_id: Option<String>,
    /// Id or name.
    attribute_id: Option<String>,
    /// Rows, default 20.
    #[schemars(range(min = 1, max = 100))]
    limit: Option<u32>,
    /// Cursor for the next page.
    after: Option<String>,
}

/// The links.
#[derive(Serialize, JsonSchema)]
pub struct References {
    /// Rows here.
    count: usize,
    /// More follow.
    has_more: bool,
    /// Cursor for the next page.
    after: Option<String>,
    /// The links, youngest first.
    references: Vec<LinkRow>,
    /// What this list does not know.
    note: String,
}

/// List links between StartInfinity items that were made here.
///
/// Others are not known, for StartInfinity cannot list them.
#[tool(reads, toolset = references)]
pub async fn infinity_list_references(ctx: &Ctx, args: Args) -> Result<References> {
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
    let links = made_here::listed::<Link>(ctx, &asked).await?;
    let page = made_here::page(links.rows, ctx.pages().choose(args.limit) as usize, args.after.as_deref());
    let references: Vec<LinkRow> = page.rows.into_iter().map(|(id, link)| LinkRow::of(Some(id), link)).collect();
    let (has_more, after) = (page.has_more, page.after);
    Ok(References { count: references.len(), has_more, after, references, note: links.note })
}
