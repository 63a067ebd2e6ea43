//! What hooks would be told. Nothing leaves the sandbox: deliveries are kept with the hook, as legacy shows them.

use serde_json::{Value, json};

use super::call::Call;
use super::state::{Comment, Entry, Item, stamp};

const KEPT_DELIVERIES: usize = 20;

/// Records one event with every hook of the board that asked for it.
pub fn emit(call: &mut Call, board: &str, event: &str, payload: &Value) {
    let copies = if call.switches.duplicate_deliveries { 2 } else { 1 };
    let at = stamp(call.now);
    let wanted = |asked: &Value| asked.get("event").and_then(Value::as_str) == Some(event);
    let hooks = call.state.hooks.iter_mut();
    for hook in hooks.filter(|hook| hook.board == board && !hook.deleted && hook.events.iter().any(wanted)) {
        for _ in 0..copies {
            hook.deliveries.push(json!({ "created_at": at, "event": event, "payload": payload }));
        }
        let surplus = hook.deliveries.len().saturating_sub(KEPT_DELIVERIES);
        hook.deliveries.drain(..surplus);
    }
}

/// An item as hooks see it: without values and author.
pub fn item_payload(item: &Item) -> Value {
    json!({
        "id": item.id, "object": "item", "folder_id": item.folder, "parent_id": item.parent,
        "created_at": stamp(item.created), "sort_order": item.sort_order, "deleted": item.deleted,
    })
}

/// A value as hooks see it: without folder and author.
pub fn value_payload(item: &Item, entry: &Entry) -> Value {
    json!({
        "id": entry.id, "object": "value", "data": entry.data, "attribute_id": entry.attribute,
        "item_id": item.id, "deleted": false,
    })
}

/// A comment as hooks see it: the item nested, the author as a number.
pub fn comment_payload(comment: &Comment, item: &Item) -> Value {
    json!({
        "id": comment.id, "object": "comment", "parent_id": comment.parent, "text": comment.text,
        "item": item_payload(item), "created_at": stamp(comment.created), "created_by": comment.author,
        "deleted": comment.deleted,
    })
}
