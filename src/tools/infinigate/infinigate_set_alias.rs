//! Let a customer's domain, short code or number stand for one name.
//!
//! Only a person knows that `EXG` on the backup bill is `example-gmbh.de` on the mail bill. Said once, every report
//! adds the two up.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::infinigate::reports::aliases;
use crate::tool::{Ctx, Result, tool};

/// What stands for whom.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Domain, short code, number or name on bills.
    #[schemars(length(min = 1, max = 200))]
    alias: String,
    /// What reports shall call the customer.
    #[schemars(length(min = 1, max = 200))]
    name: String,
}

/// The alias as it is kept.
#[derive(Serialize, JsonSchema)]
pub struct Answer {
    /// The alias.
    alias: String,
    /// It stands for this.
    name: String,
    /// It stood for that.
    previous_name: Option<String>,
}

/// Let a domain, short code or customer number stand for one end customer in all reports.
///
/// Compared without case; set again to change it. Nothing is sent to Infinigate.
#[tool(writes, toolset = reports, idempotent, undo = "infinigate_remove_alias")]
pub async fn infinigate_set_alias(ctx: &Ctx, args: Args) -> Result<Answer> {
    let (set, previous_name) = aliases::set(ctx, &args.alias, &args.name).await?;
    Ok(Answer { alias: set.alias, name: set.name, previous_name })
}
