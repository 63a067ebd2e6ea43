//! The connection itself: how long a client may take to send a head, and to take an answer.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use super::seats::Seat;

/// How long a client may take. None of this bounds an answer or a stream that is being read.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the head of a request, from its first byte.
    pub head: Duration,
    /// For the body of a request.
    pub body: Duration,
    /// Between two requests. Longer than the minute after which most proxies let go of a connection themselves, because
    /// whoever closes first may lose a request that is on its way.
    pub idle: Duration,
    /// For taking anything of an answer at all.
    pub reading: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            body: Duration::from_secs(30),
            idle: Duration::from_secs(75),
            reading: Duration::from_secs(60),
        }
    }
}

/// A connection that ends when a request's head does not get on, or when nothing of an answer is taken.
pub struct Wire {
    stream: TcpStream,
    seat: Arc<Seat>,
    patience: Patience,
    /// When the first byte came of the request that follows so many others.
    begun: Option<(u64, Instant)>,
    head: Option<Pin<Box<Sleep>>>,
    stuck: Option<Pin<Box<Sleep>>>,
}

impl Wire {
    /// The connection on this place.
    pub fn new(stream: TcpStream, seat: Arc<Seat>, patience: Patience) -> Self {
        Self { stream, seat, patience, begun: None, head: None, stuck: None }
    }

    /// Fails once the head under way has taken too long. A head that comes in one piece costs no timer.
    fn poll_head(&mut self, ctx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let requests = self.seat.requests();
        let Some((_, since)) = self.begun.filter(|(of, _)| *of == requests && self.seat.is_waiting()) else {
            self.head = None;
            return Poll::Pending;
        };
        let limit = since + self.patience.head;
        let head = self.head.get_or_insert_with(|| Box::pin(sleep_until(limit)));
        head.as_mut().poll(ctx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }

    /// Passes on how a write went, and fails one that has been stuck for too long.
    fn written(&mut self, ctx: &mut Context<'_>, done: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if done.is_ready() {
            self.stuck = None;
            return done;
        }
        let limit = self.patience.reading;
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + limit)));
        stuck.as_mut().poll(ctx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, ctx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(ctx, buffer) else { return self.poll_head(ctx) };
        let requests = self.seat.requests();
        let is_first = self.begun.is_none_or(|(of, _)| of != requests);
        if is_first && self.seat.is_waiting() && buffer.filled().len() > before {
            self.begun = Some((requests, Instant::now()));
            self.head = None;
        }
        Poll::Ready(read)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, ctx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(ctx, bytes);
        self.written(ctx, done)
    }

    fn poll_flush(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(ctx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(ctx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        ctx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write_vectored(ctx, bytes);
        self.written(ctx, done)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
