//! Drives the simulated StartInfinity through its trait, without a network.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::Infinity;
use crate::INFINITY_TOKEN;
use crate::service::{Body, Reply, Request, Service};

const NEWEST: &str = "2026-04-20.morava";
const PROJECTS: &str = "LA1dW8i1TTK";
const ROLLOUT: &str = "U7MjUC5jNpM";
const BACKLOG: &str = "PssjTc4Yb1b";
const NAME: &str = "8b935736-943f-458a-a511-80fe04bd8911";
const STATUS: &str = "40c82ac2-fe83-4dda-88a3-461ee4d945f7";

fn headers(version: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", format!("Bearer {INFINITY_TOKEN}").parse().unwrap());
    if !version.is_empty() {
        headers.insert("x-api-version", version.parse().unwrap());
    }
    headers
}

fn request(operation: &str, path: &[(&str, &str)], query: &[(&str, &str)], body: Value) -> Request {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in query {
        all.entry((*name).to_owned()).or_default().push((*value).to_owned());
    }
    let home = [("workspace", "669"), ("board_id", PROJECTS)];
    let path = home.iter().chain(path).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let body = if body.is_null() { Body::None } else { Body::Json(body) };
    Request { operation: operation.to_owned(), path, query: all, headers: headers(NEWEST), body }
}

fn call(service: &Infinity, operation: &str, path: &[(&str, &str)], query: &[(&str, &str)], body: Value) -> Reply {
    service.answer(&request(operation, path, query, body))
}

fn ok(reply: Reply) -> Value {
    assert!(matches!(reply.status, 200 | 201), "{reply:?}");
    reply.body.unwrap()
}

/// The fields a 422 names.
fn refused(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 422, "{reply:?}");
    let errors = reply.body.as_ref().and_then(|body| body.get("errors")?.as_object()).unwrap();
    errors.keys().cloned().collect()
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}")).to_owned()
}

fn attribute(service: &Infinity, name: &str) -> String {
    let all = ok(call(service, "listAttributes", &[], &[("limit", "100")], Value::Null));
    let found = all["data"].as_array().unwrap().iter().find(|one| one["name"] == name).cloned();
    text(&found.unwrap(), "id")
}

fn create(service: &Infinity, values: Value) -> Reply {
    call(service, "createItem", &[], &[], json!({ "folder_id": BACKLOG, "values": values }))
}

#[test]
fn every_page_of_a_folder_together_is_the_folder_in_both_directions() {
    let service = Infinity::new();
    for (sort, direction) in [("created_at", "asc"), ("created_at", "desc"), ("id", "asc"), ("id", "desc")] {
        let fixed = [("folder_id", ROLLOUT), ("limit", "40"), ("sort_by", sort), ("sort_direction", direction)];
        let (mut ids, mut cursor, mut pages) = (Vec::new(), None::<String>, 0);
        loop {
            let after = cursor.as_deref().map(|after| ("after", after));
            let query: Vec<_> = fixed.into_iter().chain(after).collect();
            let page = ok(call(&service, "listItems", &[], &query, Value::Null));
            ids.extend(page["data"].as_array().unwrap().iter().map(|item| text(item, "id")));
            pages += 1;
            cursor = Some(text(&page, "after"));
            if page["has_more"] == false {
                break;
            }
        }
        assert_eq!((pages, ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (3, 110, 110));
        let beyond: Vec<_> = fixed.into_iter().chain([("after", cursor.as_deref().unwrap())]).collect();
        let empty = ok(call(&service, "listItems", &[], &beyond, Value::Null));
        assert_eq!(empty, json!({ "has_more": false, "before": null, "after": null, "data": [] }));
    }
}

#[test]
fn going_back_from_a_page_gives_the_page_before_it() {
    let service = Infinity::new();
    let page = |query: &[(&str, &str)]| ok(call(&service, "listItems", &[], query, Value::Null));
    let first = page(&[("limit", "10")]);
    let second = page(&[("limit", "10"), ("after", first["after"].as_str().unwrap())]);
    let back = page(&[("limit", "10"), ("before", second["before"].as_str().unwrap())]);
    assert_eq!(back["data"], first["data"]);
    assert_eq!(back["has_more"], false);
    let nearest = page(&[("limit", "3"), ("before", second["before"].as_str().unwrap())]);
    assert_eq!(nearest["data"].as_array().unwrap()[..], first["data"].as_array().unwrap()[7..]);
    assert_eq!(nearest["has_more"], true);
}

#[test]
fn paging_that_makes_no_sense_is_refused() {
    let service = Infinity::new();
    for (name, value) in [
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "x"),
        ("sort_by", "name"),
        ("sort_direction", "up"),
        ("after", "%"),
    ] {
        assert_eq!(refused(&call(&service, "listBoards", &[], &[(name, value)], Value::Null)), [name]);
    }
}

#[test]
fn a_folder_filter_leaves_subfolders_out_and_subitems_in() {
    let service = Infinity::new();
    let client_work = ok(call(&service, "listItems", &[], &[("folder_id", "kR4tzQ81nVe")], Value::Null));
    assert_eq!(client_work["data"], json!([]));
    let last = ok(call(&service, "listItems", &[], &[("folder_id", ROLLOUT), ("sort_direction", "desc")], Value::Null));
    assert!(last["data"][0]["parent_id"].is_string());
    assert!(last["data"][0].get("values").is_none());
}

#[test]
fn expanding_attributes_brings_values_and_expanding_people_and_folders_brings_them_whole() {
    let service = Infinity::new();
    let query = [
        ("expand[]", "values.attribute"),
        ("expand[]", "folder"),
        ("expand[]", "created_by"),
        ("folder_id", ROLLOUT),
        ("limit", "1"),
    ];
    let page = ok(call(&service, "listItems", &[], &query, Value::Null));
    let item = &page["data"][0];
    assert_eq!(item["folder"]["name"], "Rollout 2026");
    assert_eq!(item["created_by"]["object"], "user");
    let kinds: BTreeSet<String> =
        item["values"].as_array().unwrap().iter().map(|value| text(&value["attribute"], "type")).collect();
    for kind in ["text", "label", "longtext", "custom_id", "created_at", "time_tracking", "attachments", "checklist"] {
        assert!(kinds.contains(kind), "{kind} is missing from {kinds:?}");
    }
    assert!(!kinds.contains("reference"));
    let attachments =
        item["values"].as_array().unwrap().iter().find(|value| value["attribute"]["type"] == "attachments").unwrap();
    assert!(text(&attachments["data"][0], "link").contains("signature="));
}

#[test]
fn the_seed_has_an_attribute_of_every_type() {
    let service = Infinity::new();
    let all = ok(call(&service, "listAttributes", &[], &[("limit", "100")], Value::Null));
    let kinds: BTreeSet<String> = all["data"].as_array().unwrap().iter().map(|one| text(one, "type")).collect();
    let wanted = super::values::CREATABLE.into_iter().chain(["reference", "checklist", "custom_id", "time_tracking"]);
    assert_eq!(kinds, wanted.map(str::to_owned).collect());
}

#[test]
fn an_update_sets_only_the_values_it_names_and_null_clears_one() {
    let service = Infinity::new();
    let hours = attribute(&service, "Stunden");
    let item =
        ok(create(&service, json!([{ "attribute_id": NAME, "data": "Neu" }, { "attribute_id": hours, "data": 2.5 }])));
    let id = text(&item, "id");
    let update =
        |values: Value| ok(call(&service, "updateItem", &[("item_id", &id)], &[], json!({ "values": values })));
    let changed = update(json!([{ "attribute_id": NAME, "data": "Neuer" }]));
    let data = |item: &Value, id: &str| {
        item["values"]
            .as_array()
            .unwrap()
            .iter()
            .find(|value| value["attribute_id"] == id)
            .map(|value| value["data"].clone())
    };
    assert_eq!((data(&changed, NAME), data(&changed, &hours)), (Some(json!("Neuer")), Some(json!(2.5))));
    let cleared = update(json!([{ "attribute_id": hours, "data": null }]));
    assert_eq!(data(&cleared, &hours), None);
}

#[test]
fn data_that_does_not_fit_its_attribute_is_refused_and_nothing_is_written() {
    let service = Infinity::new();
    let count = |service: &Infinity| service.inside().state.items.iter().count();
    let before = count(&service);
    let cases = [
        ("Status", json!(["6bc19250-f233-4a6d-9ef7-620192b4147c"])),
        ("Status", json!("Done")),
        ("Name", json!(3)),
        ("Zuständig", json!([3120])),
        ("Zuständig", json!(["1975"])),
        ("Priorität", json!(6)),
        ("Priorität", json!(2.5)),
        ("Fortschritt", json!(101)),
        ("Telefon", json!("call me")),
        ("E-Mail", json!("nobody")),
        ("Fällig am", json!("morgen")),
        ("Abrechenbar", json!("yes")),
        ("Stunden", json!("2")),
        ("Links", json!([{ "name": "x" }])),
        ("Checkliste", json!([{ "done": true }])),
        ("Anhänge", json!([{ "id": 1 }])),
        ("Abhängig von", json!([])),
        ("Nr.", json!(7)),
        ("Zeiterfassung", json!([])),
        ("Angelegt", json!("2026-01-01")),
        ("Geändert", json!("2026-01-01")),
        ("Angelegt von", json!(1975)),
        ("Ordner", json!("x")),
    ];
    for (name, data) in cases {
        let id = attribute(&service, name);
        assert_eq!(
            refused(&create(&service, json!([{ "attribute_id": id, "data": data }]))),
            ["values.0.data"],
            "{name}: {data}"
        );
    }
    assert_eq!(refused(&create(&service, json!([{ "attribute_id": "no", "data": 1 }]))), ["values.0.attribute_id"]);
    assert_eq!(count(&service), before);
}

#[test]
fn an_attribute_no_folder_shows_still_takes_values() {
    let service = Infinity::new();
    let hidden = attribute(&service, "Nirgends gezeigt");
    let values = json!([{ "attribute_id": hidden, "data": "da" }]);
    assert_eq!(ok(create(&service, values.clone()))["values"][0]["data"], "da");
    service.switch("refuse_unattached", &json!(true)).unwrap();
    assert_eq!(refused(&create(&service, values)), ["values.0.attribute_id"]);
}

#[test]
fn deleting_archives_hides_from_lists_and_takes_subitems_along() {
    let service = Infinity::new();
    let parent = text(&ok(create(&service, json!([]))), "id");
    let child = json!({ "folder_id": BACKLOG, "parent_id": parent });
    let child = text(&ok(call(&service, "createItem", &[], &[], child)), "id");
    assert_eq!(ok(call(&service, "deleteItem", &[("item_id", &parent)], &[], Value::Null))["deleted"], true);
    assert_eq!(call(&service, "deleteItem", &[("item_id", &parent)], &[], Value::Null).status, 404);
    for id in [&parent, &child] {
        assert_eq!(ok(call(&service, "getItem", &[("item_id", id)], &[], Value::Null))["deleted"], true);
    }
    let listed = |service: &Infinity| {
        ok(call(service, "listItems", &[], &[("folder_id", BACKLOG)], Value::Null)).to_string().contains(&child)
    };
    assert!(!listed(&service));
    service.switch("deleted_in_lists", &json!(true)).unwrap();
    assert!(listed(&service));
    service.switch("deleted_readable", &json!(false)).unwrap();
    assert_eq!(call(&service, "getItem", &[("item_id", &child)], &[], Value::Null).status, 404);
}

#[test]
fn folders_and_items_cannot_become_their_own_ancestors() {
    let service = Infinity::new();
    let folder = call(&service, "updateFolder", &[("folder_id", "kR4tzQ81nVe")], &[], json!({ "parent_id": ROLLOUT }));
    assert_eq!(refused(&folder), ["parent_id"]);
    let parent = text(&ok(create(&service, json!([]))), "id");
    let child =
        text(&ok(call(&service, "createItem", &[], &[], json!({ "folder_id": BACKLOG, "parent_id": parent }))), "id");
    let turned = call(&service, "updateItem", &[("item_id", &parent)], &[], json!({ "parent_id": child }));
    assert_eq!(refused(&turned), ["parent_id"]);
}

#[test]
fn foreign_boards_are_forbidden_and_unknown_ones_not_found() {
    let service = Infinity::new();
    let status = |path: &[(&str, &str)]| call(&service, "getBoard", path, &[], Value::Null).status;
    assert_eq!(status(&[("board_id", "GLprivat007")]), 403);
    assert_eq!(status(&[("workspace", "70001")]), 403);
    assert_eq!(status(&[("workspace", "1")]), 404);
    assert_eq!(status(&[("workspace", "52593")]), 404);
    let boards = ok(call(&service, "listBoards", &[], &[], Value::Null));
    assert_eq!(boards["data"].as_array().unwrap().len(), 2);
}

#[test]
fn labels_may_come_and_go_as_an_object_keyed_by_index() {
    let service = Infinity::new();
    service.switch("labels_as_object", &json!(true)).unwrap();
    let status = ok(call(&service, "getAttribute", &[("attribute_id", STATUS)], &[], Value::Null));
    assert_eq!(status["settings"]["labels"]["1"]["name"], "To do");
    let body = json!({ "settings": status["settings"] });
    ok(call(&service, "updateAttribute", &[("attribute_id", STATUS)], &[], body));
    service.switch("labels_as_object", &json!(false)).unwrap();
    let status = ok(call(&service, "getAttribute", &[("attribute_id", STATUS)], &[], Value::Null));
    assert_eq!(status["settings"]["labels"][3]["name"], "Done");
}

#[test]
fn deleting_an_attribute_takes_it_from_folders_and_marks_its_values() {
    let service = Infinity::new();
    ok(call(&service, "deleteAttribute", &[("attribute_id", STATUS)], &[], Value::Null));
    let folder = ok(call(&service, "getFolder", &[("folder_id", ROLLOUT)], &[], Value::Null));
    assert!(!folder["attribute_ids"].to_string().contains(STATUS));
    let items = ok(call(&service, "listItems", &[], &[("expand[]", "values"), ("limit", "1")], Value::Null));
    let value = items["data"][0]["values"].as_array().unwrap().iter().find(|value| value["attribute_id"] == STATUS);
    assert_eq!(value.unwrap()["deleted"], true);
}

#[test]
fn hooks_take_strings_and_objects_and_legacy_shows_what_they_were_told() {
    let service = Infinity::new();
    let events = json!(["item.created", "value.created", { "event": "item.updated" }]);
    let hook =
        ok(call(&service, "createHook", &[], &[], json!({ "url": "https://example.com/inf", "events": events })));
    assert_eq!(hook["events"][0], json!({ "event": "item.created" }));
    let unknown = json!({ "events": ["folder.created"] });
    assert_eq!(refused(&call(&service, "updateHook", &[("hook_id", &text(&hook, "id"))], &[], unknown)), ["events.0"]);
    let item = text(&ok(create(&service, json!([{ "attribute_id": NAME, "data": "Neu" }]))), "id");
    ok(call(&service, "deleteItem", &[("item_id", &item)], &[], Value::Null));
    let mut legacy = request("listHooks", &[], &[("sort_direction", "desc")], Value::Null);
    legacy.headers = headers("");
    let shown = &ok(service.answer(&legacy))["data"][0];
    assert_eq!(shown["events"], json!(["item.created", "value.created", "item.updated"]));
    let told: Vec<&str> = shown["logs"].as_array().unwrap().iter().map(|log| log["event"].as_str().unwrap()).collect();
    assert_eq!(told, ["item.created", "value.created", "item.updated"]);
    assert_eq!(shown["logs"][2]["payload"]["deleted"], true);
}

#[test]
fn time_runs_from_now_until_an_end_that_cannot_come_first() {
    let service = Infinity::new();
    let tracking = attribute(&service, "Zeiterfassung");
    let item = text(&ok(create(&service, json!([]))), "id");
    assert_eq!(refused(&call(&service, "createTimeEntry", &[], &[], json!({}))), ["attribute_id", "item_id"]);
    let entry = ok(call(&service, "createTimeEntry", &[], &[], json!({ "item_id": item, "attribute_id": tracking })));
    assert!(entry["started_at"].is_string() && entry["ended_at"].is_null());
    let path = [("time_entry_id", entry["id"].as_str().unwrap())];
    let early = call(&service, "updateTimeEntry", &path, &[], json!({ "ended_at": "2020-01-01T00:00:00" }));
    assert_eq!(refused(&early), ["ended_at"]);
    let spans = json!({ "started_at": "2026-05-04T09:00:00+02:00", "ended_at": "2026-05-04T08:00:00" });
    let stopped = ok(call(&service, "updateTimeEntry", &path, &[], spans));
    assert_eq!(stopped["started_at"], "2026-05-04T07:00:00.000000Z");
    assert_eq!(stopped["ended_at"], "2026-05-04T08:00:00.000000Z");
}

#[test]
fn versions_decide_what_exists() {
    let service = Infinity::new();
    let undocumented = |method: &str, path: &str, version: &str| {
        let reply = service.undocumented(method, path, &BTreeMap::new(), &headers(version)).unwrap();
        (reply.status, reply.body.unwrap_or_default())
    };
    let references = format!("/workspaces/669/boards/{PROJECTS}/references");
    assert_eq!(undocumented("GET", &references, NEWEST), (410, json!({ "message": "Removed in selected version" })));
    assert_eq!(undocumented("GET", &references, "").1["data"].as_array().unwrap().len(), 3);
    assert_eq!(undocumented("GET", &format!("/workspaces/669/boards/{PROJECTS}/time-tracking"), NEWEST).0, 405);
    assert_eq!(undocumented("POST", &format!("/workspaces/669/boards/{PROJECTS}/items/x/values"), NEWEST).0, 404);
    assert_eq!(undocumented("GET", "/workspaces/669/users", "2.1.0").1["data"].as_array().unwrap().len(), 4);
    assert!(service.undocumented("GET", "/nothing", &BTreeMap::new(), &headers(NEWEST)).is_none());
    assert_eq!(service.admit("listBoards", &headers("2026-04-21.morava")).unwrap_err().status, 401);
    assert!(service.admit("listBoards", &headers("")).is_ok());
    service.switch("missing_version", &json!("unauthenticated")).unwrap();
    assert_eq!(service.admit("listBoards", &headers("")).unwrap_err().status, 401);
}

#[test]
fn the_request_after_the_180th_of_a_minute_waits() {
    let service = Infinity::new();
    assert!((0..180).all(|_| service.admit("listBoards", &headers(NEWEST)).is_ok()));
    let refusal = service.admit("listBoards", &headers(NEWEST)).unwrap_err();
    assert_eq!(refusal.status, 429);
    assert!(refusal.headers.iter().any(|(name, _)| *name == "retry-after"));
    service.reset();
    assert!(service.admit("listBoards", &headers(NEWEST)).is_ok());
}

#[test]
fn members_come_by_email_or_number_and_the_owner_stays() {
    let service = Infinity::new();
    let members =
        |service: &Infinity| ok(call(service, "listMembers", &[], &[], Value::Null))["data"].as_array().unwrap().len();
    let invited = ok(call(&service, "inviteMember", &[], &[], json!({ "email": "neu@nordlicht.example" })));
    assert_eq!((invited["role"].as_str(), members(&service)), (Some("full-member"), 5));
    assert_eq!(
        refused(&call(&service, "inviteMember", &[], &[], json!({ "email": "NEU@nordlicht.example" }))),
        ["email"]
    );
    assert_eq!(refused(&call(&service, "addMember", &[("user", "3120")], &[], json!({ "role": "guest" }))), ["role"]);
    ok(call(&service, "addMember", &[("user", "3120")], &[], Value::Null));
    ok(call(&service, "removeMember", &[("user", "2872")], &[], Value::Null));
    assert_eq!(members(&service), 5);
    assert_eq!(call(&service, "removeMember", &[("user", "2044")], &[], Value::Null).status, 403);
    assert_eq!(call(&service, "removeMember", &[("user", "4")], &[], Value::Null).status, 404);
}

#[test]
fn a_reset_puts_everything_back() {
    let service = Infinity::new();
    let all = || ok(call(&service, "listItems", &[], &[("folder_id", BACKLOG)], Value::Null));
    let before = all();
    ok(create(&service, json!([])));
    service.switch("create_status", &json!(200)).unwrap();
    service.reset();
    assert_eq!(all(), before);
    assert_eq!(service.switches()["create_status"], 201);
}
