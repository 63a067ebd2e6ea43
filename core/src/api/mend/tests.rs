//! The mending, rule by rule, and against whatever JSON may come.

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::api::{Call, Service};

static TEXT: Shape = Shape::Text { known: &[] };
static ROW: Shape = Shape::Object(&[
    Field { name: "id", shape: &Shape::Integer, required: true, nullable: false },
    Field { name: "name", shape: &TEXT, required: false, nullable: true },
    Field { name: "status", shape: &Shape::Text { known: &["open", "closed"] }, required: false, nullable: true },
    Field { name: "price", shape: &Shape::Number, required: false, nullable: true },
    Field { name: "done", shape: &Shape::Boolean, required: false, nullable: true },
    Field { name: "tags", shape: &Shape::List(&TEXT), required: false, nullable: true },
    Field { name: "prices", shape: &Shape::Map(&Shape::Number), required: false, nullable: true },
    Field { name: "extra", shape: &Shape::Any, required: false, nullable: true },
    Field { name: "owner", shape: &OWNER, required: false, nullable: true },
    Field { name: "parent", shape: &ROW, required: false, nullable: true },
]);
static OWNER: Shape = Shape::BareOr {
    property: "id",
    bare: &Shape::Integer,
    object: &Shape::Object(&[Field { name: "id", shape: &Shape::Integer, required: true, nullable: false }]),
};
static PAGE: Shape = Shape::BareOr {
    property: "result",
    bare: &Shape::List(&ROW),
    object: &Shape::Object(&[
        Field { name: "count", shape: &Shape::Integer, required: false, nullable: true },
        Field { name: "result", shape: &Shape::List(&ROW), required: false, nullable: true },
    ]),
};

/// The types as the generator makes them from such a document.
#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only whether it decodes matters")]
struct Row {
    id: Option<i64>,
    name: Option<String>,
    status: Option<String>,
    price: Option<f64>,
    done: Option<bool>,
    tags: Option<Vec<String>>,
    prices: Option<std::collections::BTreeMap<String, f64>>,
    extra: Option<Value>,
    owner: Option<Owner>,
    parent: Option<Box<Row>>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only whether it decodes matters")]
struct Owner {
    id: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only whether it decodes matters")]
struct Page {
    count: Option<i64>,
    result: Option<Vec<Row>>,
}

#[track_caller]
fn mended(shape: &Shape, value: Value, expected: Value) -> Report {
    let mut value = value;
    let report = mend(shape, &mut value).expect("it can be made to fit");
    assert_eq!(value, expected);
    report
}

#[test]
fn an_answer_that_fits_is_left_as_it_is() {
    let row = json!({ "id": 1, "name": "a", "price": 2, "done": true, "tags": ["x"], "prices": { "EUR": 1.5 }, "parent": { "id": 2 } });
    assert_eq!(fits(&ROW, row.to_string().as_bytes()).expect("nothing to mend").kinds(), []);
    let report = mended(&ROW, row.clone(), row);
    assert_eq!(report.kinds(), []);
}

#[test]
fn the_same_value_in_another_form_is_converted() {
    let report = mended(
        &ROW,
        json!({ "id": " 7 ", "name": 12, "price": "1.50", "done": 1, "tags": [true] }),
        json!({ "id": 7, "name": "12", "price": 1.5, "done": true, "tags": ["true"] }),
    );
    assert_eq!(report.kinds().len(), 5);
    mended(&ROW, json!({ "id": 5.0 }), json!({ "id": 5 }));
}

#[test]
fn php_lists_and_dictionaries_are_told_apart_by_the_document() {
    mended(
        &ROW,
        json!({ "id": 1, "tags": { "10": "c", "2": "b", "0": "a" }, "prices": [] }),
        json!({ "id": 1, "tags": ["a", "b", "c"], "prices": {} }),
    );
    mended(&PAGE, json!({ "0": { "id": 1 }, "2": { "id": 2 } }), json!({ "result": [{ "id": 1 }, { "id": 2 }] }));
}

#[test]
fn a_lone_element_is_a_list_of_one_and_another_object_is_not() {
    let report = mended(&PAGE, json!({ "result": { "id": 1 } }), json!({ "result": [{ "id": 1 }] }));
    assert_eq!(report.kinds(), [("/result", Kind::Converted)]);
    mended(&PAGE, json!({ "result": { "message": "none" } }), json!({ "result": null }));
}

#[test]
fn a_bare_value_stands_for_its_property_and_is_no_drift() {
    let report = mended(&ROW, json!({ "id": 1, "owner": 9 }), json!({ "id": 1, "owner": { "id": 9 } }));
    assert_eq!(report.kinds(), []);
    mended(&PAGE, json!([{ "id": 1 }]), json!({ "result": [{ "id": 1 }] }));
    mended(&ROW, json!({ "id": 1, "owner": { "id": 9 } }), json!({ "id": 1, "owner": { "id": 9 } }));
}

#[test]
fn an_object_wrapped_in_data_is_unwrapped_only_where_the_document_has_no_data() {
    mended(&ROW, json!({ "data": { "id": 1 } }), json!({ "id": 1 }));
    let report = mended(&ROW, json!({ "id": 1, "data": { "id": 2 } }), json!({ "id": 1, "data": { "id": 2 } }));
    assert_eq!(report.kinds(), [("/data", Kind::UnknownField)]);
}

#[test]
fn the_list_of_a_page_is_found_under_another_name_and_only_where_it_is_certain() {
    for name in ["items", "data", "Results"] {
        let report =
            mended(&PAGE, json!({ "count": 1, name: [{ "id": 1 }] }), json!({ "count": 1, "result": [{ "id": 1 }] }));
        assert_eq!(report.kinds(), [(format!("/{name}").as_str(), Kind::Converted)]);
    }
    mended(&PAGE, json!({ "result": null, "items": [{ "id": 1 }] }), json!({ "result": [{ "id": 1 }] }));
    let two = json!({ "items": [{ "id": 1 }], "rows": [{ "id": 2 }] });
    mended(&PAGE, two.clone(), two);
    let documented = json!({ "result": [], "items": [{ "id": 1 }] });
    mended(&PAGE, documented.clone(), documented);
    let row = json!({ "id": 1, "items": ["x"] });
    mended(&ROW, row.clone(), row);
    static BARE: Shape = Shape::List(&ROW);
    mended(&BARE, json!({ "count": 1, "items": [{ "id": 1 }] }), json!([{ "id": 1 }]));
    let Shape::BareOr { object, .. } = PAGE else { unreachable!() };
    mended(object, json!([{ "id": 1 }]), json!({ "result": [{ "id": 1 }] }));
}

#[test]
fn an_object_in_a_list_of_one_is_that_object() {
    mended(&ROW, json!({ "id": 1, "parent": [{ "id": 2 }] }), json!({ "id": 1, "parent": { "id": 2 } }));
    mended(&ROW, json!({ "id": 1, "parent": [{ "id": 2 }, { "id": 3 }] }), json!({ "id": 1, "parent": null }));
}

#[test]
fn what_does_not_fit_is_left_out_with_its_place() {
    let report = mended(
        &PAGE,
        json!({ "count": "many", "result": [{ "id": 1, "price": "1,50" }, "row?", null] }),
        json!({ "count": null, "result": [{ "id": 1, "price": null }] }),
    );
    let expected = [
        ("/count", Kind::Unfitting),
        ("/result/*", Kind::Unfitting),
        ("/result/*", Kind::UnexpectedNull),
        ("/result/*/price", Kind::Unfitting),
    ];
    assert_eq!(report.kinds(), expected);
    let call = Call::new("r", tokio_util::sync::CancellationToken::new(), std::time::Duration::from_secs(1));
    report.publish(Service::Infinity, "mend-test", &call);
    let notes: Vec<String> =
        call.notes().iter().map(|note| format!("{} {} {}", note.pointer, note.expected, note.found)).collect();
    assert_eq!(notes, ["/count whole number \"many\"", "/result/0/price number \"1,50\"", "/result/1 object \"row?\""]);
}

#[test]
fn values_and_fields_nobody_documented_are_kept_and_counted() {
    let row = json!({ "id": 1, "status": "paused", "novel": 1 });
    let quick = fits(&ROW, row.to_string().as_bytes()).expect("nothing to mend");
    assert_eq!(quick.kinds(), [("/novel", Kind::UnknownField), ("/status", Kind::UnknownValue)]);
    let report = mended(&ROW, row.clone(), row);
    assert_eq!(report.kinds(), [("/novel", Kind::UnknownField), ("/status", Kind::UnknownValue)]);
    let report = mended(&ROW, json!({}), json!({}));
    assert_eq!(report.kinds(), [("/id", Kind::MissingField)]);
}

#[test]
fn an_answer_of_another_kind_altogether_is_refused() {
    for other in [json!("maintenance"), json!(null), json!(true), json!([1])] {
        assert!(mend(&ROW, &mut other.clone()).is_none(), "{other}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop_oneof![Just("1"), Just("2.0"), Just("1e400"), Just("true"), Just("open"), Just("x")].prop_map(Value::from),
    ];
    let name = prop_oneof![
        "id|name|status|price|done|tags|prices|extra|owner|parent|count|result|data",
        "[0-3]",
        "[a-z~/]{1,3}"
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(name.clone(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_comes_the_mended_answer_decodes(value in any_json()) {
        let mut page = value.clone();
        if let Some(report) = mend(&PAGE, &mut page) {
            serde_json::from_str::<Page>(&page.to_string()).unwrap();
            if let Some(quick) = fits(&PAGE, value.to_string().as_bytes()) {
                prop_assert_eq!(&page, &value);
                prop_assert_eq!(quick.kinds(), report.kinds());
            }
        }
        let mut row = value.clone();
        match mend(&ROW, &mut row) {
            Some(report) => {
                serde_json::from_str::<Row>(&row.to_string()).unwrap();
                if let Some(quick) = fits(&ROW, value.to_string().as_bytes()) {
                    prop_assert_eq!(&row, &value);
                    prop_assert_eq!(quick.kinds(), report.kinds());
                }
            }
            None => {
                prop_assert!(fits(&ROW, value.to_string().as_bytes()).is_none());
                prop_assert_eq!(row, value);
            }
        }
    }
}
