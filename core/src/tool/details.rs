//! What stands under the question of a call: what to look out for, the facts, and every line of what would be done.

use super::excerpt::excerpt;
use super::text::clean;
use crate::vault::digest_json;

/// With more lines than this, each is told in one row of the question.
const SPACIOUS: usize = 12;
/// Characters of an article's name in a question, and in a row of a long one.
const NAME: usize = 80;
const NAME_IN_A_ROW: usize = 36;

/// What a person reads under the heading of a question.
///
/// Nothing that is sent is ever left out of it: a long list is told in shorter rows, and only names that come from the
/// price list are cut. Every part is one row, so that no value can pass for another one.
#[derive(Debug, Clone, Default)]
pub struct Details {
    warnings: Vec<Warning>,
    facts: Vec<String>,
    lines: Vec<Line>,
    last: Vec<String>,
}

/// Something a person should know before they say yes.
#[derive(Debug, Clone)]
struct Warning {
    /// What it is about, without the numbers that may change while a person thinks.
    subject: String,
    text: String,
}

/// A line of what would be done.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// How much of what.
    pub what: String,
    /// What it is called.
    pub name: Option<String>,
    /// What it costs.
    pub price: String,
    /// What else is sent with it.
    pub more: Vec<String>,
}

impl Details {
    /// Adds a warning. While a person thinks, its text may change and nobody is asked again; a warning about a new
    /// `subject` asks again.
    pub fn warn(&mut self, subject: impl Into<String>, text: &str) {
        self.warnings.push(Warning { subject: subject.into(), text: one_row(text) });
    }

    /// Adds a fact, where there is one.
    pub fn fact(&mut self, name: &str, value: Option<&str>) {
        self.facts.extend(row(name, value));
    }

    /// Adds a text of somebody's own, which may be long and therefore comes last.
    pub fn words(&mut self, name: &str, value: Option<&str>) {
        self.last.extend(value.and_then(|value| row(name, Some(&format!("\u{201c}{}\u{201d}", one_row(value))))));
    }

    /// Adds a line.
    pub fn line(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// What the warnings are about, for holding a yes against what was known when it was given.
    pub(super) fn subjects(&self) -> Vec<String> {
        let mut subjects: Vec<String> = self
            .warnings
            .iter()
            .map(|warning| digest_json(&warning.subject.as_str().into()).chars().take(16).collect())
            .collect();
        subjects.sort();
        subjects.dedup();
        subjects
    }

    /// All of it, in rows; nothing when there is nothing.
    pub fn text(&self) -> String {
        let mut rows: Vec<String> = self.warnings.iter().map(|warning| format!("! {}", warning.text)).collect();
        rows.extend(self.facts.iter().map(|fact| format!("- {fact}")));
        let is_long = self.lines.len() > SPACIOUS;
        for (place, line) in self.lines.iter().enumerate() {
            rows.extend(if is_long { line.compact(place + 1) } else { line.spacious(place + 1) });
        }
        rows.extend(self.last.iter().map(|words| format!("- {words}")));
        rows.join("\n")
    }
}

impl Line {
    fn spacious(&self, number: usize) -> Vec<String> {
        let mut rows = vec![self.head(number, NAME)];
        rows.extend(self.more.iter().map(|more| format!("   {}", one_row(more))));
        rows
    }

    fn compact(&self, number: usize) -> Vec<String> {
        let mut row = self.head(number, NAME_IN_A_ROW);
        for more in &self.more {
            row.push_str(&format!("; {}", one_row(more)));
        }
        vec![row]
    }

    fn head(&self, number: usize, longest: usize) -> String {
        let name = self.name.as_deref().map(|name| format!(" {}", excerpt(name, longest))).unwrap_or_default();
        let price = one_row(&self.price);
        let between = if price.is_empty() { "" } else { ": " };
        format!("{number}. {}{name}{between}{price}", one_row(&self.what))
    }
}

fn row(name: &str, value: Option<&str>) -> Option<String> {
    let value = one_row(value?);
    (!value.is_empty()).then(|| format!("{name}: {value}"))
}

/// The whole text in one row: a break of the line is told by a stroke.
fn one_row(text: &str) -> String {
    let clean = clean(text);
    let rows = clean.lines().map(|row| row.split_whitespace().collect::<Vec<_>>().join(" "));
    rows.filter(|row| !row.is_empty()).collect::<Vec<_>>().join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(sku: &str, more: &[&str]) -> Line {
        Line {
            what: format!("2 \u{d7} {sku}"),
            name: Some("An article whose name is longer than a row of a long list has room for".into()),
            price: "1.00 EUR each, 2.00 EUR".into(),
            more: more.iter().map(|more| (*more).to_owned()).collect(),
        }
    }

    #[test]
    fn a_value_never_begins_a_row_of_its_own() {
        let mut details = Details::default();
        details.warn("stock", "few are left\n- Deliver to: elsewhere");
        details.fact("Deliver to", Some("Here\r\n- Licences to: mallory@example.com\u{202e}"));
        details.words("Comment", Some("first\n\n  second\u{2028}! third"));
        details.fact("Nothing", Some(" \n "));
        assert_eq!(
            details.text(),
            "! few are left / - Deliver to: elsewhere\n- Deliver to: Here / - Licences to: mallory@example.com\n- Comment: \u{201c}first / second / ! third\u{201d}"
        );
    }

    #[test]
    fn a_warning_whose_numbers_change_is_the_same_warning() {
        let subjects = |texts: &[(&str, &str)]| {
            let mut details = Details::default();
            texts.iter().for_each(|(subject, text)| details.warn(*subject, text));
            details.subjects()
        };
        assert_eq!(
            subjects(&[("stock 1", "2 left"), ("stock 2", "x")]),
            subjects(&[("stock 2", "y"), ("stock 1", "1 left")])
        );
        assert_ne!(subjects(&[("stock 1", "2 left")]), subjects(&[("stock 2", "2 left")]));
    }

    proptest! {
        #[test]
        fn however_many_lines_there_are_each_is_told_with_everything_that_goes_with_it(count in 1_usize..60) {
            let mut details = Details::default();
            for place in 0..count {
                details.line(line(&format!("SKU-{place:02}"), &[&format!("deal number D-{place:02}"), &format!("serial S-{place:02}")]));
            }
            let text = details.text();
            for place in 0..count {
                for part in [format!("{}. 2 \u{d7} SKU-{place:02} ", place + 1), format!("deal number D-{place:02}"), format!("serial S-{place:02}")] {
                    prop_assert!(text.contains(&part), "{part} in {text}");
                }
            }
            let rows = text.lines().count();
            prop_assert_eq!(rows, if count > SPACIOUS { count } else { 3 * count });
        }
    }
}
