//! Compare what must be shown to upstream before it answers.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Verdict;
use super::Verdict::{Additive, Breaking, CannotTell};
use super::reading::{Document, Operation};
use super::walk::Found;

/// One way to be let in: what each scheme is and which scopes it needs. What a scheme is called does not matter.
type Way = BTreeMap<String, Vec<String>>;

/// Compare the ways to be let in.
pub fn compare(old: Operation<'_>, new: Operation<'_>) -> Vec<Found> {
    let (before, now) = (ways(old), ways(new));
    let open = |ways: &[Way]| ways.is_empty() || ways.iter().any(Way::is_empty);
    let mut found = Vec::new();
    let mut note = |verdict: Verdict, what: String| {
        let place = "security".to_owned();
        found.push(Found { verdict, old: place.clone(), new: place.clone(), shared: Some(place), what });
    };
    match (open(&before), open(&now)) {
        (true, true) => return found,
        (false, true) => {
            note(Additive, "needs no credentials any more".to_owned());
            return found;
        }
        (true, false) => {
            note(Breaking, format!("needs credentials now: {}", all_told(&now)));
            return found;
        }
        (false, false) => {}
    }
    for (number, way) in before.iter().enumerate().filter(|(_, way)| !now.contains(way)) {
        // The first is the one we use; whether anybody uses another, no document says.
        let verdict = if number == 0 { Breaking } else { CannotTell };
        note(verdict, format!("takes {} no longer; it takes {}", told(way), all_told(&now)));
    }
    for way in now.iter().filter(|way| !before.contains(way)) {
        if before.iter().all(|known| now.contains(known)) {
            note(Additive, format!("also takes {}", told(way)));
        }
    }
    found
}

fn ways(operation: Operation<'_>) -> Vec<Way> {
    let document = operation.document();
    let required = operation.get("security").or_else(|| document.get("security"));
    let required = required.and_then(Value::as_array).into_iter().flatten();
    required.filter_map(Value::as_object).map(|way| read(document, way)).collect()
}

fn read(document: Document<'_>, way: &Map<String, Value>) -> Way {
    let scopes = |value: &Value| -> Vec<String> {
        let mut scopes: Vec<String> =
            value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        scopes.sort();
        scopes
    };
    way.iter().map(|(name, value)| (scheme(document, name), scopes(value))).collect()
}

/// What a scheme asks for, in words; texts and our own remarks do not count.
fn scheme(document: Document<'_>, name: &str) -> String {
    let Some(scheme) = document.target(&format!("#/components/securitySchemes/{name}")) else {
        return format!("`{name}`, which is not described");
    };
    let scheme = document.part(scheme).fields;
    let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
    match text("type") {
        "http" => format!("{} in Authorization", text("scheme").to_ascii_lowercase()),
        "apiKey" => format!("a key in the {} `{}`", text("in"), text("name")),
        "oauth2" => format!("OAuth ({})", addresses(scheme)),
        "openIdConnect" => format!("OpenID Connect ({})", text("openIdConnectUrl")),
        other => format!("{other} `{name}`"),
    }
}

fn addresses(scheme: &Value) -> String {
    let flows = scheme.get("flows").and_then(Value::as_object);
    let told = flows.into_iter().flatten().map(|(flow, fields)| {
        let address = |key: &str| fields.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        [flow.clone(), address("authorizationUrl"), address("tokenUrl")].join(" ").trim_end().to_owned()
    });
    told.collect::<Vec<_>>().join(", ")
}

fn told(way: &Way) -> String {
    let parts = way.iter().map(|(scheme, scopes)| match scopes.as_slice() {
        [] => scheme.clone(),
        scopes => format!("{scheme} with the scopes {}", scopes.join(", ")),
    });
    parts.collect::<Vec<_>>().join(" together with ")
}

fn all_told(ways: &[Way]) -> String {
    ways.iter().map(told).collect::<Vec<_>>().join(", or ")
}
