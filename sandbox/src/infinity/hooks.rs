//! Webhook subscriptions of a board.

use serde_json::{Value, json};

use super::call::{Answer, CALLER, Call};
use super::fields::Fields;
use super::formats::is_web_address;
use super::state::{Hook, new_uuid, stamp};
use super::switches::HookEvents;

/// The events anyone has seen.
const EVENTS: [&str; 8] = [
    "item.created",
    "item.updated",
    "item.deleted",
    "item.finalized",
    "value.created",
    "value.updated",
    "comment.created",
    "comment.updated",
];

/// `listHooks`, secrets included.
pub fn list(call: &mut Call) -> Answer {
    let board = call.board()?;
    call.list(&call.state.hooks, &board, |_| true, |hook| show(call, hook))
}

/// `createHook`.
pub fn create(call: &mut Call) -> Answer {
    let board = call.board()?;
    let mut fields = Fields::of(call.request);
    fields.required("url");
    if fields.get("events").is_none() {
        fields.faults.required("events");
    }
    fields.finish()?;
    let blank = Hook {
        id: new_uuid(),
        board,
        user: CALLER,
        url: String::new(),
        events: Vec::new(),
        secret: new_uuid().replace('-', ""),
        deliveries: Vec::new(),
        created: call.now,
        deleted: false,
    };
    write(call, blank)
}

/// `updateHook`.
pub fn update(call: &mut Call) -> Answer {
    let board = call.board()?;
    let hook = call.living(&call.state.hooks, call.id("hook_id"), &board)?;
    write(call, hook)
}

fn write(call: &mut Call, mut hook: Hook) -> Answer {
    let mut fields = Fields::of(call.request);
    if let Some(url) = fields.text("url") {
        if !is_web_address(&url) {
            fields.faults.add("url", "The url format is invalid.");
        }
        hook.url = url;
    }
    if let Some(events) = fields.get("events") {
        hook.events = read_events(events, &mut fields);
    }
    fields.finish()?;
    call.state.hooks.put(hook.clone());
    Ok(show(call, &hook))
}

/// Events come as strings or as objects; both are understood and kept as objects.
fn read_events(events: &Value, fields: &mut Fields) -> Vec<Value> {
    let Some(list) = events.as_array().filter(|list| !list.is_empty()) else {
        fields.faults.required("events");
        return Vec::new();
    };
    let mut read = Vec::new();
    for (place, event) in list.iter().enumerate() {
        let name = event.as_str().or_else(|| event.get("event").and_then(Value::as_str));
        match name.filter(|name| EVENTS.contains(name)) {
            Some(name) if event.is_string() => read.push(json!({ "event": name })),
            Some(_) => read.push(event.clone()),
            None => fields.faults.invalid(&format!("events.{place}")),
        }
    }
    read
}

/// `deleteHook`.
pub fn delete(call: &mut Call) -> Answer {
    let board = call.board()?;
    let mut hook = call.living(&call.state.hooks, call.id("hook_id"), &board)?;
    hook.deleted = true;
    call.state.hooks.put(hook.clone());
    Ok(show(call, &hook))
}

fn show(call: &Call, hook: &Hook) -> Value {
    let strings = match call.switches.hook_events {
        HookEvents::Auto => call.version.is_legacy(),
        HookEvents::Objects => false,
        HookEvents::Strings => true,
    };
    let event = |event: &Value| if strings { event.get("event").cloned().unwrap_or_default() } else { event.clone() };
    let events: Vec<Value> = hook.events.iter().map(event).collect();
    let mut shown = json!({
        "id": hook.id, "object": "hook", "user_id": hook.user, "board_id": hook.board, "url": hook.url,
        "events": events, "secret": hook.secret, "created_at": stamp(hook.created), "deleted": hook.deleted,
    });
    if let (true, Some(fields)) = (call.version.is_legacy(), shown.as_object_mut()) {
        fields.insert("logs".to_owned(), json!(hook.deliveries));
    }
    shown
}
