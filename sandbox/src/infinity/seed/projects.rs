//! The board "Projects": nested folders, two of them called "Backlog", and an attribute of every type.

use serde_json::{Value, json};

use super::ground::{Allows, Column, Ground, Line, day, fixed_uuid, label_id, labels};
use super::people::{HOME, TEAM};
use super::words::{CUSTOMERS, STEPS, TASKS, pick};
use crate::infinity::call::CALLER;
use crate::infinity::state::Attachment;
use crate::infinity::values::TIME_TRACKING;

pub const BOARD: &str = "LA1dW8i1TTK";
pub const BACKLOG: &str = "PssjTc4Yb1b";
pub const ROLLOUT: &str = "U7MjUC5jNpM";
const CLIENT_WORK: &str = "kR4tzQ81nVe";
const MIGRATION: &str = "m36SfT0wYxd";
const INTERNAL: &str = "Int3rnITz9q";
const INTERNAL_BACKLOG: &str = "bL0gInt7xPw";
const EMPTY: &str = "L33rArch1vX";

const STATES: [&str; 4] = ["To do", "In Arbeit", "Wartet auf Kunde", "Done"];
const TAGS: [&str; 5] = ["Netzwerk", "Security", "Microsoft 365", "Vor-Ort", "Überfällig"];

/// Which attributes the folders with customer work show; two more stand in "Interne IT", and one nowhere.
const SHOWN: [&str; 21] = [
    "Name",
    "Status",
    "Tags",
    "Beschreibung",
    "Fällig am",
    "Zuständig",
    "Abrechenbar",
    "Stunden",
    "Fortschritt",
    "Priorität",
    "Links",
    "Checkliste",
    "Anhänge",
    "E-Mail",
    "Telefon",
    "Stimmen",
    "Nr.",
    "Zeiterfassung",
    "Abhängig von",
    "Angelegt",
    "Angelegt von",
];

/// Lays the board with everything in it.
pub fn settle(ground: &mut Ground) {
    ground.board(BOARD, HOME, "Projects", &TEAM);
    ground.columns(BOARD, columns());
    ground.folder(BOARD, CLIENT_WORK, None, "Kundenprojekte", &SHOWN);
    ground.folder(BOARD, ROLLOUT, Some(CLIENT_WORK), "Rollout 2026", &SHOWN);
    ground.folder(BOARD, MIGRATION, Some(CLIENT_WORK), "Migration Microsoft 365", &SHOWN);
    ground.folder(BOARD, BACKLOG, None, "Backlog", &SHOWN);
    ground.folder(BOARD, INTERNAL, None, "Interne IT", &["Name", "Status", "Fällig am", "Geändert", "Ordner"]);
    ground.folder(BOARD, INTERNAL_BACKLOG, Some(INTERNAL), "Backlog", &["Name", "Status"]);
    ground.folder(BOARD, EMPTY, None, "Ablage 2025", &["Name"]);
    attach(ground);
    let tasks: Vec<String> = (0..70).map(|number| task(ground, ROLLOUT, number)).collect();
    for number in 0..40 {
        step(ground, &tasks, number);
    }
    for (folder, count) in [(MIGRATION, 12), (BACKLOG, 6), (INTERNAL, 8), (INTERNAL_BACKLOG, 5)] {
        for number in 0..count {
            task(ground, folder, number * 3 + 1);
        }
    }
}

fn columns() -> Vec<Column> {
    let plain = |name, kind| Column { name, kind, settings: json!({}) };
    let ranged = |name, kind, max: u32| Column { name, kind, settings: json!({ "min": 0, "max": max }) };
    vec![
        plain("Name", "text"),
        Column { name: "Status", kind: "label", settings: labels(BOARD, "Status", &STATES, Allows::One) },
        Column { name: "Tags", kind: "label", settings: labels(BOARD, "Tags", &TAGS, Allows::Several) },
        plain("Beschreibung", "longtext"),
        plain("Fällig am", "date"),
        plain("Zuständig", "members"),
        plain("Abrechenbar", "checkbox"),
        plain("Stunden", "number"),
        ranged("Fortschritt", "progress", 100),
        ranged("Priorität", "rating", 5),
        plain("Links", "links"),
        plain("Checkliste", "checklist"),
        plain("Anhänge", "attachments"),
        plain("E-Mail", "email"),
        plain("Telefon", "phone"),
        plain("Stimmen", "vote"),
        Column { name: "Nr.", kind: "custom_id", settings: json!({ "prefix": "PRJ-" }) },
        plain("Zeiterfassung", TIME_TRACKING),
        plain("Abhängig von", "reference"),
        plain("Angelegt", "created_at"),
        plain("Geändert", "updated_at"),
        plain("Angelegt von", "created_by"),
        plain("Ordner", "source_folder"),
        plain("Nirgends gezeigt", "text"),
    ]
}

fn attach(ground: &mut Ground) {
    for (id, name, size) in [(86_255, "Übergabeprotokoll.pdf", 20_480), (86_256, "Netzplan Köln.png", 412_903)] {
        let created = day(28);
        ground.state.attachments.put(Attachment { id, workspace: HOME, name: name.to_owned(), size, created });
    }
}

fn task(ground: &mut Ground, folder: &str, number: usize) -> String {
    let (Some(task), Some(customer)) = (pick(&TASKS, number), pick(&CUSTOMERS, number * 7 + 3)) else {
        return String::new();
    };
    let state = pick(&STATES, number * 5 + number / 4).copied().unwrap_or_default();
    let mut values = vec![
        ("Name", json!(format!("{task} – {}", customer.name))),
        ("Status", json!([label_id(BOARD, "Status", state)])),
    ];
    // A board in use has gaps: only every other task is described in full.
    if number.is_multiple_of(2) {
        values.extend(details(number, customer.town));
    }
    if number.is_multiple_of(5) {
        values.push(("E-Mail", json!(format!("it@{}.example", customer.domain))));
        values.push(("Telefon", json!(customer.phone)));
    }
    let author = pick(&TEAM, number).copied().unwrap_or(CALLER);
    ground.item(Line { board: BOARD, folder, parent: None, author, values })
}

fn details(number: usize, town: &str) -> Vec<(&'static str, Value)> {
    let due = day(60 + number as i64 * 4).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let tag = |offset: usize| label_id(BOARD, "Tags", pick(&TAGS, number / 2 + offset).copied().unwrap_or_default());
    let text = format!(
        "<p>Einsatz in {town}. Anfahrt über die Zufahrt <em>Süd</em>.</p><ul><li>Schlüssel abholen</li><li>Fotos vor &amp; nach dem Tausch</li></ul>"
    );
    let mut details = vec![
        ("Beschreibung", json!(text)),
        ("Fällig am", json!(due)),
        ("Zuständig", json!([pick(&TEAM, number / 2)])),
        ("Abrechenbar", json!(number.is_multiple_of(4))),
        ("Stunden", json!(number as f64 * 0.25 + 1.5)),
        ("Fortschritt", json!(number * 13 % 101)),
        ("Priorität", json!(number % 6)),
        ("Tags", json!([tag(0), tag(1)])),
    ];
    if number.is_multiple_of(10) {
        let link = json!({ "id": fixed_uuid(&format!("link/{number}")), "url": "https://doku.nordlicht.example/netzplan", "name": "Netzplan" });
        let steps = json!([{ "id": fixed_uuid(&format!("check/{number}")), "name": "Bestellt", "done": true }, { "name": "Geliefert", "done": false }]);
        details.extend([
            ("Links", json!([link])),
            ("Checkliste", steps),
            ("Anhänge", json!([{ "id": 86_255 }])),
            ("Stimmen", json!(number / 10)),
        ]);
    }
    details
}

/// Subitems come after all items, so that whoever reads only the first page of the folder misses them.
fn step(ground: &mut Ground, tasks: &[String], number: usize) {
    let step = pick(&STEPS, number).copied().unwrap_or_default();
    let parent = pick(tasks, number / STEPS.len()).cloned();
    let state = if number.is_multiple_of(3) { "Done" } else { "To do" };
    let values = vec![("Name", json!(step)), ("Status", json!([label_id(BOARD, "Status", state)]))];
    ground.item(Line { board: BOARD, folder: ROLLOUT, parent, author: CALLER, values });
}
