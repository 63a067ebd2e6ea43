//! Compare what a document says of all its operations: where upstream is, and which version this is.

use serde_json::Value;

use super::Verdict::{Additive, Breaking, CannotTell, Cosmetic};
use super::reading::Document;
use super::walk::TEXT;
use super::{Change, Verdict};

/// Differences that are nobody's in particular.
pub fn changes(old: Document<'_>, new: Document<'_>) -> Vec<Change> {
    let mut changes = servers(old, new);
    let text = |document: Document<'_>, key: &str| {
        document.get("info").and_then(|info| info.get(key)?.as_str()).map(str::to_owned)
    };
    let (before, now) = (text(old, "version"), text(new, "version"));
    if before != now {
        let shown = |version: Option<String>| version.unwrap_or_else(|| "nothing".to_owned());
        changes.push(change(Cosmetic, "info", format!("the version is now {}, it was {}", shown(now), shown(before))));
    }
    let without_version = |document: Document<'_>| {
        let mut info = document.get("info").cloned().unwrap_or_default();
        if let Some(fields) = info.as_object_mut() {
            fields.remove("version");
        }
        info
    };
    if without_version(old) != without_version(new) {
        changes.push(change(Cosmetic, "info", TEXT.to_owned()));
    }
    if ["tags", "externalDocs"].iter().any(|key| old.get(key) != new.get(key)) {
        changes.push(change(Cosmetic, "tags", TEXT.to_owned()));
    }
    changes
}

fn change(verdict: Verdict, place: &str, what: String) -> Change {
    let place = Some(place.to_owned());
    Change { verdict, operation: None, old: place.clone(), new: place, shared: None, what }
}

/// The first server is where our default base address points.
fn servers(old: Document<'_>, new: Document<'_>) -> Vec<Change> {
    let (before, now) = (addresses(old), addresses(new));
    let mut changes = Vec::new();
    for (number, address) in before.iter().enumerate().filter(|(_, address)| !now.contains(address)) {
        let (verdict, now) = match (number, now.first()) {
            (0, Some(now)) => (Breaking, format!("it is now {now}; the base address in the settings has to follow")),
            (0, None) => (CannotTell, "no address is given any more".to_owned()),
            _ => (CannotTell, "nobody should point there any more".to_owned()),
        };
        changes.push(change(verdict, "servers", format!("{address} is gone: {now}")));
    }
    for address in now.iter().filter(|address| !before.contains(address)) {
        changes.push(change(Additive, "servers", format!("{address} is new")));
    }
    let texts = |document: Document<'_>| document.get("servers").cloned();
    if changes.is_empty() && texts(old) != texts(new) {
        changes.push(change(Cosmetic, "servers", TEXT.to_owned()));
    }
    changes
}

fn addresses(document: Document<'_>) -> Vec<String> {
    let servers = document.get("servers").and_then(Value::as_array).into_iter().flatten();
    let urls = servers.filter_map(|server| server.get("url")?.as_str());
    urls.map(|url| url.trim_end_matches('/').to_owned()).collect()
}
