//! `infini-mcp serve`: the server itself.

use std::io::IsTerminal;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use secrecy::SecretString;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::signals::{Signals, asked_to_stop};
use super::{Failure, log, on_runtime, print, watch};
use crate::config::{Settings, Sources, Transport};
use crate::sandbox::{self, Sandbox};
use crate::server::{App, Endpoint, Handler, Principal, serve_stdio, tell_why_not_started};
use crate::vault::{Roster, Snapshot, random_token};

/// How to serve.
#[derive(Args, Default)]
pub struct Serve {
    /// Serve one client over standard input and output (the default).
    #[arg(long, conflicts_with = "http")]
    stdio: bool,
    /// Serve many clients over Streamable HTTP at /mcp.
    #[arg(long)]
    http: bool,
    /// Use the built-in simulator of both services; nothing leaves this machine and no credentials are needed.
    #[arg(long)]
    sandbox: bool,
    /// The address to listen on (MCP_HTTP_HOST).
    #[arg(long)]
    host: Option<IpAddr>,
    /// The port to listen on (MCP_HTTP_PORT).
    #[arg(long)]
    port: Option<u16>,
}

impl Serve {
    /// Serves until the client goes or the process is asked to stop.
    pub fn run(self, config: Option<&Path>) -> Result<(), Failure> {
        let mut sources = Sources::gather(config);
        self.set_flags(&mut sources);
        on_runtime(async move {
            let sandbox = if self.sandbox { Some(start_sandbox(&mut sources).await?) } else { None };
            let speaks_stdio = !sources.is_http();
            let mut settings = match sources.settings() {
                Ok(settings) => settings,
                Err(faults) if speaks_stdio => return Err(told_to_the_client(faults).await),
                Err(faults) => return Err(Failure::Usage(faults)),
            };
            log::start(settings.log_level, settings.log_format);
            let traces = settings.watching.collector.take().map(watch::start_traces).transpose()?;
            let served = match settings.transport {
                Transport::Stdio => over_stdio(settings).await,
                Transport::Http => {
                    let made_up = (sandbox.is_some() && !settings.callers_are_known()).then(random_token);
                    if let Some(token) = &made_up {
                        settings.http.auth_token = Some(SecretString::from(token.clone()));
                    }
                    over_http(settings, sandbox.as_ref(), made_up.as_deref()).await
                }
            };
            drop(sandbox);
            if let Some(traces) = traces {
                traces.stop().await;
            }
            served
        })
    }

    fn set_flags(&self, sources: &mut Sources) {
        if self.stdio {
            sources.set_flag("MCP_TRANSPORT", "--stdio", "stdio");
        }
        if self.http {
            sources.set_flag("MCP_TRANSPORT", "--http", "http");
        }
        if let Some(host) = self.host {
            sources.set_flag("MCP_HTTP_HOST", "--host", host.to_string());
        }
        if let Some(port) = self.port {
            sources.set_flag("MCP_HTTP_PORT", "--port", port.to_string());
        }
    }
}

/// Starts the simulator inside this process and points both services at it.
pub async fn start_sandbox(sources: &mut Sources) -> Result<Sandbox, Failure> {
    let failed = |error: std::io::Error| Failure::Failed(format!("the sandbox cannot start: {error}"));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?;
    let sandbox = Sandbox::start(listener).await.map_err(failed)?;
    if sources.is_set("STATE_URL") {
        eprintln!("STATE_URL is not used with --sandbox: what is simulated is remembered in memory, until this ends.");
    }
    for (name, value) in [
        ("INFINIGATE_BASE_URL", sandbox.infinigate_url()),
        ("INFINIGATE_API_KEY", sandbox::INFINIGATE_API_KEY.to_owned()),
        ("INFINIGATE_CLIENT_ID", sandbox::INFINIGATE_CLIENT_ID.to_owned()),
        ("INFINIGATE_CLIENT_SECRET", sandbox::INFINIGATE_CLIENT_SECRET.to_owned()),
        ("INFINITY_API_BASE_URL", sandbox.infinity_url()),
        ("INFINITY_API_TOKEN", sandbox::INFINITY_TOKEN.to_owned()),
        // What is simulated must never be taken for something real later.
        ("STATE_URL", "sqlite::memory:".to_owned()),
    ] {
        sources.set_flag(name, "--sandbox", value);
    }
    Ok(sandbox)
}

/// Says what keeps the server from starting, in the log and to the client that waits for it on standard output.
async fn told_to_the_client(faults: Vec<String>) -> Failure {
    if std::io::stdin().is_terminal() {
        return Failure::Usage(faults);
    }
    for fault in &faults {
        eprintln!("infini-mcp: {fault}");
    }
    tokio::select! {
        () = tell_why_not_started(&faults) => {}
        () = asked_to_stop() => {}
    }
    // Everything was said already.
    Failure::Usage(Vec::new())
}

async fn over_stdio(settings: Settings) -> Result<(), Failure> {
    let counting = watch::Counting::start(&settings).await?;
    let app = match App::new(settings) {
        Ok(app) => Arc::new(app),
        Err(error) => return Err(told_to_the_client(vec![error.to_string()]).await),
    };
    if let Some(why) = app.view(&Principal::local(), app.accounts.own()).why_empty {
        eprintln!("infini-mcp: {why}");
    }
    let served = serve_stdio(Handler::new(app.clone()), asked_to_stop());
    counting.beside(app, served).await.map_err(|error| Failure::Failed(error.to_string()))
}

async fn over_http(settings: Settings, sandbox: Option<&Sandbox>, made_up: Option<&str>) -> Result<(), Failure> {
    let listener = listen(SocketAddr::new(settings.http.host, settings.http.port)).await?;
    let address = listener.local_addr().map_err(|error| Failure::Failed(error.to_string()))?;
    let counting = watch::Counting::start(&settings).await?;
    let http = settings.http.clone();
    let public = settings.oauth.as_ref().map(|oauth| oauth.public_url.resource.clone());
    let app = Arc::new(App::new(settings).map_err(|error| Failure::Failed(error.to_string()))?);
    announce(
        address,
        Announced {
            public: public.as_deref(),
            has_bearer: http.auth_token.is_some(),
            made_up,
            roster: app.roster.as_deref(),
            sandbox,
        },
    )?;
    let endpoint = Endpoint::new(http, app.clone());
    if let Some(roster) = app.roster.clone() {
        let told = app.clone();
        let tell = move |snapshot: &Arc<Snapshot>| {
            let app = told.clone();
            app.accounts.forget_changed(snapshot);
            tokio::spawn(async move { app.list_changes.announce().await });
        };
        tokio::spawn(roster.watch(tell, endpoint.closing.clone()));
    }
    let (stop, mut signals) = (CancellationToken::new(), Signals::listen());
    let twice = async {
        signals.next().await;
        stop.cancel();
        signals.next().await;
    };
    let served = endpoint.serve(listener, Handler::new(app.clone()), stop.clone().cancelled_owned());
    tokio::select! {
        () = counting.beside(app, served) => {}
        // Whoever asks again does not want to wait for the calls under way.
        () = twice => {}
    }
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::Failed(format!(
            "cannot listen on {address}: {error}. Choose another port with --port or MCP_HTTP_PORT; 0 takes a free one."
        ))
    })
}

/// Where a client on this machine reaches a server that listens on `address`: nobody can call 0.0.0.0 itself.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// What the start says about who is let in, and to what.
struct Announced<'a> {
    /// The address that the world knows the server by.
    public: Option<&'a str>,
    /// Whether a bearer opens the endpoint.
    has_bearer: bool,
    /// The bearer, where it was made up for this run and this sandbox: it opens nothing else, so it may be shown.
    made_up: Option<&'a str>,
    roster: Option<&'a Roster>,
    sandbox: Option<&'a Sandbox>,
}

/// Says on standard error where the server is, and on standard output what a client needs, ready to paste.
fn announce(address: SocketAddr, announced: Announced<'_>) -> Result<(), Failure> {
    let Announced { public, has_bearer, made_up, roster, sandbox } = announced;
    let url = format!("http://{}/mcp", reachable(address));
    eprintln!("infini-mcp {} serves MCP at {url}", env!("CARGO_PKG_VERSION"));
    match public {
        Some(public) => eprintln!("Clients elsewhere reach it at {public}."),
        None if address.ip().is_unspecified() => {
            eprintln!("It listens on every address of this machine; clients elsewhere name the machine instead.");
        }
        None => {}
    }
    if let Some(sandbox) = sandbox {
        eprintln!("Both services are simulated at {}; nothing leaves this machine.", sandbox.control_url());
    }
    let bearer = match made_up {
        Some(token) => {
            eprintln!("Bearer: {token}");
            Some(token)
        }
        // The operator's own bearer may open more than this, and what a start prints is kept by many a terminal.
        None if has_bearer => Some("${MCP_AUTH_TOKEN}"),
        None if roster.is_some() => Some("${MCP_KEY}"),
        None => {
            eprintln!("There are neither users nor MCP_AUTH_TOKEN: every program on this machine can use it.");
            None
        }
    };
    if let Some(roster) = roster {
        let status = roster.status();
        eprintln!("Each of its {} users calls with a key of their own.", status.users);
    }
    eprintln!("The client configuration follows on standard output.");
    let headers = bearer.map(|bearer| json!({ "Authorization": format!("Bearer {bearer}") }));
    let server = match headers {
        Some(headers) => json!({ "type": "http", "url": url, "headers": headers }),
        None => json!({ "type": "http", "url": url }),
    };
    let configuration = json!({ "mcpServers": { "infini-mcp": server } });
    print(&format!("{configuration:#}\n"))
}
