//! Record time on an item, or start its timer.
//!
//! StartInfinity never shows time entries again, so the answer's id is kept here: without it a timer could not be
//! stopped.

use chrono::Utc;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::infinity::types;
use crate::domain::infinity::attributes::Kind;
use crate::domain::infinity::made_here::{self, Spot};
use crate::domain::infinity::named_item::NamedItem;
use crate::domain::infinity::place::Place;
use crate::domain::infinity::purpose;
use crate::domain::infinity::refusal::Refusal;
use crate::domain::infinity::time_entries::{Span, SpanRow, in_order, moment, written};
use crate::tool::{Ctx, Result, Zone, tool};

/// On what, and from when to when.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// Item id or title.
    item_id: String,
    /// Attribute, if several.
    attribute_id: Option<String>,
    /// ISO 8601, default now.
    started_at: Option<String>,
    /// ISO 8601 or now; without it a timer runs.
    ended_at: Option<String>,
    /// What was done.
    description: Option<String>,
}

impl Args {
    /// When it starts and ends, as upstream takes it.
    fn span(&self, zone: Zone) -> Result<(Option<String>, Option<String>)> {
        let now = Utc::now();
        let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let started = given(&self.started_at).map(|text| moment("started_at", &text, now, zone)).transpose()?;
        let ended = given(&self.ended_at).map(|text| moment("ended_at", &text, now, zone)).transpose()?;
        match (started, ended) {
            (Some(started), Some(ended)) => in_order(started, ended)?,
            (None, Some(_)) => {
                let text = "`ended_at` is given without `started_at`, so the entry would end as it begins.";
                return Err(Refusal::of_value(text, "Give both, or neither to start a timer now.").into());
            }
            (_, None) => {}
        }
        Ok((started.map(written), ended.map(written)))
    }
}

/// The new entry.
#[derive(Serialize, JsonSchema)]
pub struct Created {
    #[serde(flatten)]
    entry: SpanRow,
    /// What to know.
    note: Option<String>,
}

/// Record time on a StartInfinity item.
///
/// Without an end a timer starts; stop it with infinity_update_time_entry. Times without a zone are of the server's. Not
/// idempotent.
#[tool(
    writes,
    undo = "infinity_delete_time_entry",
    toolset = time,
    progress,
    confirm = "Record time on the item {item_id} of the board {board_id}, from {started_at} to {ended_at}?"
)]
pub async fn infinity_create_time_entry(ctx: &Ctx, args: Args) -> Result<Created> {
    let (started_at, ended_at) = args.span(ctx.zone())?;
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let choose = |place: &Place| {
        let attribute = purpose::attribute(place, args.attribute_id.as_deref(), &Kind::TimeTracking, "time tracking")?;
        Ok(attribute.clone())
    };
    let (place, attribute) = place.settle(ctx, choose).await?;
    let item = NamedItem::find(ctx, &place, &args.item_id).await?;
    let description = args.description.filter(|text| !text.trim().is_empty());
    let body = types::TimeEntryCreate {
        attribute_id: attribute.id.to_string(),
        item_id: item.id.to_string(),
        started_at: started_at.clone().map(Value::from),
        ended_at: ended_at.clone().map(Value::from),
        description: description.clone().map(Value::from),
    };
    let client = ctx.infinity()?;
    let create = client.create_time_entry().workspace(&place.workspace.id).board_id(&place.board.id).body(body);
    let told = create.send().await?.into_inner();
    let started_at = started_at.or_else(|| Some(written(Utc::now())));
    let mut span = Span::on(Spot::now(&place, &attribute), &item, started_at);
    (span.ended_at, span.description) = (ended_at, description);
    span.take_over(&told);
    let note = made_here::keep(ctx, told.id.as_deref(), &span).await?;
    Ok(Created { entry: SpanRow::of(told.id, span, Utc::now()), note })
}
