//! Create many items.
//!
//! Upstream knows no batches and no idempotency, and a call may end in the middle: so every item is noted before it is
//! sent, and a repeated call goes on where the last one ended.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::api::ids::ItemId;
use crate::domain::infinity::arrivals;
use crate::domain::infinity::batch::{Batch, Before};
use crate::domain::infinity::bulk::{self, Finding, Job, Report};
use crate::domain::infinity::drafts::{Draft, Wish};
use crate::domain::infinity::items::Wording;
use crate::domain::infinity::place::Place;
use crate::tool::{Ctx, Error, Result, tool};

/// Where the items go, and what they hold.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// Folder for items that name none.
    folder_id: Option<String>,
    /// The items, 1 to 200.
    #[schemars(length(min = 1, max = 200))]
    items: Vec<NewItem>,
    /// A word of yours; the same again resumes and never duplicates.
    idempotency_key: Option<String>,
}

/// One item.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewItem {
    /// The item's name.
    name: Option<String>,
    /// Values by attribute name or id.
    values: Option<Map<String, Value>>,
    /// Id, name or path.
    folder_id: Option<String>,
    /// Id of the item above.
    parent_id: Option<ItemId>,
}

impl NewItem {
    fn draft(&self, place: &Place, folder: Option<&str>) -> Result<Draft> {
        let folder = self.folder_id.as_deref().or(folder).ok_or_else(|| {
            Error::of_argument("folder_id", "the item names no folder").with_hint("Give folder_id once for all items.")
        })?;
        let wording =
            Wording { values: self.values.as_ref(), names: [self.name.as_deref(), None], ..Wording::default() };
        let draft = Draft::of(place, &Wish { folder, parent: self.parent_id.as_ref(), wording, sort_order: None })?;
        if draft.values.is_empty() {
            return Err(Error::of_argument("items", "an item needs a name or a value"));
        }
        Ok(draft)
    }
}

/// Create up to 200 items on a StartInfinity board in one call.
///
/// All are checked before the first is sent. Each answers done, failed, unknown or pending; repeat the call with the
/// same idempotency_key to finish. For one item use infinity_create_item.
#[tool(
    writes,
    toolset = bulk,
    progress,
    undo = "infinity_archive_item for each id",
    confirm = "Create several items on the board {board_id} in {folder_id}: {items}?"
)]
pub async fn infinity_create_items(ctx: &Ctx, args: Args) -> Result<Report> {
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let folder = args.folder_id.as_deref();
    let plan = |place: &Place| bulk::checked(place, &args.items, |place, item| item.draft(place, folder));
    let (place, drafts) = place.settle(ctx, plan).await?;
    let payload = json!({ "create": place.board.id.as_str(), "folder": folder, "items": args.items });
    let key = args.idempotency_key.as_deref();
    let batch = Batch::open(ctx, key, &payload, drafts.len(), arrivals::before(ctx, &place)).await?;
    let creation = Creation { place: &place, drafts: &drafts, before: &batch.head.before };
    bulk::carry_out(ctx, &batch, &creation).await
}

/// The items of one call.
struct Creation<'a> {
    place: &'a Place,
    drafts: &'a [Draft],
    before: &'a Before,
}

impl Job for Creation<'_> {
    async fn send(&self, ctx: &Ctx, index: usize) -> Result<String> {
        let draft = self.drafts.get(index).ok_or_else(|| Error::internal("the batch is longer than its items"))?;
        let item = draft.send(ctx, self.place).await?;
        Ok(item.id.unwrap_or_default())
    }

    async fn look(&self, ctx: &Ctx, doubtful: &[usize], taken: &[String]) -> Vec<Finding> {
        let Ok(Some(mut new)) = arrivals::since(ctx, self.place, self.before).await else {
            return vec![Finding::Unclear; doubtful.len()];
        };
        new.retain(|item| item.id.as_ref().is_some_and(|id| !taken.contains(id)));
        let is_of = |item: &_, index: usize| {
            self.drafts.get(index).is_some_and(|draft| arrivals::is_of(self.place, item, draft))
        };
        let mut find = |index: usize| {
            let fitting = new.iter().filter(|item| is_of(item, index)).count();
            let waiting =
                doubtful.iter().filter(|other| new.iter().any(|item| is_of(item, index) && is_of(item, **other)));
            match new.iter().position(|item| is_of(item, index)) {
                None => Finding::DidNot,
                // More items than this batch can have made: somebody else made one like it.
                Some(_) if fitting > waiting.count() => Finding::Unclear,
                Some(at) => Finding::Happened(new.remove(at).id.unwrap_or_default()),
            }
        };
        doubtful.iter().map(|index| find(*index)).collect()
    }
}
