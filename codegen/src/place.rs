//! Name the places of a document where schemas stand: `getItem 200.values[]` is an element of the values that `getItem` answers.

use serde_json::Value;

use crate::schemas;

/// Longest way through references before it must be a circle.
const LONGEST_CHAIN: usize = 8;

/// The words before several forms of one value.
const CHOICES: [&str; 2] = ["oneOf", "anyOf"];

/// What steps begin with: a property, an element, another value of an object, one of several forms.
const STEPS: [char; 4] = ['.', '[', '{', '|'];

/// The schema of every query parameter and body that operations take, and of what they answer on success, each with its
/// pointer.
pub fn roots(document: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (path, method, operation) in schemas::operations(document) {
        let Some(id) = operation.get("operationId").and_then(Value::as_str) else { continue };
        let at = format!("/paths/{}/{method}", escaped(path));
        for holder in [&at, &format!("/paths/{}", escaped(path))] {
            found.extend(queries(document, holder).map(|(name, schema)| (format!("{id} ?{name}"), schema)));
        }
        found
            .extend(content_of(document, &format!("{at}/requestBody")).map(|schema| (format!("{id} request"), schema)));
        let statuses = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
        for (status, _) in statuses.filter(|(status, _)| status.starts_with('2')) {
            let answer = content_of(document, &format!("{at}/responses/{status}"));
            found.extend(answer.map(|schema| (format!("{id} {status}"), schema)));
        }
    }
    found
}

/// The query parameters that an operation or a path holds, with where their schemas are.
fn queries(document: &Value, holder: &str) -> impl Iterator<Item = (String, String)> {
    let list = format!("{holder}/parameters");
    let count = document.pointer(&list).and_then(Value::as_array).map_or(0, Vec::len);
    (0..count).filter_map(move |index| {
        let at = shared(document, format!("{list}/{index}"))?;
        let parameter = document.pointer(&at)?;
        let is_query = parameter.get("in").and_then(Value::as_str) == Some("query");
        let name = parameter.get("name").and_then(Value::as_str).filter(|_| is_query)?;
        parameter.get("schema").map(|_| (name.to_owned(), format!("{at}/schema")))
    })
}

/// Where a parameter, a request or an answer is that may refer to a shared one.
fn shared(document: &Value, at: String) -> Option<String> {
    let mut at = at;
    for _ in 0..LONGEST_CHAIN {
        let Some(next) = document.pointer(&at)?.get("$ref").and_then(Value::as_str) else { break };
        at = schemas::percent_decoded(next.strip_prefix('#')?);
    }
    Some(at)
}

/// Where the schema of the content of a request or an answer is, which may be a shared one: the JSON, where there is one.
fn content_of(document: &Value, at: &str) -> Option<String> {
    let at = shared(document, at.to_owned())?;
    let content = document.pointer(&at)?.get("content")?.as_object()?;
    let is_json = |kind: &&String| kind.split(';').next().is_some_and(|kind| kind.trim() == "application/json");
    let kind = content.keys().find(is_json).or(content.keys().next())?;
    let schema = format!("{at}/content/{}/schema", escaped(kind));
    document.pointer(&schema).map(|_| schema)
}

/// The schemas right inside a schema, each with the step that leads there.
pub fn parts(schema: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    for (name, inner) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        found.push((format!(".{name}"), inner));
    }
    found.extend(schema.get("items").map(|inner| ("[]".to_owned(), inner)));
    found.extend(
        schema.get("additionalProperties").filter(|inner| inner.is_object()).map(|inner| ("{}".to_owned(), inner)),
    );
    for word in CHOICES {
        let choices = schema.get(word).and_then(Value::as_array).into_iter().flatten();
        found.extend(choices.enumerate().map(|(index, inner)| (format!("|{index}"), inner)));
    }
    for inner in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        found.extend(parts(inner));
    }
    found
}

/// Where a path of steps leads from a schema; through references, and not through the last one.
pub fn follow(document: &Value, start: &str, path: &str) -> Option<String> {
    let mut at = bare(document, start.to_owned());
    for step in steps(path) {
        at = bare(document, step_from(document, &through(document, at)?, step)?);
    }
    Some(at)
}

/// What an `allOf` around one schema wraps.
fn bare(document: &Value, at: String) -> String {
    let is_wrapper = document.pointer(&at).is_some_and(|schema| !std::ptr::eq(schemas::unwrapped(schema), schema));
    if is_wrapper { bare(document, format!("{at}/allOf/0")) } else { at }
}

fn through(document: &Value, at: String) -> Option<String> {
    let mut at = at;
    for _ in 0..LONGEST_CHAIN {
        let Some(name) = schemas::reference(document.pointer(&at)?) else { return Some(at) };
        at = bare(document, named(name));
    }
    None
}

fn step_from(document: &Value, at: &str, step: &str) -> Option<String> {
    let ways = match (step, step.strip_prefix('|')) {
        ("[]", _) => vec![format!("{at}/items")],
        ("{}", _) => vec![format!("{at}/additionalProperties")],
        (_, Some(index)) => CHOICES.map(|word| format!("{at}/{word}/{index}")).to_vec(),
        (name, None) => vec![format!("{at}/properties/{}", escaped(name.strip_prefix('.')?))],
    };
    if let Some(way) = ways.into_iter().find(|way| document.pointer(way).is_some()) {
        return Some(way);
    }
    let count = document.pointer(at)?.get("allOf")?.as_array()?.len();
    (0..count).find_map(|index| step_from(document, &through(document, format!("{at}/allOf/{index}"))?, step))
}

fn steps(path: &str) -> impl Iterator<Item = &str> {
    let mut rest = path;
    std::iter::from_fn(move || {
        let length = match rest.as_bytes() {
            [] => return None,
            [b'[' | b'{', ..] => 2,
            [_, ..] => rest.get(1..)?.find(STEPS).map_or(rest.len(), |end| 1 + end),
        };
        let (step, after) = rest.split_at_checked(length)?;
        rest = after;
        Some(step)
    })
}

/// The longest of these beginnings that a place has, and the path from there.
pub fn beginning<'a, 'b>(place: &'a str, known: impl Iterator<Item = &'b str>) -> Option<(&'b str, &'a str)> {
    known
        .filter_map(|known| Some((known, place.strip_prefix(known)?)))
        .filter(|(_, rest)| rest.is_empty() || rest.starts_with(STEPS))
        .max_by_key(|(known, _)| known.len())
}

/// The pointer of a named schema.
pub fn named(name: &str) -> String {
    format!("/components/schemas/{}", escaped(name))
}

/// A key as a pointer has it.
pub fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
