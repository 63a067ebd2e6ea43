//! `infini-mcp health`: whether a running server answers, for an engine whose container has no other program to ask with.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use clap::Args;
use url::Url;

use super::{Failure, on_runtime, print};
use crate::api;
use crate::config::{Http, Sources};

/// Less than what engines give a check, so that the reason is told before the check is ended.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whom to ask.
#[derive(Args)]
pub struct Health {
    /// What to read; without it, /health of the server that has these settings on this machine.
    #[arg(long, value_name = "URL")]
    url: Option<Url>,
}

impl Health {
    /// Ends well when the answer is a success. Every other end has exit code 1: engines keep 2 for themselves.
    pub fn run(self, config: Option<&Path>) -> Result<(), Failure> {
        let url = match self.url {
            Some(url) => url,
            None => {
                let settings =
                    Sources::gather(config).settings().map_err(|faults| Failure::Failed(faults.join("\n")))?;
                of_this_machine(&settings.http)?
            }
        };
        let status = on_runtime(async {
            let answer = api::status(&url, PATIENCE).await;
            answer.map_err(|reason| Failure::Failed(format!("{url} does not answer: {reason}")))
        })?;
        if !(200..300).contains(&status) {
            return Err(Failure::Failed(format!("{url} answers with {status}")));
        }
        print("well\n")
    }
}

/// The address of the server, which answers this question under any host name.
fn of_this_machine(http: &Http) -> Result<Url, Failure> {
    if http.port == 0 {
        return Err(Failure::Failed("a server whose port is 0 can be anywhere: say --url".into()));
    }
    let host = match http.host {
        IpAddr::V4(all) if all.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(all) if all.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        one => one,
    };
    let url = format!("http://{}/health", SocketAddr::new(host, http.port));
    url.parse().map_err(|error| Failure::Failed(format!("{url} is no address: {error}")))
}
