//! The commands for the ledger and the log, as an operator runs them beside a server.

use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::door::Door;

/// A server with its state in a file, and the folder that keeps the file.
struct Desk {
    door: Door,
    address: String,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("state.db").display());
        let mut all = vec![("STATE_URL", address.as_str())];
        all.extend_from_slice(settings);
        let door = Door::with(&all).await;
        Self { door, address, _folder: folder }
    }

    /// Runs `infini-mcp` with these words, with the settings of the server.
    async fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_infini-mcp"));
        command
            .args(words)
            .env_clear()
            .env("STATE_URL", &self.address)
            .env("INFINIGATE_BASE_URL", self.door.sandbox.infinigate_url())
            .env("INFINIGATE_API_KEY", infini_mcp::sandbox::INFINIGATE_API_KEY)
            .env("INFINIGATE_CLIENT_ID", infini_mcp::sandbox::INFINIGATE_CLIENT_ID)
            .env("INFINIGATE_CLIENT_SECRET", infini_mcp::sandbox::INFINIGATE_CLIENT_SECRET);
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    async fn said(&self, words: &[&str]) -> String {
        let output = self.run(words).await;
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

fn acceptance() -> Value {
    json!({ "document_number": "AN2600456", "accepted_by": "buyer@example.com" })
}

fn order() -> Value {
    json!({ "po_number": "PO-1", "lines": [{ "sku": "200417", "quantity": 1 }] })
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_and_the_log_are_shown_as_they_happened() {
    let desk = Desk::with(&[]).await;
    assert_eq!(desk.said(&["orders", "list"]).await, "No order was ever sent.\n");
    desk.door.confirm("infinigate_accept_quote", acceptance()).await.unwrap();
    let list = desk.said(&["orders", "list"]).await;
    assert!(list.contains("placed") && list.contains("quote AN2600456, revision 2"), "{list}");
    let row: Value = serde_json::from_str(desk.said(&["orders", "list", "--json"]).await.trim()).unwrap();
    assert_eq!((&row["state"], &row["principal"]), (&json!("placed"), &json!("test")));
    let line: Value = serde_json::from_str(desk.said(&["audit", "show"]).await.trim()).unwrap();
    assert_eq!(line["line"]["tool"], "infinigate_accept_quote");
    let seal = line["seal"].as_str().unwrap();
    let verified = desk.said(&["audit", "verify", "--seal", seal]).await;
    assert!(verified.contains("is whole: 1 lines") && verified.contains(seal), "{verified}");
    let other = desk.run(&["audit", "verify", "--seal", "0000"]).await;
    assert_eq!(other.status.code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_order_is_looked_up_and_a_person_may_settle_it() {
    let desk = Desk::with(&[("INFINIGATE_REQUEST_TIMEOUT_MS", "2000")]).await;
    assert_eq!(desk.said(&["orders", "reconcile"]).await, "No order is open.\n");
    let lost = json!({ "infinigate.reset_next": { "operation": "requestPurchaseOrder", "after_effect": true } });
    desk.door.fault(lost).await;
    let error = desk.door.confirm("infinigate_create_order", order()).await.unwrap_err().to_json("r");
    assert_eq!(error["code"], "outcome_unknown", "{error:#}");
    let id = error["order_id"].as_str().unwrap();
    assert!(id.starts_with(|first: char| first.is_ascii_alphanumeric()), "{id} would be taken for an option");
    for choice in ["--placed", "--not-placed"] {
        let unknown = desk.run(&["orders", "reconcile", "-mThm8AVCL0T", choice]).await;
        assert_eq!(unknown.status.code(), Some(1), "{}", String::from_utf8_lossy(&unknown.stderr));
        assert!(String::from_utf8_lossy(&unknown.stderr).contains("-mThm8AVCL0T"));
    }
    let told = desk.said(&["orders", "reconcile"]).await;
    assert!(told.contains(id) && told.contains("cannot be told") && told.contains("Ask the supplier"), "{told}");

    let settled = desk.said(&["orders", "reconcile", id, "--not-placed"]).await;
    assert_eq!(settled, format!("{id} is now failed.\n"));
    let twice = desk.run(&["orders", "reconcile", id, "--placed"]).await;
    assert_eq!(twice.status.code(), Some(1), "what is settled stays settled");
    assert!(String::from_utf8_lossy(&twice.stderr).contains("settled already"));
    // A person has said that it was not placed, so it may be asked about again.
    desk.door.confirm("infinigate_create_order", order()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acceptance_that_took_effect_is_found_by_the_look_afterwards() {
    let desk = Desk::with(&[]).await;
    let lost = json!({ "infinigate.reset_next": { "operation": "acceptPurchaseQuote", "after_effect": true } });
    desk.door.fault(lost).await;
    desk.door.confirm("infinigate_accept_quote", acceptance()).await.unwrap_err();
    let row: Value = serde_json::from_str(desk.said(&["orders", "list", "--json"]).await.trim()).unwrap();
    assert_eq!(row["state"], "placed", "{row:#}");
    assert!(row["found"].as_str().unwrap().contains("Accepted"), "{row:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_of_a_user_is_looked_up_from_the_folder_of_the_installation() {
    let desk = Desk::with(&[]).await;
    let lost = json!({ "infinigate.reset_next": { "operation": "requestPurchaseOrder", "after_effect": true } });
    desk.door.fault(lost).await;
    desk.door.confirm("infinigate_create_order", order()).await.unwrap_err();

    // The installation of a team: the credentials are in a profile, and the server is started with `serve --http`.
    let folder = tempfile::tempdir().unwrap();
    let sandbox = desk.door.sandbox.infinigate_url();
    let run = |words: &[&str], variables: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_infini-mcp"));
        command.args(words).env_clear().envs(variables.iter().copied()).current_dir(folder.path());
        command
    };
    let credentials = [
        ("INFINIGATE_API_KEY", infini_mcp::sandbox::INFINIGATE_API_KEY),
        ("INFINIGATE_CLIENT_ID", infini_mcp::sandbox::INFINIGATE_CLIENT_ID),
        ("INFINIGATE_CLIENT_SECRET", infini_mcp::sandbox::INFINIGATE_CLIENT_SECRET),
    ];
    let commands = [
        run(&["credentials", "init"], &[]),
        run(&["credentials", "add-profile", "acme", "--from-settings"], &credentials),
    ];
    for mut command in commands {
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let dotenv = folder.path().join(".env");
    let settings = std::fs::read_to_string(&dotenv).unwrap();
    let more = format!("INFINIGATE_BASE_URL={sandbox}\nSTATE_URL={}\n", desk.address);
    std::fs::write(&dotenv, format!("{settings}{more}")).unwrap();
    let mut reconcile = run(&["orders", "reconcile"], &[]);
    let output = tokio::task::spawn_blocking(move || reconcile.output().unwrap()).await.unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && told.contains("Ask the supplier"),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
