//! Change a view.
//!
//! Fields that are left out stay as they are; settings are replaced as a whole, because their form is not known well
//! enough to merge them.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::api::infinity::types;
use crate::domain::infinity::place::Place;
use crate::domain::infinity::views::{self, View, WholeView};
use crate::tool::{Code, Ctx, Error, Result, tool};

/// Which view, and what of it becomes another.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Args {
    /// Id or name.
    workspace_id: Option<String>,
    /// Id or name.
    board_id: String,
    /// View id or name.
    view_id: String,
    /// New folder, id or name.
    folder_id: Option<String>,
    /// New view name.
    name: Option<String>,
    /// list, table, calendar, column, or another.
    r#type: Option<String>,
    /// Numeric position.
    sort_order: Option<String>,
    /// JSON, replacing all.
    #[schemars(extend("x-announced" = "string"))]
    settings: Option<Map<String, Value>>,
}

impl Args {
    /// The change, but for the folder, which needs the board to be known.
    fn change(&self) -> Result<types::ViewUpdate> {
        Ok(types::ViewUpdate {
            folder_id: None,
            name: self.name.as_deref().map(views::name).transpose()?,
            type_: self.r#type.as_deref().map(views::kind).transpose()?,
            sort_order: views::position(self.sort_order.as_deref())?,
            settings: self.settings.clone(),
        })
    }

    fn changes_nothing(&self) -> bool {
        let texts = [&self.folder_id, &self.name, &self.r#type, &self.sort_order];
        self.settings.is_none() && texts.into_iter().all(Option::is_none)
    }
}

/// Change a saved view of a StartInfinity board.
///
/// What is left out stays. Settings are replaced whole: change what infinity_get_view shows.
#[tool(
    writes,
    idempotent,
    undo = "infinity_update_view with what infinity_get_view showed before",
    toolset = views,
    confirm = "Change the view {view_id} of the board {board_id} (name {name}, type {type}, folder {folder_id})?"
)]
pub async fn infinity_update_view(ctx: &Ctx, args: Args) -> Result<WholeView> {
    if args.changes_nothing() {
        return Err(Error::new(Code::InvalidArguments, "Nothing to change was given. Nothing was sent.")
            .with_hint("Give folder_id, name, type, sort_order or settings."));
    }
    let change = args.change()?;
    let place = Place::open(ctx, args.workspace_id.as_deref(), &args.board_id).await?;
    let new_folder = args.folder_id.as_deref();
    let plan =
        |place: &Place| Ok(new_folder.map(|given| place.folder(given)).transpose()?.map(|new| new.id.to_string()));
    let (place, folder_id) = place.settle(ctx, plan).await?;
    let view = View::find(ctx, &place, &args.view_id).await?;
    let kind = change.type_.clone();
    let body = types::ViewUpdate { folder_id, ..change };
    let client = ctx.infinity()?;
    let Place { workspace, board, .. } = &place;
    let update = client.update_view().workspace(&workspace.id).board_id(&board.id).view_id(&view.id).body(body);
    Ok(WholeView::of(&place, update.send().await?.into_inner()).noting_kind(kind.as_deref()))
}
