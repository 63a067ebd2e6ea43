//! The audit log: one line for every call that was meant to change something.

use serde_json::{Map, Value, json};

use super::confirm::Undecided;
use super::ctx::Ctx;
use super::declaration::{Declaration, Effect};
use super::error::{Error, Result};
use crate::vault::{digest, digest_json};

/// How a call came to be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    /// A person said yes in a form.
    ByForm,
    /// The call was repeated with a token; where it stood in for a form, with what the form had brought.
    ByToken(Option<Undecided>),
    /// A person said no in a form.
    Declined,
    /// A form brought neither a yes nor a no.
    Undecided(Undecided),
    /// Calls with this effect do not ask here.
    NotAsked,
}

impl Confirmed {
    fn name(self) -> &'static str {
        match self {
            Self::ByForm => "form",
            Self::ByToken(_) => "token",
            Self::Declined => "declined",
            Self::Undecided(why) => why.name(),
            Self::NotAsked => "not_asked",
        }
    }

    /// What became of the form that a token stood in for.
    fn form(self) -> Option<&'static str> {
        match self {
            Self::ByToken(instead_of) => instead_of.map(Undecided::name),
            Self::ByForm | Self::Declined | Self::Undecided(_) | Self::NotAsked => None,
        }
    }
}

/// The hash that seals a line to the one before it.
pub fn seal(before: &str, line: &str) -> String {
    digest(format!("{before}\n{line}").as_bytes())
}

/// Adds a line about one call. It was carried out already, so that a failure to write can only be told to the log.
pub async fn record(
    ctx: &Ctx,
    declaration: &Declaration,
    principal: &str,
    arguments: &Value,
    confirmed: Confirmed,
    outcome: &Result<Value>,
) {
    let mut line = line(declaration, principal, arguments, confirmed, outcome, ctx.call().request_id());
    if let (Some(client), Some(line)) = (ctx.client(), line.as_object_mut()) {
        line.insert("client".to_owned(), json!(client));
    }
    if let Err(error) = ctx.store().add_to_audit(&line.to_string(), seal).await {
        let request_id = ctx.call().request_id();
        tracing::error!(request_id, tool = declaration.name, error = ?error, line = %line, "the audit log could not be written");
    }
}

fn line(
    declaration: &Declaration,
    principal: &str,
    arguments: &Value,
    confirmed: Confirmed,
    outcome: &Result<Value>,
    request_id: &str,
) -> Value {
    let mut ids = Map::new();
    collect(arguments, &mut ids);
    if let Ok(answer) = outcome {
        collect(answer, &mut ids);
    }
    let mut line = json!({
        "at": chrono::Utc::now().format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        "request_id": request_id,
        "who": principal,
        "tool": declaration.name,
        "arguments": digest_json(arguments),
        "confirmed": confirmed.name(),
        "outcome": outcome.as_ref().err().map_or_else(|| "ok".to_owned(), |error: &Error| error.code().name()),
        "ids": ids,
        "undo": undo(declaration),
    });
    if let (Some(form), Some(line)) = (confirmed.form(), line.as_object_mut()) {
        line.insert("form".to_owned(), json!(form));
    }
    line
}

fn undo(declaration: &Declaration) -> &'static str {
    match (declaration.undo, declaration.effect) {
        (Some(undo), _) => undo,
        (None, Effect::Spends) => "nothing: only the supplier can cancel an order",
        (None, Effect::Reads | Effect::Writes | Effect::Destroys) => "nothing",
    }
}

/// The names and numbers by which the things of a call are found again; never their content.
fn collect(value: &Value, ids: &mut Map<String, Value>) {
    for (name, value) in value.as_object().into_iter().flatten() {
        let is_name =
            name == "id" || ["_id", "_number", "_guid", "_revision", "_key"].iter().any(|end| name.ends_with(end));
        match value {
            Value::String(text) if is_name && text.len() <= 100 => {
                ids.insert(name.clone(), json!(text));
            }
            Value::Number(number) if is_name => {
                ids.insert(name.clone(), json!(number));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool::declaration::Toolset;

    const ARCHIVE: Declaration = Declaration {
        name: "infinity_archive_item",
        doc: "Archive an item.",
        effect: Effect::Destroys,
        toolset: Toolset::Default,
        confirm: None,
        undo: None,
        reports_progress: false,
        idempotent: true,
        file: "",
    };

    #[test]
    fn a_line_names_things_and_never_tells_their_content() {
        let arguments = json!({ "item_id": "i1", "name": "Confidential", "values": { "Price": 3 } });
        let answer = Ok(json!({ "id": "i1", "title": "Confidential", "revision": 2 }));
        let line = line(&ARCHIVE, "anna", &arguments, Confirmed::ByForm, &answer, "r1");
        assert_eq!(line["ids"], json!({ "item_id": "i1", "id": "i1" }));
        assert_eq!(
            (&line["outcome"], &line["confirmed"], &line["undo"]),
            (&json!("ok"), &json!("form"), &json!("nothing"))
        );
        assert!(!line.to_string().contains("Confidential"));
    }

    #[test]
    fn a_token_that_stood_in_for_a_form_says_what_became_of_the_form() {
        let by = |confirmed| line(&ARCHIVE, "anna", &json!({}), confirmed, &Ok(json!({})), "r1");
        let instead = by(Confirmed::ByToken(Some(Undecided::Dismissed)));
        assert_eq!((&instead["confirmed"], &instead["form"]), (&json!("token"), &json!("dismissed")));
        assert_eq!(by(Confirmed::ByToken(None)).get("form"), None);
        assert_eq!(by(Confirmed::Undecided(Undecided::Unticked))["confirmed"], "unticked");
    }

    #[test]
    fn a_failed_call_leaves_its_code() {
        let failed = Err(Error::new(crate::tool::Code::OutcomeUnknown, "nobody knows"));
        let line = line(&ARCHIVE, "anna", &json!({}), Confirmed::NotAsked, &failed, "r1");
        assert_eq!(line["outcome"], "outcome_unknown");
    }
}
