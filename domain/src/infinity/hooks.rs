//! Webhook subscriptions of a board: what they listen to, where they post, and how one is found.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use url::Url;

use super::dates;
use super::directory::{self, Board, Workspace};
use super::names::{Named, quoted};
use super::pages::gathered;
use super::refusal::Refusal;
use super::values::embedded;
use infini_mcp_core::api::ids::HookId;
use infini_mcp_core::api::infinity::types;
use infini_mcp_core::tool::text::listed;
use infini_mcp_core::tool::{Ctx, Details, Result, near};

/// The events anyone has seen.
pub const EVENTS: [&str; 8] = [
    "item.created",
    "item.updated",
    "item.deleted",
    "item.finalized",
    "value.created",
    "value.updated",
    "comment.created",
    "comment.updated",
];

/// A hook that a caller may name, by its id or by the address it posts to.
#[derive(Debug, Clone)]
pub struct Hook {
    /// Its id.
    pub id: HookId,
    /// The address it posts to.
    pub url: String,
    /// What a list shows of it; never its secret.
    pub events: Vec<Value>,
}

impl Named for Hook {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn name(&self) -> &str {
        &self.url
    }
}

impl Hook {
    fn of(row: types::Hook) -> Option<Self> {
        let id = HookId::parse(row.id.as_deref()?).ok()?;
        Some(Self { id, events: shown(row.events.as_deref()), url: row.url.unwrap_or_default() })
    }

    /// The hook of this id or address.
    ///
    /// # Errors
    /// When it is unknown or ambiguous, and those of the requests.
    pub async fn find(ctx: &Ctx, workspace: &Workspace, board: &Board, given: &str) -> Result<Self> {
        let client = ctx.infinity()?;
        let list = client.list_hooks().workspace(&workspace.id).board_id(&board.id);
        let hooks = gathered!(list.clone(), Self::of).await?;
        Ok(directory::find("hook", given, &hooks)?.clone())
    }
}

impl Hook {
    /// The hooks of a board that post to this address already, another one than `but`.
    ///
    /// # Errors
    /// Those of the requests.
    pub async fn posting_to(
        ctx: &Ctx,
        workspace: &Workspace,
        board: &Board,
        url: &str,
        but: Option<&HookId>,
    ) -> Result<Vec<Self>> {
        let client = ctx.infinity()?;
        let list = client.list_hooks().workspace(&workspace.id).board_id(&board.id);
        let hooks = gathered!(list.clone(), Self::of).await?;
        let is_other = |hook: &&Self| but != Some(&hook.id) && is_same(&hook.url, url);
        Ok(hooks.rows.iter().filter(is_other).cloned().collect())
    }
}

/// Whether two addresses lead to one place, however they are written.
fn is_same(one: &str, other: &str) -> bool {
    let plain = |address: &str| match Url::parse(address.trim()) {
        Ok(url) => url.as_str().trim_end_matches('/').to_owned(),
        Err(_) => address.trim().to_owned(),
    };
    plain(one) == plain(other)
}

/// What is said of hooks that post to the same address; `None` where there is none.
pub fn told_of_others(others: &[Hook]) -> Option<String> {
    let one = |hook: &Hook| format!("{} ({})", hook.id, hook.events.iter().map(named).collect::<Vec<_>>().join(", "));
    (!others.is_empty()).then(|| {
        format!(
            "The board posts there already by {}: the same event would arrive once for each.",
            listed(others.iter().map(one), 3, "; ")
        )
    })
}

/// What a question tells of a hook: nothing that is sent is cut.
pub fn details(board: &str, url: &str, events: &[Value], others: Option<&str>) -> Details {
    let mut details = Details::default();
    if let Some(others) = others {
        details.warn("same address", others);
    }
    details.fact("Board", Some(board));
    details.fact("Address", Some(url));
    details.fact("Events", Some(&in_words(events)));
    details
}

/// Events in one line, with their data where they have some.
pub fn in_words(events: &[Value]) -> String {
    events
        .iter()
        .map(|event| event.as_str().map_or_else(|| event.to_string(), str::to_owned))
        .collect::<Vec<_>>()
        .join(", ")
}

fn named(event: &Value) -> String {
    event.as_str().or_else(|| event.get("event")?.as_str()).unwrap_or_default().to_owned()
}

/// One hook in an answer. It has no field for the secret, so that none can slip out.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HookRow {
    /// Hook id.
    pub id: Option<String>,
    /// Where it posts to.
    pub url: Option<String>,
    /// What it listens to.
    pub events: Vec<Value>,
    /// User id of its owner.
    pub user_id: Option<i64>,
    /// When it was made.
    pub created_at: Option<String>,
}

impl HookRow {
    /// An API row in words.
    pub fn of(hook: &types::Hook) -> Self {
        Self {
            id: hook.id.clone(),
            url: hook.url.clone(),
            events: shown(hook.events.as_deref()),
            user_id: hook.user_id,
            created_at: hook.created_at.as_deref().map(dates::shown),
        }
    }
}

/// The events that a request would write, as a list shows them.
pub fn wanted(events: &[types::HookEventWrite]) -> Vec<Value> {
    let event = |event: &types::HookEventWrite| match &event.data {
        Some(data) => json!({ "event": event.event, "data": data }),
        None => json!(event.event),
    };
    events.iter().map(event).collect()
}

/// Events by name; one that carries data keeps it.
pub fn shown(events: Option<&[types::HookEvent]>) -> Vec<Value> {
    let event = |event: &types::HookEvent| match event.data.as_ref().filter(|data| !data.is_null()) {
        Some(data) => json!({ "event": event.event, "data": data }),
        None => json!(event.event),
    };
    events.unwrap_or_default().iter().map(event).collect()
}

/// The events a caller named, as names or as `{event, data}`.
///
/// # Errors
/// When there is none, or one that does not exist.
pub fn events(given: &[Value]) -> std::result::Result<Vec<types::HookEventWrite>, Refusal> {
    let mut read: Vec<types::HookEventWrite> = Vec::new();
    for given in given {
        let embedded = embedded(given);
        let one = embedded.as_ref().unwrap_or(given);
        let name = one.as_str().or_else(|| one.get("event").and_then(Value::as_str)).map(str::trim);
        let name = name.filter(|name| EVENTS.contains(name)).ok_or_else(|| unknown(one, name))?;
        let data = one.get("data").filter(|data| !data.is_null()).cloned();
        let event = types::HookEventWrite { event: name.to_owned(), data };
        if !read.iter().any(|other| other.event == event.event && other.data == event.data) {
            read.push(event);
        }
    }
    if read.is_empty() {
        return Err(Refusal::of_value("`events` is empty.", allowed()));
    }
    Ok(read)
}

fn allowed() -> String {
    format!("Give at least one of {}.", EVENTS.join(", "))
}

fn unknown(given: &Value, name: Option<&str>) -> Refusal {
    let Some(name) = name else {
        return Refusal::of_value(
            format!("`events`: {} is neither a name nor an object {{event, data}}.", quoted(&given.to_string())),
            allowed(),
        );
    };
    let meant = near::nearest(name, EVENTS).map(|near| format!(" Did you mean {near}?")).unwrap_or_default();
    Refusal::of_value(format!("`events`: {} is no event.{meant}", quoted(name)), allowed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_as_names_and_as_objects_and_said_once() {
        let read = events(&[
            json!("item.created"),
            json!({ "event": "value.updated", "data": { "x": 1 } }),
            json!(r#"{"event": "item.created", "data": null}"#),
        ]);
        let read: Vec<(String, Option<Value>)> =
            read.unwrap().into_iter().map(|event| (event.event, event.data)).collect();
        assert_eq!(read, [("item.created".into(), None), ("value.updated".into(), Some(json!({ "x": 1 })))]);
    }

    #[test]
    fn an_address_is_the_same_however_it_is_written() {
        assert!(is_same("https://Example.com/a/", "https://example.com:443/a"));
        assert!(!is_same("https://example.com/a", "https://example.com/b"));
    }

    #[test]
    fn an_unknown_event_is_answered_with_the_nearest_and_with_all() {
        let refusal = infini_mcp_core::tool::Error::from(events(&[json!("items.created")]).unwrap_err());
        assert!(refusal.to_string().contains("Did you mean item.created?"), "{refusal}");
        assert!(refusal.hint().is_some_and(|hint| hint.contains("comment.updated")));
        assert!(events(&[]).is_err() && events(&[json!(7)]).is_err() && events(&[json!({ "name": "x" })]).is_err());
    }
}
