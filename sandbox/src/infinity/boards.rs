//! The boards of a workspace: listed, read and created; the API changes and deletes none.

use serde_json::{Value, json};

use super::call::{Answer, CALLER, Call};
use super::fields::Fields;
use super::state::{Board, new_short_id, stamp};

/// `listBoards`: those the caller may open.
pub fn list(call: &mut Call) -> Answer {
    let workspace = call.workspace()?;
    let open = |board: &Board| board.workspace == workspace && board.users.contains(&CALLER);
    call.list(&call.state.boards, "", open, show)
}

/// `getBoard`.
pub fn get(call: &mut Call) -> Answer {
    let id = call.board()?;
    Ok(show(&call.found(&call.state.boards, &id, "")?))
}

/// `createBoard`: starts without folders and attributes; the caller is added to its users.
pub fn create(call: &mut Call) -> Answer {
    let workspace = call.workspace()?;
    let mut fields = Fields::of(call.request);
    let name = fields.required("name");
    let description = fields.nullable("description").flatten();
    let color = fields.color().flatten();
    let mut users = fields.numbers("user_ids").unwrap_or_default();
    let home = call.state.workspaces.get(&workspace.to_string());
    for (place, user) in users.iter().enumerate() {
        if !home.is_some_and(|home| home.has_member(*user)) {
            fields.faults.invalid(&format!("user_ids.{place}"));
        }
    }
    fields.finish()?;
    if !users.contains(&CALLER) {
        users.push(CALLER);
    }
    let board = Board { id: new_short_id(), workspace, name, description, color, users, created: call.now };
    call.state.boards.put(board.clone());
    Ok(show(&board))
}

fn show(board: &Board) -> Value {
    json!({
        "id": board.id, "object": "board", "name": board.name, "description": board.description,
        "color": board.color, "user_ids": board.users, "workspace_id": board.workspace,
        "created_at": stamp(board.created), "deleted": false,
    })
}
