//! One request on its way through the simulated StartInfinity: who asks, what for, and what they may see.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::page::Paging;
use super::refuse;
use super::state::State;
use super::switches::Switches;
use super::table::{Row, Table};
use super::version::Version;
use crate::service::{Reply, Request};

/// What an operation answers: the JSON of a success, or a refusal.
pub type Answer = Result<Value, Reply>;

/// The user whose token the sandbox accepts.
pub const CALLER: u64 = 1975;

/// A request together with everything that decides its answer.
pub struct Call<'a> {
    pub state: &'a mut State,
    pub request: &'a Request,
    pub switches: &'a Switches,
    pub version: Version,
    pub now: DateTime<Utc>,
}

impl<'a> Call<'a> {
    /// An id from the path.
    pub fn id(&self, name: &str) -> &'a str {
        self.request.path(name)
    }

    /// The workspace of the path, if the caller belongs to it.
    ///
    /// # Errors
    /// 404 for an unknown one, 403 for a foreign one.
    pub fn workspace(&self) -> Result<u64, Reply> {
        let id = self.id("workspace");
        let found = self.state.workspaces.get(id).ok_or_else(|| refuse::missing("Workspace", id))?;
        if found.has_member(CALLER) { Ok(found.id) } else { Err(refuse::forbidden()) }
    }

    /// The board of the path, if the caller may open it.
    ///
    /// # Errors
    /// 404 for one that is not in the workspace, 403 for one without access.
    pub fn board(&self) -> Result<String, Reply> {
        let workspace = self.workspace()?;
        let id = self.id("board_id");
        let found = self.state.boards.get(id).filter(|board| board.workspace == workspace);
        let found = found.ok_or_else(|| refuse::missing("Board", id))?;
        if found.users.contains(&CALLER) { Ok(found.id.clone()) } else { Err(refuse::forbidden()) }
    }

    /// A row that can be read: it belongs there and is not deleted out of sight.
    ///
    /// # Errors
    /// 404 otherwise.
    pub fn found<T: Row>(&self, table: &Table<T>, id: &str, home: &str) -> Result<T, Reply> {
        let row = table.get(id).filter(|row| row.home() == home && self.readable(*row));
        row.cloned().ok_or_else(|| refuse::missing(T::KIND, id))
    }

    /// A row that can still be changed: it belongs there and is not deleted.
    ///
    /// # Errors
    /// 404 otherwise.
    pub fn living<T: Row>(&self, table: &Table<T>, id: &str, home: &str) -> Result<T, Reply> {
        let row = table.get(id).filter(|row| row.home() == home && !row.deleted());
        row.cloned().ok_or_else(|| refuse::missing(T::KIND, id))
    }

    /// Whether reading this row by its id succeeds. Before deleting meant archiving, a deleted row was gone.
    pub fn readable(&self, row: &impl Row) -> bool {
        !row.deleted() || (self.switches.deleted_readable && self.version.archives())
    }

    /// Whether this row appears in lists.
    pub fn listed(&self, row: &impl Row) -> bool {
        !row.deleted() || self.switches.deleted_in_lists
    }

    /// The page of `table` that was asked for, of the rows that belong to `home` and pass `keep`.
    ///
    /// # Errors
    /// 422 for paging that makes no sense.
    pub fn list<T: Row>(
        &self,
        table: &Table<T>,
        home: &str,
        keep: impl Fn(&T) -> bool,
        show: impl Fn(&T) -> Value,
    ) -> Answer {
        let paging = Paging::read(self.request, self.switches)?;
        let rows = table.iter().filter(|row| row.home() == home && self.listed(*row) && keep(row));
        Ok(paging.cut(rows).show(show))
    }

    /// What `expand[]` asks for.
    pub fn expansions(&self) -> BTreeSet<&'a str> {
        self.request.queries("expand[]").iter().map(String::as_str).collect()
    }

    /// A user as the author of something: the number, or the user when expanded.
    pub fn author(&self, user: u64, expanded: bool) -> Value {
        let known = self.state.users.get(&user.to_string()).filter(|_| expanded);
        known.map_or(json!(user), |user| super::state::show_user(user, None))
    }

    /// The moment before which comments are purged, when they are.
    pub fn purged_before(&self) -> Option<DateTime<Utc>> {
        let days = i64::from(self.switches.purge_comments_after_days);
        (days > 0).then(|| self.now - TimeDelta::days(days))
    }
}
