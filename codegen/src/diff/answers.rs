//! Compare what upstream answers: which statuses are a success, and what is in them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::Verdict::{Additive, Breaking, CannotTell, Cosmetic};
use super::bodies;
use super::reading::{Operation, Part};
use super::spot::Spot;
use super::walk::{Found, Side, Walk};

type Answers<'a> = BTreeMap<&'a str, Part<'a>>;

/// Compare the answers, successes apart from refusals.
pub fn compare(old: Operation<'_>, new: Operation<'_>) -> Vec<Found> {
    let (before, now) = (old.answers(), new.answers());
    let ((successes, refusals), (new_successes, new_refusals)) = (apart(&before), apart(&now));

    let walk = || Walk::new(old.document(), new.document(), Side::Answer);
    let mut found = compare_successes(walk, (&before, &successes), (&now, &new_successes));
    for status in successes.intersection(&new_successes) {
        found.extend(pair(walk(), status, &before, &now));
    }
    for status in refusals.intersection(&new_refusals) {
        let walk = Walk::new(old.document(), new.document(), Side::Refusal);
        found.extend(pair(walk, status, &before, &now));
    }
    // The seam reads every refusal by its status, documented or not.
    let mut noting = walk();
    for status in new_refusals.difference(&refusals) {
        noting.note(&Spot::part(&words(status)), Cosmetic, Cosmetic, "is now documented");
    }
    for status in refusals.difference(&new_refusals) {
        noting.note(&Spot::part(&words(status)), Cosmetic, Cosmetic, "is no longer documented");
    }
    found.extend(noting.found);
    found
}

/// The statuses that succeed, and the others. A default is a success only where nothing else succeeds.
fn apart<'a>(answers: &Answers<'a>) -> (BTreeSet<&'a str>, BTreeSet<&'a str>) {
    let (mut successes, mut others): (BTreeSet<_>, BTreeSet<_>) =
        answers.keys().copied().partition(|status| status.starts_with('2'));
    if successes.is_empty() && others.remove("default") {
        successes.insert("default");
    }
    (successes, others)
}

fn words(status: &str) -> String {
    if status == "default" { "default answer".to_owned() } else { format!("answer {status}") }
}

/// Statuses that came and went. While one stays, another may go; a new one is compared with what was read so far.
fn compare_successes<'a>(
    walk: impl Fn() -> Walk<'a>,
    (before, old): (&Answers<'a>, &BTreeSet<&str>),
    (now, new): (&Answers<'a>, &BTreeSet<&str>),
) -> Vec<Found> {
    let mut noting = walk();
    let (gone, came): (Vec<_>, Vec<_>) = (old.difference(new).collect(), new.difference(old).collect());
    let stays = old.intersection(new).next().is_some();
    let had_content = old.iter().any(|status| has_content(before, status));
    if !stays && let (Some(from), Some(to)) = (gone.first(), came.first()) {
        let opened = **to == "2XX";
        let spot = Spot::parts(&words(from), &words(to));
        let verdict = if opened { Additive } else { Breaking };
        noting.note(&spot, verdict, verdict, format!("success is now {to} instead of {from}"));
        noting.found.extend(contents(walk(), (before.get(*from), now.get(*to)), &spot));
        return noting.found;
    }
    let keeps_content = new.iter().any(|status| has_content(now, status));
    for status in gone {
        let lost = has_content(before, status) && !keeps_content;
        let verdict = if lost || !stays { Breaking } else { Cosmetic };
        noting.note(&Spot::part(&words(status)), verdict, verdict, "is no longer documented");
    }
    for status in came {
        // A tool that waits for an object would get nothing.
        let verdict = if had_content && !has_content(now, status) { CannotTell } else { Additive };
        let spot = Spot::part(&words(status));
        noting.note(&spot, verdict, verdict, "is a new way to succeed");
        let read_so_far = old.iter().find(|old| has_content(before, old)).and_then(|old| before.get(*old));
        if has_content(now, status) && read_so_far.is_some() {
            noting.found.extend(contents(walk(), (read_so_far, now.get(*status)), &spot));
        }
    }
    noting.found
}

fn has_content(answers: &Answers<'_>, status: &str) -> bool {
    let content = answers.get(status).and_then(|answer| answer.fields.get("content")?.as_object());
    content.is_some_and(|content| !content.is_empty())
}

fn contents<'a>(mut walk: Walk<'a>, (old, new): (Option<&Part<'a>>, Option<&Part<'a>>), spot: &Spot) -> Vec<Found> {
    if let (Some(old), Some(new)) = (old, new) {
        bodies::content(&mut walk, old.fields, new.fields, spot);
    }
    walk.found
}

fn pair<'a>(mut walk: Walk<'a>, status: &str, before: &Answers<'a>, now: &Answers<'a>) -> Vec<Found> {
    if let (Some(old), Some(new)) = (before.get(status), now.get(status)) {
        let spot = Spot::part(&words(status)).within(old.shared);
        bodies::content(&mut walk, old.fields, new.fields, &spot);
        headers(&mut walk, old.fields, new.fields, &spot);
        walk.texts_of(old.fields, new.fields, &spot);
    }
    walk.found
}

/// Only the seam reads headers of answers, such as Retry-After; which ones, no document knows.
fn headers(walk: &mut Walk<'_>, old: &Value, new: &Value, spot: &Spot) {
    let names = |answer: &Value| -> BTreeSet<String> {
        let headers = answer.get("headers").and_then(Value::as_object);
        headers.into_iter().flatten().map(|(name, _)| name.to_ascii_lowercase()).collect()
    };
    let (before, now) = (names(old), names(new));
    let spot = |name: &str| {
        let here = Spot::part(&format!("{}, header `{name}`", spot.old));
        here.within(spot.shared.as_ref().map(|shared| format!("{shared}, header {name}")).as_deref())
    };
    for name in before.difference(&now) {
        walk.note(&spot(name), CannotTell, CannotTell, "is no longer promised");
    }
    for name in now.difference(&before) {
        walk.note(&spot(name), Additive, Additive, "is new");
    }
    let schema = |answer: &Value, document: super::reading::Document<'_>, wanted: &str| {
        let headers = answer.get("headers").and_then(Value::as_object)?;
        let (_, header) = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
        let named =
            header.get("$ref").and_then(Value::as_str).and_then(|reference| document.target(reference).cloned());
        named.unwrap_or_else(|| header.clone()).get("schema").cloned()
    };
    for name in before.intersection(&now) {
        let (documents, anything) = (walk.documents(), Value::Object(Map::new()));
        let one = schema(old, documents.0, name).unwrap_or(anything.clone());
        let other = schema(new, documents.1, name).unwrap_or(anything);
        walk.compare(&one, &other, &spot(name));
    }
}
