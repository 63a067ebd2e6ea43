//! Rows of one kind, kept in the order they came and found by their id.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DateTime, Utc};

/// What every kind of row has, whatever else it holds.
pub trait Row: Clone {
    /// The model's name in a "not found" message.
    const KIND: &'static str;
    /// The id as it stands in paths and cursors.
    fn id(&self) -> Cow<'_, str>;
    /// What the row belongs to: the board, or the item for a comment; empty for users and workspaces.
    fn home(&self) -> &str {
        ""
    }
    /// When it was made; whole seconds, because cursors carry no more.
    fn created(&self) -> DateTime<Utc>;
    /// Whether it was archived or deleted.
    fn deleted(&self) -> bool {
        false
    }
}

/// All rows of one kind. Nothing is ever taken out: a deleted row is marked.
#[derive(Debug, Clone)]
pub struct Table<T> {
    rows: Vec<T>,
    places: HashMap<String, usize>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), places: HashMap::new() }
    }
}

impl<T: Row> Table<T> {
    /// The row of this id, deleted or not.
    pub fn get(&self, id: &str) -> Option<&T> {
        self.rows.get(*self.places.get(id)?)
    }

    /// Adds a row, or replaces the one of the same id.
    pub fn put(&mut self, row: T) {
        let id = row.id().into_owned();
        let known = self.places.get(&id).and_then(|place| self.rows.get_mut(*place));
        if let Some(old) = known {
            *old = row;
        } else {
            self.places.insert(id, self.rows.len());
            self.rows.push(row);
        }
    }

    /// All rows in the order they came.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.rows.iter()
    }

    /// All rows, to be changed; their ids must stay.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.rows.iter_mut()
    }
}
