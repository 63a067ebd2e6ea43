//! The simulated StartInfinity over HTTP: every operation's answer agrees with the document, and refusals are real.

use std::collections::BTreeSet;
use std::sync::Mutex;

use infini_mcp::sandbox::contract::{Contract, Found};
use infini_mcp::sandbox::{self, INFINITY_TOKEN, Sandbox};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

const VERSION: &str = "2026-04-20.morava";
const BOARD: &str = "/workspaces/669/boards/LA1dW8i1TTK";
const BACKLOG: &str = "PssjTc4Yb1b";
const NAME: &str = "8b935736-943f-458a-a511-80fe04bd8911";
const STATUS: &str = "40c82ac2-fe83-4dda-88a3-461ee4d945f7";

/// A sandbox and someone who works on its boards; every answer is held against the document.
struct Colleague {
    sandbox: Sandbox,
    http: reqwest::Client,
    contract: Contract,
    succeeded: Mutex<BTreeSet<String>>,
}

impl Colleague {
    async fn arrive() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self {
            sandbox: Sandbox::start(listener).await.unwrap(),
            http: reqwest::Client::new(),
            contract: sandbox::infinity_contract().unwrap(),
            succeeded: Mutex::default(),
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.sandbox.infinity_url());
        self.http.request(method, url).bearer_auth(INFINITY_TOKEN).header("X-API-Version", VERSION)
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.judged("GET", path, self.request(Method::GET, path).send().await.unwrap()).await
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.judged("POST", path, self.request(Method::POST, path).json(&body).send().await.unwrap()).await
    }

    async fn put(&self, path: &str, body: Value) -> (u16, Value) {
        self.judged("PUT", path, self.request(Method::PUT, path).json(&body).send().await.unwrap()).await
    }

    async fn delete(&self, path: &str) -> (u16, Value) {
        self.judged("DELETE", path, self.request(Method::DELETE, path).send().await.unwrap()).await
    }

    /// Reads an answer and fails the test when the document does not allow it. No body reads as null.
    async fn judged(&self, method: &str, path: &str, answer: Response) -> (u16, Value) {
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        let body: Option<Value> = (!text.is_empty()).then(|| serde_json::from_str(&text).unwrap());
        let bare = path.split('?').next().unwrap();
        if let Found::Operation(operation, _, _) = self.contract.find(method, bare, |_, _| true) {
            let faults = self.contract.faults_of_answer(&operation.id, status, body.as_ref());
            assert_eq!(faults, Vec::<String>::new(), "{method} {path} answered {status} {text}");
            if status < 300 {
                self.succeeded.lock().unwrap().insert(operation.id.clone());
            }
        }
        (status, body.unwrap_or_default())
    }

    async fn set(&self, switches: Value) {
        let url = format!("{}/faults", self.sandbox.control_url());
        let answer = self.http.patch(url).json(&switches).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    }

    /// The id of the board's attribute of this name.
    async fn attribute(&self, name: &str) -> String {
        let all = ok(self.get(&format!("{BOARD}/attributes?limit=100")).await);
        id(all["data"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap())
    }

    /// Creates an item in the backlog and gives its id.
    async fn item(&self) -> String {
        id(&created(self.post(&format!("{BOARD}/items"), json!({ "folder_id": BACKLOG })).await))
    }
}

fn ok((status, body): (u16, Value)) -> Value {
    assert_eq!(status, 200, "{body}");
    body
}

fn created((status, body): (u16, Value)) -> Value {
    assert_eq!(status, 201, "{body}");
    body
}

fn id(row: &Value) -> String {
    row["id"].as_str().map_or_else(|| row["id"].to_string(), str::to_owned)
}

/// The fields a 422 names.
fn refused((status, body): (u16, Value)) -> Vec<String> {
    assert_eq!(status, 422, "{body}");
    body["errors"].as_object().unwrap().keys().cloned().collect()
}

async fn walk_workspaces(me: &Colleague) {
    assert_eq!(ok(me.get("/profile").await)["id"], 1975);
    let workspaces = ok(me.get("/workspaces").await);
    assert_eq!(workspaces["data"].as_array().unwrap().len(), 2);
    assert_eq!(workspaces["has_more"], false);
    assert!(workspaces["after"].is_string());
    created(me.post("/workspaces/669/members/invite", json!({ "email": "neu@nordlicht.example" })).await);
    ok(me.put("/workspaces/669/members/3120", json!({ "role": "full-member" })).await);
    assert_eq!(ok(me.delete("/workspaces/669/members/3120").await)["deleted"], true);
    assert_eq!(ok(me.get("/workspaces/669/members").await)["data"].as_array().unwrap().len(), 5);
    let board = json!({ "name": "Übungsboard", "description": null, "color": "#f57740", "user_ids": [2311] });
    let board = created(me.post("/workspaces/669/boards", board).await);
    assert_eq!(board["user_ids"], json!([2311, 1975]));
    ok(me.get(&format!("/workspaces/669/boards/{}", id(&board))).await);
    assert_eq!(ok(me.get("/workspaces/669/boards").await)["data"].as_array().unwrap().len(), 3);
    let link = json!({ "url": "https://example.com/files/brief.pdf?x=1" });
    assert_eq!(created(me.post("/workspaces/669/attachments/url", link).await)["original_name"], "brief.pdf");
    let part = Part::bytes(b"hello".to_vec()).file_name("Grüße.txt").mime_str("text/plain").unwrap();
    let upload = me.request(Method::POST, "/workspaces/669/attachments/file").multipart(Form::new().part("file", part));
    let file = created(me.judged("POST", "/workspaces/669/attachments/file", upload.send().await.unwrap()).await);
    assert_eq!((&file["original_name"], &file["filesize"]), (&json!("Grüße.txt"), &json!(5)));
}

async fn walk_board_setup(me: &Colleague) {
    let attribute = json!({ "name": "Ampel", "type": "label", "default_data": "", "settings": { "labels": [
        { "id": "0b6f3f1e-2a52-4c1c-9d2a-6f0d1f1f7c11", "name": "Grün", "color": "#2CB67D" }] } });
    let attribute = created(me.post(&format!("{BOARD}/attributes"), attribute).await);
    let path = format!("{BOARD}/attributes/{}", id(&attribute));
    assert_eq!(ok(me.put(&path, json!({ "name": "Ampelfarbe" })).await)["settings"], attribute["settings"]);
    let folder = json!({ "name": "Übergabe", "parent_id": BACKLOG, "attribute_ids": [NAME, id(&attribute)], "sort_order": "1.5" });
    let folder = created(me.post(&format!("{BOARD}/folders"), folder).await);
    let folder_path = format!("{BOARD}/folders/{}", id(&folder));
    ok(me.put(&folder_path, json!({ "attribute_ids": [NAME] })).await);
    assert_eq!(ok(me.get(&folder_path).await)["attribute_ids"], json!([NAME]));
    let view = json!({ "folder_id": id(&folder), "name": "Tafel", "type": "column" });
    let view = created(me.post(&format!("{BOARD}/views"), view).await);
    let view_path = format!("{BOARD}/views/{}", id(&view));
    ok(me.put(&view_path, json!({ "settings": { "attributes": [] } })).await);
    assert_eq!(ok(me.get(&view_path).await)["object"], "folderview");
    let views = ok(me.get(&format!("{BOARD}/views?folder_id={}", id(&folder))).await);
    assert_eq!(views["data"].as_array().unwrap().len(), 1);
    ok(me.delete(&view_path).await);
    ok(me.delete(&path).await);
    assert_eq!(ok(me.get(&path).await)["deleted"], true);
    assert_eq!(ok(me.delete(&folder_path).await)["deleted"], true);
    let names = ok(me.get(&format!("{BOARD}/folders")).await);
    assert_eq!(names["data"].as_array().unwrap().iter().filter(|folder| folder["name"] == "Backlog").count(), 2);
}

async fn walk_items(me: &Colleague) {
    let everything = "expand[]=values.attribute&expand[]=folder&expand[]=created_by";
    let page = ok(me.get(&format!("{BOARD}/items?limit=100&{everything}")).await);
    assert_eq!(page["has_more"], true);
    let after = page["after"].as_str().unwrap();
    let url = format!("{BOARD}/items");
    let rest = me.request(Method::GET, &url).query(&[("after", after), ("limit", "100"), ("expand[]", "values")]);
    assert_eq!(ok(me.judged("GET", &url, rest.send().await.unwrap()).await)["has_more"], false);
    let values = json!([{ "attribute_id": NAME, "data": "Prüfen" }]);
    let item = created(me.post(&url, json!({ "folder_id": BACKLOG, "values": values })).await);
    let path = format!("{BOARD}/items/{}", id(&item));
    let change = json!({ "values": [{ "attribute_id": STATUS, "data": [] }], "parent_id": null });
    let shown = ok(me.put(&path, change).await);
    assert_eq!(shown["values"].as_array().unwrap().len(), 6, "two written, four automatic: {shown}");
    let comments = format!("{path}/comments");
    let comment = created(me.post(&comments, json!({ "text": "<p>Grüße</p>" })).await);
    let reply = created(me.post(&comments, json!({ "text": "Danke", "parent_id": id(&comment) })).await);
    let comment_path = format!("{comments}/{}", id(&reply));
    ok(me.put(&comment_path, json!({ "text": "Vielen Dank" })).await);
    let seen = ok(me.get(&format!("{comment_path}?expand[]=item.values&expand[]=created_by")).await);
    assert_eq!((&seen["item"]["id"], &seen["created_by"]["name"]), (&item["id"], &json!("Jürgen Großmann")));
    ok(me.delete(&comment_path).await);
    assert_eq!(ok(me.get(&comments).await)["data"].as_array().unwrap().len(), 1);
    assert_eq!(ok(me.delete(&path).await)["deleted"], true);
    assert_eq!(ok(me.get(&format!("{path}?{everything}")).await)["deleted"], true);
}

async fn walk_links_hooks_and_time(me: &Colleague) {
    let (from, to) = (me.item().await, me.item().await);
    let link = json!({ "attribute_id": me.attribute("Abhängig von").await, "from_item_id": from, "to_item_id": to });
    let link = created(me.post(&format!("{BOARD}/references"), link).await);
    ok(me.delete(&format!("{BOARD}/references/{}", id(&link))).await);
    let hook = json!({ "url": "https://example.com/inf", "events": [{ "event": "item.created" }, "value.updated"] });
    let hook = created(me.post(&format!("{BOARD}/hooks"), hook).await);
    let hook_path = format!("{BOARD}/hooks/{}", id(&hook));
    ok(me.put(&hook_path, json!({ "events": ["comment.created"] })).await);
    assert_eq!(
        ok(me.get(&format!("{BOARD}/hooks")).await)["data"][1]["events"],
        json!([{ "event": "comment.created" }])
    );
    ok(me.delete(&hook_path).await);
    let entry = json!({ "item_id": from, "attribute_id": me.attribute("Zeiterfassung").await, "started_at": "2026-05-04T07:00:00" });
    let entry = created(me.post(&format!("{BOARD}/time-tracking"), entry).await);
    let entry_path = format!("{BOARD}/time-tracking/{}", id(&entry));
    ok(me.put(&entry_path, json!({ "ended_at": "2026-05-04T08:00:00Z", "description": "Anfahrt" })).await);
    ok(me.delete(&entry_path).await);
    assert_eq!(me.delete(&entry_path).await.0, 404);
}

#[tokio::test]
async fn all_45_operations_succeed_and_answer_as_the_document_says() {
    let me = Colleague::arrive().await;
    walk_workspaces(&me).await;
    walk_board_setup(&me).await;
    ok(me.get(&format!("{BOARD}/attributes/{STATUS}")).await);
    walk_items(&me).await;
    walk_links_hooks_and_time(&me).await;
    let documented: BTreeSet<String> = me.contract.operations().iter().map(|operation| operation.id.clone()).collect();
    assert_eq!(documented.len(), 45);
    assert_eq!(*me.succeeded.lock().unwrap(), documented);
}

#[tokio::test]
async fn the_document_s_limits_are_held() {
    let me = Colleague::arrive().await;
    assert_eq!(refused(me.get(&format!("{BOARD}/items?limit=101")).await), ["limit"]);
    assert_eq!(refused(me.get(&format!("{BOARD}/items?q=firewall")).await), ["q"]);
    assert_eq!(refused(me.get(&format!("{BOARD}/items?expand[]=everything")).await), ["expand[]"]);
    assert_eq!(refused(me.post(&format!("{BOARD}/items"), json!({ "values": [] })).await), ["folder_id"]);
    let named = json!({ "folder_id": BACKLOG, "name": "Titel" });
    assert_eq!(refused(me.post(&format!("{BOARD}/items"), named).await), ["name"]);
    let reference = json!({ "name": "Link", "type": "reference" });
    assert_eq!(refused(me.post(&format!("{BOARD}/attributes"), reference).await), ["type"]);
}

#[tokio::test]
async fn values_are_checked_by_type_and_names_of_labels_are_not_enough() {
    let me = Colleague::arrive().await;
    for (name, data) in [
        ("Status", json!(["Done"])),
        ("Telefon", json!("anrufen")),
        ("Abhängig von", json!([])),
        ("Priorität", json!(9)),
    ] {
        let values = json!([{ "attribute_id": me.attribute(name).await, "data": data }]);
        let answer = me.post(&format!("{BOARD}/items"), json!({ "folder_id": BACKLOG, "values": values })).await;
        assert_eq!(refused(answer), ["values.0.data"], "{name}");
    }
}

#[tokio::test]
async fn a_wrong_token_and_a_mistyped_version_look_the_same() {
    let me = Colleague::arrive().await;
    let url = format!("{}/workspaces", me.sandbox.infinity_url());
    for (token, version) in
        [("someone-else", VERSION), (INFINITY_TOKEN, "2026-04-21.morava"), (INFINITY_TOKEN, "moravia")]
    {
        let answer = me.http.get(&url).bearer_auth(token).header("X-API-Version", version).send().await.unwrap();
        let (status, body) = me.judged("GET", "/workspaces", answer).await;
        assert_eq!(
            (status, &body["message"], &body["error"]),
            (401, &json!("Unauthenticated."), &json!("Unauthenticated."))
        );
    }
    assert_eq!(me.http.get(&url).bearer_auth(INFINITY_TOKEN).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn time_entries_cannot_be_listed_and_values_cannot_be_posted_alone() {
    let me = Colleague::arrive().await;
    assert_eq!(me.get(&format!("{BOARD}/time-tracking")).await.0, 405);
    let item = me.item().await;
    assert_eq!(me.post(&format!("{BOARD}/items/{item}/values"), json!({})).await.0, 404);
    assert_eq!(me.get("/workspaces/70001/boards").await.0, 403);
    assert_eq!(me.delete(&format!("{BOARD}/items/none")).await.0, 404);
}

#[tokio::test]
async fn references_can_be_listed_only_in_legacy() {
    let me = Colleague::arrive().await;
    let path = format!("{BOARD}/references");
    assert_eq!(me.get(&path).await, (410, json!({ "message": "Removed in selected version" })));
    let url = format!("{}{path}", me.sandbox.infinity_url());
    let legacy = me.http.get(url).query(&[("limit", "2")]).bearer_auth(INFINITY_TOKEN).send().await.unwrap();
    let page: Value = legacy.json().await.unwrap();
    assert_eq!((page["data"].as_array().unwrap().len(), &page["has_more"]), (2, &json!(true)));
}

#[tokio::test]
async fn the_doubtful_shapes_follow_their_switches_and_still_agree_with_the_document() {
    let me = Colleague::arrive().await;
    me.set(json!({ "infinity.labels_as_object": true, "infinity.create_status": 200, "infinity.hook_events": "strings",
        "infinity.delete_empty": true, "infinity.delete_reference_removed": true, "infinity.invite_answer": "invitation" }))
        .await;
    let status = ok(me.get(&format!("{BOARD}/attributes/{STATUS}")).await);
    assert_eq!(status["settings"]["labels"]["4"]["name"], "Done");
    let item = ok(me.post(&format!("{BOARD}/items"), json!({ "folder_id": BACKLOG })).await);
    assert_eq!(me.delete(&format!("{BOARD}/items/{}", id(&item))).await, (204, Value::Null));
    assert_eq!(
        ok(me.get(&format!("{BOARD}/hooks")).await)["data"][0]["events"],
        json!(["value.created", "value.updated"])
    );
    let removed = (410, json!({ "message": "Removed in selected version" }));
    assert_eq!(me.delete(&format!("{BOARD}/references/any")).await, removed);
    let invited = ok(me.post("/workspaces/669/members/invite", json!({ "email": "gast@example.com" })).await);
    assert!(invited.get("object").is_none());
    me.set(json!({ "infinity.data_wrapper": true })).await;
    let answer = me.request(Method::GET, "/profile").send().await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["data"]["id"], 1975);
}

#[tokio::test]
async fn one_request_too_many_in_a_minute_is_told_to_wait() {
    let me = Colleague::arrive().await;
    me.set(json!({ "infinity.requests_per_minute": 3 })).await;
    for _ in 0..3 {
        ok(me.get("/profile").await);
    }
    let answer = me.request(Method::GET, "/profile").send().await.unwrap();
    let wait: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    assert_eq!(me.judged("GET", "/profile", answer).await.0, 429);
    me.set(json!({ "infinity.requests_per_minute": 0 })).await;
    ok(me.get("/profile").await);
}
