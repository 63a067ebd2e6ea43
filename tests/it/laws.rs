//! Laws over the whole list of tools, which no single tool may break.

use std::path::PathBuf;

use infini_mcp::server::definition;
use infini_mcp::tool::catalogue::{Catalogue, Offered};
use infini_mcp::tool::schema::AS_TEXT;
use infini_mcp::tool::text::is_invisible;
use infini_mcp::tool::{Effect, Toolset};
use serde_json::{Value, json};

/// Words that some clients cannot read, or that close a schema in ways they take differently.
const FORBIDDEN: [&str; 9] =
    ["$ref", "$defs", "oneOf", "anyOf", "allOf", "not", "const", "exclusiveMinimum", "exclusiveMaximum"];

/// All words that an argument's schema may use: every converter that was tried takes these.
const ANNOUNCED: [&str; 13] = [
    "type",
    "description",
    "properties",
    "required",
    "items",
    "enum",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
];

fn listed() -> Vec<(Offered, Value)> {
    let catalogue = Catalogue::everything();
    catalogue
        .into_all()
        .into_iter()
        .map(|offered| (definition(&offered), offered))
        .map(|(tool, offered)| (offered, json!(tool)))
        .collect()
}

fn text<'a>(tool: &'a Value, name: &str) -> &'a str {
    tool[name].as_str().unwrap_or_else(|| panic!("{} has no {name}", tool["name"]))
}

#[test]
fn names_titles_and_descriptions_are_in_form() {
    for (offered, tool) in listed() {
        let (name, title, description) = (text(&tool, "name"), text(&tool, "title"), text(&tool, "description"));
        assert!((3..=40).contains(&name.len()) && name.starts_with(|c: char| c.is_ascii_lowercase()), "{name}");
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'), "{name}");
        assert!(
            (60..=1_000).contains(&description.chars().count()),
            "{name}: {} characters",
            description.chars().count()
        );
        assert!(title.chars().count() <= 60, "{name}: the title is too long");
        let sentence = offered.tool.declaration.summary();
        assert!(sentence.chars().count() <= 160, "{name}: the first sentence is too long");
        assert!(description.starts_with(&sentence), "{name}: the description begins with it");
    }
}

#[test]
fn all_four_hints_follow_from_the_effect() {
    for (offered, tool) in listed() {
        let effect = offered.tool.declaration.effect;
        let hints = &tool["annotations"];
        let reads = effect == Effect::Reads;
        assert_eq!(hints["readOnlyHint"], json!(reads), "{}", offered.name());
        assert_eq!(
            hints["destructiveHint"],
            json!(matches!(effect, Effect::Destroys | Effect::Spends)),
            "{}",
            offered.name()
        );
        assert_eq!(hints["idempotentHint"], json!(reads || offered.tool.declaration.idempotent), "{}", offered.name());
        assert_eq!(hints["openWorldHint"], json!(true), "{}", offered.name());
    }
}

#[test]
fn every_effect_maps_to_a_scope_and_every_dangerous_tool_asks() {
    for (offered, _) in listed() {
        let declaration = &offered.tool.declaration;
        let scope = declaration.scopes().to_string();
        let expected = match declaration.effect {
            Effect::Reads => "read",
            Effect::Writes => "write",
            Effect::Destroys => "admin",
            Effect::Spends => "order",
        };
        assert_eq!(scope.split_once(':').map(|(_, permission)| permission), Some(expected), "{scope}");
        if declaration.effect.is_destructive() {
            assert!(declaration.confirm.is_some(), "{} would act without asking", declaration.name);
            assert!(offered.input["properties"].get("confirmation_token").is_some(), "{}", declaration.name);
        }
    }
}

#[test]
fn input_schemas_are_small() {
    for (_, tool) in listed() {
        let (name, schema) = (text(&tool, "name"), &tool["inputSchema"]);
        assert_eq!(schema["type"], "object", "{name}");
        let own = schema["properties"]
            .as_object()
            .unwrap()
            .keys()
            .filter(|key| !["response_format", "detail", "confirmation_token"].contains(&key.as_str()))
            .count();
        assert!(own <= 12, "{name}: {own} arguments");
        assert!(schema["required"].as_array().map_or(0, Vec::len) <= 4, "{name}");
        assert!(depth(schema) <= 2, "{name}: arguments nest {} deep", depth(schema));
    }
}

fn depth(schema: &Value) -> usize {
    let inner =
        schema["properties"].as_object().into_iter().flat_map(|properties| properties.values()).map(|property| {
            let item = if property["type"] == "array" { &property["items"] } else { property };
            if item.get("properties").is_some() && item["properties"].get(AS_TEXT).is_none() {
                1 + depth(item)
            } else {
                1
            }
        });
    inner.max().unwrap_or(0)
}

#[test]
fn every_argument_is_described() {
    for (_, tool) in listed() {
        visit(&tool["inputSchema"], &mut |place, property| {
            let description = property["description"].as_str().unwrap_or_default().chars().count();
            assert!(
                (10..=300).contains(&description),
                "{}: the argument {place} is described in {description} characters",
                tool["name"]
            );
        });
    }
}

#[test]
fn every_argument_at_every_depth_has_one_type_and_every_object_says_a_name() {
    for (offered, tool) in listed() {
        strict(&tool["inputSchema"], offered.name());
    }
}

fn strict(schema: &Value, place: &str) {
    let kinds = ["object", "array", "string", "integer", "number", "boolean"];
    assert!(
        schema["type"].as_str().is_some_and(|kind| kinds.contains(&kind)),
        "{place} has the type {}",
        schema["type"]
    );
    for word in schema.as_object().unwrap().keys() {
        assert!(ANNOUNCED.contains(&word.as_str()), "{place} uses {word}");
    }
    if schema["type"] == "object" {
        assert!(schema["properties"].as_object().is_some_and(|names| !names.is_empty()), "{place} names nothing");
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        strict(property, &format!("{place}.{name}"));
    }
    if schema["type"] == "array" {
        strict(&schema["items"], &format!("{place}[]"));
    }
}

#[test]
fn what_cuts_announces_how_to_get_all_and_every_tool_takes_it() {
    for (offered, tool) in listed() {
        let announced = &tool["inputSchema"]["properties"];
        let takes_nothing_else = announced.as_object().unwrap().keys().all(|name| name == "detail");
        assert!(offered.input["properties"].get("detail").is_some(), "{}", offered.name());
        assert_eq!(announced.get("detail").is_some(), offered.cuts || takes_nothing_else, "{}", offered.name());
        assert!(!offered.cuts || offered.tool.declaration.effect == Effect::Reads, "{}", offered.name());
    }
}

/// Every property of a schema, nested ones too.
fn visit(schema: &Value, see: &mut impl FnMut(&str, &Value)) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        see(name, property);
        visit(property, see);
        visit(&property["items"], see);
        visit(&property["additionalProperties"], see);
    }
}

#[test]
fn schemas_use_only_words_that_every_client_understands() {
    for (_, tool) in listed() {
        for schema in ["inputSchema", "outputSchema"] {
            plain(&tool[schema], &format!("{} {schema}", tool["name"]));
        }
    }
}

fn plain(schema: &Value, place: &str) {
    for word in FORBIDDEN {
        assert!(schema.get(word).is_none(), "{place} uses {word}");
    }
    assert!(schema.get("type").is_none_or(Value::is_string), "{place} has several types");
    assert!(
        matches!(schema["format"].as_str(), None | Some("date" | "date-time")),
        "{place} has the format {}",
        schema["format"]
    );
    if schema["type"] == "array" {
        assert!(schema.get("items").is_some_and(Value::is_object), "{place} does not say what it lists");
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        plain(property, &format!("{place}.{name}"));
    }
    for inner in ["items", "additionalProperties"] {
        if schema[inner].is_object() {
            plain(&schema[inner], &format!("{place}[]"));
        }
    }
}

#[test]
fn nothing_invisible_stands_in_a_definition() {
    for (_, tool) in listed() {
        let json = tool.to_string();
        assert!(!json.chars().any(is_invisible), "{}", tool["name"]);
    }
}

#[test]
fn the_list_is_sorted_and_the_same_every_time() {
    let list = |tools: Vec<(Offered, Value)>| tools.into_iter().map(|(_, tool)| tool.to_string()).collect::<Vec<_>>();
    let first = list(listed());
    assert_eq!(first, list(listed()));
    let names: Vec<String> = listed().iter().map(|(offered, _)| offered.name().to_owned()).collect();
    assert!(names.is_sorted(), "{names:?}");
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
}

#[test]
fn the_definitions_keep_their_budget_of_tokens() {
    let o200k = tiktoken_rs::o200k_base().unwrap();
    let tokens = |value: &Value| o200k.encode_ordinary(&value.to_string()).len();
    let mut without_output = Vec::new();
    let mut table = String::new();
    let (mut default_without, mut default_with) = (0, 0);
    for (offered, mut tool) in listed() {
        let with = tokens(&tool);
        tool.as_object_mut().unwrap().remove("outputSchema");
        let without = tokens(&tool);
        let mark = if without <= 500 && with <= 900 { "" } else { "  TOO MANY" };
        table.push_str(&format!("{without:>5} {with:>5}  {}{mark}\n", offered.name()));
        if offered.tool.declaration.toolset == Toolset::Default {
            default_without += without;
            default_with += with;
        }
        without_output.push(without);
    }
    without_output.sort_unstable();
    let median = without_output[without_output.len() / 2];
    table.push_str(&format!("{default_without:>5} {default_with:>5}  the default list; the median is {median}\n"));
    assert!(!table.contains("TOO MANY"), "a tool has 500 at most, 900 with its output\n{table}");
    assert!(default_without <= 8_000 && default_with <= 12_000, "the default list is too long\n{table}");
    assert!(median <= 220, "the median is too high\n{table}");
}

#[test]
fn each_definition_is_the_reviewed_one() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/tools");
    let record = std::env::var_os("RECORD_GOLDENS").is_some() && std::env::var_os("CI").is_none();
    let mut known: Vec<PathBuf> =
        std::fs::read_dir(&folder).map(|files| files.map(|file| file.unwrap().path()).collect()).unwrap_or_default();
    for (offered, tool) in listed() {
        let path = folder.join(format!("{}.json", offered.name()));
        let now = format!("{tool:#}\n");
        if record {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &now).unwrap();
        }
        let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            reviewed,
            now,
            "the definition of {} is not the reviewed one; RECORD_GOLDENS=1 records it anew",
            offered.name()
        );
        known.retain(|file| *file != path);
    }
    assert!(known.is_empty(), "no tool has these definitions any more: {known:?}");
}
