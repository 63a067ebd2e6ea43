//! One request's way through the sandbox: latency, route, credentials, rate, document, service, faults.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{ConnectInfo, Request as RawRequest, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use url::form_urlencoded;

use super::connection::{Breakable, Scissors};
use super::contract::{Contract, Found};
use super::faults::{Faults, Mishap, Moment, Target};
use super::infinigate::Infinigate;
use super::infinity::Infinity;
use super::ledger::Ledger;
use super::service::{Problem, Reply, Service};
use super::{control, hold, inbound, outbound};

pub(super) const INFINIGATE_PREFIX: &str = "/infinigate";
pub(super) const INFINITY_PREFIX: &str = "/infinity/api/v2";
pub(super) const CONTROL_PREFIX: &str = "/sandbox";

/// The largest body taken, in bytes: an attachment in a test, with room.
const BODY_LIMIT: usize = 32 * 1024 * 1024;
/// The window of the `rate_limit` fault.
const MINUTE: Duration = Duration::from_secs(60);

/// Everything the routes share.
pub(super) struct Shared {
    pub(super) services: [Mounted; 2],
    pub(super) ledger: Mutex<Ledger>,
}

/// One simulated service in its place.
pub(super) struct Mounted {
    pub(super) name: &'static str,
    prefix: &'static str,
    contract: Contract,
    pub(super) service: Arc<dyn Service>,
    undocumented: Undocumented,
    pub(super) faults: Mutex<Faults>,
    /// When requests came in during the last minute, by credential; kept only under the `rate_limit` fault.
    pub(super) arrivals: Mutex<HashMap<String, VecDeque<Instant>>>,
}

/// What a service still answers although its document has no such route: method, path, query and headers to a reply.
type Undocumented = Box<dyn Fn(&str, &str, &BTreeMap<String, Vec<String>>, &HeaderMap) -> Option<Reply> + Send + Sync>;

impl Shared {
    pub(super) fn new() -> io::Result<Arc<Self>> {
        let mount = |name, prefix, contract, service, undocumented| Mounted {
            name,
            prefix,
            contract,
            service,
            undocumented,
            faults: Mutex::default(),
            arrivals: Mutex::default(),
        };
        let infinigate = Arc::new(Infinigate::new());
        let infinity = Arc::new(Infinity::new());
        let legacy = Arc::clone(&infinity);
        let left_over: Undocumented =
            Box::new(move |method, path, query, headers| legacy.undocumented(method, path, query, headers));
        let nothing: Undocumented = Box::new(|_, _, _, _| None);
        Ok(Arc::new(Self {
            services: [
                mount(
                    "infinigate",
                    INFINIGATE_PREFIX,
                    super::infinigate_contract()?,
                    infinigate as Arc<dyn Service>,
                    nothing,
                ),
                mount("infinity", INFINITY_PREFIX, super::infinity_contract()?, infinity, left_over),
            ],
            ledger: Mutex::default(),
        }))
    }
}

/// Serves until `shutdown` completes, then lets the answers under way out.
pub(super) async fn run(
    listener: TcpListener,
    app: Arc<Shared>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let router: Router = control::routes().fallback(receive).with_state(app);
    axum::serve(Breakable(listener), router.into_make_service_with_connect_info::<Scissors>())
        .with_graceful_shutdown(shutdown)
        .await
}

async fn receive(
    State(app): State<Arc<Shared>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    raw: RawRequest,
) -> Response {
    let path = raw.uri().path().to_owned();
    let place = app.services.iter().find_map(|mounted| Some((mounted, path.strip_prefix(mounted.prefix)?)));
    let Some((mounted, path)) = place.filter(|(_, path)| path.is_empty() || path.starts_with('/')) else {
        return (StatusCode::NOT_FOUND, "The sandbox serves /infinigate, /infinity/api/v2 and /sandbox.\n")
            .into_response();
    };
    match mounted.serve(&app.ledger, path, raw).await {
        Outcome::Answer(response) => response,
        Outcome::Cut => {
            scissors.cut();
            StatusCode::OK.into_response()
        }
    }
}

enum Outcome {
    Answer(Response),
    Cut,
}

impl Mounted {
    async fn serve(&self, ledger: &Mutex<Ledger>, path: &str, raw: RawRequest) -> Outcome {
        let latency = hold(&self.faults).latency_ms();
        if latency > 0 {
            tokio::time::sleep(Duration::from_millis(latency)).await;
        }
        let line = format!("{} {}", raw.method(), raw.uri());
        let offers = |operation: &str, template: &str| self.service.has_route(operation, template);
        let (operation, values) = match self.contract.find(raw.method().as_str(), path, offers) {
            Found::Operation(operation, _, values) => (operation, values),
            Found::OtherMethods(others) => return self.stray(ledger, line, path, &raw, &Problem::WrongMethod(others)),
            Found::Nothing => return self.stray(ledger, line, path, &raw, &Problem::NoSuchRoute),
        };
        hold(ledger).called(self.name, &operation.id);
        let target = Target { operation: &operation.id, signs_in: self.service.signs_in(&operation.id) };
        self.wait(target, Moment::Before).await;
        if let Some(outcome) = self.strike(target, Moment::Before) {
            return outcome;
        }
        if let Err(reply) =
            self.service.admit(&operation.id, raw.headers()).and_then(|()| self.within_rate(raw.headers()))
        {
            return self.send(reply);
        }
        let (parts, body) = raw.into_parts();
        let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
            return self.refuse(
                ledger,
                line,
                Some(&operation.id),
                &Problem::Unreadable("the body broke off or is too large".to_owned()),
            );
        };
        let query = parts.uri.query().unwrap_or_default();
        match inbound::read(operation, values, query, parts.headers, body).await {
            Ok(request) => {
                let reply = self.service.answer(&request);
                if (200..300).contains(&reply.status) {
                    hold(ledger).sent(self.name, target.operation, request.json());
                    self.wait(target, Moment::After).await;
                }
                self.after(ledger, target, reply)
            }
            Err(problem) => self.refuse(ledger, line, Some(&operation.id), &problem),
        }
    }

    /// What happens once the service has spoken: faults that strike after the effect only strike when there was one.
    fn after(&self, ledger: &Mutex<Ledger>, target: Target<'_>, mut reply: Reply) -> Outcome {
        if !(200..300).contains(&reply.status) {
            return self.send(reply);
        }
        hold(ledger).took_effect(self.name, target.operation);
        if let Some(outcome) = self.strike(target, Moment::After) {
            return outcome;
        }
        let (disguise, drift, unknown, pause) = {
            let mut faults = hold(&self.faults);
            (faults.disguise(target), faults.drift(target.operation), faults.unknown_enum(), faults.slow_body_ms())
        };
        if let Some(body) = &mut reply.body {
            drift.iter().for_each(|one| one.apply(body));
            if unknown {
                outbound::grow_values(body, self.contract.open_words());
            }
        }
        Outcome::Answer(outbound::write(reply, disguise, pause))
    }

    async fn wait(&self, target: Target<'_>, moment: Moment) {
        let delay = hold(&self.faults).delay(target, moment);
        if let Some(ms) = delay {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
    }

    fn strike(&self, target: Target<'_>, moment: Moment) -> Option<Outcome> {
        let mishap = hold(&self.faults).mishap(target, moment)?;
        Some(match mishap {
            Mishap::Reset => Outcome::Cut,
            Mishap::Fail(status, wait) => {
                let reply = self.service.failure(status);
                self.send(match wait {
                    Some(seconds) => reply.with_header("retry-after", seconds.to_string()),
                    None => reply,
                })
            }
        })
    }

    /// A request the document has no operation for. Some services remember routes of older versions.
    fn stray(&self, ledger: &Mutex<Ledger>, line: String, path: &str, raw: &RawRequest, problem: &Problem) -> Outcome {
        let mut query: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(raw.uri().query().unwrap_or_default().as_bytes()) {
            query.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        match (self.undocumented)(raw.method().as_str(), path, &query, raw.headers()) {
            Some(reply) => {
                hold(ledger).refused(self.name, line, None, problem);
                self.send(reply)
            }
            None => self.refuse(ledger, line, None, problem),
        }
    }

    fn refuse(&self, ledger: &Mutex<Ledger>, line: String, operation: Option<&str>, problem: &Problem) -> Outcome {
        hold(ledger).refused(self.name, line, operation, problem);
        self.send(self.service.refuse(operation, problem))
    }

    fn send(&self, reply: Reply) -> Outcome {
        let pause = hold(&self.faults).slow_body_ms();
        Outcome::Answer(outbound::write(reply, None, pause))
    }

    /// Counts this request against the `rate_limit` fault, over a rolling minute.
    fn within_rate(&self, headers: &HeaderMap) -> Result<(), Reply> {
        let Some(limit) = hold(&self.faults).rate_limit() else { return Ok(()) };
        let credential = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let now = Instant::now();
        let mut arrivals = hold(&self.arrivals);
        let recent = arrivals.entry(credential.to_owned()).or_default();
        while recent.front().is_some_and(|first| now.duration_since(*first) >= MINUTE) {
            recent.pop_front();
        }
        if recent.len() < limit {
            recent.push_back(now);
            return Ok(());
        }
        let wait = recent.front().map_or(MINUTE, |first| MINUTE.saturating_sub(now.duration_since(*first)));
        Err(self.service.too_many(wait.as_secs() + 1))
    }
}
