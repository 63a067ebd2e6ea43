//! Which values a list shows: those that were asked for, or as many as fit into a conversation.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::attributes::Kind;
use super::items::ItemRow;
use super::place::Place;
use super::refusal::Refusal;
use infini_mcp_core::tool::text;

/// Tokens for a list whose length the caller did not choose; the design wants such answers below 4,000.
const BY_DEFAULT: usize = 3_600;
/// Tokens for a list whose length the caller chose: a hundred items stay below 6,000, for the estimate is rather high.
const BY_CHOICE: usize = 6_000;
/// Tokens of what surrounds the rows: cursors, names of columns and of what was left out.
const AROUND: usize = 200;
/// Tokens of a UUID, whose hexadecimal is estimated a little too low.
const AN_ID: usize = 26;
/// Tokens of a folder's id and name.
const A_FOLDER: usize = 22;
/// Tokens of the fence around a text by others.
const A_FENCE: usize = 28;
/// Characters after which the runtime cuts prose.
const PROSE: usize = 200;

/// Items as a table, for a name that stands once above a hundred values costs a fraction of a hundred names.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Table {
    /// Names of the cells.
    pub columns: Vec<String>,
    /// One item each; null is empty, … ends a cut text.
    #[schemars(extend("x-long-text" = true))]
    pub rows: Vec<Vec<Value>>,
    /// Left out; name them in `fields`.
    pub left_out: Option<Vec<String>>,
}

/// What the rows shall show.
#[derive(Debug, Clone, PartialEq)]
pub enum Columns {
    /// These keys of values and fields of the row.
    Chosen(Vec<String>),
    /// As much as fits into so many tokens.
    Fitting(usize),
}

impl Columns {
    /// What a caller wants: the named attributes, or what fits.
    ///
    /// # Errors
    /// All names that are unknown or ambiguous.
    pub fn of(place: &Place, fields: &[String], limit: Option<u32>) -> infini_mcp_core::tool::Result<Self> {
        if fields.is_empty() {
            return Ok(Self::Fitting(if limit.is_some() { BY_CHOICE } else { BY_DEFAULT }));
        }
        let (mut chosen, mut refused) = (Vec::new(), Vec::new());
        for field in fields {
            match key(place, field) {
                Ok(key) if chosen.contains(&key) => {}
                Ok(key) => chosen.push(key),
                Err(refusal) => refused.push(refusal),
            }
        }
        if refused.is_empty() { Ok(Self::Chosen(chosen)) } else { Err(super::refusal::all(refused)) }
    }

    /// The table of these items. Their folders are left out where `folder` is the only one.
    pub fn table(&self, place: &Place, items: Vec<ItemRow>) -> Table {
        let items: Vec<ItemRow> = match self {
            Self::Chosen(_) => items,
            Self::Fitting(_) => items.into_iter().map(|item| item.without_repetitions(place)).collect(),
        };
        let has = |column: &String| items.iter().any(|item| !cell(item, column).is_null());
        let (mut columns, left_out) = match self {
            Self::Chosen(chosen) => (chosen.clone(), Vec::new()),
            Self::Fitting(tokens) => fitting(place, &items, *tokens),
        };
        let first = ["id", "title", "parent_id"].map(str::to_owned);
        columns.retain(|column| !first.contains(column));
        let columns: Vec<String> =
            first.into_iter().filter(|column| column != "parent_id" || has(column)).chain(columns).collect();
        let row = |item: &ItemRow| columns.iter().map(|column| cell(item, column)).collect();
        Table {
            rows: items.iter().map(row).collect(),
            left_out: Some(left_out).filter(|left_out| !left_out.is_empty()),
            columns,
        }
    }
}

/// An attribute's key, or the name of a field that every item has.
fn key(place: &Place, field: &str) -> Result<String, Refusal> {
    match (place.attribute(field), field.trim()) {
        (Ok(attribute), _) => Ok(attribute.key.clone()),
        (Err(_), name @ ("created_at" | "created_by" | "folder" | "title" | "id" | "parent_id")) => Ok(name.to_owned()),
        (Err(refusal), _) => Err(refusal),
    }
}

/// All columns of the rows, the most telling first: states, then what a person sees first on the board, long texts last.
fn columns(place: &Place, rows: &[ItemRow]) -> Vec<String> {
    let folder = rows.first().and_then(|row| row.folder_id.as_deref()).and_then(|id| place.folder_of_id(id));
    let mut attributes = place.attributes_in(folder);
    attributes.sort_by_key(|attribute| attribute.kind != Kind::Label);
    let (bulky, short): (Vec<_>, Vec<_>) = attributes.into_iter().partition(|attribute| attribute.kind.is_bulky());
    let known = short.iter().map(|attribute| attribute.key.clone());
    let mut columns: Vec<String> =
        std::iter::once("folder".to_owned()).chain(known).chain(["created_at".to_owned()]).collect();
    columns.extend(bulky.iter().map(|attribute| attribute.key.clone()));
    columns.push("created_by".to_owned());
    let mut seen: HashSet<String> = columns.iter().cloned().collect();
    for key in rows.iter().flat_map(|row| row.values.keys()) {
        if seen.insert(key.clone()) {
            columns.push(key.clone());
        }
    }
    columns
}

/// The columns that fit, and those that hold something but do not fit.
fn fitting(place: &Place, rows: &[ItemRow], most: usize) -> (Vec<String>, Vec<String>) {
    let folders: HashSet<&str> = rows.iter().filter_map(|row| row.folder_id.as_deref()).collect();
    let mut spare = most.saturating_sub(AROUND + folders.len() * A_FOLDER + rows.iter().map(fixed).sum::<usize>());
    let (mut wanted, mut left_out) = (Vec::new(), Vec::new());
    for column in columns(place, rows) {
        let cells: Vec<Value> = rows.iter().map(|row| cell(row, &column)).collect();
        // One folder is told once, beside the rows.
        if cells.iter().all(Value::is_null) || (column == "folder" && folders.len() < 2) {
            continue;
        }
        let cost: usize = cells.iter().map(cost).sum();
        if cost <= spare {
            spare -= cost;
            wanted.push(column);
        } else {
            left_out.push(column);
        }
    }
    (wanted, left_out)
}

/// What every row costs, whatever it shows.
fn fixed(row: &ItemRow) -> usize {
    let ids = [&row.id, &row.parent_id].into_iter().flatten().count();
    ids * AN_ID + cost(&cell(row, "title"))
}

/// A column is a key of the values, or else a field of the row of this name.
fn cell(row: &ItemRow, column: &str) -> Value {
    let field = match column {
        "id" => &row.id,
        "title" => &row.title,
        "parent_id" => &row.parent_id,
        "folder" => &row.folder,
        "created_at" => &row.created_at,
        "created_by" => &row.created_by,
        _ => &None,
    };
    match (row.values.get(column), field) {
        // A list of one says nothing that the one does not say.
        (Some(Value::Array(list)), _) if list.len() == 1 => list.first().cloned().unwrap_or_default(),
        (Some(value), _) => value.clone(),
        (None, field) => json!(field),
    }
}

fn cost(cell: &Value) -> usize {
    match cell {
        Value::String(prose) => {
            let begin = Value::from(prose.chars().take(PROSE).collect::<String>());
            tokens(&format!(",{begin}")) + if text::is_foreign(prose) { A_FENCE } else { 0 }
        }
        Value::Null | Value::Bool(_) => 1,
        Value::Number(_) | Value::Array(_) | Value::Object(_) => tokens(&format!(",{cell}")),
    }
}

/// About how many tokens a text costs a model, without the tables of a tokenizer.
///
/// The prices are what fitted 2,300 pieces of German answers best, counted with o200k: half a token a word and a
/// fifth a letter, more where it is no ASCII; a token for up to three digits; a token for signs that stand together.
pub fn tokens(text: &str) -> usize {
    let mut hundredths = 0;
    let mut last = None;
    let mut digits = 0;
    for character in text.chars() {
        let class = class(character);
        let begins = last != Some(class);
        digits = if class == Class::Digit && !begins { digits + 1 } else { 0 };
        hundredths += match class {
            Class::Letter => 21 + if begins { 50 } else { 0 } + if character.is_ascii() { 0 } else { 30 },
            // A blank is read together with the word after it, but not with a number.
            Class::Digit => {
                (if digits % 3 == 0 { 100 } else { 0 }) + (if begins && last == Some(Class::Blank) { 100 } else { 0 })
            }
            Class::Sign if begins => 100,
            Class::Sign | Class::Blank => 0,
        };
        last = Some(class);
    }
    usize::div_ceil(hundredths, 100)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    Sign,
    Blank,
}

fn class(character: char) -> Class {
    match character {
        _ if character.is_numeric() => Class::Digit,
        _ if character.is_alphabetic() => Class::Letter,
        _ if character.is_whitespace() => Class::Blank,
        _ => Class::Sign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_is_close_to_what_models_count() {
        let tokenizer = tiktoken_rs::o200k_base().unwrap();
        let (mut estimates, mut reals) = (0, 0);
        for text in [
            "364019f5-0198-407b-931a-4f8ea51ecc28",
            "Firewall-Tausch – Müllner & Söhne Maschinenbau GmbH",
            "2026-05-04T09:00:00Z",
            "Wartet auf Kunde",
            "Einsatz in Würzburg. Anfahrt über die Zufahrt Süd. Schlüssel abholen, Fotos vor und nach dem Tausch",
            "[\"Netzwerk\",\"Security\"]",
            "https://doku.nordlicht.example/netzplan",
            "info@müllner-bau.example",
            "+49 931 5550101",
            "{\"title\":\"Bestandsaufnahme\",\"values\":{}}",
        ] {
            let (estimate, real) = (tokens(text), tokenizer.encode_ordinary(text).len());
            assert!(
                estimate * 4 >= real * 3 && estimate * 2 <= real * 3,
                "{text}: estimated {estimate}, really {real}"
            );
            (estimates, reals) = (estimates + estimate, reals + real);
        }
        assert!(estimates >= reals * 19 / 20, "estimated {estimates}, really {reals}");
    }

    fn rows(count: usize) -> (Place, Vec<ItemRow>) {
        let attributes = json!([
            { "id": "n", "name": "Name", "type": "text" }, { "id": "s", "name": "Status", "type": "text" }, { "id": "d", "name": "Beschreibung", "type": "longtext" },
        ]);
        let place = Place::of_rows(
            json!([{ "id": "f", "name": "F", "attribute_ids": ["n", "s", "d"] }]),
            attributes,
            json!([]),
        );
        let item = json!({
            "id": "364019f5-0198-407b-931a-4f8ea51ecc28", "folder_id": "f", "created_at": "2026-05-04T09:00:00Z",
            "values": [{ "attribute_id": "n", "data": "Aufgabe" }, { "attribute_id": "s", "data": "Done" }, { "attribute_id": "d", "data": "Wort ".repeat(30) }],
        });
        let item: infini_mcp_core::api::infinity::types::Item = serde_json::from_value(item).unwrap();
        let rows = (0..count).map(|_| ItemRow::of(&place, &item)).collect();
        (place, rows)
    }

    #[test]
    fn a_short_list_shows_everything_and_a_long_one_says_what_it_left_out() {
        let (place, few) = rows(3);
        let table = Columns::Fitting(BY_DEFAULT).table(&place, few);
        assert_eq!(table.columns, ["id", "title", "Status", "created_at", "Beschreibung"]);
        assert!(table.left_out.is_none() && table.rows.iter().all(|row| row.len() == 5));
        let (place, many) = rows(100);
        let table = Columns::Fitting(BY_CHOICE).table(&place, many);
        assert_eq!(table.left_out, Some(vec!["Beschreibung".to_owned()]));
        assert!(table.rows.iter().all(|row| row.get(2) == Some(&json!("Done"))), "{:?}", table.columns);
    }

    #[test]
    fn chosen_fields_are_shown_in_their_order_whatever_they_cost_and_nothing_else() {
        let (place, many) = rows(100);
        let columns = Columns::of(&place, &["created_at".into(), "beschreibung".into()], None).unwrap();
        let table = columns.table(&place, many);
        assert_eq!(table.columns, ["id", "title", "created_at", "Beschreibung"]);
        assert!(table.left_out.is_none());
        assert!(Columns::of(&place, &["Statsu".into()], None).unwrap_err().hint().unwrap().contains("“Status”"));
    }
}
