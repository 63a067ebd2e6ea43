//! Tell the same change in several operations in one line, the gravest lines first.

use std::cmp::Reverse;

use super::walk::TEXT;
use super::{Change, Verdict};

/// One line of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How grave it is.
    pub verdict: Verdict,
    /// Where in both documents, at its first place.
    pub place: String,
    /// What is different.
    pub what: String,
    /// The operations it is in; empty for the whole document.
    pub operations: Vec<String>,
}

impl Line {
    /// The operations beside that of the place, in brackets.
    pub fn also(&self) -> String {
        const MOST: usize = 6;
        let others = self.operations.get(1..).unwrap_or_default();
        let named = others.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
        match others.len() {
            0 => String::new(),
            count if count > MOST => format!(" (also in {named} and {} more)", count - MOST),
            _ => format!(" (also in {named})"),
        }
    }
}

/// The lines of all changes. Texts that only read differently become one line at the end.
pub fn lines(changes: &[Change]) -> Vec<Line> {
    let mut lines: Vec<(Option<&str>, Line)> = Vec::new();
    for change in changes.iter().filter(|change| change.what != TEXT) {
        let shared = change.shared.as_deref();
        let known = lines.iter_mut().find(|(known, line)| {
            shared.is_some() && *known == shared && line.verdict == change.verdict && line.what == change.what
        });
        match known {
            Some((_, line)) => add(&mut line.operations, change),
            None => lines.push((shared, line(change))),
        }
    }
    let mut lines: Vec<Line> = lines.into_iter().map(|(_, line)| line).collect();
    lines.sort_by_key(|line| Reverse(line.verdict));
    lines.extend(texts(changes));
    lines
}

fn line(change: &Change) -> Line {
    let place = match (&change.old, &change.new) {
        (Some(old), Some(new)) if old != new => format!("{old} → {new}"),
        (Some(place), _) | (None, Some(place)) => place.clone(),
        (None, None) => String::new(),
    };
    let operations = change.operation.iter().cloned().collect();
    Line { verdict: change.verdict, place, what: change.what.clone(), operations }
}

fn add(operations: &mut Vec<String>, change: &Change) {
    if let Some(operation) = change.operation.as_ref().filter(|operation| !operations.contains(operation)) {
        operations.push(operation.clone());
    }
}

fn texts(changes: &[Change]) -> Option<Line> {
    let texts: Vec<&Change> = changes.iter().filter(|change| change.what == TEXT).collect();
    let mut shared: Vec<_> = texts.iter().map(|change| change.shared.as_ref().or(change.old.as_ref())).collect();
    shared.sort();
    shared.dedup();
    let mut operations = Vec::new();
    texts.iter().for_each(|change| add(&mut operations, change));
    let place = texts.first().and_then(|change| change.old.clone())?;
    let what = match shared.len() {
        1 => "one text reads differently".to_owned(),
        count => format!("{count} texts read differently"),
    };
    Some(Line { verdict: Verdict::Cosmetic, place, what, operations })
}
