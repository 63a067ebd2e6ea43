//! Everything the simulated StartInfinity remembers: its rows, one table a kind.

use std::borrow::Cow;

use chrono::{DateTime, SubsecRound, Utc};
use serde_json::{Value, json};

use super::table::{Row, Table};

/// The whole memory of the service.
#[derive(Debug, Clone, Default)]
pub struct State {
    pub users: Table<User>,
    pub workspaces: Table<Workspace>,
    pub boards: Table<Board>,
    pub folders: Table<Folder>,
    pub attributes: Table<Attribute>,
    pub items: Table<Item>,
    pub comments: Table<Comment>,
    pub attachments: Table<Attachment>,
    pub views: Table<View>,
    pub references: Table<Reference>,
    pub hooks: Table<Hook>,
    pub entries: Table<TimeEntry>,
    /// The highest number given to a user or an attachment so far.
    pub last_number: u64,
}

impl State {
    /// A number no user or attachment has yet.
    pub fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    /// The sort key that puts a new row behind all others of its kind: the API steps by 65,536.
    pub fn last_sort_order<'a>(orders: impl Iterator<Item = &'a str>) -> String {
        let highest = orders.filter_map(|order| order.parse::<f64>().ok()).fold(0.0, f64::max);
        format!("{:.0}", highest + 65_536.0)
    }
}

/// A moment as the API writes it: UTC with six decimals.
pub fn stamp(moment: DateTime<Utc>) -> String {
    moment.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// The present in whole seconds, as the API stores it.
pub fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(0)
}

/// An Infinity user, member of a workspace or not.
#[derive(Debug, Clone)]
pub struct User {
    pub id: u64,
    pub name: Option<String>,
    pub email: String,
    pub photo: Option<String>,
    pub job: Option<String>,
    pub location: Option<String>,
    pub created: DateTime<Utc>,
}

/// A workspace with its members and their roles.
#[derive(Debug, Clone)]
pub struct Workspace {
    pub id: u64,
    pub name: String,
    /// The one member who cannot be removed.
    pub owner: u64,
    pub members: Vec<(u64, String)>,
    pub created: DateTime<Utc>,
}

impl Workspace {
    /// Whether this user belongs to the workspace.
    pub fn has_member(&self, user: u64) -> bool {
        self.members.iter().any(|(member, _)| *member == user)
    }
}

/// A board and who may open it.
#[derive(Debug, Clone)]
pub struct Board {
    pub id: String,
    pub workspace: u64,
    pub name: String,
    pub description: Option<String>,
    pub color: Option<String>,
    pub users: Vec<u64>,
    pub created: DateTime<Utc>,
}

/// A folder and the attributes it shows.
#[derive(Debug, Clone)]
pub struct Folder {
    pub id: String,
    pub board: String,
    pub parent: Option<String>,
    pub name: String,
    pub color: Option<String>,
    pub attributes: Vec<String>,
    pub sort_order: String,
    pub settings: Value,
    pub created: DateTime<Utc>,
    pub deleted: bool,
}

/// A column of a board.
#[derive(Debug, Clone)]
pub struct Attribute {
    pub id: String,
    pub board: String,
    pub name: String,
    pub kind: String,
    pub default_data: Value,
    /// Labels are always kept as a list here, however they are shown.
    pub settings: Value,
    pub sort_order: String,
    pub created: DateTime<Utc>,
    pub deleted: bool,
}

/// An item or, with a parent, a subitem.
#[derive(Debug, Clone)]
pub struct Item {
    pub id: String,
    pub board: String,
    pub folder: String,
    pub parent: Option<String>,
    pub author: u64,
    /// The number that `custom_id` attributes show: counted per board.
    pub number: u64,
    pub sort_order: String,
    pub values: Vec<Entry>,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
    pub deleted: bool,
}

/// What one item holds for one attribute.
#[derive(Debug, Clone)]
pub struct Entry {
    pub id: String,
    pub attribute: String,
    pub data: Value,
}

/// A comment on an item.
#[derive(Debug, Clone)]
pub struct Comment {
    pub id: String,
    pub item: String,
    pub parent: Option<String>,
    pub text: String,
    pub author: u64,
    pub created: DateTime<Utc>,
    pub deleted: bool,
}

/// An uploaded file; its content is not kept.
#[derive(Debug, Clone)]
pub struct Attachment {
    pub id: u64,
    pub workspace: u64,
    pub name: String,
    pub size: u64,
    pub created: DateTime<Utc>,
}

/// A view of a folder.
#[derive(Debug, Clone)]
pub struct View {
    pub id: String,
    pub board: String,
    pub folder: String,
    pub name: String,
    pub kind: String,
    pub settings: Value,
    pub sort_order: String,
    pub author: u64,
    pub created: DateTime<Utc>,
    pub deleted: bool,
}

/// A link from one item to another.
#[derive(Debug, Clone)]
pub struct Reference {
    pub id: String,
    pub board: String,
    pub attribute: String,
    pub from: String,
    pub to: String,
    pub created: DateTime<Utc>,
    pub deleted: bool,
}

/// A webhook subscription.
#[derive(Debug, Clone)]
pub struct Hook {
    pub id: String,
    pub board: String,
    pub user: u64,
    pub url: String,
    /// `{event, data?}` objects, however they came.
    pub events: Vec<Value>,
    pub secret: String,
    /// What would have been sent lately, newest last; nothing ever leaves the sandbox.
    pub deliveries: Vec<Value>,
    pub created: DateTime<Utc>,
    pub deleted: bool,
}

/// A tracked span of time; without an end it is running.
#[derive(Debug, Clone)]
pub struct TimeEntry {
    pub id: String,
    pub board: String,
    pub item: String,
    pub attribute: String,
    pub started: Option<DateTime<Utc>>,
    pub ended: Option<DateTime<Utc>>,
    pub description: Option<String>,
    pub author: u64,
    pub created: DateTime<Utc>,
    pub deleted: bool,
}

impl Row for User {
    const KIND: &'static str = "User";
    fn id(&self) -> Cow<'_, str> {
        Cow::Owned(self.id.to_string())
    }
    fn created(&self) -> DateTime<Utc> {
        self.created
    }
}

impl Row for Workspace {
    const KIND: &'static str = "Workspace";
    fn id(&self) -> Cow<'_, str> {
        Cow::Owned(self.id.to_string())
    }
    fn created(&self) -> DateTime<Utc> {
        self.created
    }
}

impl Row for Board {
    const KIND: &'static str = "Board";
    fn id(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.id)
    }
    fn created(&self) -> DateTime<Utc> {
        self.created
    }
}

impl Row for Attachment {
    const KIND: &'static str = "Attachment";
    fn id(&self) -> Cow<'_, str> {
        Cow::Owned(self.id.to_string())
    }
    fn created(&self) -> DateTime<Utc> {
        self.created
    }
}

/// Rows that belong to a board (or, for comments, an item) and can be deleted all read alike.
macro_rules! rows {
    ($($row:ident in $home:ident, $kind:literal;)*) => {$(
        impl Row for $row {
            const KIND: &'static str = $kind;
            fn id(&self) -> Cow<'_, str> {
                Cow::Borrowed(&self.id)
            }
            fn home(&self) -> &str {
                &self.$home
            }
            fn created(&self) -> DateTime<Utc> {
                self.created
            }
            fn deleted(&self) -> bool {
                self.deleted
            }
        }
    )*};
}

rows! {
    Folder in board, "Folder";
    Attribute in board, "Attribute";
    Item in board, "Item";
    Comment in item, "Comment";
    View in board, "FolderView";
    Reference in board, "Reference";
    Hook in board, "Hook";
    TimeEntry in board, "TimeEntry";
}

/// A new UUID as text.
pub fn new_uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// A new short id of eleven letters and digits, as boards, folders and views have.
pub fn new_short_id() -> String {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let bytes = uuid::Uuid::new_v4().into_bytes();
    // The first bytes of a version 4 UUID are random but for the four bits of the seventh, which holds the version.
    bytes
        .iter()
        .enumerate()
        .filter(|(place, _)| *place != 6 && *place != 8)
        .take(11)
        .filter_map(|(_, byte)| LETTERS.get(usize::from(*byte) % LETTERS.len()))
        .map(|letter| char::from(*letter))
        .collect()
}

/// A user as the API shows one; the role is known only within a workspace.
pub fn show_user(user: &User, role: Option<&str>) -> Value {
    let mut shown = json!({
        "id": user.id, "object": "user", "name": user.name, "email": user.email, "photo_url": user.photo,
        "created_at": stamp(user.created), "deleted": false,
    });
    if let (Some(role), Some(fields)) = (role, shown.as_object_mut()) {
        fields.insert("role".to_owned(), json!(role));
    }
    shown
}
