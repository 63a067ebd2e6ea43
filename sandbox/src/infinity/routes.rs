//! Which function answers which operation, and what is left of routes the document does not have.

use std::collections::BTreeMap;

use super::call::{Answer, Call};
use super::{
    attachments, attributes, boards, comments, folders, hooks, items, members, references, refuse, time, views,
};

type Operation = fn(&mut Call) -> Answer;

/// The function behind a documented `operationId`.
pub fn operation(id: &str) -> Option<Operation> {
    Some(match id {
        "getMyProfileData" => members::profile,
        "listWorkspaces" => members::list_workspaces,
        "listMembers" => members::list,
        "inviteMember" => members::invite,
        "addMember" => members::add,
        "removeMember" => members::remove,
        "listBoards" => boards::list,
        "createBoard" => boards::create,
        "getBoard" => boards::get,
        "listFolders" => folders::list,
        "createFolder" => folders::create,
        "getFolder" => folders::get,
        "updateFolder" => folders::update,
        "deleteFolder" => folders::delete,
        "listAttributes" => attributes::list,
        "createAttribute" => attributes::create,
        "getAttribute" => attributes::get,
        "updateAttribute" => attributes::update,
        "deleteAttribute" => attributes::delete,
        "listItems" => items::list,
        "createItem" => items::create,
        "getItem" => items::get,
        "updateItem" => items::update,
        "deleteItem" => items::delete,
        "listComments" => comments::list,
        "createComment" => comments::create,
        "getComment" => comments::get,
        "updateComment" => comments::update,
        "deleteComment" => comments::delete,
        _ => return other_operation(id),
    })
}

fn other_operation(id: &str) -> Option<Operation> {
    Some(match id {
        "createFromFile" => attachments::from_file,
        "createFromURL" => attachments::from_url,
        "listViews" => views::list,
        "createView" => views::create,
        "getViews" => views::get,
        "updateView" => views::update,
        "deleteView" => views::delete,
        "createReference" => references::create,
        "deleteReference" => references::delete,
        "listHooks" => hooks::list,
        "createHook" => hooks::create,
        "updateHook" => hooks::update,
        "deleteHook" => hooks::delete,
        "createTimeEntry" => time::create,
        "updateTimeEntry" => time::update,
        "deleteTimeEntry" => time::delete,
        _ => return None,
    })
}

/// A route that upstream knows although the document does not.
#[derive(Debug)]
pub struct Undocumented<'a> {
    workspace: &'a str,
    board: &'a str,
    id: &'a str,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    ListReferences,
    GetReference,
    ListUsers,
    ListTimeEntries,
    /// Setting values beside the item went with legacy; how the old routes answered is not recorded.
    Values,
}

impl<'a> Undocumented<'a> {
    /// The route of this method and path, which begins behind the API's base.
    pub fn find(method: &str, path: &'a str) -> Option<Self> {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let (workspace, board, id, kind) = match (method, parts.as_slice()) {
            ("GET", ["workspaces", workspace, "users"]) => (*workspace, "", "", Kind::ListUsers),
            ("GET", ["workspaces", workspace, "boards", board, "references"]) => {
                (*workspace, *board, "", Kind::ListReferences)
            }
            ("GET", ["workspaces", workspace, "boards", board, "references", id]) => {
                (*workspace, *board, *id, Kind::GetReference)
            }
            ("GET", ["workspaces", workspace, "boards", board, "time-tracking"]) => {
                (*workspace, *board, "", Kind::ListTimeEntries)
            }
            ("POST", ["workspaces", workspace, "boards", board, "items", id, "values"])
            | ("DELETE", ["workspaces", workspace, "boards", board, "items", id, "values", _]) => {
                (*workspace, *board, *id, Kind::Values)
            }
            _ => return None,
        };
        Some(Self { workspace, board, id, kind })
    }

    /// What the path holds, by the names documented routes use.
    pub fn values(&self) -> BTreeMap<String, String> {
        let values = [("workspace", self.workspace), ("board_id", self.board), ("reference_id", self.id)];
        values.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// Legacy still answers what later versions removed.
    pub fn answer(&self, call: &mut Call) -> Answer {
        let removed = refuse::removed(call.switches.removed_status);
        match self.kind {
            Kind::Values => Err(refuse::no_route()),
            Kind::ListTimeEntries if call.version.tracks_time() => Err(refuse::wrong_method("GET", "POST")),
            Kind::ListTimeEntries => Err(refuse::no_route()),
            _ if !call.version.is_legacy() => Err(removed),
            Kind::ListReferences => references::list(call),
            Kind::GetReference => references::get(call),
            Kind::ListUsers => members::list(call),
        }
    }
}
