//! `infini-mcp doctor`: what works, what does not, and what to do about it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};

use super::{Failure, log, on_runtime, print, serve};
use crate::api::Service;
use crate::api::raw::Reader;
use crate::config::Sources;
use crate::config::clients::{CLIENTS, Client};
use crate::doctor::live::{self, Document, Fix, Look};
use crate::doctor::{self, Finding, Verdict};
use crate::sandbox::contract::Contract;
use crate::sandbox::{INFINIGATE_DOCUMENT, INFINITY_DOCUMENT};
use crate::server::App;
use crate::tool::ctx::Upstreams;

/// The number of the first fix, where no folder says which is free.
const FIRST_NUMBER: usize = 50;

/// What to examine.
#[derive(Args)]
pub struct Doctor {
    /// Also hold live answers against the documents: reads one page of every list and one object of every kind.
    #[arg(long)]
    live: bool,
    /// Also examine how this MCP client is set up, for example claude-code or cursor.
    #[arg(long, value_name = "NAME", value_parser = known_client)]
    client: Option<&'static Client>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Examine what `serve --http` would use: with users, their profiles too.
    #[arg(long)]
    http: bool,
    /// Use the built-in simulator of both services.
    #[arg(long)]
    sandbox: bool,
    /// Compare with this document instead of the built-in one, as `cargo codegen document SERVICE` prints it.
    #[arg(long, requires = "live", value_name = "SERVICE=FILE", value_parser = document_file)]
    document: Vec<(String, PathBuf)>,
    /// Write the fixes into this folder of service folders, beside those that are there.
    #[arg(long, requires = "live", value_name = "FOLDER")]
    write_fixes: Option<PathBuf>,
}

fn known_client(name: &str) -> Result<&'static Client, String> {
    let names: Vec<&str> = CLIENTS.iter().map(|client| client.name).collect();
    Client::named(name).ok_or_else(|| format!("the known clients are {}", names.join(", ")))
}

fn document_file(text: &str) -> Result<(String, PathBuf), String> {
    let (service, file) = text.split_once('=').ok_or("write it as SERVICE=FILE")?;
    if [folder(Service::Infinigate), folder(Service::Infinity)].contains(&service) {
        Ok((service.to_owned(), PathBuf::from(file)))
    } else {
        Err("the services are infinigate and startinfinity".to_owned())
    }
}

/// The service's folder in `specs`.
fn folder(service: Service) -> &'static str {
    match service {
        Service::Infinigate => "infinigate",
        Service::Infinity => "startinfinity",
    }
}

/// What was seen at one service, with the fixes that follow.
struct Seen {
    service: Service,
    look: Look,
    fixes: Vec<(String, Fix)>,
    unfixable: Vec<String>,
}

impl Doctor {
    /// Examines, prints, and fails when something is wrong.
    pub fn run(self, config: Option<&Path>) -> Result<(), Failure> {
        let mut sources = Sources::gather(config);
        if self.http {
            sources.set_flag("MCP_TRANSPORT", "--http", "http");
        }
        on_runtime(async move {
            let _sandbox = if self.sandbox { Some(serve::start_sandbox(&mut sources).await?) } else { None };
            let (mut findings, mut seen) = (Vec::new(), Vec::new());
            match sources.settings() {
                Err(faults) => {
                    let advice = "`infini-mcp settings` prints them all with their meaning.";
                    findings.extend(faults.into_iter().map(|found| finding("settings", found, advice)));
                }
                Ok(settings) => {
                    log::start(tracing::Level::ERROR, settings.log_format);
                    findings.extend(doctor::configuration(&settings));
                    match App::new(settings) {
                        Ok(app) => seen = self.examine(&Arc::new(app), &mut findings).await?,
                        Err(error) => {
                            let advice = "Put the named credential or address right.";
                            findings.push(finding("the start", error.to_string(), advice));
                        }
                    }
                }
            }
            findings.extend(self.client.into_iter().flat_map(doctor::client));
            self.tell(&findings, &seen)
        })
    }

    async fn examine(&self, app: &Arc<App>, findings: &mut Vec<Finding>) -> Result<Vec<Seen>, Failure> {
        let mut seen: Vec<Seen> = Vec::new();
        for (profile, service, reader) in readers(app)? {
            let found = doctor::account(service, profile.as_deref(), &reader).await;
            // A service that does not let us in would answer every read of the live comparison the same way.
            let is_open = found.iter().all(|finding| finding.verdict < Verdict::Wrong);
            findings.extend(found);
            // A service speaks the same way to everybody: whoever it lets in first is enough.
            if self.live && is_open && seen.iter().all(|seen| seen.service != service) {
                seen.push(self.look(service, &reader).await?);
            }
        }
        findings.extend(app.roster.iter().flat_map(|roster| doctor::team(app, roster)));
        findings.extend(doctor::state(app.store()).await);
        findings.push(doctor::protocol(app.clone()).await);
        Ok(seen)
    }

    async fn look(&self, service: Service, reader: &Reader) -> Result<Seen, Failure> {
        let text = self.document_of(service)?;
        let unusable = |reason: String| Failure::Failed(format!("the document of {service} cannot be used: {reason}"));
        let document = Document::read(&text).map_err(unusable)?;
        let contract = Contract::read(&text).map_err(|error| unusable(error.to_string()))?;
        let agrees =
            |operation: &str, answer: &Value| contract.faults_of_answer(operation, 200, Some(answer)).is_empty();
        let look = live::look(reader, &document, &agrees).await;
        let day = chrono::Utc::now().format("%Y-%m-%d").to_string();
        let confidence = match service {
            Service::Infinigate => "production",
            Service::Infinity => "observed",
        };
        let fixes = self.numbered(service, look.drift.fixes(&document, &day, confidence))?;
        Ok(Seen { service, unfixable: look.drift.unfixable(&document), look, fixes })
    }

    fn document_of(&self, service: Service) -> Result<String, Failure> {
        let Some((_, file)) = self.document.iter().find(|(name, _)| name == folder(service)) else {
            return Ok(match service {
                Service::Infinigate => INFINIGATE_DOCUMENT.to_owned(),
                Service::Infinity => INFINITY_DOCUMENT.to_owned(),
            });
        };
        std::fs::read_to_string(file)
            .map_err(|error| Failure::Failed(format!("the document {} cannot be read: {error}", file.display())))
    }

    /// The fixes with the names of their files; written, where a folder was named.
    fn numbered(&self, service: Service, fixes: Vec<Fix>) -> Result<Vec<(String, Fix)>, Failure> {
        let into = self.write_fixes.as_ref().map(|specs| specs.join(folder(service)).join("fixes"));
        let first = into.as_deref().map_or(FIRST_NUMBER, |into| last_number(into) + 1);
        let name = |(index, fix): (usize, Fix)| (format!("{:02}-{}.toml", first + index, fix.name), fix);
        let named: Vec<(String, Fix)> = fixes.into_iter().enumerate().map(name).collect();
        for (name, fix) in into.iter().flat_map(|_| &named) {
            let path = into.iter().map(|into| into.join(name)).collect::<PathBuf>();
            let failed = |error| Failure::Failed(format!("{} cannot be written: {error}", path.display()));
            std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).map_err(failed)?;
            std::fs::write(&path, &fix.text).map_err(failed)?;
        }
        Ok(named)
    }

    fn tell(&self, findings: &[Finding], seen: &[Seen]) -> Result<(), Failure> {
        let wrong = findings.iter().filter(|finding| finding.verdict == Verdict::Wrong).count();
        let differs = seen.iter().any(|seen| !seen.is_clean());
        if self.json {
            let services: Vec<Value> = seen.iter().map(Seen::to_json).collect();
            let report = json!({ "well": wrong == 0 && !differs, "findings": findings, "live": services });
            print(&format!("{report:#}\n"))?;
        } else {
            print(&findings.iter().map(line).chain(seen.iter().map(Seen::to_text)).collect::<String>())?;
        }
        match (wrong, differs) {
            (0, false) => Ok(()),
            (0, true) => Err(Failure::Failed("live answers differ from the documents".to_owned())),
            (wrong, _) => Err(Failure::Failed(format!("{wrong} of {} checks failed", findings.len()))),
        }
    }
}

/// A way to ask each service with all credentials that there are for it, and whose they are.
fn readers(app: &App) -> Result<Vec<(Option<String>, Service, Reader)>, Failure> {
    let accounts = app.accounts.all().map_err(|error| Failure::Failed(error.to_string()))?;
    let of = |(profile, upstreams): (Option<String>, Arc<Upstreams>)| {
        let infinigate = upstreams.infinigate.as_ref().map(|upstream| (Service::Infinigate, upstream.reader()));
        let infinity = upstreams.infinity.as_ref().map(|upstream| (Service::Infinity, upstream.reader()));
        infinigate
            .into_iter()
            .chain(infinity)
            .map(move |(service, reader)| (profile.clone(), service, reader))
            .collect()
    };
    Ok(accounts.into_iter().flat_map::<Vec<_>, _>(of).collect())
}

fn finding(check: &str, found: String, advice: &str) -> Finding {
    Finding { check: check.to_owned(), verdict: Verdict::Wrong, found, advice: Some(advice.to_owned()) }
}

fn line(finding: &Finding) -> String {
    let advice = finding.advice.as_ref().map(|advice| format!("       {advice}\n")).unwrap_or_default();
    format!("{:5}  {}: {}\n{advice}", finding.verdict.word(), finding.check, finding.found)
}

/// The highest number in front of a fix in this folder.
fn last_number(folder: &Path) -> usize {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let number = |name: &str| name.split('-').next().and_then(|number| number.parse().ok());
    files.filter_map(|file| number(&file.file_name().to_string_lossy())).max().unwrap_or_default()
}

impl Seen {
    fn is_clean(&self) -> bool {
        self.look.drift.is_empty() && self.look.unexplained.is_empty()
    }

    fn to_json(&self) -> Value {
        let fixes: Vec<Value> =
            self.fixes.iter().map(|(name, fix)| json!({ "file": self.path(name), "text": fix.text })).collect();
        json!({
            "service": self.service,
            "answers": self.look.answers,
            "read": self.look.read,
            "unread": self.look.unread,
            "differences": self.look.drift.differences(),
            "unexplained": self.look.unexplained,
            "without_fix": self.unfixable,
            "fixes": fixes,
        })
    }

    fn path(&self, name: &str) -> String {
        format!("specs/{}/fixes/{name}", folder(self.service))
    }

    fn to_text(&self) -> String {
        let Look { answers, read, unread, drift, unexplained } = &self.look;
        let mut text =
            format!("\n{}: {answers} answers of {} operations compared with the document.\n", self.service, read.len());
        for one in unread {
            text.push_str(&format!("  not compared  {}: {}\n", one.operation, one.why));
        }
        for one in drift.differences() {
            let (kind, pointer) = (one.kind.name(), &one.pointer);
            text.push_str(&format!("  {kind}  {} {pointer}, {} times: {}\n", one.operation, one.count, one.example));
        }
        for operation in unexplained {
            text.push_str(&format!("  differs in a way that has no name here  {operation}: compare it by hand.\n"));
        }
        for schema in &self.unfixable {
            text.push_str(&format!("  no ready fix  {schema}: somebody must decide what is meant.\n"));
        }
        if self.is_clean() {
            text.push_str("  nothing differs.\n");
        }
        for (name, fix) in &self.fixes {
            text.push_str(&format!("\n--- {}\n{}", self.path(name), fix.text));
        }
        text
    }
}
