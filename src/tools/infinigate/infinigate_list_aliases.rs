//! The names that were given to customers' domains, codes and numbers.
//!
//! They are kept by this server, not by Infinigate, so only here can be seen what the reports go by.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinigate::reports::aliases::{self, Alias};
use crate::tool::{Ctx, Result, tool};

/// Which aliases.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Only where alias or name contains this.
    contains: Option<String>,
}

/// The aliases, in order.
#[derive(Serialize, JsonSchema)]
pub struct Answer {
    /// The aliases.
    aliases: Vec<Alias>,
    /// Rows here.
    count: usize,
}

/// List which domains, short codes and numbers stand for which end customer in the reports.
///
/// Kept by this server for this Infinigate account. To see who has none yet use `infinigate_list_end_customers`.
#[tool(reads, toolset = reports)]
pub async fn infinigate_list_aliases(ctx: &Ctx, args: Args) -> Result<Answer> {
    let wanted = args.contains.unwrap_or_default().trim().to_lowercase();
    let mut aliases = aliases::all(ctx).await?;
    aliases.retain(|one| one.alias.to_lowercase().contains(&wanted) || one.name.to_lowercase().contains(&wanted));
    Ok(Answer { count: aliases.len(), aliases })
}
