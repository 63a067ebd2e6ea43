//! The board "Kunden/CRM": leads, customers and suppliers.

use serde_json::json;

use super::ground::{Allows, Column, Ground, Line, day, label_id, labels};
use super::people::{HOME, TEAM};
use super::words::{CUSTOMERS, pick};
use crate::infinity::call::CALLER;

pub const BOARD: &str = "qSV7FQJcEcw";
pub const CUSTOMERS_FOLDER: &str = "b3St4ndKd01";
const LEADS: &str = "l3adsNeu026";
const SUPPLIERS: &str = "l1ef3rant3n";

const STATES: [&str; 4] = ["Interessent", "Angebot", "Kunde", "Verloren"];
const SHOWN: [&str; 11] = [
    "Firma",
    "Ansprechpartner",
    "E-Mail",
    "Telefon",
    "Ort",
    "Status",
    "Umsatz (EUR)",
    "Betreuer",
    "Notizen",
    "Letzter Kontakt",
    "Kundennummer",
];

/// Lays the board with everything in it.
pub fn settle(ground: &mut Ground) {
    ground.board(BOARD, HOME, "Kunden/CRM", &TEAM);
    let plain = |name, kind| Column { name, kind, settings: json!({}) };
    ground.columns(
        BOARD,
        vec![
            plain("Firma", "text"),
            plain("Ansprechpartner", "text"),
            plain("E-Mail", "email"),
            plain("Telefon", "phone"),
            plain("Ort", "text"),
            Column { name: "Status", kind: "label", settings: labels(BOARD, "Status", &STATES, Allows::One) },
            plain("Umsatz (EUR)", "number"),
            plain("Betreuer", "members"),
            plain("Notizen", "longtext"),
            plain("Letzter Kontakt", "date"),
            Column { name: "Kundennummer", kind: "custom_id", settings: json!({ "prefix": "KD-" }) },
        ],
    );
    for (id, name) in [(LEADS, "Interessenten"), (CUSTOMERS_FOLDER, "Bestandskunden"), (SUPPLIERS, "Lieferanten")] {
        ground.folder(BOARD, id, None, name, &SHOWN);
    }
    for (folder, count, state) in [(CUSTOMERS_FOLDER, 45, "Kunde"), (LEADS, 20, ""), (SUPPLIERS, 10, "Kunde")] {
        for number in 0..count {
            company(ground, folder, number, state);
        }
    }
}

fn company(ground: &mut Ground, folder: &str, number: usize, state: &str) {
    let Some(customer) = pick(&CUSTOMERS, number) else { return };
    // The second time round a company is a branch, because names in a real board repeat but not quite.
    let branch = number / CUSTOMERS.len();
    let name =
        if branch == 0 { customer.name.to_owned() } else { format!("{}, Filiale {}", customer.name, branch + 1) };
    let state = if state.is_empty() { pick(&STATES, number).copied().unwrap_or_default() } else { state };
    let contact = day(90 + number as i64).format("%Y-%m-%dT08:15:00Z").to_string();
    let mut values = vec![
        ("Firma", json!(name)),
        ("Ansprechpartner", json!(customer.contact)),
        ("E-Mail", json!(format!("info@{}.example", customer.domain))),
        ("Telefon", json!(customer.phone)),
        ("Ort", json!(customer.town)),
        ("Status", json!([label_id(BOARD, "Status", state)])),
        ("Umsatz (EUR)", json!((number as f64 + 1.0) * 1_234.5)),
        ("Letzter Kontakt", json!(contact)),
    ];
    if number.is_multiple_of(3) {
        values.push(("Betreuer", json!([pick(&TEAM, number / 3)])));
        values.push((
            "Notizen",
            json!(format!(
                "<p>Zahlungsziel 30 Tage, Rechnung an <b>{}</b>.<br>Wünscht Rückruf nachmittags.</p>",
                customer.contact
            )),
        ));
    }
    ground.item(Line { board: BOARD, folder, parent: None, author: CALLER, values });
}
