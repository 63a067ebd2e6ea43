//! The views of a board's folders.

use serde_json::{Value, json};

use super::call::{Answer, CALLER, Call};
use super::fields::Fields;
use super::state::{State, View, new_short_id, stamp};

/// `listViews`: of the board, or of one folder.
pub fn list(call: &mut Call) -> Answer {
    let board = call.board()?;
    let folder = call.request.query("folder_id");
    if let Some(folder) = folder {
        call.found(&call.state.folders, folder, &board)?;
    }
    call.list(&call.state.views, &board, |view| folder.is_none_or(|folder| view.folder == folder), show)
}

/// `getViews`, which is one view despite its name.
pub fn get(call: &mut Call) -> Answer {
    let board = call.board()?;
    Ok(show(&call.found(&call.state.views, call.id("view_id"), &board)?))
}

/// `createView`.
pub fn create(call: &mut Call) -> Answer {
    let board = call.board()?;
    let mut fields = Fields::of(call.request);
    let (folder, name, kind) = (fields.required("folder_id"), fields.required("name"), fields.required("type"));
    fields.finish()?;
    let siblings = call.state.views.iter().filter(|view| view.folder == folder);
    let sort_order = State::last_sort_order(siblings.map(|view| view.sort_order.as_str()));
    let blank = View {
        id: new_short_id(),
        board,
        folder,
        name,
        kind,
        settings: json!({}),
        sort_order,
        author: CALLER,
        created: call.now,
        deleted: false,
    };
    write(call, blank)
}

/// `updateView`.
pub fn update(call: &mut Call) -> Answer {
    let board = call.board()?;
    let view = call.living(&call.state.views, call.id("view_id"), &board)?;
    write(call, view)
}

fn write(call: &mut Call, mut view: View) -> Answer {
    let mut fields = Fields::of(call.request);
    if let Some(folder) = fields.text("folder_id") {
        if call.living(&call.state.folders, &folder, &view.board).is_err() {
            fields.faults.invalid("folder_id");
        }
        view.folder = folder;
    }
    if let Some(name) = fields.text("name") {
        view.name = name;
    }
    if let Some(kind) = fields.text("type") {
        view.kind = kind;
    }
    if let Some(sort_order) = fields.sort_order() {
        view.sort_order = sort_order;
    }
    if let Some(settings) = fields.object("settings") {
        view.settings = settings;
    }
    fields.finish()?;
    call.state.views.put(view.clone());
    Ok(show(&view))
}

/// `deleteView`.
pub fn delete(call: &mut Call) -> Answer {
    let board = call.board()?;
    let mut view = call.living(&call.state.views, call.id("view_id"), &board)?;
    view.deleted = true;
    call.state.views.put(view.clone());
    Ok(show(&view))
}

fn show(view: &View) -> Value {
    json!({
        "id": view.id, "object": "folderview", "name": view.name, "type": view.kind, "folder_id": view.folder,
        "parent_id": null, "settings": view.settings, "sort_order": view.sort_order, "created_by": view.author,
        "created_at": stamp(view.created), "deleted": view.deleted,
    })
}
