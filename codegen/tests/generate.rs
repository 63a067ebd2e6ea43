//! What comes out of the generator: Rust, the same on every run, with what it could not take left out by name.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::path::{Path, PathBuf};

use codegen::agree::{self, Mode};
use codegen::{Generated, generate};

fn nasty() -> Generated {
    generate(&fixture("nasty")).unwrap_or_else(|error| panic!("{error}"))
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

#[test]
fn a_nasty_document_becomes_rust() {
    let generated = nasty();
    for code in [&generated.client, &generated.operations] {
        let file = syn::parse_file(code).unwrap_or_else(|error| panic!("{error} in\n{code}"));
        assert!(!file.items.is_empty());
    }
}

#[test]
fn generating_twice_gives_the_same_bytes() {
    assert_eq!(nasty(), nasty());
}

#[test]
fn what_the_generator_cannot_take_is_left_out_by_name() {
    let left_out: Vec<(String, String)> = nasty().left_out.into_iter().map(|one| (one.operation, one.reason)).collect();
    let (names, reasons): (Vec<_>, Vec<_>) = left_out.into_iter().unzip();
    assert_eq!(names, ["findFiles", "uploadFile"]);
    assert_eq!(reasons, ["query parameter `filter` is an object", "multipart body"]);
}

#[test]
fn the_surface_has_one_sorted_line_an_operation() {
    let lines: Vec<String> = nasty().surface.lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 5);
    assert!(lines.is_sorted());
    assert_eq!(
        lines,
        [
            "findFiles GET /files ?filter -> nothing (left out: query parameter `filter` is an object)",
            "get_prices GET /prices/ (or /prices) -> Page|[Item]",
            "listItems GET /boards/{board_id}/items ?expand[] folder_id ?limit ?header:X-API-Version -> ItemPage or nothing",
            "post_boards_by_board_id_items POST /boards/{board_id}/items <- ItemWrite -> Item",
            "uploadFile POST /files <- object as multipart/form-data -> nothing (left out: multipart body)",
        ]
    );
}

#[test]
fn hooks_see_the_ids_of_the_document() {
    let client = nasty().client;
    assert!(client.contains(r#"operation_id: "listItems""#));
    assert!(client.contains(r#"operation_id: "post_boards_by_board_id_items""#));
    assert!(!client.contains(r#"operation_id: "list_items""#));
}

#[test]
fn query_lists_keep_their_brackets_and_the_seam_its_header() {
    let client = nasty().client;
    assert!(client.contains(r#"QueryParam::new("expand[]", &expand)"#));
    assert!(!client.contains("X-API-Version"));
}

#[test]
fn answers_are_read_loosely_and_requests_written_strictly() {
    let client = nasty().client;
    let item = struct_named(&client, "Item");
    assert!(item.contains("pub id: ::std::option::Option<::std::string::String>"), "{item}");
    assert!(item.contains("pub kind: ::std::option::Option<::std::string::String>"), "{item}");
    assert!(item.contains("pub parent: ::std::option::Option<::std::boxed::Box<Item>>"), "{item}");
    assert!(item.contains("pub owner: ::std::option::Option<Owner>"), "{item}");
    assert!(!client.contains("deny_unknown_fields)]\n    pub struct Item {"));

    let write = struct_named(&client, "ItemWrite");
    assert!(write.contains("pub name: ItemWriteName"), "{write}");
    assert!(write.contains("pub colour: ::std::option::Option<ItemWriteColour>"), "{write}");
    assert!(write.contains("pub sort: ::std::option::Option<::std::string::String>"), "{write}");
    assert!(write.contains("pub owner: ::std::option::Option<OwnerRequest>"), "{write}");
}

#[test]
fn the_operations_table_says_what_the_document_says() {
    let table = nasty().operations.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(table.contains(r#"id: "uploadFile", method: "POST", path: "/files""#), "{table}");
    assert!(table.contains("shape: Some(&SHAPE_ITEM_PAGE), may_be_empty: true"), "{table}");
    assert!(table.contains(r#"alternate_path: Some("/prices")"#), "{table}");
    assert!(
        table
            .contains(r#"Shape::BareOr { property: "result", bare: &Shape::List(&SHAPE_ITEM), object: &SHAPE_PAGE, }"#),
        "{table}"
    );
    assert!(table.contains(r#"name: "parent", shape: &SHAPE_ITEM, required: false, nullable: false,"#), "{table}");
    assert!(
        table.contains(r#"name: "id", shape: &Shape::Text { known: &[] }, required: true, nullable: false,"#),
        "{table}"
    );
    assert!(
        table.contains(r#"shape: &Shape::Text { known: &["a", "b"] }, required: false, nullable: true,"#),
        "{table}"
    );
    assert!(table.contains(r#"name: "owner", shape: &SHAPE_OWNER, required: false, nullable: true,"#), "{table}");
    assert!(table.contains("shape: &Shape::Map(&Shape::Integer)"), "{table}");
    assert!(table.contains(r#"name: "data", shape: &Shape::Any, required: false, nullable: true,"#), "{table}");
}

#[test]
fn the_document_is_the_fixed_one_as_json() {
    let document: serde_json::Value = serde_json::from_str(&generate(&fixture("small")).unwrap().document).unwrap();
    let count = document.pointer("/components/schemas/OrderList/properties/count/type");
    assert_eq!(count.and_then(|kind| kind.as_str()), Some("integer"));
    assert!(document.pointer("/paths/~1order-managment~1orders/get/responses/200").is_some());
}

#[test]
fn the_vendored_documents_agree_with_what_is_committed() {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs");
    let services = agree::chosen(&specs, None).unwrap();
    assert!(!services.is_empty());
    for service in services {
        let report = agree::agree(&service, Mode::Check).unwrap_or_else(|error| panic!("{error}"));
        assert!(report.stale.is_empty(), "{:#?}: run `cargo codegen write`", report.stale);
    }
}

fn struct_named(code: &str, name: &str) -> String {
    let start = code.find(&format!("pub struct {name} {{")).unwrap_or_else(|| panic!("no struct {name}"));
    code[start..].split("\n    }").next().unwrap().to_owned()
}
