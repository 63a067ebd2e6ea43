//! Items and subitems: listed, read, written, archived.

use serde_json::Value;

use super::call::{Answer, CALLER, Call};
use super::events::{emit, item_payload, value_payload};
use super::fields::Fields;
use super::shown_item::{Expansion, show};
use super::state::{Entry, Item, State, new_uuid};
use super::values;

/// `listItems`: subitems among the items; a folder's filter leaves its subfolders out.
pub fn list(call: &mut Call) -> Answer {
    let board = call.board()?;
    let folder = call.request.query("folder_id");
    if let Some(folder) = folder {
        call.found(&call.state.folders, folder, &board)?;
    }
    let expansion = Expansion::asked(call);
    let keep = |item: &Item| folder.is_none_or(|folder| item.folder == folder);
    call.list(&call.state.items, &board, keep, |item| show(call, item, expansion))
}

/// `getItem`.
pub fn get(call: &mut Call) -> Answer {
    let board = call.board()?;
    let item = call.found(&call.state.items, call.id("item_id"), &board)?;
    Ok(show(call, &item, Expansion::asked(call)))
}

/// `createItem`.
pub fn create(call: &mut Call) -> Answer {
    let board = call.board()?;
    let mut fields = Fields::of(call.request);
    let folder = fields.required("folder_id");
    fields.finish()?;
    let siblings = call.state.items.iter().filter(|item| item.folder == folder);
    let sort_order = State::last_sort_order(siblings.map(|item| item.sort_order.as_str()));
    let number = call.state.items.iter().filter(|item| item.board == board).map(|item| item.number).max();
    let mut item = Item {
        id: new_uuid(),
        board,
        folder,
        parent: None,
        author: CALLER,
        number: number.unwrap_or(0) + 1,
        sort_order,
        values: Vec::new(),
        created: call.now,
        updated: call.now,
        deleted: false,
    };
    let changes = write(call, &mut item)?;
    emit(call, &item.board, "item.created", &item_payload(&item));
    announce(call, &item, &changes);
    emit(call, &item.board, "item.finalized", &item_payload(&item));
    Ok(show(call, &item, Expansion::after_write(call)))
}

/// `updateItem`: moves, re-parents, and sets the values it names; others stay.
pub fn update(call: &mut Call) -> Answer {
    let board = call.board()?;
    let mut item = call.living(&call.state.items, call.id("item_id"), &board)?;
    item.updated = call.now;
    let changes = write(call, &mut item)?;
    let moved = ["folder_id", "parent_id", "sort_order"].iter().any(|name| call.request.json().get(name).is_some());
    if moved {
        emit(call, &item.board, "item.updated", &item_payload(&item));
    }
    announce(call, &item, &changes);
    Ok(show(call, &item, Expansion::after_write(call)))
}

/// `deleteItem`: archives; hooks hear of an update, not of a deletion.
pub fn delete(call: &mut Call) -> Answer {
    let board = call.board()?;
    let mut item = call.living(&call.state.items, call.id("item_id"), &board)?;
    item.deleted = true;
    call.state.items.put(item.clone());
    emit(call, &board, "item.updated", &item_payload(&item));
    if call.switches.archive_subitems {
        archive_below(call.state, &item.id);
    }
    Ok(show(call, &item, Expansion::after_write(call)))
}

fn archive_below(state: &mut State, parent: &str) {
    let mut parents = vec![parent.to_owned()];
    while let Some(parent) = parents.pop() {
        for item in state.items.iter_mut().filter(|item| !item.deleted && item.parent.as_deref() == Some(&parent)) {
            item.deleted = true;
            parents.push(item.id.clone());
        }
    }
}

/// Which value was set, and whether for the first time.
type Change = (&'static str, Entry);

/// Applies the body to the item and stores it, or changes nothing at all.
fn write(call: &mut Call, item: &mut Item) -> Result<Vec<Change>, crate::service::Reply> {
    let mut fields = Fields::of(call.request);
    if let Some(folder) = fields.text("folder_id") {
        if call.living(&call.state.folders, &folder, &item.board).is_err() {
            fields.faults.invalid("folder_id");
        }
        item.folder = folder;
    }
    if let Some(parent) = fields.nullable("parent_id") {
        if parent.as_deref().is_some_and(|parent| !may_hold(call, item, parent)) {
            fields.faults.invalid("parent_id");
        }
        item.parent = parent;
    }
    if let Some(sort_order) = fields.sort_order() {
        item.sort_order = sort_order;
    }
    let mut changes = write_values(call, item, &mut fields);
    fields.finish()?;
    if call.switches.automation {
        changes.extend(automate(call, item, &changes));
    }
    call.state.items.put(item.clone());
    Ok(changes)
}

/// A parent must be a living item of the same board, and not the item itself or anything below it.
fn may_hold(call: &Call, item: &Item, parent: &str) -> bool {
    let mut above = call.living(&call.state.items, parent, &item.board).ok();
    if above.is_none() {
        return false;
    }
    while let Some(one) = above {
        if one.id == item.id {
            return false;
        }
        above = one.parent.and_then(|id| call.state.items.get(&id).cloned());
    }
    true
}

fn write_values(call: &Call, item: &mut Item, fields: &mut Fields) -> Vec<Change> {
    let Some(list) = fields.get("values") else {
        return Vec::new();
    };
    let Some(list) = list.as_array() else {
        fields.faults.add("values", "The values must be an array.");
        return Vec::new();
    };
    let mut changes: Vec<Change> = Vec::new();
    for (place, value) in list.iter().enumerate() {
        let id = value.get("attribute_id").and_then(Value::as_str).unwrap_or_default();
        let Ok(attribute) = call.living(&call.state.attributes, id, &item.board) else {
            fields.faults.invalid(&format!("values.{place}.attribute_id"));
            continue;
        };
        let shown = |folder: &super::state::Folder| folder.attributes.iter().any(|shown| shown == id);
        if call.switches.refuse_unattached && !call.state.folders.get(&item.folder).is_some_and(shown) {
            fields
                .faults
                .add(&format!("values.{place}.attribute_id"), "The item's folder does not show this attribute.");
        }
        if changes.iter().any(|(_, entry)| entry.attribute == id) {
            fields.faults.add(&format!("values.{place}.attribute_id"), "The attribute has a duplicate value.");
        }
        let data = value.get("data").cloned().unwrap_or_default();
        values::check(call, &attribute, &data, &format!("values.{place}.data"), &mut fields.faults);
        changes.push(set(item, id, data));
    }
    changes
}

/// Sets the item's value for an attribute; null takes the value away.
fn set(item: &mut Item, attribute: &str, data: Value) -> Change {
    let known = item.values.iter_mut().find(|entry| entry.attribute == attribute);
    let (event, entry) = match known {
        Some(entry) => {
            entry.data = data;
            ("value.updated", entry.clone())
        }
        None => {
            let entry = Entry { id: new_uuid(), attribute: attribute.to_owned(), data };
            item.values.push(entry.clone());
            ("value.created", entry)
        }
    };
    item.values.retain(|entry| !entry.data.is_null());
    (event, entry)
}

/// What a board's own automation might do: a status set to done sets the first date that is still empty to today.
fn automate(call: &Call, item: &mut Item, changes: &[Change]) -> Option<Change> {
    let done = |id: &Value, labels: &Value| {
        let label = labels.as_array()?.iter().find(|label| label.get("id") == Some(id))?;
        let name = label.get("name")?.as_str()?;
        matches!(name, "Done" | "Erledigt").then_some(())
    };
    changes.iter().find_map(|(_, entry)| {
        let labels = call.state.attributes.get(&entry.attribute)?.settings.get("labels")?;
        done(entry.data.as_array()?.first()?, labels)
    })?;
    let free = |attribute: &&super::state::Attribute| {
        attribute.board == item.board
            && attribute.kind == "date"
            && !attribute.deleted
            && item.values.iter().all(|entry| entry.attribute != attribute.id)
    };
    let date = call.state.attributes.iter().find(free)?.id.clone();
    Some(set(item, &date, Value::from(super::state::stamp(call.now))))
}

fn announce(call: &mut Call, item: &Item, changes: &[Change]) {
    for (event, entry) in changes {
        emit(call, &item.board, event, &value_payload(item, entry));
    }
}
