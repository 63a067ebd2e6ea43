//! Find the schemas of a document, and tell those of requests from those of answers.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The methods a path may have, in the order the surface lists them.
pub const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Where references to named schemas point.
pub const NAMED: &str = "#/components/schemas/";

/// Which way a schema travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Parameters and request bodies: what we send.
    Request,
    /// Response bodies: what upstream answers.
    Answer,
}

/// The name a `$ref` points at, when it points at a named schema.
pub fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(NAMED)
}

/// What a `$ref` into this document leads to; nothing when it leads elsewhere, or nowhere.
pub fn at_pointer<'a>(document: &'a Value, holder: &Value) -> Option<&'a Value> {
    let pointer = holder.get("$ref")?.as_str()?.strip_prefix('#')?;
    document.pointer(&percent_decoded(pointer))
}

/// The fragment of an address may carry `%7B` for `{`; what is no such code stays as it is.
pub fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = match rest {
            [b'%', high, low, ..] => {
                std::str::from_utf8(&[*high, *low]).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok())
            }
            _ => None,
        };
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// What an `allOf` around one schema wraps, or the schema itself.
pub fn unwrapped(schema: &Value) -> &Value {
    match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([only]) if schema.get("properties").is_none() => unwrapped(only),
        _ => schema,
    }
}

/// Follow references, and wrappers around one, to what they name; nothing when that is not there or runs in a circle.
pub fn resolved(document: &Value, schema: &Value) -> Option<Value> {
    const LONGEST_CHAIN: usize = 8;
    let mut schema = unwrapped(schema);
    for _ in 0..LONGEST_CHAIN {
        let Some(name) = reference(schema) else {
            return schema.get("$ref").is_none().then(|| schema.clone());
        };
        schema = unwrapped(document.get("components")?.get("schemas")?.get(name)?);
    }
    None
}

/// Every operation of the document, with its path and lower-case method, in the document's order.
pub fn operations(document: &Value) -> Vec<(&str, &str, &Map<String, Value>)> {
    let mut found = Vec::new();
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        for method in METHODS {
            if let Some(operation) = item.get(method).and_then(Value::as_object) {
                found.push((path.as_str(), method, operation));
            }
        }
    }
    found
}

/// What is done with an operation, given its path, its lower-case method and its fields.
type Visit<'a> = dyn FnMut(&str, &str, &mut Map<String, Value>) + 'a;

/// Visit every operation.
pub fn each_operation(document: &mut Value, visit: &mut Visit<'_>) {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        for method in METHODS {
            if let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) {
                visit(path, method, operation);
            }
        }
    }
}

/// Visit a schema and everything inside it, the outer before the inner. References are not followed.
pub fn within(schema: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    visit(schema);
    let Some(fields) = schema.as_object_mut() else {
        return;
    };
    for (key, value) in fields {
        match key.as_str() {
            "properties" => value.as_object_mut().into_iter().flatten().for_each(|(_, inner)| within(inner, visit)),
            "allOf" | "oneOf" | "anyOf" => {
                value.as_array_mut().into_iter().flatten().for_each(|inner| within(inner, visit))
            }
            "items" | "not" => within(value, visit),
            "additionalProperties" if value.is_object() => within(value, visit),
            _ => {}
        }
    }
}

/// Visit every schema of the document, whichever way it travels.
pub fn each(document: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    each_named(document, &mut |_, schema| within(schema, visit));
    for side in [Side::Request, Side::Answer] {
        each_written_in_place(document, side, &mut |schema| within(schema, visit));
    }
}

/// Visit every schema that travels on one side: those written in its operations, and those they lead to.
///
/// A named schema used on both sides is visited for either; after `answers_apart` there is none.
pub fn each_on(document: &mut Value, side: Side, visit: &mut dyn FnMut(&mut Value)) {
    let names = reachable(document, side);
    each_named(document, &mut |name, schema| {
        if names.contains(name) {
            within(schema, visit);
        }
    });
    each_written_in_place(document, side, &mut |schema| within(schema, visit));
}

/// The names of the schemas that one side leads to, directly or through others.
pub fn reachable(document: &mut Value, side: Side) -> BTreeSet<String> {
    let mut waiting = Vec::new();
    each_written_in_place(document, side, &mut |schema| within(schema, &mut |inner| waiting.extend(target(inner))));

    let mut found = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        if found.contains(&name) {
            continue;
        }
        if let Some(schema) = named(document, &name) {
            within(schema, &mut |inner| waiting.extend(target(inner)));
        }
        found.insert(name);
    }
    found
}

fn target(schema: &mut Value) -> Option<String> {
    reference(schema).map(str::to_owned)
}

/// The named schema, when there is one.
pub fn named<'a>(document: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    document.get_mut("components")?.get_mut("schemas")?.get_mut(name)
}

/// Visit each named schema itself, not what is inside it.
pub fn each_named(document: &mut Value, visit: &mut dyn FnMut(&str, &mut Value)) {
    let schemas = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
    for (name, schema) in schemas.into_iter().flatten() {
        visit(name, schema);
    }
}

/// Visit the outermost schemas that operations of one side write in place.
pub fn each_written_in_place(document: &mut Value, side: Side, visit: &mut dyn FnMut(&mut Value)) {
    each_operation(document, &mut |_, _, operation| match side {
        Side::Request => {
            for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
                parameter.get_mut("schema").into_iter().for_each(&mut *visit);
            }
            operation.get_mut("requestBody").into_iter().for_each(|body| each_content(body, visit));
        }
        Side::Answer => {
            for (_, response) in operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
                each_content(response, visit);
            }
        }
    });
}

fn each_content(carrier: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    let content = carrier.get_mut("content").and_then(Value::as_object_mut);
    for (_, media_type) in content.into_iter().flatten() {
        media_type.get_mut("schema").into_iter().for_each(&mut *visit);
    }
}
