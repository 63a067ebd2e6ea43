//! A question as a person reads it, and what a yes to it depends on.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::details::Details;
use super::excerpt::excerpt;
use crate::vault::digest_json;

/// Characters of one name, comment or value in the heading of a question.
const LONGEST_PART: usize = 80;

/// A question that must be answered with yes before the call runs.
#[derive(Debug)]
pub struct Question {
    /// What is asked, in one line.
    pub heading: String,
    /// All that a person reads: the heading, and under it in rows every line of what would be done.
    pub message: String,
    /// What the call would act on.
    pub shown: Value,
    /// The sealed state to bring back with the yes.
    pub state: String,
}

impl Question {
    pub(super) fn new(heading: String, details: &Details, shown: Value, state: String) -> Self {
        let rows = details.text();
        let message = if rows.is_empty() { heading.clone() } else { format!("{heading}\n\n{rows}") };
        Self { heading, message, shown, state }
    }

    /// The same question, with what led to it at its beginning.
    #[must_use]
    pub(super) fn after(self, why: &str) -> Self {
        Self { heading: format!("{why} {}", self.heading), message: format!("{why} {}", self.message), ..self }
    }
}

/// What a question was about, as far as a yes to it depends on that.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The digest of what was shown.
    shown: String,
    /// What it warned about.
    #[serde(default)]
    warned: Vec<String>,
}

impl Asked {
    /// A question about what is shown, with these details.
    pub fn about(shown: &Value, details: &Details) -> Self {
        Self { shown: digest_json(shown), warned: details.subjects() }
    }

    /// Why a yes to this is none to what would be done `now`; nothing where it is one. A warning that went away is no reason.
    pub fn change(&self, now: &Self) -> Option<&'static str> {
        if self.shown != now.shown {
            return Some("What you confirmed has changed since, so nothing was done. Please look again.");
        }
        let is_new = now.warned.iter().any(|subject| !self.warned.contains(subject));
        is_new.then_some(
            "Since you confirmed, there is something new to look out for, so nothing was done. Please look again.",
        )
    }
}

/// Fills `{name}` from the arguments and `{parameter.path}` from what is shown.
pub(super) fn fill(template: &str, arguments: &Value, shown: &Value) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, tail)) = rest.split_once(['{', '}']) {
        text.push_str(before);
        let opened = rest.as_bytes().get(before.len()) == Some(&b'{');
        if let Some(after) = tail.strip_prefix(if opened { '{' } else { '}' }) {
            text.push(if opened { '{' } else { '}' });
            rest = after;
            continue;
        }
        let Some((name, after)) = tail.split_once('}') else { break };
        text.push_str(&placeholder(name.trim(), arguments, shown));
        rest = after;
    }
    text.push_str(rest);
    text
}

fn placeholder(name: &str, arguments: &Value, shown: &Value) -> String {
    let found = match name.split_once('.') {
        Some((_, path)) => shown.pointer(&format!("/{}", path.replace('.', "/"))),
        None => arguments.get(name),
    };
    let shown = match found {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => "—".into(),
        Some(other) => other.to_string(),
    };
    // Names of vendors and items come from others: one line, nothing hidden, not long enough to tell a story.
    excerpt(&shown, LONGEST_PART)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_yes_holds_until_what_was_shown_changes_or_a_new_warning_comes() {
        let asked = |shown: Value, warnings: &[&str]| {
            let mut details = Details::default();
            warnings.iter().for_each(|subject| details.warn(*subject, subject));
            Asked::about(&shown, &details)
        };
        let yes = asked(json!({ "total": 1 }), &["stock"]);
        assert_eq!(yes.change(&asked(json!({ "total": 1 }), &["stock"])), None);
        assert_eq!(yes.change(&asked(json!({ "total": 1 }), &[])), None, "good news asks nobody again");
        assert!(yes.change(&asked(json!({ "total": 2 }), &[])).unwrap().contains("has changed"));
        assert!(yes.change(&asked(json!({ "total": 1 }), &["deal", "stock"])).unwrap().contains("something new"));
        assert!(Asked::default().change(&yes).is_some(), "a question of another version is asked again");
    }

    #[test]
    fn a_change_is_told_before_the_question_in_the_heading_and_in_the_whole() {
        let mut details = Details::default();
        details.fact("To", Some("Berlin"));
        let question = Question::new("Buy?".into(), &details, Value::Null, String::new());
        assert_eq!((question.heading.as_str(), question.message.as_str()), ("Buy?", "Buy?\n\n- To: Berlin"));
        let again = question.after("It changed.");
        assert_eq!(
            (again.heading.as_str(), again.message.as_str()),
            ("It changed. Buy?", "It changed. Buy?\n\n- To: Berlin")
        );
    }
}
