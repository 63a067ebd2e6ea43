//! Compare values that may take one of several forms (`oneOf`, `anyOf`).

use serde_json::{Map, Value};

use super::Verdict;
use super::spot::Spot;
use super::walk::Walk;

/// Whether the rest of the schemas can still be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Go on with the other keys.
    GoOn,
    /// There is nothing left to say.
    Stop,
}

/// Compare the forms where both have as many of one kind; otherwise say that a person has to look.
pub fn compare(walk: &mut Walk<'_>, old: &Map<String, Value>, new: &Map<String, Value>, spot: &Spot) -> Then {
    match (forms(old), forms(new)) {
        (None, None) => Then::GoOn,
        (Some((one, before)), Some((other, now))) if one == other && before.len() == now.len() => {
            pairwise(walk, before, now, spot);
            Then::GoOn
        }
        (before, now) => {
            let what = format!("{}, {}", told("was", before), told("is now", now));
            walk.note(spot, Verdict::CannotTell, Verdict::CannotTell, what);
            Then::Stop
        }
    }
}

fn forms(fields: &Map<String, Value>) -> Option<(&'static str, &[Value])> {
    ["oneOf", "anyOf"].into_iter().find_map(|key| Some((key, fields.get(key)?.as_array()?.as_slice())))
}

fn told(verb: &str, forms: Option<(&str, &[Value])>) -> String {
    match forms {
        Some((kind, forms)) => format!("{verb} one of {} forms (`{kind}`)", forms.len()),
        None => format!("{verb} of one form"),
    }
}

/// Forms that are the same are paired first, since their order means nothing; the others in the order they come.
fn pairwise(walk: &mut Walk<'_>, before: &[Value], now: &[Value], spot: &Spot) {
    let mut left: Vec<(usize, &Value)> = now.iter().enumerate().collect();
    let mut changed = Vec::new();
    for form in before {
        match left.iter().position(|(_, other)| walk.same(form, other)) {
            Some(place) => {
                let (number, other) = left.remove(place);
                walk.compare(form, other, &spot.form(number + 1));
            }
            None => changed.push(form),
        }
    }
    for (form, (number, other)) in changed.into_iter().zip(left) {
        walk.compare(form, other, &spot.form(number + 1));
    }
}
