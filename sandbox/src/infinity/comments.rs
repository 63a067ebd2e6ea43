//! Comments on an item, with replies.

use serde_json::{Value, json};

use super::call::{Answer, CALLER, Call};
use super::events::{comment_payload, emit};
use super::fields::Fields;
use super::shown_item::{self, Expansion};
use super::state::{Comment, Item, new_uuid, stamp};
use crate::service::Reply;

/// `listComments`.
pub fn list(call: &mut Call) -> Answer {
    let item = found_item(call)?;
    let kept = |comment: &Comment| !purged(call, comment);
    call.list(&call.state.comments, &item.id, kept, |comment| show(call, comment))
}

/// `getComment`.
pub fn get(call: &mut Call) -> Answer {
    let item = found_item(call)?;
    let comment = call.found(&call.state.comments, call.id("comment_id"), &item.id)?;
    if purged(call, &comment) {
        return Err(super::refuse::missing("Comment", &comment.id));
    }
    Ok(show(call, &comment))
}

/// `createComment`.
pub fn create(call: &mut Call) -> Answer {
    let item = living_item(call)?;
    let mut fields = Fields::of(call.request);
    fields.required("text");
    fields.finish()?;
    let blank = Comment {
        id: new_uuid(),
        item: item.id.clone(),
        parent: None,
        text: String::new(),
        author: CALLER,
        created: call.now,
        deleted: false,
    };
    write(call, &item, blank, "comment.created")
}

/// `updateComment`.
pub fn update(call: &mut Call) -> Answer {
    let item = living_item(call)?;
    let comment = living_comment(call, &item)?;
    write(call, &item, comment, "comment.updated")
}

fn write(call: &mut Call, item: &Item, mut comment: Comment, event: &str) -> Answer {
    let mut fields = Fields::of(call.request);
    if let Some(text) = fields.text("text") {
        comment.text = text;
    }
    if let Some(parent) = fields.nullable("parent_id") {
        let fits = |parent: &str| parent != comment.id && call.living(&call.state.comments, parent, &item.id).is_ok();
        if parent.as_deref().is_some_and(|parent| !fits(parent)) {
            fields.faults.invalid("parent_id");
        }
        comment.parent = parent;
    }
    fields.finish()?;
    call.state.comments.put(comment.clone());
    emit(call, &item.board, event, &comment_payload(&comment, item));
    Ok(show(call, &comment))
}

/// `deleteComment`.
pub fn delete(call: &mut Call) -> Answer {
    let item = living_item(call)?;
    let mut comment = living_comment(call, &item)?;
    comment.deleted = true;
    call.state.comments.put(comment.clone());
    emit(call, &item.board, "comment.updated", &comment_payload(&comment, &item));
    Ok(show(call, &comment))
}

fn found_item(call: &Call) -> Result<Item, Reply> {
    let board = call.board()?;
    call.found(&call.state.items, call.id("item_id"), &board)
}

fn living_item(call: &Call) -> Result<Item, Reply> {
    let board = call.board()?;
    call.living(&call.state.items, call.id("item_id"), &board)
}

fn living_comment(call: &Call, item: &Item) -> Result<Comment, Reply> {
    let comment = call.living(&call.state.comments, call.id("comment_id"), &item.id)?;
    if purged(call, &comment) { Err(super::refuse::missing("Comment", &comment.id)) } else { Ok(comment) }
}

fn purged(call: &Call, comment: &Comment) -> bool {
    call.purged_before().is_some_and(|limit| comment.created < limit)
}

fn show(call: &Call, comment: &Comment) -> Value {
    let asked = call.expansions();
    let mut shown = json!({
        "id": comment.id, "object": "comment", "parent_id": comment.parent, "text": comment.text,
        "created_at": stamp(comment.created), "created_by": call.author(comment.author, asked.contains("created_by")),
        "deleted": comment.deleted,
    });
    let with_values = asked.contains("item.values");
    if with_values || asked.contains("item") {
        let item = call.state.items.get(&comment.item);
        let item = item.map_or(Value::Null, |item| shown_item::show(call, item, Expansion::of_comment(with_values)));
        if let Some(fields) = shown.as_object_mut() {
            fields.insert("item".to_owned(), item);
        }
    }
    shown
}
