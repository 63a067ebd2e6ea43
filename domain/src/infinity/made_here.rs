//! What this server made at StartInfinity and StartInfinity cannot list: kept here, so that it can be found again.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::attributes::Attribute;
use super::names::{self, Named};
use super::place::Place;
use super::refusal::Refusal;
use infini_mcp_core::api::ids::WorkspaceId;
use infini_mcp_core::state::MOST_LISTED;
use infini_mcp_core::tool::{Ctx, Result, Service};

/// What every list of such things says of itself.
const ONLY_OURS: &str = "Only what was made through this server is known; StartInfinity itself cannot list these.";

/// One kind of thing that is kept.
pub trait Made: Serialize + DeserializeOwned + Clone {
    /// The name of the kind in the store.
    const KIND: &'static str;

    /// Where it belongs.
    fn spot(&self) -> &Spot;

    /// The items it hangs on.
    fn items(&self) -> Vec<Thing>;
}

/// Where a kept thing belongs, with the names as they were when it was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Spot {
    /// Workspace id.
    pub workspace_id: String,
    /// Board id.
    pub board_id: String,
    /// Board name.
    pub board: String,
    /// Attribute id.
    pub attribute_id: String,
    /// Attribute name.
    pub attribute: String,
    /// When it was made.
    pub made_at: String,
}

impl Spot {
    /// At an attribute of a board, now.
    pub fn now(place: &Place, attribute: &Attribute) -> Self {
        Self {
            workspace_id: place.workspace.id.to_string(),
            board_id: place.board.id.to_string(),
            board: place.board.name.clone(),
            attribute_id: attribute.id.to_string(),
            attribute: attribute.key.clone(),
            made_at: chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        }
    }
}

/// A thing by id and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing(pub String, pub String);

impl Named for Thing {
    fn id(&self) -> &str {
        &self.0
    }

    fn name(&self) -> &str {
        &self.1
    }
}

/// Keeps a thing that upstream has just made or changed. Its success must not be lost with a failure here, so that
/// one comes back as a note.
pub async fn keep<T: Made>(ctx: &Ctx, id: Option<&str>, made: &T) -> Result<Option<String>> {
    let Some(id) = id else {
        return Ok(Some("StartInfinity named no id, so it cannot be changed or deleted from here.".to_owned()));
    };
    let kept = ctx.kept::<T>(Service::Infinity, T::KIND)?.put(id, made).await;
    Ok(kept.err().map(|error| {
        tracing::warn!(request_id = ctx.call().request_id(), error = ?error, kind = T::KIND, "could not be kept");
        format!("It was done, but could not be noted here: keep the id {id}, for StartInfinity cannot list it.")
    }))
}

/// Forgets a thing that is gone upstream; a failure is only logged, for a stale row does no harm.
pub async fn forget<T: Made>(ctx: &Ctx, id: &str) -> Result<()> {
    if let Err(error) = ctx.kept::<T>(Service::Infinity, T::KIND)?.remove(id).await {
        tracing::warn!(request_id = ctx.call().request_id(), error = ?error, kind = T::KIND, "could not be forgotten");
    }
    Ok(())
}

/// What is known of one thing.
///
/// # Errors
/// When the store cannot be read.
pub async fn known<T: Made>(ctx: &Ctx, id: &str) -> Result<Option<T>> {
    Ok(ctx.kept::<T>(Service::Infinity, T::KIND)?.get(id).await?)
}

/// Which of the kept things are asked for, by id or name.
#[derive(Debug, Default)]
pub struct Asked<'a> {
    /// The workspace.
    pub workspace: Option<&'a WorkspaceId>,
    /// The board.
    pub board: Option<&'a str>,
    /// The item at either end.
    pub item: Option<&'a str>,
    /// The attribute.
    pub attribute: Option<&'a str>,
}

/// What is kept and asked for.
#[derive(Debug)]
pub struct Listing<T> {
    /// The rows, the youngest first.
    pub rows: Vec<(String, T)>,
    /// What this list does not know.
    pub note: String,
}

/// All kept things that are asked for.
///
/// # Errors
/// When the store cannot be read; when a name belongs to none of them, or to several.
pub async fn listed<T: Made>(ctx: &Ctx, asked: &Asked<'_>) -> Result<Listing<T>> {
    let mut rows = ctx.kept::<T>(Service::Infinity, T::KIND)?.all().await?;
    let is_cut = rows.len() as i64 >= MOST_LISTED;
    let cut = if is_cut { " There are so many that only the last changed ones are looked at." } else { "" };
    rows.sort_by(|(one_id, one), (other_id, other)| {
        (&other.spot().made_at, other_id).cmp(&(&one.spot().made_at, one_id))
    });
    let board = |made: &T| vec![Thing(made.spot().board_id.clone(), made.spot().board.clone())];
    let attribute = |made: &T| vec![Thing(made.spot().attribute_id.clone(), made.spot().attribute.clone())];
    rows.retain(|(_, made)| asked.workspace.is_none_or(|id| made.spot().workspace_id == id.as_str()));
    only(&mut rows, "board", asked.board, board)?;
    only(&mut rows, "attribute", asked.attribute, attribute)?;
    only(&mut rows, "item", asked.item, T::items)?;
    Ok(Listing { rows, note: format!("{ONLY_OURS}{cut}") })
}

fn only<T>(
    rows: &mut Vec<(String, T)>,
    what: &str,
    given: Option<&str>,
    things: impl Fn(&T) -> Vec<Thing>,
) -> std::result::Result<(), Refusal> {
    let Some(given) = given.map(str::trim).filter(|given| !given.is_empty() && !rows.is_empty()) else {
        return Ok(());
    };
    let mut all: Vec<Thing> = Vec::new();
    for thing in rows.iter().flat_map(|(_, row)| things(row)) {
        if !all.iter().any(|other| other.0 == thing.0) {
            all.push(thing);
        }
    }
    // An id that is not among them is a good id all the same: nothing was made there yet.
    if Uuid::parse_str(given).is_ok() {
        rows.retain(|(_, row)| things(row).iter().any(|thing| thing.0 == given));
        return Ok(());
    }
    let found = names::find(what, given, &all).map_err(|refusal| refusal.about("Among what was made here"))?;
    rows.retain(|(_, row)| things(row).iter().any(|thing| thing.0 == found.0));
    Ok(())
}

/// One page of kept things.
#[derive(Debug)]
pub struct KeptPage<T> {
    /// The rows of this page.
    pub rows: Vec<(String, T)>,
    /// Whether more follow.
    pub has_more: bool,
    /// The cursor for the next page.
    pub after: Option<String>,
}

/// Cuts a page out of rows that are sorted from young to old. The cursor says when the last row was made, so that it
/// stays right when rows come or go.
pub fn page<T: Made>(rows: Vec<(String, T)>, limit: usize, after: Option<&str>) -> KeptPage<T> {
    let cursor = |(id, made): &(String, T)| format!("{}_{id}", made.spot().made_at);
    let after = after.map(str::trim).filter(|after| !after.is_empty());
    let mut rest = rows.into_iter().filter(|row| after.is_none_or(|after| cursor(row).as_str() < after));
    let rows: Vec<(String, T)> = rest.by_ref().take(limit).collect();
    let has_more = rest.next().is_some();
    let after = rows.last().filter(|_| has_more).map(cursor);
    KeptPage { rows, has_more, after }
}

/// What became of a delete.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Gone {
    /// Its id.
    pub id: String,
    /// False: gone before.
    pub deleted: bool,
    /// What to know.
    pub note: Option<String>,
}
