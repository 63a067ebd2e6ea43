//! The board "Lizenzen & Verträge" of the second workspace: what runs, for whom, until when.

use serde_json::json;

use super::ground::{Allows, Column, Ground, Line, day, label_id, labels};
use super::people::PARTNER;
use super::words::{CUSTOMERS, pick};
use crate::infinity::call::CALLER;

const BOARD: &str = "Vtr4gsB0ard";
const VENDORS: [&str; 4] = ["Microsoft", "Sophos", "Veeam", "WatchGuard"];
const PRODUCTS: [(&str, &str, f64); 5] = [
    ("Microsoft 365 Business Premium", "Microsoft", 19.8),
    ("Endpoint-Schutz, 1 Jahr", "Sophos", 31.5),
    ("Datensicherung je Arbeitsplatz", "Veeam", 44.0),
    ("Firewall-Subskription, 3 Jahre", "WatchGuard", 1_180.0),
    ("Exchange Online Plan 1", "Microsoft", 3.7),
];
const SHOWN: [&str; 8] =
    ["Vertrag", "Hersteller", "Endkunde", "Menge", "Preis (EUR)", "Läuft bis", "Verlängert sich", "Artikelnummer"];

/// Lays the board with everything in it.
pub fn settle(ground: &mut Ground) {
    ground.board(BOARD, PARTNER, "Lizenzen & Verträge", &[CALLER, 2044]);
    let plain = |name, kind| Column { name, kind, settings: json!({}) };
    ground.columns(
        BOARD,
        vec![
            plain("Vertrag", "text"),
            Column { name: "Hersteller", kind: "label", settings: labels(BOARD, "Hersteller", &VENDORS, Allows::One) },
            plain("Endkunde", "text"),
            plain("Menge", "number"),
            plain("Preis (EUR)", "number"),
            plain("Läuft bis", "date"),
            plain("Verlängert sich", "checkbox"),
            plain("Artikelnummer", "text"),
        ],
    );
    ground.folder(BOARD, "l1z3nzAktiv", None, "Aktiv", &SHOWN);
    ground.folder(BOARD, "l1z3nzEnd3t", None, "Gekündigt", &SHOWN);
    for number in 0..50 {
        contract(ground, number);
    }
}

fn contract(ground: &mut Ground, number: usize) {
    let (Some((product, vendor, price)), Some(customer)) = (pick(&PRODUCTS, number), pick(&CUSTOMERS, number * 3))
    else {
        return;
    };
    let folder = if number % 9 == 8 { "l1z3nzEnd3t" } else { "l1z3nzAktiv" };
    let values = vec![
        ("Vertrag", json!(product)),
        ("Hersteller", json!([label_id(BOARD, "Hersteller", vendor)])),
        ("Endkunde", json!(customer.name)),
        ("Menge", json!(number % 12 + 1)),
        ("Preis (EUR)", json!(price)),
        ("Läuft bis", json!(day(300 + number as i64 * 9).format("%Y-%m-%d").to_string())),
        ("Verlängert sich", json!(number.is_multiple_of(2))),
        ("Artikelnummer", json!(format!("NL-{:05}", 20_300 + number * 17))),
    ];
    ground.item(Line { board: BOARD, folder, parent: None, author: CALLER, values });
}
