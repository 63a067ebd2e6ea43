//! The folders of a board, all levels in one flat list.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::fields::Fields;
use super::state::{Folder, State, new_short_id, stamp};

/// `listFolders`.
pub fn list(call: &mut Call) -> Answer {
    let board = call.board()?;
    call.list(&call.state.folders, &board, |_| true, show)
}

/// `getFolder`.
pub fn get(call: &mut Call) -> Answer {
    let board = call.board()?;
    Ok(show(&call.found(&call.state.folders, call.id("folder_id"), &board)?))
}

/// `createFolder`.
pub fn create(call: &mut Call) -> Answer {
    let board = call.board()?;
    let siblings = call.state.folders.iter().filter(|folder| folder.board == board);
    let sort_order = State::last_sort_order(siblings.map(|folder| folder.sort_order.as_str()));
    let blank = Folder {
        id: new_short_id(),
        board,
        parent: None,
        name: String::new(),
        color: None,
        attributes: Vec::new(),
        sort_order,
        settings: json!({}),
        created: call.now,
        deleted: false,
    };
    let mut fields = Fields::of(call.request);
    fields.required("name");
    fields.finish()?;
    write(call, blank)
}

/// `updateFolder`: what is not mentioned stays; `attribute_ids` replaces the whole list.
pub fn update(call: &mut Call) -> Answer {
    let board = call.board()?;
    let folder = call.living(&call.state.folders, call.id("folder_id"), &board)?;
    write(call, folder)
}

fn write(call: &mut Call, mut folder: Folder) -> Answer {
    let mut fields = Fields::of(call.request);
    if let Some(name) = fields.text("name") {
        folder.name = name;
    }
    if let Some(color) = fields.color() {
        folder.color = color;
    }
    if let Some(sort_order) = fields.sort_order() {
        folder.sort_order = sort_order;
    }
    if let Some(settings) = fields.object("settings") {
        folder.settings = settings;
    }
    if let Some(parent) = fields.nullable("parent_id") {
        if parent.as_deref().is_some_and(|parent| !may_hold(call, &folder, parent)) {
            fields.faults.invalid("parent_id");
        }
        folder.parent = parent;
    }
    if let Some(attributes) = fields.texts("attribute_ids") {
        for (place, id) in attributes.iter().enumerate() {
            if call.living(&call.state.attributes, id, &folder.board).is_err() {
                fields.faults.invalid(&format!("attribute_ids.{place}"));
            }
        }
        folder.attributes = attributes;
    }
    fields.finish()?;
    call.state.folders.put(folder.clone());
    Ok(show(&folder))
}

/// A parent must be a living folder of the same board, and not the folder itself or anything inside it.
fn may_hold(call: &Call, folder: &Folder, parent: &str) -> bool {
    call.living(&call.state.folders, parent, &folder.board).is_ok() && !family(call.state, &folder.id).contains(parent)
}

/// A folder and everything below it.
fn family(state: &State, folder: &str) -> BTreeSet<String> {
    let mut family = BTreeSet::from([folder.to_owned()]);
    loop {
        let before = family.len();
        let children =
            state.folders.iter().filter(|one| one.parent.as_ref().is_some_and(|parent| family.contains(parent)));
        let children: Vec<String> = children.map(|one| one.id.clone()).collect();
        family.extend(children);
        if family.len() == before {
            return family;
        }
    }
}

/// `deleteFolder`: what happens to its content is not known, so a switch decides.
pub fn delete(call: &mut Call) -> Answer {
    let board = call.board()?;
    let mut folder = call.living(&call.state.folders, call.id("folder_id"), &board)?;
    folder.deleted = true;
    call.state.folders.put(folder.clone());
    if call.switches.archive_folder_items {
        let family = family(call.state, &folder.id);
        call.state.folders.iter_mut().filter(|one| family.contains(&one.id)).for_each(|one| one.deleted = true);
        call.state.items.iter_mut().filter(|item| family.contains(&item.folder)).for_each(|item| item.deleted = true);
    }
    Ok(show(&folder))
}

/// A folder as the API shows it.
pub fn show(folder: &Folder) -> Value {
    json!({
        "id": folder.id, "object": "folder", "name": folder.name, "color": folder.color,
        "parent_id": folder.parent, "attribute_ids": folder.attributes, "sort_order": folder.sort_order,
        "settings": folder.settings, "created_at": stamp(folder.created), "deleted": folder.deleted,
    })
}
