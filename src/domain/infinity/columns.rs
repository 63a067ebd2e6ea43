//! Which values a list shows: those that were asked for, or as many as fit into a conversation.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::attributes::Kind;
use super::items::ItemRow;
use super::place::Place;
use super::refusal::Refusal;
use crate::tool::text;

/// Tokens for a list whose length the caller did not choose; the design wants such answers below 4,000.
const BY_DEFAULT: usize = 3_600;
/// Tokens for a list whose length the caller chose: a hundred items stay below 6,000.
const BY_CHOICE: usize = 5_600;
/// Tokens of what surrounds the rows: cursors, names of what was left out.
const AROUND: usize = 200;
/// Tokens of a folder's id and name.
const A_FOLDER: usize = 22;
/// Tokens of the fence around a text by others, and of the word that it was cut.
const A_FENCE: usize = 32;
/// Characters after which the runtime cuts prose.
const PROSE: usize = 200;

/// What the rows shall show.
#[derive(Debug, Clone, PartialEq)]
pub enum Columns {
    /// These keys of values and fields of the row.
    Chosen(HashSet<String>),
    /// As much as fits into so many tokens.
    Fitting(usize),
}

impl Columns {
    /// What a caller wants: the named attributes, or what fits.
    ///
    /// # Errors
    /// All names that are unknown or ambiguous.
    pub fn of(place: &Place, fields: &[String], limit: Option<u32>) -> crate::tool::Result<Self> {
        if fields.is_empty() {
            return Ok(Self::Fitting(if limit.is_some() { BY_CHOICE } else { BY_DEFAULT }));
        }
        let (mut chosen, mut refused) = (HashSet::new(), Vec::new());
        for field in fields {
            match key(place, field) {
                Ok(key) => {
                    chosen.insert(key);
                }
                Err(refusal) => refused.push(refusal),
            }
        }
        if refused.is_empty() { Ok(Self::Chosen(chosen)) } else { Err(super::refusal::all(refused)) }
    }

    /// Takes from the rows what they shall not show; gives the names of what a caller may miss.
    pub fn apply(&self, place: &Place, rows: &mut [ItemRow]) -> Vec<String> {
        let wanted = match self {
            Self::Chosen(wanted) => wanted.clone(),
            Self::Fitting(tokens) => fitting(place, rows, *tokens),
        };
        let mut left_out = Vec::new();
        for column in columns(place, rows).into_iter().filter(|column| !wanted.contains(column)) {
            let mut is_shown = false;
            rows.iter_mut().for_each(|row| is_shown |= take(row, &column));
            if is_shown && *self != Self::Chosen(wanted.clone()) {
                left_out.push(column);
            }
        }
        left_out
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

fn fitting(place: &Place, rows: &[ItemRow], most: usize) -> HashSet<String> {
    let folders: HashSet<&str> = rows.iter().filter_map(|row| row.folder_id.as_deref()).collect();
    let mut spare = most.saturating_sub(AROUND + folders.len() * A_FOLDER + rows.iter().map(fixed).sum::<usize>());
    let mut wanted = HashSet::new();
    for column in columns(place, rows) {
        let cost: usize = rows.iter().map(|row| cost(row, &column)).sum();
        if cost <= spare {
            spare -= cost;
            wanted.insert(column);
        }
    }
    wanted
}

/// What every row costs, whatever it shows.
fn fixed(row: &ItemRow) -> usize {
    let fields = [("id", &row.id), ("title", &row.title), ("parent_id", &row.parent_id)];
    let cost = |(name, field): (&str, &Option<String>)| {
        field.as_ref().map_or(0, |text| field_tokens(name, &Value::from(text.as_str())))
    };
    fields.into_iter().map(cost).sum::<usize>() + field_tokens("values", &json!({}))
}

fn field_tokens(name: &str, value: &Value) -> usize {
    tokens(&format!(",\"{name}\":{value}"))
}

/// A column is a key of the values, or else a field of the row of this name.
fn take(row: &mut ItemRow, column: &str) -> bool {
    if row.values.remove(column).is_some() {
        return true;
    }
    match column {
        "folder" => row.folder.take().is_some(),
        "created_at" => row.created_at.take().is_some(),
        "created_by" => row.created_by.take().is_some(),
        _ => false,
    }
}

fn cost(row: &ItemRow, column: &str) -> usize {
    let field = match column {
        "folder" => row.folder.as_deref(),
        "created_at" => row.created_at.as_deref(),
        "created_by" => row.created_by.as_deref(),
        _ => None,
    };
    let begin = |text: &str| Value::from(text.chars().take(PROSE).collect::<String>());
    match (row.values.get(column), field) {
        (Some(Value::String(text)), _) if text::is_foreign(text) => field_tokens(column, &begin(text)) + A_FENCE,
        (Some(Value::String(text)), _) => field_tokens(column, &begin(text)),
        (Some(value), _) => field_tokens(column, value),
        (None, Some(text)) => field_tokens(column, &Value::from(text)),
        (None, None) => 0,
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
        let item: crate::api::infinity::types::Item = serde_json::from_value(item).unwrap();
        let rows = (0..count).map(|_| ItemRow::of(&place, &item).without_repetitions(&place)).collect();
        (place, rows)
    }

    #[test]
    fn a_short_list_shows_everything_and_a_long_one_says_what_it_left_out() {
        let (place, mut few) = rows(3);
        assert!(Columns::Fitting(BY_DEFAULT).apply(&place, &mut few).is_empty());
        assert!(few.iter().all(|row| row.values.len() == 2 && row.created_at.is_some()));
        let (place, mut many) = rows(100);
        let left_out = Columns::Fitting(BY_CHOICE).apply(&place, &mut many);
        assert!(
            left_out.contains(&"Beschreibung".to_owned()) && !left_out.contains(&"Status".to_owned()),
            "{left_out:?}"
        );
        assert!(many.iter().all(|row| row.values.contains_key("Status")));
    }

    #[test]
    fn chosen_fields_are_shown_whatever_they_cost_and_nothing_else() {
        let (place, mut many) = rows(100);
        let columns = Columns::of(&place, &["beschreibung".into(), "created_at".into()], None).unwrap();
        assert!(columns.apply(&place, &mut many).is_empty());
        assert!(many.iter().all(|row| row.values.len() == 1 && row.created_at.is_some() && row.folder.is_none()));
        assert!(Columns::of(&place, &["Statsu".into()], None).unwrap_err().hint().unwrap().contains("“Status”"));
    }
}
