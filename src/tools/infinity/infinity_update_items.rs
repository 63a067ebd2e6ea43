//! Change many items.
//!
//! Writing the same values twice does no harm, yet somebody may have changed them in between: so a change whose answer
//! was lost is looked up before it is sent again.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::api::ids::{FolderId, ItemId};
use crate::api::infinity::types;
use crate::domain::infinity::arrivals;
use crate::domain::infinity::batch::{Batch, Before};
use crate::domain::infinity::bulk::{self, Finding, Job, Report};
use crate::domain::infinity::items::Wording;
use crate::domain::infinity::one_item;
use crate::domain::infinity::place::Place;
use crate::domain::infinity::values;
use crate::tool::{Ctx, Error, Result, tool};

/// Which items, and what shall be different.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// The changes, 1 to 200, each item once.
    #[schemars(length(min = 1, max = 200))]
    items: Vec<ItemChange>,
    /// A word of yours; the same again resumes this call.
    idempotency_key: Option<String>,
}

/// One change.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ItemChange {
    /// The item's id.
    item_id: ItemId,
    /// Values by attribute name or id; null empties.
    values: Option<Map<String, Value>>,
    /// Folder to move it to.
    folder_id: Option<String>,
}

/// A change as upstream takes it.
struct Planned {
    item: ItemId,
    folder: Option<FolderId>,
    values: Vec<types::ItemValueWrite>,
}

impl ItemChange {
    fn planned(&self, place: &Place) -> Result<Planned> {
        let folder = self.folder_id.as_deref().map(|given| place.folder(given)).transpose()?;
        let wording = Wording { values: self.values.as_ref(), ..Wording::default() };
        let values = values::write(place, &wording.said(place, folder)?)?;
        if folder.is_none() && values.is_empty() {
            return Err(Error::of_argument("items", "nothing to change was given"));
        }
        Ok(Planned { item: self.item_id.clone(), folder: folder.map(|folder| folder.id.clone()), values })
    }
}

/// Change up to 200 items of a StartInfinity board in one call.
///
/// All are checked before the first is sent; only what is given changes. Each answers done, failed, unknown or pending;
/// repeat the call with the same idempotency_key to finish. For one item use infinity_update_item.
#[tool(
    writes,
    idempotent,
    toolset = bulk,
    progress,
    undo = "infinity_update_items with the earlier values",
    confirm = "Change several items of the board {board_id}: {items}?"
)]
pub async fn infinity_update_items(ctx: &Ctx, args: Args) -> Result<Report> {
    let mut seen = HashSet::new();
    if let Some(twice) = args.items.iter().find(|change| !seen.insert(&change.item_id)) {
        return Err(Error::of_argument("items", &format!("the item {} is named twice", twice.item_id)));
    }
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let plan = |place: &Place| bulk::checked(place, &args.items, |place, change| change.planned(place));
    let (place, changes) = place.settle(ctx, plan).await?;
    let payload = json!({ "update": place.board.id.as_str(), "items": args.items });
    let key = args.idempotency_key.as_deref();
    let batch = Batch::open(ctx, key, &payload, changes.len(), async { Ok(Before::default()) }).await?;
    let report = bulk::carry_out(ctx, &batch, &Changes { place: &place, changes: &changes }).await?;
    let moves = changes.iter().any(|change| change.folder.is_some());
    Ok(if moves { report.noting("Subitems of items that were moved stay in their folder.") } else { report })
}

/// The changes of one call.
struct Changes<'a> {
    place: &'a Place,
    changes: &'a [Planned],
}

impl Job for Changes<'_> {
    async fn send(&self, ctx: &Ctx, index: usize) -> Result<String> {
        let change = self.changes.get(index).ok_or_else(|| Error::internal("the batch is longer than its items"))?;
        let body = types::ItemUpdate {
            folder_id: change.folder.as_ref().map(String::from),
            parent_id: None,
            sort_order: None,
            values: Some(change.values.clone()).filter(|values| !values.is_empty()),
        };
        let client = ctx.infinity()?;
        let update = client.update_item().workspace(&self.place.workspace.id).board_id(&self.place.board.id);
        let sent = update.item_id(&change.item).body(body).send().await;
        sent.map_err(|error| values::refused(self.place, &change.values, error))?;
        Ok(change.item.to_string())
    }

    async fn look(&self, ctx: &Ctx, doubtful: &[usize], _taken: &[String]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for index in doubtful {
            findings.push(match self.changes.get(*index) {
                Some(change) => self.found(ctx, change).await,
                None => Finding::Unclear,
            });
        }
        findings
    }
}

impl Changes<'_> {
    async fn found(&self, ctx: &Ctx, change: &Planned) -> Finding {
        let Ok(item) = one_item::fetch(ctx, self.place, &change.item).await else { return Finding::Unclear };
        let is_there = change.folder.as_ref().is_none_or(|folder| item.folder_id.as_deref() == Some(folder.as_str()));
        if is_there && arrivals::holds(self.place, &item, &change.values) {
            Finding::Happened(change.item.to_string())
        } else {
            Finding::DidNot
        }
    }
}
