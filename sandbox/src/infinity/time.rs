//! Time entries: started, stopped and removed, but never listed.

use serde_json::{Value, json};

use super::call::{Answer, CALLER, Call};
use super::fields::Fields;
use super::state::{TimeEntry, new_uuid, stamp};
use super::values::TIME_TRACKING;

/// `createTimeEntry`: without times it starts a timer now.
pub fn create(call: &mut Call) -> Answer {
    let board = call.board()?;
    let mut fields = Fields::of(call.request);
    let (item, attribute) = (fields.required("item_id"), fields.required("attribute_id"));
    if !item.is_empty() && call.living(&call.state.items, &item, &board).is_err() {
        fields.faults.invalid("item_id");
    }
    let tracks = call.living(&call.state.attributes, &attribute, &board);
    if !attribute.is_empty() && !tracks.is_ok_and(|attribute| attribute.kind == TIME_TRACKING) {
        fields.faults.invalid("attribute_id");
    }
    let running =
        |entry: &TimeEntry| entry.item == item && entry.author == CALLER && entry.ended.is_none() && !entry.deleted;
    if call.switches.one_timer && call.state.entries.iter().any(running) {
        fields.faults.add("item_id", "A timer is already running.");
    }
    fields.finish()?;
    let blank = TimeEntry {
        id: new_uuid(),
        board,
        item,
        attribute,
        started: Some(call.now),
        ended: None,
        description: None,
        author: CALLER,
        created: call.now,
        deleted: false,
    };
    write(call, blank)
}

/// `updateTimeEntry`: setting the end stops the timer; item and attribute cannot change.
pub fn update(call: &mut Call) -> Answer {
    let board = call.board()?;
    let entry = call.living(&call.state.entries, call.id("time_entry_id"), &board)?;
    let mut fields = Fields::of(call.request);
    for (name, kept) in [("item_id", &entry.item), ("attribute_id", &entry.attribute)] {
        if fields.get(name).is_some_and(|given| given != kept) {
            fields.faults.add(name, "The field cannot be changed.");
        }
    }
    fields.finish()?;
    write(call, entry)
}

fn write(call: &mut Call, mut entry: TimeEntry) -> Answer {
    let mut fields = Fields::of(call.request);
    if let Some(started) = fields.moment("started_at") {
        // A null start means what leaving it out means: the timer starts now.
        entry.started = started.or(entry.started);
    }
    if let Some(ended) = fields.moment("ended_at") {
        entry.ended = ended;
    }
    if let Some(description) = fields.nullable("description") {
        entry.description = description;
    }
    if entry.ended.zip(entry.started).is_some_and(|(ended, started)| ended < started) {
        fields.faults.add("ended_at", "The ended at must be a date after or equal to started at.");
    }
    fields.finish()?;
    call.state.entries.put(entry.clone());
    Ok(show(&entry))
}

/// `deleteTimeEntry`.
pub fn delete(call: &mut Call) -> Answer {
    let board = call.board()?;
    let mut entry = call.living(&call.state.entries, call.id("time_entry_id"), &board)?;
    entry.deleted = true;
    call.state.entries.put(entry.clone());
    Ok(show(&entry))
}

fn show(entry: &TimeEntry) -> Value {
    json!({
        "id": entry.id, "object": "time_entry", "item_id": entry.item, "attribute_id": entry.attribute,
        "started_at": entry.started.map(stamp), "ended_at": entry.ended.map(stamp),
        "description": entry.description, "created_by": entry.author, "deleted": entry.deleted,
    })
}
