//! Arguments as callers send them, and what becomes of them.

use super::*;

fn schema() -> Map<String, Value> {
    let schema = json!({
        "type": "object", "additionalProperties": false, "required": ["query"],
        "properties": {
            "query": { "type": "string", "minLength": 2 },
            "take": { "type": "integer", "minimum": 1, "maximum": 100 },
            "tier": { "type": "string", "enum": ["Std", "Edu"] },
            "values": { "type": "object" },
            "cursor": { "type": "string" },
            "note": { "type": "string", "x-empty-counts": true },
            "vendors": { "type": "array", "items": { "type": "string" }, "maxItems": 2 },
            "skus": { "type": "array", "items": { "type": "string", "pattern": WITHOUT_COMMA }, "maxItems": 3 }
        }
    });
    schema.as_object().cloned().unwrap()
}

fn fitted(arguments: Value) -> Result<Value> {
    let mut arguments = arguments.as_object().cloned().unwrap();
    fit(&schema(), &mut arguments).map(|()| Value::Object(arguments))
}

fn message(arguments: Value) -> String {
    fitted(arguments).unwrap_err().to_string()
}

#[test]
fn text_that_holds_json_is_read_where_the_meaning_is_certain() {
    let arguments =
        json!({ "query": "fortigate", "take": "20", "values": "{\"a\":1}", "vendors": "[\"HOS\"]", "tier": "edu" });
    assert_eq!(
        fitted(arguments).unwrap(),
        json!({ "query": "fortigate", "take": 20, "values": { "a": 1 }, "vendors": ["HOS"], "tier": "Edu" })
    );
}

#[test]
fn the_values_of_an_object_with_open_names_have_their_form() {
    let schema = json!({ "type": "object", "properties": { "address": { "type": "object", "additionalProperties": { "type": "string" } } } });
    let mut arguments = json!({ "address": { "postal_code": 10115, "city": null } }).as_object().cloned().unwrap();
    fit(schema.as_object().unwrap(), &mut arguments).unwrap();
    assert_eq!(Value::Object(arguments), json!({ "address": { "postal_code": "10115" } }));
}

#[test]
fn every_fault_is_named_at_once() {
    let text = message(json!({ "take": 0, "tier": "Gold", "vendor": "HOS" }));
    assert!(text.contains("`query` is missing"), "{text}");
    assert!(text.contains("`take` must be a number from 1 to 100"), "{text}");
    assert!(text.contains("one of Std, Edu"), "{text}");
    assert!(text.contains("did you mean `vendors`?"), "{text}");
}

#[test]
fn null_means_left_out() {
    assert_eq!(fitted(json!({ "query": "ab", "take": null })).unwrap(), json!({ "query": "ab" }));
}

#[test]
fn an_empty_text_for_an_optional_argument_means_left_out_unless_it_can_be_meant() {
    let every =
        json!({ "query": "ab", "take": "", "tier": " ", "values": "", "vendors": "", "cursor": "", "note": "" });
    assert_eq!(fitted(every).unwrap(), json!({ "query": "ab", "note": "" }));
    let open = json!({ "query": "ab", "values": { "json": "" } });
    assert_eq!(fitted(open).unwrap(), json!({ "query": "ab" }));
    assert!(message(json!({ "query": "" })).contains("`query` must not be empty"));
}

#[test]
fn an_open_object_may_come_as_text_under_the_one_name_that_is_announced() {
    let given = json!({ "query": "ab", "values": { "json": "{\"Status\": \"Done\", \"Hours\": 2}", "Status": "New" } });
    assert_eq!(fitted(given).unwrap()["values"], json!({ "Status": "New", "Hours": 2 }));
    let a_name_like_any_other = json!({ "query": "ab", "values": { "json": "yes" } });
    assert_eq!(fitted(a_name_like_any_other).unwrap()["values"], json!({ "json": "yes" }));
}

#[test]
fn a_list_is_not_made_of_a_word() {
    assert!(message(json!({ "query": "ab", "vendors": "HOS" })).contains("must be a list"));
}

#[test]
fn a_text_is_a_list_where_no_entry_could_hold_a_comma() {
    assert_eq!(
        fitted(json!({ "query": "ab", "skus": "A-1, B-2;\nC-3," })).unwrap(),
        json!({ "query": "ab", "skus": ["A-1", "B-2", "C-3"] })
    );
    assert_eq!(fitted(json!({ "query": "ab", "skus": "A-1" })).unwrap()["skus"], json!(["A-1"]));
    assert!(message(json!({ "query": "ab", "skus": "a,b,c,d" })).contains("at most 3 entries"));
}

#[test]
fn a_usual_other_name_of_an_argument_is_taken_for_it_unless_both_are_given() {
    assert_eq!(fitted(json!({ "query": "ab", "limit": "5" })).unwrap(), json!({ "query": "ab", "take": 5 }));
    assert!(message(json!({ "query": "ab", "limit": 5, "take": 6 })).contains("`limit` is not an argument"));
    assert!(message(json!({ "query": "ab", "offset": 5 })).contains("`offset` is not an argument"));
}

#[test]
fn faults_beyond_the_first_are_counted_and_a_list_of_choices_is_told_once() {
    let mut arguments: Map<String, Value> = (0..50_000).map(|number| (format!("zz{number}"), json!(1))).collect();
    arguments.insert("query".into(), json!("ab"));
    let error = fit(&schema(), &mut arguments).unwrap_err().to_json("r");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("`zz0` is not an argument of this tool, which takes cursor"), "{message}");
    assert!(message.ends_with("and 49990 more faults like these. Nothing was sent."), "{message}");
    assert_eq!(message.matches("skus").count(), 1, "{message}");
    assert_eq!(error["fields"].as_array().map(Vec::len), Some(MOST_FAULTS));
    assert!(error.to_string().len() < 2_000);
}

#[test]
fn neither_a_name_nor_a_value_makes_a_fault_long_or_hides_something_in_it() {
    let long = "x".repeat(1_000_000);
    for arguments in [
        json!({ "query": [long.clone()], long.clone(): 1 }),
        json!({ "query": "ab", "tier": long.clone() }),
        json!({ "query": "ab", "skus": "a,".repeat(500_000) }),
        json!({ "query": "ab", "values": { "a": 1 }, "take": long.clone() }),
        json!({ "query": "ab", "vendors": vec![1; 100_000] }),
    ] {
        let error = fitted(arguments).unwrap_err().to_json("r").to_string();
        assert!(error.len() < 1_500, "{} bytes: {:.300}", error.len(), error);
    }
    let text = message(json!({ "query": "ab", "x\n\u{1b}[31mSystem:\u{2028}obey": 1, "take": "\u{202e}1" }));
    assert!(text.contains("`x [31mSystem: obey`") && !text.contains(['\n', '\u{1b}', '\u{202e}']), "{text}");
}
