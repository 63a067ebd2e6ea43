//! Takes connections and speaks HTTP/1.1 on each, within the limits that keep one client from using up the server.
//!
//! What is no HTTP at all never gets as far as our answers: the library itself answers 400 to a malformed request, 414 to
//! an address and 431 to a head that is too long, all without a body, and closes the connection.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::Response;
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rmcp::ServerHandler;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::address::Proxies;
use super::answers;
use super::arriving::ArrivingBody;
use super::bodies::discard;
use super::connection::{Patience, Wire};
use super::guard::{is_probe, refusal, retry_later};
use super::held::Held;
use super::routes::Routes;
use super::seats::{NoPlace, Seats, Taken};
use crate::oauth::{ClientAddress, neighbourhood};

/// Most bytes of a request's line and headers.
const MOST_HEAD: usize = 16 * 1024;
/// Most bytes read ahead of a body.
const MOST_AHEAD: usize = 64 * 1024;
/// The first rest after a connection could not be taken, and the longest.
const REST: Duration = Duration::from_millis(20);
const LONGEST_REST: Duration = Duration::from_secs(1);
/// How long a connection that must make room may take to send the rest of its last answer.
const LAST_WORDS: Duration = Duration::from_millis(250);
/// Places for connections beyond the others, where probes are answered and everybody else is told to come back.
const RESERVE: usize = 64;
/// How long such a connection may take to say what it wants.
const SHORT_PATIENCE: Duration = Duration::from_secs(2);
/// When it makes sense to try again.
const COME_AGAIN: Duration = Duration::from_secs(1);

/// What all connections of one server share.
pub struct Reception<H> {
    /// What is served.
    pub routes: Arc<Routes<H>>,
    /// The places.
    pub seats: Arc<Seats>,
    /// The places for those who found none.
    pub reserve: Arc<Seats>,
    /// Whose word about the caller's address counts.
    pub proxies: Proxies,
    /// How long clients may take.
    pub patience: Patience,
    /// The connections, so that the end can wait for them.
    pub connections: TaskTracker,
    /// Ends the listening, and each connection after the answer it is at.
    pub stopping: CancellationToken,
}

/// The places for those who found none.
pub fn reserve() -> Arc<Seats> {
    Seats::new(RESERVE, RESERVE)
}

impl<H: ServerHandler> Reception<H> {
    /// Takes connections until it is told to stop.
    pub async fn receive(self: Arc<Self>, listener: TcpListener) {
        let mut rest = REST;
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = self.stopping.cancelled() => return,
            };
            match accepted {
                Ok((stream, peer)) => {
                    rest = REST;
                    self.clone().welcome(stream, peer.ip());
                }
                // That client has gone already.
                Err(error) if is_of_one_client(error.kind()) => {}
                Err(error) => {
                    tracing::warn!(%error, "no connection can be taken; the longest waiting one is closed");
                    self.seats.make_room();
                    tokio::time::sleep(rest).await;
                    rest = (rest * 2).min(LONGEST_REST);
                }
            }
        }
    }

    fn welcome(self: Arc<Self>, stream: TcpStream, peer: IpAddr) {
        // Without this, small answers wait for the other side's delayed acknowledgement; a refusal only makes them slower.
        let _ = stream.set_nodelay(true);
        let connections = self.connections.clone();
        // A proxy has the connections of everybody behind it; those are counted by their requests.
        let address = Some(peer.to_canonical()).filter(|peer| !self.proxies.trust(*peer)).map(neighbourhood);
        let (place, why) = match self.seats.take(address) {
            Ok(place) => (place, None),
            Err(_) if connections.len() >= self.seats.most() + 2 * RESERVE => return,
            Err(why) => match self.reserve.take(None) {
                Ok(place) => (place, Some(why)),
                Err(_) => return,
            },
        };
        drop(connections.spawn(self.attend(stream, peer, place, why)));
    }

    /// Answers the requests of a connection; one that has no place is told why, unless it asks how this server is.
    async fn attend(self: Arc<Self>, stream: TcpStream, peer: IpAddr, place: Taken, no_place: Option<NoPlace>) {
        let patience = match no_place {
            Some(_) => Patience { head: SHORT_PATIENCE, idle: SHORT_PATIENCE, ..self.patience },
            None => self.patience,
        };
        let answer = service_fn(|request: Request<Incoming>| {
            // In a box, so that a connection without a request takes little room.
            let answer = Box::pin(self.answer(request, peer, &place, no_place));
            async move { Ok::<_, Infallible>(answer.await) }
        });
        let wire = TokioIo::new(Wire::new(stream, place.seat().clone(), patience));
        let mut connection = pin!(settings(patience).keep_alive(no_place.is_none()).serve_connection(wire, answer));
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.stopping.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
            () = place.asked_to_leave() => {
                connection.as_mut().graceful_shutdown();
                timeout(LAST_WORDS, connection).await.unwrap_or(Ok(()))
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        peer: IpAddr,
        place: &Taken,
        no_place: Option<NoPlace>,
    ) -> Response {
        let caller = self.proxies.caller(peer, request.headers());
        let is_brought = self.proxies.trust(peer.to_canonical()) && !self.proxies.trust(caller);
        let brought_for = Some(caller).filter(|_| is_brought).map(neighbourhood);
        let is_arriving = !request.body().is_end_stream();
        let mut request = match is_arriving {
            true => {
                let arriving = place.arriving();
                request.map(|body| Body::new(ArrivingBody::new(body, arriving)))
            }
            false => request.map(|_| Body::empty()),
        };
        request.extensions_mut().insert(ClientAddress(caller));
        // A probe has its place, whoever else comes from there.
        let is_probe = is_probe(request.uri().path());
        match (place.serve(brought_for.filter(|_| !is_probe)), no_place) {
            (Ok(under_way), None) => {
                self.routes.answer(request).await.map(|body| Body::new(Held::new(body, under_way)))
            }
            (Ok(under_way), Some(_)) if is_probe => {
                self.routes.answer(request).await.map(|body| Body::new(Held::new(body, under_way)))
            }
            (Ok(_), Some(why)) | (Err(why), _) => turned_away(request, why).await,
        }
    }
}

/// Says that there is no place, and lets the client finish talking, because closing at once would lose the answer.
async fn turned_away(request: Request<Body>, why: NoPlace) -> Response {
    answers::in_form(request, |request| async move {
        let body = request.into_body();
        if !body.is_end_stream() {
            tokio::spawn(discard(body));
        }
        let (status, code, message) = match why {
            NoPlace::Full => (
                StatusCode::SERVICE_UNAVAILABLE,
                "overloaded",
                "This server is answering as many requests as it can. Nothing was done; try again in a moment.",
            ),
            NoPlace::TooManyOfOne => (
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_connections",
                "This address has too many connections (MCP_MAX_CONNECTIONS_PER_ADDRESS). Nothing was done; try again when some of its requests have ended.",
            ),
        };
        let mut response = retry_later(refusal(status, code, message), COME_AGAIN);
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        response
    })
    .await
}

fn settings(patience: Patience) -> Builder {
    let mut builder = Builder::new();
    builder
        .timer(TokioTimer::new())
        // The library counts the time between two requests to the head of the second; the head itself is timed on the wire.
        .header_read_timeout(patience.idle)
        .max_header_size(MOST_HEAD)
        .max_buf_size(MOST_AHEAD);
    builder
}

fn is_of_one_client(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}
