//! The places for connections: who waits, who is served, and who must go when there is no room.

use std::collections::HashMap;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::CancellationToken;

/// All places of one server.
pub struct Seats {
    most: usize,
    taken: Mutex<HashMap<u64, Arc<Seat>>>,
    /// Counts what happens, which is all the time that is needed to know who has waited longest.
    ticks: AtomicU64,
}

/// The place of one connection.
pub struct Seat {
    /// The tick since which it waits for a request; zero while one is answered.
    waits_since: AtomicU64,
    /// How many requests it has begun.
    requests: AtomicU64,
    /// Ends the connection in favour of another one.
    leave: CancellationToken,
}

/// A place that is free again when this is dropped.
pub struct Taken {
    number: u64,
    seat: Arc<Seat>,
    seats: Arc<Seats>,
}

/// A request under way; when it is dropped, the connection waits for the next one.
pub struct UnderWay {
    seat: Arc<Seat>,
    seats: Arc<Seats>,
}

impl Seats {
    /// Places for `most` connections.
    pub fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, taken: Mutex::default(), ticks: AtomicU64::new(1) })
    }

    /// How many there are.
    pub fn most(&self) -> usize {
        self.most
    }

    fn tick(&self) -> u64 {
        self.ticks.fetch_add(1, Ordering::Relaxed)
    }

    /// A place; when all are taken, that of the connection that has waited longest for a request. Where every one is being
    /// served, there is none.
    pub fn take(self: &Arc<Self>) -> Option<Taken> {
        let number = self.tick();
        let seat = Arc::new(Seat {
            waits_since: AtomicU64::new(number),
            requests: AtomicU64::new(0),
            leave: CancellationToken::new(),
        });
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.len() >= self.most && !send_away(&mut taken) {
            return None;
        }
        taken.insert(number, seat.clone());
        Some(Taken { number, seat, seats: self.clone() })
    }

    /// Sends the connection away that has waited longest, where there is one.
    pub fn make_room(&self) {
        send_away(&mut self.taken.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

fn send_away(taken: &mut HashMap<u64, Arc<Seat>>) -> bool {
    let waiting = taken.iter().filter(|(_, seat)| seat.is_waiting());
    let longest = waiting.min_by_key(|(_, seat)| seat.waits_since.load(Ordering::Relaxed)).map(|(number, _)| *number);
    let Some(seat) = longest.and_then(|number| taken.remove(&number)) else { return false };
    seat.leave.cancel();
    true
}

impl Seat {
    fn is_waiting(&self) -> bool {
        self.waits_since.load(Ordering::Relaxed) != 0
    }
}

impl Taken {
    /// Notes that a request has begun.
    pub fn serve(&self) -> UnderWay {
        self.seat.waits_since.store(0, Ordering::Relaxed);
        self.seat.requests.fetch_add(1, Ordering::Relaxed);
        UnderWay { seat: self.seat.clone(), seats: self.seats.clone() }
    }

    /// Done when another connection needs the place.
    pub async fn asked_to_leave(&self) {
        self.seat.leave.cancelled().await;
    }

    /// The connection on this place.
    pub fn wire(&self, stream: TcpStream, patience: Patience) -> Wire {
        Wire { stream, seat: self.seat.clone(), patience, begun: None, head: None, stuck: None }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.seat.waits_since.store(self.seats.tick(), Ordering::Relaxed);
    }
}

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
    /// Fails once the head under way has taken too long. A head that comes in one piece costs no timer.
    fn poll_head(&mut self, ctx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let requests = self.seat.requests.load(Ordering::Relaxed);
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
        let requests = self.seat.requests.load(Ordering::Relaxed);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(taken: &Taken) -> bool {
        taken.seat.leave.is_cancelled()
    }

    #[test]
    fn whoever_has_waited_longest_makes_room_and_nobody_who_is_served() {
        let seats = Seats::new(3);
        let [first, second, third] = [(); 3].map(|()| seats.take().unwrap());
        let under_way = first.serve();
        drop(second.serve());
        let fourth = seats.take().unwrap();
        assert_eq!([&first, &second, &third, &fourth].map(leaves), [false, false, true, false]);
        let fifth = seats.take().unwrap();
        assert_eq!([&first, &second, &fourth, &fifth].map(leaves), [false, true, false, false]);
        let served = [fourth.serve(), fifth.serve()];
        assert!(seats.take().is_none(), "every one is being served");
        drop(under_way);
        assert!(seats.take().is_some() && leaves(&first));
        drop(served);
    }

    #[test]
    fn a_place_is_free_again_when_its_connection_is_gone() {
        let seats = Seats::new(1);
        drop(seats.take().unwrap().serve());
        let only = seats.take().unwrap();
        let _under_way = only.serve();
        assert!(seats.take().is_none());
        drop(only);
        assert!(seats.take().is_some());
    }
}
