//! Say of a named schema's places, not of the schema, that there may be null: the generator would make two types of one name.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Draft;
use crate::schemas::{self, unwrapped};

/// Move `nullable` from each named schema to where it is referred to.
pub fn apply(draft: &mut Draft) {
    let document = &mut draft.document;
    let mut names = BTreeSet::new();
    // A choice that becomes nullable through one of its alternatives may itself have a name.
    loop {
        let before = names.len();
        take_nulls(document, &mut names);
        if names.len() == before {
            return;
        }
        schemas::each(document, &mut |schema| settle(schema, &names));
    }
}

fn settle(schema: &mut Value, names: &BTreeSet<String>) {
    let is_named = |schema: &Value| schemas::reference(schema).is_some_and(|name| names.contains(name));
    let Some(fields) = schema.as_object_mut() else {
        return;
    };
    let mut choice_is_nullable = false;
    for (key, value) in fields.iter_mut() {
        match key.as_str() {
            "properties" => {
                let places = value.as_object_mut().into_iter().flatten().map(|(_, place)| place);
                places.filter(|place| is_named(place)).for_each(make_nullable);
            }
            "items" | "additionalProperties" if is_named(value) => make_nullable(value),
            "oneOf" | "anyOf" => choice_is_nullable |= value.as_array().into_iter().flatten().any(is_named),
            _ => {}
        }
    }
    if choice_is_nullable {
        fields.insert("nullable".to_owned(), json!(true));
    }
}

/// Add the named schemas that may be null, and those that only name such a one; none of them says so any more.
fn take_nulls(document: &mut Value, names: &mut BTreeSet<String>) {
    schemas::each_named(document, &mut |name, schema| {
        if schema.as_object_mut().and_then(|fields| fields.remove("nullable")).is_some() {
            names.insert(name.to_owned());
        }
    });
    let mut before = usize::MAX;
    while names.len() != before {
        before = names.len();
        schemas::each_named(document, &mut |name, schema| {
            if schemas::reference(unwrapped(schema)).is_some_and(|target| names.contains(target)) {
                names.insert(name.to_owned());
            }
        });
    }
}

fn make_nullable(place: &mut Value) {
    *place = json!({ "allOf": [place], "nullable": true });
}
