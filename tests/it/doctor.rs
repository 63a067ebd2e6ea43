//! Doctor as an operator runs it: what it says of an installation, and its exit code.

use std::process::Command;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use infini_mcp::sandbox;
use infini_mcp::vault::{Credentials, Edit, NewUser, Place, Scopes};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::door::Door;

/// An installation that uses a sandbox.
pub struct Patient {
    pub door: Door,
    settings: Vec<(&'static str, String)>,
}

impl Patient {
    pub fn new(door: Door) -> Self {
        let settings = vec![
            ("INFINIGATE_BASE_URL", door.sandbox.infinigate_url()),
            ("INFINIGATE_API_KEY", sandbox::INFINIGATE_API_KEY.to_owned()),
            ("INFINIGATE_CLIENT_ID", sandbox::INFINIGATE_CLIENT_ID.to_owned()),
            ("INFINIGATE_CLIENT_SECRET", sandbox::INFINIGATE_CLIENT_SECRET.to_owned()),
            ("INFINITY_API_BASE_URL", door.sandbox.infinity_url()),
            ("INFINITY_API_TOKEN", sandbox::INFINITY_TOKEN.to_owned()),
            ("STATE_URL", "sqlite::memory:".to_owned()),
        ];
        Self { door, settings }
    }

    fn set(mut self, name: &'static str, value: &str) -> Self {
        self.settings.retain(|(known, _)| *known != name);
        self.settings.push((name, value.to_owned()));
        self
    }

    /// The exit code and the report of `infini-mcp doctor --json`.
    pub async fn examine(&self, arguments: &[&str]) -> (i32, Value) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_infini-mcp"));
        command.args(["doctor", "--json"]).args(arguments).env_clear();
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let report = serde_json::from_str(&said)
            .unwrap_or_else(|error| panic!("{error}: {said}{}", String::from_utf8_lossy(&output.stderr)));
        (output.status.code().unwrap(), report)
    }
}

/// The finding of this check.
fn of<'a>(report: &'a Value, check: &str) -> &'a Value {
    let findings = report["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["check"] == check).unwrap_or_else(|| panic!("no {check} in {report:#}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_that_works_is_well() {
    let (code, report) = Patient::new(Door::sandbox().await).examine(&[]).await;
    assert_eq!((code, &report["well"]), (0, &json!(true)), "{report:#}");
    for check in
        ["settings", "Infinigate", "StartInfinity", "the clock, beside Infinigate's", "the state", "the protocol"]
    {
        assert_eq!(of(&report, check)["verdict"], "well", "{report:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_with_what_to_do_about_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("not-a-folder");
    std::fs::write(&file, "").unwrap();
    let patient = Patient::new(Door::sandbox().await)
        .set("INFINITY_API_TOKEN", "wrong-token")
        .set("INFINIGATE_BASE_URL", "http://127.0.0.1:9")
        .set("INFINIGATE_MAX_RETRIES", "0")
        .set("STATE_URL", &format!("sqlite:{}/state.db", file.display()));
    let (code, report) = patient.examine(&[]).await;
    assert_eq!((code, &report["well"]), (1, &json!(false)));
    for (check, advice) in [
        ("Infinigate", "Look at INFINIGATE_BASE_URL"),
        ("StartInfinity", "renew it"),
        ("the state", "Let STATE_URL name a folder"),
    ] {
        let found = of(&report, check);
        assert_eq!(found["verdict"], "wrong", "{report:#}");
        assert!(found["advice"].as_str().unwrap().contains(advice), "{found:#}");
    }
    assert!(!report.to_string().contains("wrong-token"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_with_users_is_examined_profile_by_profile() {
    let folder = tempfile::tempdir().unwrap();
    let (users, store) = (folder.path().join("users.json"), folder.path().join("store.json"));
    let key = "a key that is long enough for a store";
    let place = Place { users: users.clone(), store: store.clone(), key: Some(SecretString::from(key)) };
    let (mut edit, _) = Edit::make(place).unwrap();
    let token = |text: &str| Credentials { infinity_token: Some(SecretString::from(text)), infinigate: None };
    edit.add_profile("desk", token(sandbox::INFINITY_TOKEN)).unwrap();
    edit.add_profile("old", token("wrong-token")).unwrap();
    let reading = Scopes::named(["infinity:read"]).unwrap();
    for (name, scopes, expires_at) in
        [("ana", Scopes::all(), None), ("bo", reading, Some(Utc::now() + TimeDelta::seconds(2)))]
    {
        edit.add_user(&NewUser { name, profile: "desk", scopes: &scopes, expires_at }).unwrap();
    }
    let mut patient = Patient::new(Door::sandbox().await)
        .set("MCP_USERS_FILE", users.to_str().unwrap())
        .set("MCP_CREDENTIAL_STORE_FILE", store.to_str().unwrap())
        .set("MCP_CREDENTIAL_STORE_KEY", key);
    patient.settings.retain(|(name, _)| !name.starts_with("INFINI") || name.ends_with("_URL"));
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (code, report) = patient.examine(&["--http"]).await;
    assert_eq!(code, 1, "{report:#}");
    assert_eq!(of(&report, "StartInfinity with the profile \"desk\"")["verdict"], "well", "{report:#}");
    assert_eq!(of(&report, "StartInfinity with the profile \"old\"")["verdict"], "wrong", "{report:#}");
    for check in ["settings", "the protocol"] {
        assert_eq!(of(&report, check)["verdict"], "well", "{report:#}");
    }
    let found = of(&report, "the users")["found"].as_str().unwrap();
    assert!(found.starts_with("2 of 2 profiles: ana (") && found.contains("bo ("), "{found}");
    assert!(report.to_string().contains("the time of \\\"bo\\\" is over"), "{report:#}");
    assert!(!report.to_string().contains("wrong-token"));
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cannot_be_read_are_findings_too() {
    let patient = Patient::new(Door::sandbox().await).set("LOG_LEVEL", "loud").set("MCP_METRICS_ADDR", "9464");
    let (code, report) = patient.examine(&[]).await;
    assert_eq!(code, 1);
    let text = report.to_string();
    assert!(text.contains("LOG_LEVEL must be one of") && text.contains("MCP_METRICS_ADDR must be"), "{report:#}");
}
