//! A request's body on its way: while it comes, its connection may have to make room for another one.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::BoxError;
use axum::body::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::seats::Arriving;

/// The body, and the note that it is on its way.
pub struct ArrivingBody {
    body: Incoming,
    arriving: Option<Arriving>,
    leave: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
}

/// The rest of a body that is not waited for, because another connection needs the place.
#[derive(Debug)]
pub struct NotWaitedFor;

impl fmt::Display for NotWaitedFor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the rest of the body is not waited for")
    }
}

impl Error for NotWaitedFor {}

impl ArrivingBody {
    /// Counts as on its way until it has come, failed, or is dropped.
    pub fn new(body: Incoming, arriving: Arriving) -> Self {
        Self { body, arriving: Some(arriving), leave: None }
    }

    /// Whether its connection has to make room; wakes whoever waits for the body when it has to.
    fn must_leave(&mut self, ctx: &mut Context<'_>) -> bool {
        let Some(arriving) = &self.arriving else { return false };
        let leave = self.leave.get_or_insert_with(|| Box::pin(arriving.leave().cancelled_owned()));
        leave.as_mut().poll(ctx).is_ready()
    }
}

impl Body for ArrivingBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        ctx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(ctx).map_err(BoxError::from);
        match &polled {
            Poll::Pending if self.must_leave(ctx) => return Poll::Ready(Some(Err(NotWaitedFor.into()))),
            Poll::Ready(Some(Ok(_))) if !self.body.is_end_stream() => {}
            Poll::Ready(_) => self.arriving = None,
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
