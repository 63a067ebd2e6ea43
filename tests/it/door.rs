//! The first door: one tool through the whole runtime, against a sandbox of its own.

use std::sync::Arc;

use infini_mcp::config::Sources;
use infini_mcp::sandbox::{self, Sandbox};
use infini_mcp::server::App;
use infini_mcp::tool::Error;
use infini_mcp::tool::confirm::{Consent, Question, Way};
use infini_mcp::tool::run::{self, Attempt, Turn};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use super::operations;

/// A fresh sandbox with a server's shared parts in front of it.
pub struct Door {
    pub app: Arc<App>,
    pub sandbox: Arc<Sandbox>,
    http: reqwest::Client,
}

impl Door {
    /// With the settings as they come, and every toolset switched on.
    pub async fn sandbox() -> Self {
        Self::with(&[]).await
    }

    /// With some settings of one's own.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        Self::to(Arc::new(Sandbox::start(listener).await.unwrap()), settings)
    }

    /// Another server in front of the same sandbox.
    pub fn beside(&self, settings: &[(&str, &str)]) -> Self {
        Self::to(self.sandbox.clone(), settings)
    }

    fn to(sandbox: Arc<Sandbox>, settings: &[(&str, &str)]) -> Self {
        let (infinigate, infinity) = (sandbox.infinigate_url(), sandbox.infinity_url());
        let mut pairs = vec![
            ("INFINIGATE_BASE_URL", infinigate.as_str()),
            ("INFINIGATE_API_KEY", sandbox::INFINIGATE_API_KEY),
            ("INFINIGATE_CLIENT_ID", sandbox::INFINIGATE_CLIENT_ID),
            ("INFINIGATE_CLIENT_SECRET", sandbox::INFINIGATE_CLIENT_SECRET),
            ("INFINITY_API_BASE_URL", infinity.as_str()),
            ("INFINITY_API_TOKEN", sandbox::INFINITY_TOKEN),
            ("MCP_TOOLSETS", "all"),
            ("STATE_URL", "sqlite::memory:"),
            // A day and a time are the same on every machine that runs the tests.
            ("TIME_ZONE", "Europe/Berlin"),
        ];
        pairs.retain(|(name, _)| !settings.iter().any(|(other, _)| other == name));
        pairs.extend_from_slice(settings);
        let settings = Sources::of(pairs).settings().unwrap_or_else(|faults| panic!("{faults:?}"));
        Self { app: Arc::new(App::new(settings).unwrap()), sandbox, http: reqwest::Client::new() }
    }

    /// A call that must answer; the answer is held against the tool's output schema.
    pub async fn call(&self, tool: &str, arguments: Value) -> Result<Value, Error> {
        match self.take(tool, arguments, Way::Token, Consent::None).await? {
            Turn::Done(done) => {
                let schema = Value::Object(self.app.catalogue.find(tool).unwrap().output.as_ref().clone());
                let validator = jsonschema::validator_for(&schema).unwrap();
                let faults: Vec<String> = validator
                    .iter_errors(&done.structured)
                    .map(|fault| format!("{fault} at {}", fault.instance_path()))
                    .collect();
                assert!(
                    faults.is_empty(),
                    "{tool} answers what its schema does not say: {faults:?}\n{:#}",
                    done.structured
                );
                assert_eq!(
                    serde_json::from_str::<Value>(&done.text).unwrap(),
                    done.structured,
                    "both channels say the same"
                );
                Ok(done.structured)
            }
            Turn::Ask(question) => panic!("{tool} asks by form although tokens were offered: {}", question.message),
        }
    }

    /// A call that must fail; the error as a client sees it.
    pub async fn refused(&self, tool: &str, arguments: Value) -> Value {
        match self.call(tool, arguments).await {
            Err(error) => error.to_json("test"),
            Ok(answer) => panic!("{tool} should have been refused but answered {answer:#}"),
        }
    }

    /// A call that must ask a person by form.
    pub async fn ask(&self, tool: &str, arguments: Value) -> Question {
        match self.take(tool, arguments, Way::Form, Consent::None).await {
            Ok(Turn::Ask(question)) => question,
            other => panic!("{tool} should have asked: {other:?}"),
        }
    }

    /// The same call with an answer to the question.
    pub async fn reply(&self, tool: &str, arguments: Value, consent: Consent<'_>) -> Result<Turn, Error> {
        self.take(tool, arguments, Way::Form, consent).await
    }

    /// Asks by token and confirms.
    pub async fn confirm(&self, tool: &str, mut arguments: Value) -> Result<Value, Error> {
        let asked = self.refused(tool, arguments.clone()).await;
        assert_eq!(asked["code"], json!("confirmation_required"), "{asked:#}");
        arguments["confirmation_token"] = asked["confirmation_token"].clone();
        self.call(tool, arguments).await
    }

    async fn take(&self, tool: &str, arguments: Value, way: Way, consent: Consent<'_>) -> Result<Turn, Error> {
        let offered = self.app.catalogue.find(tool).unwrap_or_else(|| panic!("{tool} is not offered"));
        let arguments: Map<String, Value> = arguments.as_object().cloned().unwrap_or_default();
        let ctx = self.app.own_ctx("test");
        let turn =
            run::take(&self.app.runtime, &ctx, Attempt { offered, arguments, principal: "test", way, consent }).await;
        operations::note(tool, &ctx.call().seen());
        turn
    }

    /// Sets switches of the sandbox.
    pub async fn fault(&self, switches: Value) {
        let url = format!("{}/faults", self.sandbox.control_url());
        let answer = self.http.patch(url).json(&switches).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    /// What the sandbox saw and did.
    pub async fn ledger(&self) -> Value {
        self.http.get(format!("{}/ledger", self.sandbox.control_url())).send().await.unwrap().json().await.unwrap()
    }
}

/// The rows of a table, each as an object keyed by its columns and without its empty cells.
pub fn rows(table: &Value) -> Value {
    let columns: Vec<&str> = table["columns"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let row = |cells: &Value| {
        let cells = cells.as_array().unwrap();
        assert_eq!(cells.len(), columns.len(), "{table:#}");
        let full = columns.iter().zip(cells).filter(|(_, cell)| !cell.is_null());
        Value::Object(full.map(|(name, cell)| ((*name).to_owned(), cell.clone())).collect())
    };
    table["rows"].as_array().unwrap().iter().map(row).collect()
}
