//! Values on their way from words to upstream and back.

use serde_json::{Map, Value, json};

use super::{Said, read, write};
use crate::infinity::place::Place;
use infini_mcp_core::api::infinity::types;
use infini_mcp_core::tool::{Code, Error};

fn place() -> Place {
    let plain = |id: &str, name: &str, kind: &str| json!({ "id": id, "name": name, "type": kind, "settings": {} });
    let labels = json!({ "0": { "id": "l1", "name": "To do" }, "3": { "id": "l2", "name": "Erledigt" }, "4": { "id": "l3", "name": "Überfällig" } });
    let mut attributes = vec![
        json!({ "id": "status", "name": "Status", "type": "label", "settings": { "multiple": false, "labels": labels } }),
        json!({ "id": "tags", "name": "Tags", "type": "label", "settings": { "multiple": true, "labels": [{ "id": "t1", "name": "Netz" }, { "id": "t2", "name": "Vor-Ort" }] } }),
    ];
    let kinds = [
        "text",
        "longtext",
        "email",
        "phone",
        "checkbox",
        "number",
        "progress",
        "rating",
        "date",
        "members",
        "links",
        "checklist",
        "attachments",
        "reference",
        "time_tracking",
        "custom_id",
        "created_at",
        "source_folder",
        "hologram",
    ];
    attributes.extend(kinds.map(|kind| plain(&format!("a-{kind}"), kind, kind)));
    attributes.extend([plain("twin1", "Zwilling", "text"), plain("twin2", "zwilling", "text")]);
    let folders = json!([{ "id": "f1", "name": "Backlog" }]);
    let members = json!([{ "id": 2044, "name": "Zoë Bächli", "email": "zoe@nordlicht.example" }, { "id": 2872, "name": "Sebastian Weiß" }]);
    Place::of_rows(folders, Value::Array(attributes), members)
}

fn written(attribute: &str, value: Value) -> Result<Value, Error> {
    let said = [Said { attribute: attribute.into(), value }];
    write(&place(), &said).map(|values| values.first().map(|value| value.data.clone()).unwrap_or_default())
}

fn readable(values: Value) -> Map<String, Value> {
    let values: Vec<types::Value> = serde_json::from_value(values).unwrap();
    read(&place(), &values)
}

#[test]
fn labels_and_members_are_written_by_name_or_id() {
    for (attribute, value, data) in [
        ("Status", json!("erledigt"), json!(["l2"])),
        ("status", json!(["l2"]), json!(["l2"])),
        ("STATUS", json!({ "name": "uberfallig" }), json!(["l3"])),
        ("Tags", json!("Netz"), json!(["t1"])),
        ("Tags", json!("[\"netz\", \"t2\", \"Netz\"]"), json!(["t1", "t2"])),
        ("Tags", json!(""), json!([])),
        ("members", json!(["zoe bachli", 2872]), json!([2044, 2872])),
        ("members", json!("zoe@nordlicht.example"), json!([2044])),
        ("members", json!("2044"), json!([2044])),
    ] {
        assert_eq!(written(attribute, value.clone()).unwrap(), data, "{attribute}: {value}");
    }
}

#[test]
fn single_values_are_read_where_their_meaning_is_certain() {
    for (attribute, value, data) in [
        ("text", json!(4711), json!("4711")),
        ("longtext", json!("eins\n3 < 4"), json!("<p>eins</p><p>3 &lt; 4</p>")),
        ("longtext", json!("<p>eins</p>"), json!("<p>eins</p>")),
        ("longtext", json!("<name> fehlt"), json!("<p>&lt;name&gt; fehlt</p>")),
        ("email", json!(" info@grünwald-brot.example "), json!("info@grünwald-brot.example")),
        ("phone", json!("+49 (0)931/555-0101"), json!("+49 931 555-0101")),
        ("phone", json!("(0931) 5550101"), json!("(0931) 5550101")),
        ("checkbox", json!("Ja"), json!(true)),
        ("checkbox", json!(0), json!(false)),
        ("number", json!(" 3.5 "), json!(3.5)),
        ("progress", json!("41%"), json!(41)),
        ("rating", json!(3.0), json!(3)),
        ("date", json!("2026-05-04"), json!("2026-05-04T00:00:00Z")),
        ("date", json!(null), json!("")),
        ("hologram", json!({ "any": 1 }), json!({ "any": 1 })),
    ] {
        assert_eq!(written(attribute, value.clone()).unwrap(), data, "{attribute}: {value}");
    }
}

#[test]
fn lists_of_objects_are_written_from_the_short_form_as_well() {
    let links = written("links", json!(["https://a.example", { "url": "www.b.example", "name": "B" }])).unwrap();
    assert_eq!(links.pointer("/0/name"), Some(&json!("https://a.example")));
    assert_eq!(links.pointer("/1/url"), Some(&json!("https://www.b.example")));
    assert_eq!(links.pointer("/1/id").and_then(Value::as_str).map(str::len), Some(36));
    let steps = written("checklist", json!(["[x] Bestellt", { "name": "Geliefert" }])).unwrap();
    assert_eq!((steps.pointer("/0/done"), steps.pointer("/0/name")), (Some(&json!(true)), Some(&json!("Bestellt"))));
    assert_eq!(steps.pointer("/1/done"), Some(&json!(false)));
    assert_eq!(written("attachments", json!([86255, { "id": "7" }])).unwrap(), json!([{ "id": 86255 }, { "id": 7 }]));
}

#[test]
fn what_does_not_fit_is_refused_with_what_does() {
    for (attribute, value, code, words) in [
        ("Status", json!("Fertig"), Code::NotFound, "“To do”, “Erledigt”, “Überfällig”"),
        ("Status", json!(["To do", "Erledigt"]), Code::InvalidArguments, "one label only"),
        ("Stauts", json!("x"), Code::NotFound, "“Status”"),
        ("zwilling (x)", json!("x"), Code::NotFound, "“Zwilling (twin1)”"),
        ("ZWILLING", json!("x"), Code::AmbiguousName, "twin2"),
        ("members", json!("Zoe"), Code::NotFound, "“Zoë Bächli”"),
        ("members", json!(1), Code::NotFound, "No member"),
        ("email", json!("nobody"), Code::InvalidArguments, "name@example.com"),
        ("phone", json!("call me"), Code::InvalidArguments, "phone number"),
        ("checkbox", json!("vielleicht"), Code::InvalidArguments, "true or false"),
        ("number", json!("1.234"), Code::InvalidArguments, "may be 1234 or 1.234"),
        ("number", json!("viele"), Code::InvalidArguments, "1234.5"),
        ("rating", json!(2.5), Code::InvalidArguments, "whole number"),
        ("date", json!("morgen"), Code::InvalidArguments, "2026-05-04"),
        ("links", json!("not a link"), Code::InvalidArguments, "https://example.com"),
        ("reference", json!("x"), Code::InvalidArguments, "infinity_create_reference"),
        ("time_tracking", json!("x"), Code::InvalidArguments, "infinity_create_time_entry"),
        ("custom_id", json!(1), Code::InvalidArguments, "fills it in"),
        ("created_at", json!(null), Code::InvalidArguments, "fills it in"),
    ] {
        let error = written(attribute, value.clone()).unwrap_err();
        let told = error.to_json("r").to_string();
        assert_eq!(error.code(), code, "{attribute}: {told}");
        assert!(told.contains(words), "{attribute}: {told}");
        assert!(told.contains("Nothing was changed."), "{attribute}: {told}");
    }
}

#[test]
fn all_faults_are_told_at_once_and_one_attribute_has_one_value() {
    let said = |attribute: &str, value: Value| Said { attribute: attribute.into(), value };
    let error = write(&place(), &[said("number", json!("x")), said("date", json!("y"))]).unwrap_err().to_string();
    assert!(error.contains("“number”") && error.contains("“date”"), "{error}");
    let twice = [said("text", json!("a")), said("a-text", json!("b"))];
    assert!(write(&place(), &twice).unwrap_err().to_string().contains("two different values"));
    let same = [said("text", json!("a")), said("a-text", json!("a"))];
    assert_eq!(write(&place(), &same).unwrap().len(), 1);
}

#[test]
fn values_are_read_as_a_person_would_say_them() {
    let value = |id: &str, data: Value| json!({ "attribute_id": id, "data": data });
    let read = readable(json!([
        value("status", json!(["l2"])), value("tags", json!(["t1", "gone"])), value("a-members", json!([2044, 9])),
        value("a-longtext", json!("<p>Hallo <b>Welt</b></p>")), value("a-date", json!("2026-05-04T00:00:00.000000Z")),
        value("a-number", json!(3.0)), value("a-checkbox", json!(false)), value("a-text", json!("")),
        value("a-links", json!([{ "id": "x", "url": "https://a.example", "name": "A", "favicon": "f" }])),
        value("a-attachments", json!([{ "id": 7, "object": "attachment", "link": "https://l", "original_name": "a.pdf" }])),
        value("a-source_folder", json!("f1")), value("twin1", json!("eins")), value("unknown", json!({ "a": 1 })),
        { "attribute_id": "a-email", "data": "x@y.z", "deleted": true },
        { "attribute": { "id": "a-phone" }, "data": "1" },
    ]));
    let text = read.get("longtext").and_then(Value::as_str).unwrap();
    assert!(infini_mcp_core::tool::text::is_foreign(text) && text.contains("Hallo Welt"), "{text}");
    for (key, wanted) in [
        ("Status", json!("Erledigt")),
        ("Tags", json!(["Netz", "gone"])),
        ("members", json!(["Zoë Bächli", 9])),
        ("date", json!("2026-05-04")),
        ("number", json!(3)),
        ("checkbox", json!(false)),
        ("links", json!([{ "name": "A", "url": "https://a.example" }])),
        ("attachments", json!([{ "id": 7, "name": "a.pdf", "link": "https://l" }])),
        ("source_folder", json!("Backlog")),
        ("Zwilling (twin1)", json!("eins")),
        ("unknown", json!({ "a": 1 })),
        ("phone", json!("1")),
    ] {
        assert_eq!(read.get(key), Some(&wanted), "{key}");
    }
    assert_eq!(read.len(), 13, "empty and deleted values are left out: {read:?}");
}
