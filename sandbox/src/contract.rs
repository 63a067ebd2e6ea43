//! The document as a list of operations: which path belongs to which, what a request may say, what an answer must look like.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::schema::Check;

/// Everything one document says about requests and answers.
pub struct Contract {
    operations: Vec<Operation>,
    open_words: BTreeSet<String>,
}

/// One documented operation.
pub struct Operation {
    /// The document's `operationId`.
    pub id: String,
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path template, and the other spelling where the document doubts it.
    pub templates: Vec<String>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<BodyRule>,
    answers: BTreeMap<String, Option<Check>>,
}

/// One documented parameter.
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) required: bool,
    pub(super) many: Many,
    pub(super) check: Check,
}

/// Where a parameter stands.
#[derive(PartialEq, Eq, Clone, Copy)]
pub(super) enum Place {
    Path,
    Query,
    Header,
}

/// How several values of one parameter are written.
#[derive(PartialEq, Eq, Clone, Copy)]
pub(super) enum Many {
    /// There is only ever one value.
    Never,
    /// The name is repeated.
    Repeated,
    /// One text, parted by commas.
    Commas,
}

/// What the document says about a request's body.
pub(super) struct BodyRule {
    pub(super) required: bool,
    pub(super) media: BTreeMap<String, Check>,
}

/// What a method and a path lead to.
pub enum Found<'a> {
    /// An operation, the template that matched, and the path's values, decoded.
    Operation(&'a Operation, &'a str, BTreeMap<String, String>),
    /// The path exists with these other methods.
    OtherMethods(Vec<String>),
    /// Nothing.
    Nothing,
}

impl Contract {
    /// Reads a document that `build.rs` wrote as JSON, fixes applied.
    ///
    /// # Errors
    /// It is not JSON, or has no paths.
    pub fn read(document: &str) -> io::Result<Self> {
        let document: Arc<Value> = Arc::new(serde_json::from_str(document)?);
        let paths = document
            .get("paths")
            .and_then(Value::as_object)
            .ok_or_else(|| io::Error::other("the document has no paths"))?;
        let mut operations = Vec::new();
        for (template, item) in paths {
            for method in ["get", "put", "post", "patch", "delete"] {
                if let Some(operation) = item.get(method) {
                    operations.push(Operation::read(&document, template, method, item, operation));
                }
            }
        }
        // The more literal template goes first, so that `/a/b` is not taken for `/a/{id}`.
        operations
            .sort_by_key(|operation| operation.templates.first().map_or(0, |template| template.matches('{').count()));
        let mut open_words = BTreeSet::new();
        gather_open_words(&document, &mut open_words);
        Ok(Self { operations, open_words })
    }

    /// The operations, in no particular order.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Finds what a request is for; `offers` says whether a doubtful spelling really exists.
    pub fn find(&self, method: &str, path: &str, offers: impl Fn(&str, &str) -> bool) -> Found<'_> {
        let mut others = Vec::new();
        let mut literal: Option<&str> = None;
        for operation in &self.operations {
            for template in &operation.templates {
                let Some(values) = values_of(template, path).filter(|_| offers(&operation.id, template)) else {
                    continue;
                };
                if operation.method == method {
                    return Found::Operation(operation, template, values);
                }
                // `/members/invite` is not also a member called "invite": only the most literal template counts.
                if *literal.get_or_insert(template) == template {
                    others.push(operation.method.clone());
                }
            }
        }
        if others.is_empty() { Found::Nothing } else { Found::OtherMethods(others) }
    }

    /// What is wrong with an answer, judged by the document; empty when it agrees.
    pub fn faults_of_answer(&self, operation: &str, status: u16, body: Option<&Value>) -> Vec<String> {
        let Some(operation) = self.operations.iter().find(|known| known.id == operation) else {
            return vec![format!("there is no operation {operation}")];
        };
        let exact = status.to_string();
        let range = format!("{}XX", status / 100);
        let documented =
            [exact.as_str(), range.as_str(), "default"].into_iter().find_map(|code| operation.answers.get(code));
        match (documented, body) {
            (None, _) => vec![format!("{} does not document the status {status}", operation.id)],
            (Some(None), Some(body)) => {
                vec![format!("{} documents no body for {status}, but got {body}", operation.id)]
            }
            // Gateways leave errors bare; a success without its body is another matter.
            (Some(Some(_)), None) if status >= 300 => Vec::new(),
            (Some(Some(_)), None) => vec![format!("{} documents a body for {status}, but got none", operation.id)],
            (Some(None), None) => Vec::new(),
            (Some(Some(check)), Some(body)) => {
                check.faults(body, "body").into_iter().map(|(field, fault)| format!("{field}: {fault}")).collect()
            }
        }
    }

    /// Names of properties whose values the document lists but leaves open.
    pub(super) fn open_words(&self) -> &BTreeSet<String> {
        &self.open_words
    }
}

impl Operation {
    fn read(document: &Arc<Value>, template: &str, method: &str, item: &Value, operation: &Value) -> Self {
        let text = |key: &str| operation.get(key).and_then(Value::as_str).map(str::to_owned);
        let listed = |node: &Value| node.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
        let parameters =
            listed(item).iter().chain(&listed(operation)).filter_map(|one| Parameter::read(document, one)).collect();
        let answers = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
        Self {
            id: text("operationId").unwrap_or_else(|| format!("{method} {template}")),
            method: method.to_ascii_uppercase(),
            templates: std::iter::once(template.to_owned()).chain(text("x-alternate-path")).collect(),
            parameters,
            body: operation.get("requestBody").map(|body| BodyRule::read(document, resolve(document, body))),
            answers: answers
                .map(|(code, answer)| (code.clone(), answer_check(document, resolve(document, answer))))
                .collect(),
        }
    }
}

impl Parameter {
    fn read(document: &Arc<Value>, parameter: &Value) -> Option<Self> {
        let parameter = resolve(document, parameter);
        let schema = parameter.get("schema")?;
        let place = match parameter.get("in")?.as_str()? {
            "path" => Place::Path,
            "query" => Place::Query,
            "header" => Place::Header,
            _ => return None,
        };
        let is_list = resolve(document, schema).get("type").and_then(Value::as_str) == Some("array");
        let many = match parameter.get("explode") {
            _ if !is_list => Many::Never,
            Some(Value::Bool(false)) => Many::Commas,
            _ => Many::Repeated,
        };
        Some(Self {
            name: parameter.get("name")?.as_str()?.to_owned(),
            place,
            required: parameter.get("required") == Some(&Value::Bool(true)),
            many,
            check: Check::new(schema, document),
        })
    }
}

impl BodyRule {
    fn read(document: &Arc<Value>, body: &Value) -> Self {
        let media = body.get("content").and_then(Value::as_object).into_iter().flatten();
        Self {
            required: body.get("required") == Some(&Value::Bool(true)),
            media: media
                .map(|(name, content)| {
                    (name.clone(), Check::new(content.get("schema").unwrap_or(&Value::Bool(true)), document))
                })
                .collect(),
        }
    }
}

/// The check of an answer's JSON body; none where the document describes no body. Several media types are alternatives.
fn answer_check(document: &Arc<Value>, answer: &Value) -> Option<Check> {
    let content = answer.get("content")?.as_object()?;
    let schemas: Vec<Value> = content
        .iter()
        .filter(|(media, _)| media.contains("json"))
        .filter_map(|(_, one)| one.get("schema").cloned())
        .collect();
    (!schemas.is_empty()).then(|| Check::new(&serde_json::json!({ "anyOf": schemas }), document))
}

/// Follows one `$ref` within the document.
fn resolve<'a>(document: &'a Value, node: &'a Value) -> &'a Value {
    let target =
        node.get("$ref").and_then(Value::as_str).and_then(|reference| document.pointer(reference.strip_prefix('#')?));
    target.unwrap_or(node)
}

/// The values a path gives to a template's placeholders, when it fits. A slash at the end counts only where the template has one.
fn values_of(template: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let (wanted, given) = match template.strip_suffix('/') {
        Some(bare) => (bare, path.strip_suffix('/').unwrap_or(path)),
        None => (template, path),
    };
    if wanted.split('/').count() != given.split('/').count() {
        return None;
    }
    let mut values = BTreeMap::new();
    for (wanted, given) in wanted.split('/').zip(given.split('/')) {
        match wanted.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(_) if given.is_empty() => return None,
            Some(name) => {
                values.insert(name.to_owned(), percent_decode_str(given).decode_utf8().ok()?.into_owned());
            }
            None if wanted == given => {}
            None => return None,
        }
    }
    Some(values)
}

fn gather_open_words(node: &Value, found: &mut BTreeSet<String>) {
    match node {
        Value::Object(fields) => {
            for (name, child) in fields {
                if child.get("x-known-values").is_some() {
                    found.insert(name.clone());
                }
                gather_open_words(child, found);
            }
        }
        Value::Array(children) => children.iter().for_each(|child| gather_open_words(child, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_of_both_documents_can_be_made() {
        for contract in [crate::infinigate_contract().unwrap(), crate::infinity_contract().unwrap()] {
            let all = contract.operations.iter().flat_map(|operation| {
                let asked = operation.parameters.iter().map(|parameter| &parameter.check);
                let sent = operation.body.iter().flat_map(|body| body.media.values());
                asked.chain(sent).chain(operation.answers.values().flatten())
            });
            for check in all {
                let faults = check.faults(&Value::Null, "value");
                assert!(faults.iter().all(|(_, fault)| !fault.starts_with("cannot be checked")), "{faults:?}");
            }
        }
    }

    #[test]
    fn a_path_is_decoded_segment_by_segment() {
        let values = values_of("/search/{word}", "/search/a%2Fb%20c");
        assert_eq!(values.and_then(|all| all.get("word").cloned()).as_deref(), Some("a/b c"));
        assert!(values_of("/search/{word}", "/search/").is_none());
    }

    #[test]
    fn a_slash_at_the_end_counts_only_where_documented() {
        assert!(values_of("/pricelist/", "/pricelist").is_some());
        assert!(values_of("/pricelist/", "/pricelist/").is_some());
        assert!(values_of("/pricelist", "/pricelist/").is_none());
    }
}
