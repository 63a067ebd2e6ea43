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
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rmcp::ServerHandler;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::address::Proxies;
use super::connection::{Patience, Seats, Taken};
use super::held::Held;
use super::routes::Routes;
use crate::oauth::ClientAddress;

/// Most bytes of a request's line and headers.
const MOST_HEAD: usize = 16 * 1024;
/// Most bytes read ahead of a body.
const MOST_AHEAD: usize = 64 * 1024;
/// The first rest after a connection could not be taken, and the longest.
const REST: Duration = Duration::from_millis(20);
const LONGEST_REST: Duration = Duration::from_secs(1);
/// How long a connection that must make room may take to send the rest of its last answer.
const LAST_WORDS: Duration = Duration::from_millis(250);
/// How long a client that is turned away has to hear it.
const TURNING_AWAY: Duration = Duration::from_millis(500);
/// Most clients that are told so at the same time; further ones meet a closed door without a word.
const MOST_TURNED_AWAY: usize = 64;

/// What all connections of one server share.
pub struct Reception<H> {
    /// What is served.
    pub routes: Arc<Routes<H>>,
    /// The places.
    pub seats: Arc<Seats>,
    /// Whose word about the caller's address counts.
    pub proxies: Proxies,
    /// How long clients may take.
    pub patience: Patience,
    /// The connections, so that the end can wait for them.
    pub connections: TaskTracker,
    /// Ends the listening, and each connection after the answer it is at.
    pub stopping: CancellationToken,
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
        match self.seats.take() {
            Some(place) => drop(connections.spawn(self.attend(stream, peer, place))),
            None if connections.len() < self.seats.most() + MOST_TURNED_AWAY => {
                drop(connections.spawn(turn_away(stream)));
            }
            None => {}
        }
    }

    async fn attend(self: Arc<Self>, stream: TcpStream, peer: IpAddr, place: Taken) {
        let answer = service_fn(|request: Request<Incoming>| {
            let under_way = place.serve();
            let caller = ClientAddress(self.proxies.caller(peer, request.headers()));
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(caller);
            // In a box, so that a connection without a request takes little room.
            let answer = Box::pin(self.routes.answer(request));
            async move { Ok::<_, Infallible>(answer.await.map(|body| Held::new(body, under_way))) }
        });
        let wire = TokioIo::new(place.wire(stream, self.patience));
        let mut connection = pin!(settings(self.patience).serve_connection(wire, answer));
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

/// Says that every place is taken and closes. The client may still be talking, and closing at once would lose the answer.
async fn turn_away(mut stream: TcpStream) {
    const BODY: &str = r#"{"error":true,"code":"overloaded","message":"This server is answering as many requests as it can. Nothing was done; try again in a moment."}"#;
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: {}\r\nCache-Control: no-store\r\nRetry-After: 1\r\nConnection: close\r\n\r\n{BODY}",
        BODY.len()
    );
    let say = async {
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await?;
        let mut rest = [0; 1024];
        while stream.read(&mut rest).await? > 0 {}
        std::io::Result::Ok(())
    };
    // Whether it was heard changes nothing.
    let _ = timeout(TURNING_AWAY, say).await;
}
