//! How StartInfinity says no: Laravel's bodies, a message with the fields it concerns.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::service::{Problem, Reply};

fn message(status: u16, text: &str) -> Reply {
    Reply::json(status, json!({ "message": text }))
}

/// The token is wrong or the version is unknown. Which key carries the text is not known, so both do.
pub fn unauthenticated() -> Reply {
    Reply::json(401, json!({ "message": "Unauthenticated.", "error": "Unauthenticated." }))
}

/// The token is good but its user has no access.
pub fn forbidden() -> Reply {
    message(403, "This action is unauthorized.")
}

/// No row of this kind has this id.
pub fn missing(kind: &str, id: &str) -> Reply {
    message(404, &format!("No query results for model [App\\Models\\{kind}] {id}"))
}

/// No route has this path.
pub fn no_route() -> Reply {
    message(404, "The route could not be found.")
}

/// The route is known but not with this method.
pub fn wrong_method(method: &str, allowed: &str) -> Reply {
    let text = format!("The {method} method is not supported for this route. Supported methods: {allowed}.");
    message(405, &text).with_header("allow", allowed)
}

/// The route went with the legacy version.
pub fn removed(status: u16) -> Reply {
    message(status, "Removed in selected version")
}

/// One request too many; the headers are Laravel's, which nobody has confirmed.
pub fn too_many(wait: u64, limit: usize, tells_wait: bool) -> Reply {
    let reply = message(429, "Too Many Attempts.")
        .with_header("x-ratelimit-limit", limit.to_string())
        .with_header("x-ratelimit-remaining", "0");
    if tells_wait { reply.with_header("retry-after", wait.to_string()) } else { reply }
}

/// Refuses a request that disagrees with the document.
pub fn problem(problem: &Problem) -> Reply {
    match problem {
        // Numbers in a path are matched as numbers, so that another word leads nowhere.
        Problem::NoSuchRoute | Problem::Misplaced(_) => no_route(),
        Problem::WrongMethod(allowed) => {
            let allowed = allowed.join(", ");
            let text = format!("The method is not supported for this route. Supported methods: {allowed}.");
            message(405, &text).with_header("allow", allowed)
        }
        Problem::Invalid(fields) => {
            let mut faults = Faults::default();
            for (field, text) in fields {
                faults.add(field, text.clone());
            }
            faults.reply()
        }
        // Laravel reads a broken body as an empty one and then misses the fields, which is a 422.
        Problem::Unreadable(text) => {
            let mut faults = Faults::default();
            faults.add("body", text.clone());
            faults.reply()
        }
    }
}

/// What is wrong with a request, by field.
#[derive(Debug, Default)]
pub struct Faults(BTreeMap<String, Vec<String>>);

impl Faults {
    /// One more thing that is wrong.
    pub fn add(&mut self, field: &str, text: impl Into<String>) {
        self.0.entry(field.to_owned()).or_default().push(text.into());
    }

    /// The choice made for this field is none.
    pub fn invalid(&mut self, field: &str) {
        self.add(field, format!("The selected {} is invalid.", spoken(field)));
    }

    /// The field must be there.
    pub fn required(&mut self, field: &str) {
        self.add(field, format!("The {} field is required.", spoken(field)));
    }

    /// Goes on when nothing is wrong.
    ///
    /// # Errors
    /// 422 with everything that was found.
    pub fn finish(self) -> Result<(), Reply> {
        if self.0.is_empty() { Ok(()) } else { Err(self.reply()) }
    }

    fn reply(self) -> Reply {
        let errors: Value = json!(self.0);
        Reply::json(422, json!({ "message": "The given data was invalid.", "errors": errors }))
    }
}

/// A field's name as Laravel speaks it: words instead of underscores.
fn spoken(field: &str) -> String {
    field.replace('_', " ")
}
