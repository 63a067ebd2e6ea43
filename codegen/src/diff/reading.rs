//! Read one document as its operations, each with its shared parts in their places.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::untouched::leads_only_to;
use crate::schemas;

/// A reference that leads through more others than this leads nowhere.
const LONGEST_CHAIN: usize = 16;

/// One document.
#[derive(Clone, Copy)]
pub struct Document<'a> {
    root: &'a Value,
    untouched: &'a BTreeSet<String>,
}

/// A part of a document in its place, and the name it is shared under, if it is.
pub struct Part<'a> {
    /// The part itself.
    pub fields: &'a Value,
    /// For example `parameters/Limit`.
    pub shared: Option<&'a str>,
}

/// One operation of a document.
#[derive(Clone, Copy)]
pub struct Operation<'a> {
    document: Document<'a>,
    item: &'a Value,
    fields: &'a Map<String, Value>,
    /// The path template.
    pub path: &'a str,
    /// The method, in lower case.
    pub method: &'a str,
}

impl<'a> Document<'a> {
    /// A document whose operations all have an id, and the schemas that the other document has just the same.
    pub fn new(root: &'a Value, untouched: &'a BTreeSet<String>) -> Self {
        Self { root, untouched }
    }

    /// Whether a schema that reads the same in the other document also means the same there.
    pub fn is_untouched(self, schema: &Value) -> bool {
        leads_only_to(self.untouched, schema)
    }

    /// A field of the whole document.
    pub fn get(self, key: &str) -> Option<&'a Value> {
        self.root.get(key)
    }

    /// Every operation, by path and method.
    pub fn operations(self) -> Vec<Operation<'a>> {
        schemas::operations(self.root)
            .into_iter()
            .filter_map(|(path, method, fields)| {
                let item = self.root.get("paths")?.get(path)?;
                Some(Operation { document: self, item, fields, path, method })
            })
            .collect()
    }

    /// What a reference names; nothing when it names nothing in this document.
    pub fn target(self, reference: &str) -> Option<&'a Value> {
        self.root.pointer(reference.strip_prefix('#')?)
    }

    /// A part, with references followed.
    pub fn part(self, fields: &'a Value) -> Part<'a> {
        let mut part = Part { fields, shared: None };
        for _ in 0..LONGEST_CHAIN {
            let Some(reference) = part.fields.get("$ref").and_then(Value::as_str) else { break };
            let Some(target) = self.target(reference) else { break };
            part = Part { fields: target, shared: reference.strip_prefix("#/components/").or(part.shared) };
        }
        part
    }
}

impl<'a> Operation<'a> {
    /// The operation's id.
    pub fn id(self) -> &'a str {
        self.fields.get("operationId").and_then(Value::as_str).unwrap_or_default()
    }

    /// For example `GET /boards/{board_id}`.
    pub fn label(self) -> String {
        format!("{} {}", self.method.to_ascii_uppercase(), self.path)
    }

    /// A field of the operation itself.
    pub fn get(self, key: &str) -> Option<&'a Value> {
        self.fields.get(key)
    }

    /// Servers of its own, or of its path.
    pub fn own_servers(self) -> Option<&'a Value> {
        self.fields.get("servers").or_else(|| self.item.get("servers"))
    }

    /// The fields of the operation that no other method here reads.
    pub fn other_fields(self) -> BTreeMap<&'a str, &'a Value> {
        const READ: [&str; 6] = ["operationId", "parameters", "requestBody", "responses", "security", "servers"];
        self.fields.iter().map(|(key, value)| (key.as_str(), value)).filter(|(key, _)| !READ.contains(key)).collect()
    }

    /// The parameters, those of the path included; the operation's own win.
    pub fn parameters(self) -> Vec<Part<'a>> {
        let own = list(self.fields.get("parameters")).map(|parameter| self.document.part(parameter));
        let mut parameters: Vec<Part<'a>> = own.collect();
        for parameter in list(self.item.get("parameters")).map(|parameter| self.document.part(parameter)) {
            if !parameters.iter().any(|known| identity(known.fields) == identity(parameter.fields)) {
                parameters.push(parameter);
            }
        }
        parameters
    }

    /// The request body.
    pub fn body(self) -> Option<Part<'a>> {
        self.fields.get("requestBody").map(|body| self.document.part(body))
    }

    /// The answers by status, `default` among them.
    pub fn answers(self) -> BTreeMap<&'a str, Part<'a>> {
        let answers = self.fields.get("responses").and_then(Value::as_object);
        answers.into_iter().flatten().map(|(status, answer)| (status.as_str(), self.document.part(answer))).collect()
    }

    /// The document it is in.
    pub fn document(self) -> Document<'a> {
        self.document
    }
}

fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

/// A parameter is known by its place and its name; the names of headers do not tell capitals apart.
pub fn identity(parameter: &Value) -> (&str, String) {
    let place = parameter.get("in").and_then(Value::as_str).unwrap_or_default();
    let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
    (place, if place == "header" { name.to_ascii_lowercase() } else { name.to_owned() })
}

/// The path without the names of its parameters, which are not sent: `/boards/{}`.
pub fn template(path: &str) -> String {
    path.split('/')
        .map(|segment| if segment.starts_with('{') && segment.ends_with('}') { "{}" } else { segment })
        .collect::<Vec<_>>()
        .join("/")
}

/// The names of a path's parameters, in their order.
pub fn placeholders(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}
