//! Links between two items; only the legacy version can read them back.

use serde_json::{Value, json};

use super::call::{Answer, Call};
use super::fields::Fields;
use super::refuse;
use super::state::{Reference, new_uuid};

/// `createReference`: from an item of this board to one of any board in the workspace.
pub fn create(call: &mut Call) -> Answer {
    let board = call.board()?;
    let workspace = call.workspace()?;
    let mut fields = Fields::of(call.request);
    let attribute = fields.required("attribute_id");
    let (from, to) = (fields.required("from_item_id"), fields.required("to_item_id"));
    let links = call.living(&call.state.attributes, &attribute, &board);
    if !attribute.is_empty() && !links.is_ok_and(|attribute| attribute.kind == "reference") {
        fields.faults.invalid("attribute_id");
    }
    if !from.is_empty() && call.living(&call.state.items, &from, &board).is_err() {
        fields.faults.invalid("from_item_id");
    }
    let target = call.state.items.get(&to).filter(|item| !item.deleted);
    let target = target.and_then(|item| call.state.boards.get(&item.board));
    if !to.is_empty() && target.is_none_or(|board| board.workspace != workspace) {
        fields.faults.invalid("to_item_id");
    }
    fields.finish()?;
    let reference = Reference { id: new_uuid(), board, attribute, from, to, created: call.now, deleted: false };
    call.state.references.put(reference.clone());
    Ok(show(&reference))
}

/// `deleteReference`: in the document, though one integrator found it removed.
pub fn delete(call: &mut Call) -> Answer {
    let board = call.board()?;
    if call.switches.delete_reference_removed && !call.version.is_legacy() {
        return Err(refuse::removed(call.switches.removed_status));
    }
    let mut reference = call.living(&call.state.references, call.id("reference_id"), &board)?;
    reference.deleted = true;
    call.state.references.put(reference.clone());
    Ok(show(&reference))
}

/// The removed `GET …/references`, which legacy still has.
pub fn list(call: &mut Call) -> Answer {
    let board = call.board()?;
    call.list(&call.state.references, &board, |_| true, show)
}

/// The removed `GET …/references/{reference_id}`, which legacy still has.
pub fn get(call: &mut Call) -> Answer {
    let board = call.board()?;
    Ok(show(&call.found(&call.state.references, call.id("reference_id"), &board)?))
}

fn show(reference: &Reference) -> Value {
    json!({
        "id": reference.id, "object": "reference", "attribute_id": reference.attribute,
        "from_item_id": reference.from, "to_item_id": reference.to, "deleted": reference.deleted,
    })
}
