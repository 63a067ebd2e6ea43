//! Lays rows into the memory with ids and times that are the same at every start.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use serde_json::{Value, json};

use crate::infinity::state::{Attribute, Board, Entry, Folder, Item, State};

/// The memory while it is being filled.
#[derive(Default)]
pub struct Ground {
    pub state: State,
    items: u32,
}

/// One attribute to lay; its id follows from board and name.
pub struct Column {
    pub name: &'static str,
    pub kind: &'static str,
    pub settings: Value,
}

/// One item to lay; its id follows from the folder and its place in it.
pub struct Line<'a> {
    pub board: &'a str,
    pub folder: &'a str,
    pub parent: Option<String>,
    pub author: u64,
    /// Attribute names with their data.
    pub values: Vec<(&'static str, Value)>,
}

impl Ground {
    /// Lays a board.
    pub fn board(&mut self, id: &str, workspace: u64, name: &str, users: &[u64]) {
        self.state.boards.put(Board {
            id: id.to_owned(),
            workspace,
            name: name.to_owned(),
            description: Some(format!("<p>{name}: gepflegt vom <strong>Innendienst</strong>.</p>")),
            color: Some("#1EB9C8".to_owned()),
            users: users.to_vec(),
            created: day(0),
        });
    }

    /// Lays the attributes of a board, in the order given.
    pub fn columns(&mut self, board: &str, columns: Vec<Column>) {
        for (place, column) in columns.into_iter().enumerate() {
            let empty = if column.kind == "label" { json!([]) } else { Value::Null };
            self.state.attributes.put(Attribute {
                id: attribute_id(board, column.name),
                board: board.to_owned(),
                name: column.name.to_owned(),
                kind: column.kind.to_owned(),
                default_data: empty,
                settings: column.settings,
                sort_order: sort_order(place),
                created: day(0),
                deleted: false,
            });
        }
    }

    /// Lays a folder that shows these attributes.
    pub fn folder(&mut self, board: &str, id: &str, parent: Option<&str>, name: &str, shown: &[&str]) {
        let place = self.state.folders.iter().filter(|folder| folder.board == board).count();
        self.state.folders.put(Folder {
            id: id.to_owned(),
            board: board.to_owned(),
            parent: parent.map(str::to_owned),
            name: name.to_owned(),
            color: Some("#f57740".to_owned()),
            attributes: shown.iter().map(|name| attribute_id(board, name)).collect(),
            sort_order: sort_order(place),
            settings: json!({}),
            created: day(0),
            deleted: false,
        });
    }

    /// Lays an item and gives its id.
    pub fn item(&mut self, line: Line<'_>) -> String {
        let place = self.state.items.iter().filter(|item| item.folder == line.folder).count();
        let number = self.state.items.iter().filter(|item| item.board == line.board).count();
        let id = fixed_uuid(&format!("item/{}/{place}", line.folder));
        let entry = |(name, data): (&str, Value)| Entry {
            id: fixed_uuid(&format!("value/{id}/{name}")),
            attribute: attribute_id(line.board, name),
            data,
        };
        let values = line.values.into_iter().map(entry).collect();
        self.items += 1;
        // About one item in six hours, at odd minutes, so that the board looks lived in.
        let created = day(30) + TimeDelta::minutes(i64::from(self.items) * 367);
        self.state.items.put(Item {
            id: id.clone(),
            board: line.board.to_owned(),
            folder: line.folder.to_owned(),
            parent: line.parent,
            author: line.author,
            number: number as u64 + 1,
            sort_order: sort_order(place),
            values,
            created,
            updated: created + TimeDelta::hours(9),
            deleted: false,
        });
        id
    }
}

/// So many days after the boards were set up, on 7 January 2026.
pub fn day(number: i64) -> DateTime<Utc> {
    let start = Utc.with_ymd_and_hms(2026, 1, 7, 7, 30, 0).single().unwrap_or_default();
    start + TimeDelta::days(number)
}

/// The attribute's id; the two that the vendor's own samples show keep the ids they have there.
pub fn attribute_id(board: &str, name: &str) -> String {
    match (board, name) {
        ("LA1dW8i1TTK", "Name") => "8b935736-943f-458a-a511-80fe04bd8911".to_owned(),
        ("LA1dW8i1TTK", "Status") => "40c82ac2-fe83-4dda-88a3-461ee4d945f7".to_owned(),
        _ => fixed_uuid(&format!("attribute/{board}/{name}")),
    }
}

/// The id of an attribute's label.
pub fn label_id(board: &str, attribute: &str, label: &str) -> String {
    fixed_uuid(&format!("label/{board}/{attribute}/{label}"))
}

/// The settings of a label attribute.
pub fn labels(board: &str, attribute: &str, names: &[&str], allows: Allows) -> Value {
    const COLORS: [&str; 5] = ["#f57740", "#1EB9C8", "#7F5AF0", "#2CB67D", "#E53170"];
    let label =
        |(name, color): (&&str, &&str)| json!({ "id": label_id(board, attribute, name), "name": name, "color": color });
    let labels: Vec<Value> = names.iter().zip(COLORS.iter().cycle()).map(label).collect();
    json!({ "multiple": allows == Allows::Several, "labels": labels })
}

/// How many labels an item may carry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Allows {
    One,
    Several,
}

/// A UUID that follows from a text.
pub fn fixed_uuid(text: &str) -> String {
    let mut bytes = [0_u8; 16];
    let (first, second) = (mixed(text, 1), mixed(text, 2));
    for (target, source) in bytes.iter_mut().zip(first.to_be_bytes().into_iter().chain(second.to_be_bytes())) {
        *target = source;
    }
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

/// FNV-1a with a finishing stir, which is spread enough for ids nobody must guess right.
fn mixed(text: &str, salt: u64) -> u64 {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325 ^ salt, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let stirred = (hash ^ (hash >> 31)).wrapping_mul(0x94d0_49bb_1331_11eb);
    stirred ^ (stirred >> 29)
}

fn sort_order(place: usize) -> String {
    ((place + 1) * 65_536).to_string()
}
