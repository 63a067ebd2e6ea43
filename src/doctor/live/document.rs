//! A service's document, its fixes applied, with every schema found by the JSON pointer that a fix would name.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Longer chains of references mean that one leads back to itself.
const LONGEST_CHAIN: usize = 16;

/// The document of one service.
pub struct Document {
    value: Value,
}

/// One operation that only reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The document's operation id.
    pub id: String,
    /// The path template.
    pub template: String,
    /// The query parameters that must be there.
    pub needed: Vec<String>,
    /// The query parameter that says how many rows a page has.
    pub rows: Option<String>,
    /// Pointer to the schema of a success.
    pub schema: String,
}

/// The fields of an object, with where each is described.
#[derive(Debug, Default)]
pub struct Fields {
    /// Pointer to each field's schema.
    pub properties: BTreeMap<String, String>,
    /// Pointer to the schema that demands each required field.
    pub required: BTreeMap<String, String>,
    /// Pointer to the schema of values under other names; nothing where the document does not describe them.
    pub others: Option<String>,
    /// Pointer to the schema that a further field would be added to.
    pub home: Option<String>,
}

impl Document {
    /// Reads a document as JSON.
    ///
    /// # Errors
    /// When it is not JSON, or has no paths.
    pub fn read(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
        if value.get("paths").is_some_and(Value::is_object) {
            Ok(Self { value })
        } else {
            Err("it has no paths, so it is no OpenAPI document".to_owned())
        }
    }

    /// What stands at a pointer.
    pub fn at(&self, pointer: &str) -> &Value {
        self.value.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// The property that an object may be wrapped in, if the service does that.
    pub fn wrapper(&self) -> Option<&str> {
        self.value.get("x-may-be-wrapped-in").and_then(Value::as_str)
    }

    /// Every operation that only reads and answers JSON, those that need least first.
    pub fn readings(&self) -> Vec<Reading> {
        let paths = self.value.get("paths").and_then(Value::as_object).into_iter().flatten();
        let mut readings: Vec<Reading> = paths.filter_map(|(template, item)| self.reading(template, item)).collect();
        readings.sort_by_key(|reading| {
            (reading.template.matches('{').count() + 2 * reading.needed.len(), reading.template.clone())
        });
        readings
    }

    fn reading(&self, template: &str, item: &Value) -> Option<Reading> {
        let operation = item.get("get")?;
        let own = format!("/paths/{}/get", escaped(template));
        let listed = |holder: &Value| holder.get("parameters").and_then(Value::as_array).cloned().unwrap_or_default();
        let all: Vec<Value> =
            listed(item).into_iter().chain(listed(operation)).map(|one| self.followed(&one)).collect();
        let query = |parameter: &&Value| parameter.get("in") == Some(&Value::from("query"));
        let name = |parameter: &Value| parameter.get("name").and_then(Value::as_str).map(str::to_owned);
        let needed = |parameter: &&Value| parameter.get("required") == Some(&Value::Bool(true));
        Some(Reading {
            id: operation.get("operationId")?.as_str()?.to_owned(),
            template: template.to_owned(),
            needed: all.iter().filter(query).filter(needed).filter_map(name).collect(),
            rows: all.iter().filter(query).filter_map(name).find(|name| ["limit", "Take"].contains(&name.as_str())),
            schema: self.success(&own)?,
        })
    }

    /// Pointer to the schema of the first success with JSON.
    fn success(&self, operation: &str) -> Option<String> {
        let responses = format!("{operation}/responses");
        for (code, response) in self.at(&responses).as_object()?.iter().filter(|(code, _)| code.starts_with('2')) {
            let here = target(response).unwrap_or_else(|| format!("{responses}/{code}"));
            let contents = format!("{here}/content");
            let media = self.at(&contents).as_object().into_iter().flatten().find(|(media, _)| media.contains("json"));
            if let Some((media, content)) = media
                && content.get("schema").is_some()
            {
                return Some(format!("{contents}/{}/schema", escaped(media)));
            }
        }
        None
    }

    fn followed(&self, node: &Value) -> Value {
        target(node).map_or_else(|| node.clone(), |pointer| self.at(&pointer).clone())
    }

    /// Where a schema really is: behind references, and behind wrappers around one. Also whether null is allowed on the way.
    pub fn home(&self, site: &str) -> (String, bool) {
        let (mut here, mut nullable) = (site.to_owned(), false);
        for _ in 0..LONGEST_CHAIN {
            let node = self.at(&here);
            nullable |= node.get("nullable") == Some(&Value::Bool(true));
            if let Some(pointer) = target(node) {
                here = pointer;
            } else if is_wrapper(node) {
                here.push_str("/allOf/0");
            } else {
                break;
            }
        }
        (here, nullable)
    }

    /// The fields of the object at `home`, its own and those that `allOf` brings.
    pub fn fields(&self, home: &str) -> Fields {
        let mut fields = Fields::default();
        self.gather(home, &mut fields, 0);
        fields
    }

    fn gather(&self, home: &str, fields: &mut Fields, depth: usize) {
        let node = self.at(home);
        if depth > LONGEST_CHAIN {
            return;
        }
        for index in 0..node.get("allOf").and_then(Value::as_array).map_or(0, Vec::len) {
            let (part, _) = self.home(&format!("{home}/allOf/{index}"));
            self.gather(&part, fields, depth + 1);
        }
        if let Some(properties) = node.get("properties").and_then(Value::as_object) {
            fields.home = Some(home.to_owned());
            for name in properties.keys() {
                fields.properties.insert(name.clone(), format!("{home}/properties/{}", escaped(name)));
            }
        }
        for name in node.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            fields.required.insert(name.to_owned(), home.to_owned());
        }
        if node.get("additionalProperties").is_some_and(Value::is_object) {
            fields.others = Some(format!("{home}/additionalProperties"));
        }
    }
}

/// Whether a schema says nothing but the one it wraps.
fn is_wrapper(node: &Value) -> bool {
    let is_lone = |parts: &Vec<Value>| parts.len() == 1;
    node.get("allOf").and_then(Value::as_array).is_some_and(is_lone) && node.get("properties").is_none()
}

/// The pointer a reference leads to.
fn target(node: &Value) -> Option<String> {
    node.as_object()
        .and_then(|node: &Map<String, Value>| node.get("$ref"))?
        .as_str()?
        .strip_prefix('#')
        .map(str::to_owned)
}

/// A name as a step of a JSON pointer.
pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
