//! The saved views of a board's folders: found by id or name, and shown.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::dates;
use super::directory;
use super::names::{Named, quoted};
use super::pages::gathered;
use super::place::Place;
use super::refusal::Refusal;
use infini_mcp_core::api::ids::ViewId;
use infini_mcp_core::api::infinity::types;
use infini_mcp_core::tool::{Ctx, Result};

/// The kinds that are known; the product has more, whose names are not documented.
pub const KNOWN_KINDS: &str = "list, table, calendar or column";

/// A view that a caller may name.
#[derive(Debug, Clone)]
pub struct View {
    /// Its id.
    pub id: ViewId,
    /// What a person sees.
    pub name: String,
    /// The folder and the name, which tells namesakes apart.
    path: String,
    /// All that upstream says of it.
    pub row: types::View,
}

impl Named for View {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn full_name(&self) -> &str {
        &self.path
    }
}

impl View {
    fn of(place: &Place, row: types::View) -> Option<Self> {
        let id = ViewId::parse(row.id.as_deref()?).ok()?;
        let name = row.name.clone().filter(|name| !name.trim().is_empty()).unwrap_or_else(|| id.to_string());
        let folder = row.folder_id.as_deref().map(|folder| place.folder_name(folder).name);
        let path = folder.map_or_else(|| name.clone(), |folder| format!("{folder} / {name}"));
        Some(Self { id, name, path, row })
    }

    /// The view of this id, name or `folder / name`.
    ///
    /// # Errors
    /// When it is unknown or ambiguous, and those of the requests.
    pub async fn find(ctx: &Ctx, place: &Place, given: &str) -> Result<Self> {
        let client = ctx.infinity()?;
        let list = client.list_views().workspace(&place.workspace.id).board_id(&place.board.id);
        let views = gathered!(list.clone(), |row: types::View| Self::of(place, row)).await?;
        Ok(directory::find("view", given, &views)?.clone())
    }
}

/// One view in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ViewRow {
    /// View id.
    pub id: Option<String>,
    /// View name.
    pub name: Option<String>,
    /// Its kind.
    pub r#type: Option<String>,
    /// Folder id.
    pub folder_id: Option<String>,
    /// Folder name.
    pub folder: Option<String>,
    /// Position.
    pub sort_order: Option<String>,
    /// Who made it.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: Option<String>,
}

/// One view with its settings.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WholeView {
    #[serde(flatten)]
    row: ViewRow,
    /// Filters, sorting, shown attributes and layout, as StartInfinity keeps them.
    settings: Option<Map<String, Value>>,
    /// What to know of it.
    #[schemars(skip)]
    notes: Option<Vec<String>>,
}

impl ViewRow {
    /// An API row in words.
    pub fn of(place: &Place, view: &types::View) -> Self {
        let author = view.created_by.as_ref();
        let known = author.and_then(|author| place.member_name(author.id?)).map(str::to_owned);
        Self {
            id: view.id.clone(),
            name: view.name.clone(),
            r#type: view.type_.clone(),
            folder_id: view.folder_id.clone(),
            folder: view.folder_id.as_deref().map(|id| place.folder_name(id).name),
            sort_order: view.sort_order.clone(),
            created_by: known.or_else(|| author.and_then(|author| author.name.clone())),
            created_at: view.created_at.as_deref().map(dates::shown),
        }
    }
}

impl WholeView {
    /// An API row in words, with its settings.
    pub fn of(place: &Place, view: types::View) -> Self {
        let settings = view.settings.clone().filter(|settings| !settings.is_empty());
        Self { row: ViewRow::of(place, &view), settings, notes: None }
    }

    /// Of a kind that a caller chose: StartInfinity takes any word, and shows only the kinds it has.
    #[must_use]
    pub fn noting_kind(self, kind: Option<&str>) -> Self {
        let unknown = kind.filter(|kind| !KNOWN_KINDS.split([',', ' ']).any(|known| known == *kind));
        let note = unknown.map(|kind| {
            format!("{} is not among the kinds that are known ({KNOWN_KINDS}). The names of the others are not documented, and any word is taken: look in StartInfinity whether it shows this view.", quoted(kind))
        });
        Self { notes: note.map(|note| vec![note]), ..self }
    }
}

/// A kind of view as upstream writes it. Kinds that are not known pass, for the product has more than are documented.
///
/// # Errors
/// When it is no word at all.
pub fn kind(given: &str) -> std::result::Result<String, Refusal> {
    let kind = given.trim().to_lowercase();
    let is_word = (1..=40).contains(&kind.len())
        && kind.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-'));
    if is_word {
        return Ok(kind);
    }
    let text = format!("`type`: {} is no kind of view.", quoted(given));
    Err(Refusal::of_value(text, format!("Known kinds are {KNOWN_KINDS}.")))
}

/// A position as upstream writes it: a number in text.
///
/// # Errors
/// When it is no number.
pub fn position(given: Option<&str>) -> std::result::Result<Option<String>, Refusal> {
    let Some(given) = given.map(str::trim).filter(|given| !given.is_empty()) else { return Ok(None) };
    if given.parse::<f64>().is_ok_and(f64::is_finite) {
        return Ok(Some(given.to_owned()));
    }
    let text = format!("`sort_order`: {} is no number.", quoted(given));
    Err(Refusal::of_value(text, "Give a number as text, such as 65536; steps of 65536 are usual."))
}

/// A name that is one.
///
/// # Errors
/// When it is empty.
pub fn name(given: &str) -> std::result::Result<String, Refusal> {
    let name = given.trim();
    if name.is_empty() {
        return Err(Refusal::of_value("`name` is empty.", "Give the view a name."));
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_a_word_and_a_position_a_number() {
        assert_eq!(kind(" Table "), Ok("table".to_owned()));
        assert_eq!(kind("gantt"), Ok("gantt".to_owned()));
        assert!(kind("a table").is_err() && kind("").is_err());
        assert_eq!(position(Some("65536")), Ok(Some("65536".to_owned())));
        assert_eq!(position(Some(" ")), Ok(None));
        assert!(position(Some("first")).is_err() && position(Some("inf")).is_err());
    }
}
