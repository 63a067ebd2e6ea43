//! Lower a fixed document to what progenitor takes, one small rule at a time.
//!
//! Each rule is a file of its own under `lower/`, with before-and-after documents in `tests/cases/<rule>/`. The order in
//! [`RULES`] matters: a rule may rely on those before it.

pub use operation_ids::essence;

use serde_json::Value;

use crate::LeftOut;

mod answers_apart;
mod bare_bones;
pub mod bare_forms;
mod choices_open;
mod data_wrappers;
mod endless_schemas;
mod inline_parts;
mod known_forms;
mod leave_out;
pub mod media_types;
mod merged_parts;
mod named_parts;
mod nullable_names;
mod odd_objects;
pub mod one_answer;
mod open_enums;
mod operation_ids;
mod optional_answers;
mod optional_requests;
mod path_items;
mod path_parameters;
mod plain_limits;
mod plain_parameters;
mod schema_names;
pub mod seam_headers;
mod single_wrappers;
mod twin_properties;
mod twin_values;
mod unused_schemas;
mod version_3_0;

/// A document on its way down, and the operations that could not come along.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The document as it is after the rules so far.
    pub document: Value,
    /// The operations that were taken out, by name, each with its reason.
    pub left_out: Vec<LeftOut>,
}

impl Draft {
    /// A draft of a document that no rule has touched.
    pub fn new(document: Value) -> Self {
        Self { document, left_out: Vec::new() }
    }
}

/// One rule: what it is called and what it does to a draft.
pub struct Rule {
    /// The name of its file, and of its folder of cases.
    pub name: &'static str,
    /// What it does.
    pub apply: fn(&mut Draft),
}

/// All rules, in the order they are applied.
pub const RULES: &[Rule] = &[
    Rule { name: "path_items", apply: path_items::apply },
    Rule { name: "version_3_0", apply: version_3_0::apply },
    Rule { name: "operation_ids", apply: operation_ids::apply },
    Rule { name: "inline_parts", apply: inline_parts::apply },
    Rule { name: "schema_names", apply: schema_names::apply },
    Rule { name: "media_types", apply: media_types::apply },
    Rule { name: "data_wrappers", apply: data_wrappers::apply },
    Rule { name: "one_answer", apply: one_answer::apply },
    Rule { name: "path_parameters", apply: path_parameters::apply },
    Rule { name: "seam_headers", apply: seam_headers::apply },
    Rule { name: "plain_parameters", apply: plain_parameters::apply },
    Rule { name: "leave_out", apply: leave_out::apply },
    Rule { name: "bare_forms", apply: bare_forms::apply },
    Rule { name: "unused_schemas", apply: unused_schemas::apply },
    Rule { name: "answers_apart", apply: answers_apart::apply },
    Rule { name: "known_forms", apply: known_forms::apply },
    Rule { name: "endless_schemas", apply: endless_schemas::apply },
    Rule { name: "merged_parts", apply: merged_parts::apply },
    Rule { name: "choices_open", apply: choices_open::apply },
    Rule { name: "open_enums", apply: open_enums::apply },
    Rule { name: "plain_limits", apply: plain_limits::apply },
    Rule { name: "odd_objects", apply: odd_objects::apply },
    Rule { name: "twin_values", apply: twin_values::apply },
    Rule { name: "twin_properties", apply: twin_properties::apply },
    Rule { name: "nullable_names", apply: nullable_names::apply },
    Rule { name: "optional_requests", apply: optional_requests::apply },
    Rule { name: "single_wrappers", apply: single_wrappers::apply },
    Rule { name: "optional_answers", apply: optional_answers::apply },
    Rule { name: "named_parts", apply: named_parts::apply },
    Rule { name: "bare_bones", apply: bare_bones::apply },
];

/// How many of the rules only restate the document: what it says is the same before and after them.
///
/// The operations table and the surface are read there, while `required`, `nullable` and known values are still true.
const RESTATING: usize = 7;

/// The document with every operation named and every shared part in its place, saying the same as before.
pub fn restated(document: Value) -> Draft {
    apply(Draft::new(document), RULES.iter().take(RESTATING))
}

/// The document in the words of OpenAPI 3.0, if it has those of 3.1.
pub fn say_as_3_0(document: &mut Value) {
    let mut draft = Draft::new(std::mem::take(document));
    version_3_0::apply(&mut draft);
    *document = draft.document;
}

/// Lower a restated draft the rest of the way.
pub fn lowered(restated: Draft) -> Draft {
    apply(restated, RULES.iter().skip(RESTATING))
}

/// Take an operation out of the document by its id, and remember why.
pub fn take_out(draft: &mut Draft, id: &str, reason: String) {
    let paths = draft.document.get_mut("paths").and_then(Value::as_object_mut);
    for (_, item) in paths.into_iter().flatten() {
        if let Some(methods) = item.as_object_mut() {
            methods.retain(|_, operation| operation.get("operationId").and_then(Value::as_str) != Some(id));
        }
    }
    draft.left_out.push(LeftOut { operation: id.to_owned(), reason });
    unused_schemas::apply(draft);
}

/// The document with these operations alone, and the schemas they use.
pub fn only(document: &Value, ids: &[String]) -> Value {
    let mut draft = Draft::new(document.clone());
    let paths = draft.document.get_mut("paths").and_then(Value::as_object_mut);
    for (_, item) in paths.into_iter().flatten() {
        if let Some(methods) = item.as_object_mut() {
            methods.retain(|_, operation| {
                let id = operation.get("operationId").and_then(Value::as_str);
                id.is_some_and(|id| ids.iter().any(|wanted| wanted == id))
            });
        }
    }
    unused_schemas::apply(&mut draft);
    draft.document
}

fn apply<'a>(mut draft: Draft, rules: impl Iterator<Item = &'a Rule>) -> Draft {
    rules.for_each(|rule| (rule.apply)(&mut draft));
    draft
}
