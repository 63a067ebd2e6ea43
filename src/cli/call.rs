//! `infini-mcp call`: one tool call from the shell.

use std::io::IsTerminal;
use std::path::Path;

use clap::Args;
use serde_json::{Map, Value};

use super::{Failure, log, on_runtime, print, serve};
use crate::config::Sources;
use crate::server::{App, Principal};
use crate::tool::confirm::{Consent, Reply, Undecided, Way};
use crate::tool::near::nearest;
use crate::tool::run::{self, Attempt, Turn};
use crate::tool::{Code, Error, TOOLS};

/// What to call.
#[derive(Args)]
pub struct Call {
    /// The tool's name.
    tool: String,
    /// Its arguments as a JSON object.
    #[arg(default_value = "{}")]
    arguments: String,
    /// Use the built-in simulator of both services.
    #[arg(long)]
    sandbox: bool,
    /// Answer the question that a call may ask with yes, without being asked.
    #[arg(long)]
    yes: bool,
}

impl Call {
    /// Calls the tool; its answer or its error goes to standard output as JSON.
    pub fn run(self, config: Option<&Path>) -> Result<(), Failure> {
        let arguments: Map<String, Value> = serde_json::from_str(&self.arguments)
            .map_err(|error| Failure::Usage(vec![format!("the arguments are not a JSON object: {error}")]))?;
        let mut sources = Sources::gather(config);
        on_runtime(async move {
            let _sandbox = if self.sandbox { Some(serve::start_sandbox(&mut sources).await?) } else { None };
            let settings = sources.settings().map_err(Failure::Usage)?;
            log::start(settings.log_level.min(tracing::Level::WARN), settings.log_format);
            let app = App::new(settings).map_err(|error| Failure::Failed(error.to_string()))?;
            let request_id = uuid::Uuid::new_v4().to_string();
            match self.answer(&app, arguments, &request_id).await {
                Ok(text) => print(&format!("{text}\n")),
                Err(error) => {
                    print(&format!("{:#}\n", error.to_json(&request_id)))?;
                    Err(Failure::Failed(error.to_string()))
                }
            }
        })
    }

    async fn answer(&self, app: &App, arguments: Map<String, Value>, request_id: &str) -> Result<String, Error> {
        let offered = app.catalogue.find(&self.tool).ok_or_else(|| self.not_offered(app))?;
        let ctx = app.own_ctx(request_id);
        let principal = Principal::local().name;
        let mut answered: Option<(Reply, String)> = None;
        // What changes while a person thinks is asked again; three times is enough.
        for _ in 0..3 {
            let consent = answered.as_ref().map_or(Consent::None, |(reply, state)| reply.to(state));
            let attempt =
                Attempt { offered, arguments: arguments.clone(), principal: &principal, way: Way::Form, consent };
            match run::take(&app.runtime, &ctx, attempt).await? {
                Turn::Done(done) => return Ok(done.text),
                Turn::Ask(question) => answered = Some((self.reply(&question.message), question.state)),
            }
        }
        Err(Error::new(Code::Conflict, "What was to be confirmed changed again and again, so nothing was done."))
    }

    fn not_offered(&self, app: &App) -> Error {
        let known = TOOLS.iter().find(|tool| tool.declaration.name == self.tool);
        if let Some(why) = known.and_then(|tool| app.why_not_offered(&tool.declaration, app.accounts.own())) {
            return why;
        }
        let near = nearest(&self.tool, TOOLS.iter().map(|tool| tool.declaration.name));
        let near = near.map(|near| format!(" Did you mean `{near}`?")).unwrap_or_default();
        Error::new(Code::NotFound, format!("There is no tool `{}`.{near} Nothing was done.", self.tool))
            .with_hint("`infini-mcp tools` lists them.")
    }

    /// Asks at the terminal; where nobody is there, only --yes is a yes.
    fn reply(&self, message: &str) -> Reply {
        eprintln!("{message}");
        if self.yes {
            return Reply::Yes;
        }
        if !std::io::stdin().is_terminal() {
            eprintln!("Nobody is at a terminal to answer; add --yes to agree beforehand.");
            return Reply::Neither(Undecided::NotShown);
        }
        eprint!("Type yes to go ahead: ");
        let mut line = String::new();
        match std::io::stdin().read_line(&mut line) {
            Ok(0) | Err(_) => Reply::Neither(Undecided::Dismissed),
            Ok(_) if line.trim().eq_ignore_ascii_case("yes") => Reply::Yes,
            Ok(_) => Reply::No,
        }
    }
}
