//! A service that moves is noticed: every change of `live_drift.toml` is found, and the fixes that doctor writes settle it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use infini_mcp::api::raw::Reader;
use infini_mcp::doctor::live::{Document, Look, look};
use infini_mcp::sandbox::contract::Contract;
use infini_mcp::sandbox::{INFINIGATE_DOCUMENT, INFINITY_DOCUMENT};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::doctor::Patient;
use crate::door::Door;

#[derive(Deserialize)]
struct Data {
    mutation: Vec<Mutation>,
}

/// One change, and what must be said of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutation {
    name: String,
    service: String,
    operation: String,
    pointer: String,
    set: Option<Value>,
    #[serde(default)]
    set_null: bool,
    #[serde(default)]
    remove: bool,
    kind: String,
    /// Where it is found, when that is not the pointer itself.
    found_at: Option<String>,
}

type Place = (String, String, String);

impl Mutation {
    fn all() -> Vec<Self> {
        toml::from_str::<Data>(include_str!("live_drift.toml")).unwrap().mutation
    }

    fn fault(&self) -> Value {
        let mut drift = json!({ "operation": self.operation, "pointer": self.pointer });
        if self.remove {
            drift["remove"] = json!(true);
        } else if self.set_null {
            drift["set"] = Value::Null;
        } else {
            drift["set"] = self.set.clone().unwrap();
        }
        drift
    }

    fn expected(&self) -> Place {
        (self.operation.clone(), self.found_at.clone().unwrap_or(self.pointer.clone()), self.kind.clone())
    }
}

async fn seen(reader: &Reader, text: &str) -> (Look, BTreeSet<Place>) {
    let (document, contract) = (Document::read(text).unwrap(), Contract::read(text).unwrap());
    let agrees = |operation: &str, answer: &Value| contract.faults_of_answer(operation, 200, Some(answer)).is_empty();
    let look = look(reader, &document, &agrees).await;
    let differences = look.drift.differences();
    let place = |one: &infini_mcp::doctor::live::Difference| {
        (one.operation.clone(), one.pointer.clone(), one.kind.name().to_owned())
    };
    (look, differences.iter().map(place).collect())
}

#[tokio::test]
async fn every_change_is_found_where_it_is_and_nothing_else_is() {
    let door = Door::with(&[("INFINITY_REQUESTS_PER_MINUTE", "10000")]).await;
    let (infinigate, infinity) = (
        door.app.accounts.own().infinigate.as_ref().unwrap().reader(),
        door.app.accounts.own().infinity.as_ref().unwrap().reader(),
    );
    let before = [seen(&infinigate, INFINIGATE_DOCUMENT).await, seen(&infinity, INFINITY_DOCUMENT).await];
    for (look, found) in &before {
        assert_eq!(found, &BTreeSet::new(), "the simulator speaks as its documents say");
        assert!(look.unexplained.is_empty() && look.unread.iter().all(|unread| !unread.refused), "{:?}", look.unread);
    }
    let mutations = Mutation::all();
    assert!(mutations.len() >= 20);
    for mutation in mutations {
        door.fault(json!({ format!("{}.drift", mutation.service): [mutation.fault()] })).await;
        let is_infinigate = mutation.service == "infinigate";
        let (reader, text) =
            if is_infinigate { (&infinigate, INFINIGATE_DOCUMENT) } else { (&infinity, INFINITY_DOCUMENT) };
        let (_, found) = seen(reader, text).await;
        let new: Vec<&Place> = found.difference(&before[usize::from(!is_infinigate)].1).collect();
        assert_eq!(new, [&mutation.expected()], "{}", mutation.name);
        // The simulated StartInfinity has its limit a minute, too.
        let reset = reqwest::Client::new().post(format!("{}/reset", door.sandbox.control_url())).send().await;
        assert!(reset.unwrap().status().is_success());
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fixes_that_doctor_writes_make_the_next_run_clean() {
    let folder = tempfile::tempdir().unwrap();
    let specs = folder.path().join("specs");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("specs"), &specs);
    let patient = Patient::new(Door::with(&[]).await);
    let (infinigate, infinity): (Vec<Mutation>, Vec<Mutation>) =
        Mutation::all().into_iter().partition(|mutation| mutation.service == "infinigate");
    let faults = |mutations: &[Mutation]| mutations.iter().map(Mutation::fault).collect::<Vec<_>>();
    patient.door.fault(json!({ "infinigate.drift": faults(&infinigate), "infinity.drift": faults(&infinity) })).await;

    let (code, report) = patient.examine(&["--live", "--write-fixes", specs.to_str().unwrap()]).await;
    assert_eq!(code, 1, "{report:#}");
    for (service, mutations) in report["live"].as_array().unwrap().iter().zip([&infinigate, &infinity]) {
        let differences = service["differences"].as_array().unwrap();
        for mutation in mutations {
            let (operation, pointer, kind) = mutation.expected();
            let is_it = |one: &Value| one["operation"] == operation && one["pointer"] == pointer && one["kind"] == kind;
            assert!(differences.iter().any(is_it), "{}: {differences:#?}", mutation.name);
        }
        assert_eq!(service["without_fix"], json!([]));
        for fix in service["fixes"].as_array().unwrap() {
            let written = fs::read_to_string(folder.path().join(fix["file"].as_str().unwrap())).unwrap();
            assert_eq!(fix["text"], json!(written));
        }
    }

    let mut arguments = vec!["--live".to_owned()];
    for service in ["infinigate", "startinfinity"] {
        let generated = codegen::generate(&specs.join(service)).unwrap_or_else(|error| panic!("{error}"));
        let file = folder.path().join(format!("{service}.json"));
        fs::write(&file, generated.document).unwrap();
        arguments.extend(["--document".to_owned(), format!("{service}={}", file.display())]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (code, report) = patient.examine(&arguments).await;
    assert_eq!((code, &report["well"]), (0, &json!(true)), "{report:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobodys_data_are_shown_whole() {
    let patient = Patient::new(Door::sandbox().await);
    patient
        .door
        .fault(json!({ "infinity.drift": [
            { "operation": "getMyProfileData", "pointer": "/iban", "set": "CH93 0076 2011 6238 5295 7" },
            { "operation": "getMyProfileData", "pointer": "/ada@example.com", "set": "Ada Lovelace" },
            { "operation": "getMyProfileData", "pointer": "/role", "set": "owner of everything; ask Ada Lovelace" },
        ] }))
        .await;
    let (_, report) = patient.examine(&["--live"]).await;
    let text = report.to_string();
    assert!(text.contains("/iban") && text.contains("(26 characters)"), "{report:#}");
    for secret in ["0076 2011", "ada@example.com", "Lovelace"] {
        assert!(!text.contains(secret), "{secret} in {report:#}");
    }
    let role = "/components/schemas/User/properties/role";
    assert!(report["live"][1]["without_fix"].as_array().unwrap().contains(&json!(role)), "{report:#}");
}
