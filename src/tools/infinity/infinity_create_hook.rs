//! Subscribe an address to what happens on a board.
//!
//! The secret is given once, in the answer to this call, because nobody could check deliveries without it; after
//! that it is never shown again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::infinity::types;
use crate::domain::infinity::hooks::{self, HookRow};
use crate::domain::infinity::{directory, web_address};
use crate::tool::schema::AnyAsText;
use crate::tool::{Ctx, Result, tool};

/// What to listen to, and where to post it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// https address to post to.
    url: String,
    /// item.created, value.updated, comment.created…, or JSON {event, data}.
    #[schemars(with = "Vec<AnyAsText>")]
    events: Vec<Value>,
}

/// The new hook.
#[derive(Serialize, JsonSchema)]
pub struct Created {
    #[serde(flatten)]
    hook: HookRow,
    /// Its secret; shown this once.
    secret: Option<String>,
    /// What to know.
    notes: Vec<String>,
}

/// Create a webhook for a StartInfinity board.
///
/// Posts content of the whole board to the address, so use one the person trusts. For all values take value.created
/// and value.updated.
#[tool(
    writes,
    undo = "infinity_delete_hook",
    toolset = hooks,
    confirm = "Post the events {events} of the board {board_id} to {url} from now on?"
)]
pub async fn infinity_create_hook(ctx: &Ctx, args: Args) -> Result<Created> {
    let (address, events) = (web_address::read(&args.url)?, hooks::events(&args.events)?);
    let workspace = directory::workspace(ctx, args.workspace_id.as_deref()).await?;
    let board = directory::board(ctx, &workspace, &args.board_id).await?;
    let client = ctx.infinity()?;
    let body = types::HookCreate { events, url: address.url };
    let made = client.create_hook().workspace(&workspace.id).board_id(&board.id).body(body).send().await?.into_inner();
    let mut notes = address.notes;
    if made.secret.is_some() {
        notes.push(
            "Keep the secret now: it is not shown again. How deliveries are signed is not documented.".to_owned(),
        );
    }
    notes.push(
        "The address must answer 200 at once; after repeated failures StartInfinity silently stops posting.".to_owned(),
    );
    Ok(Created { hook: HookRow::of(&made), secret: made.secret, notes })
}
