//! Forget what a customer's domain, short code or number stood for.
//!
//! Reports then show the customer apart again, under the name the bills give it; nothing else is lost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinigate::reports::aliases::{self, Alias};
use crate::tool::{Ctx, Result, tool};

/// Which alias.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// The alias, written in any case.
    #[schemars(length(min = 1, max = 200))]
    alias: String,
}

/// What was forgotten.
#[derive(Serialize, JsonSchema)]
pub struct Answer {
    /// The alias.
    alias: String,
    /// It stood for this.
    name: String,
    /// False if somebody was faster.
    removed: bool,
}

/// Remove an alias, so that reports show that domain, code or number on its own again.
///
/// `infinigate_list_aliases` shows them; to correct one, set it again with `infinigate_set_alias` instead.
#[tool(
    destroys,
    toolset = reports,
    preview = preview,
    undo = "infinigate_set_alias",
    confirm = "Forget that {found.alias} stands for {found.name}?"
)]
pub async fn infinigate_remove_alias(ctx: &Ctx, args: Args, found: Alias) -> Result<Answer> {
    let removed = aliases::remove(ctx, &args.alias).await?;
    Ok(Answer { alias: found.alias, name: found.name, removed })
}

/// Reads what would be forgotten.
async fn preview(ctx: &Ctx, args: &Args) -> Result<Alias> {
    aliases::find(ctx, &args.alias).await
}
