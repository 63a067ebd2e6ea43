//! Where every body of a request is read, whatever it asks for: of so many bytes, in so much time, and only as much at once as
//! there is memory for.
//!
//! Small bodies are always taken: together they cannot be more than there are connections. What goes beyond that comes out
//! of one budget for the whole server, of which each caller has a share.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_LENGTH, EXPECT};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use http_body::Body as _;
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::arriving::NotWaitedFor;
use super::encoding::unwrapped;
use super::guard::{refusal, refused, retry_later};
use crate::oauth::Shares;

/// Most bytes of a message to the endpoint.
pub const MAX_MESSAGE: usize = 2 * 1024 * 1024;
/// Most bytes of any other body, which is a form or a registration.
pub const MAX_FORM: usize = 64 * 1024;
/// As many bytes of each body are taken whatever else is on its way.
const ALWAYS: usize = MAX_FORM;
/// Most bytes beyond that which may be held at once: of all callers, and of one.
const BUDGET: usize = 32 * 1024 * 1024;
const SHARE: usize = 8 * 1024 * 1024;
/// Most values in a message that is not small: a megabyte of brackets takes thirty once it is read.
const MAX_VALUES: usize = 100_000;
/// Most bytes of a refused body that are read and thrown away, and the most time for it: a client that writes before it reads
/// does not learn otherwise why its connection broke.
const MAX_DISCARDED: usize = 8 * MAX_MESSAGE;
const DISCARDING: Duration = Duration::from_secs(2);
/// How long a body that found no room should wait before it comes again.
const COME_AGAIN: Duration = Duration::from_secs(1);

/// Reads bodies.
pub struct Bodies {
    patience: Duration,
    budget: Arc<Semaphore>,
    shares: Shares,
}

/// A body that has come, with the room that it takes.
pub struct Message {
    /// Its bytes.
    pub bytes: Bytes,
    /// Gives the room back.
    pub room: Room,
}

/// Room for one body.
#[derive(Default)]
pub struct Room {
    of_caller: Option<OwnedSemaphorePermit>,
    of_all: Option<OwnedSemaphorePermit>,
}

/// Why a body is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NotTaken {
    TooLarge,
    TooMuchOfOne,
    TooMuch,
    NotWaitedFor,
    Broken,
}

impl Bodies {
    /// With so much time for each body.
    pub fn new(patience: Duration) -> Self {
        Self { patience, budget: Arc::new(Semaphore::new(BUDGET)), shares: Shares::new(SHARE) }
    }

    /// A message of `caller` to the endpoint.
    ///
    /// # Errors
    /// The refusal of a body that is too long, too slow, broken, or for which there is no room now.
    pub async fn message(&self, caller: &str, headers: &HeaderMap, body: Body) -> Result<Message, Box<Response>> {
        let mut message = self.read(caller, MAX_MESSAGE, headers, body).await?;
        message.bytes = unwrapped(headers, message.bytes)?;
        // What was coded small takes room like any other.
        let decoded = message.bytes.len().saturating_sub(ALWAYS);
        message.room.grow(self, caller, decoded).map_err(|why| why.told(MAX_MESSAGE))?;
        if message.bytes.len() > ALWAYS && values(&message.bytes) > MAX_VALUES {
            return Err(refused(
                StatusCode::PAYLOAD_TOO_LARGE,
                "body_too_complex",
                "The body has more than 100,000 values, which is the most this server takes. Nothing was done.",
            ));
        }
        Ok(message)
    }

    /// The same request with its whole body, which is no message to the endpoint.
    ///
    /// # Errors
    /// As for a message.
    pub async fn whole(&self, request: axum::extract::Request) -> Result<axum::extract::Request, Box<Response>> {
        if request.body().is_end_stream() {
            return Ok(request);
        }
        let (head, body) = request.into_parts();
        let message = self.read("", MAX_FORM, &head.headers, body).await?;
        Ok(axum::extract::Request::from_parts(head, Body::from(message.bytes)))
    }

    async fn read(
        &self,
        caller: &str,
        most: usize,
        headers: &HeaderMap,
        mut body: Body,
    ) -> Result<Message, Box<Response>> {
        let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        if announced.is_some_and(|length| length > most) {
            // Whoever asks before sending need not send what is refused anyway.
            if !headers.contains_key(EXPECT) {
                tokio::spawn(discard(body));
            }
            return Err(NotTaken::TooLarge.told(most));
        }
        match timeout(self.patience, self.collect(caller, most, announced, &mut body)).await {
            Ok(Ok(message)) => Ok(message),
            Ok(Err(why)) => {
                if !matches!(why, NotTaken::Broken | NotTaken::NotWaitedFor) {
                    tokio::spawn(discard(body));
                }
                Err(why.told(most))
            }
            Err(_) => Err(refused(
                StatusCode::REQUEST_TIMEOUT,
                "body_too_slow",
                "The body did not come in time. Nothing was done; send the request again in one go.",
            )),
        }
    }

    async fn collect(
        &self,
        caller: &str,
        most: usize,
        announced: Option<usize>,
        body: &mut Body,
    ) -> Result<Message, NotTaken> {
        let (mut bytes, mut room) = (Vec::new(), Room::default());
        while let Some(frame) = body.frame().await {
            let Ok(part) = frame.map_err(|error| why(&error))?.into_data() else { continue };
            let length = bytes.len() + part.len();
            if length > most {
                return Err(NotTaken::TooLarge);
            }
            room.grow(self, caller, length.saturating_sub(ALWAYS))?;
            if bytes.is_empty() && body.is_end_stream() {
                return Ok(Message { bytes: part, room });
            }
            // In one piece: a part, however short, holds on to all that was read with it.
            if length > bytes.capacity() {
                let expected = announced.unwrap_or(most).min(2 * bytes.capacity()).max(length);
                bytes.reserve_exact(expected - bytes.len());
            }
            bytes.extend_from_slice(&part);
        }
        Ok(Message { bytes: bytes.into(), room })
    }
}

impl Room {
    /// Takes as much as is still missing for so many bytes.
    fn grow(&mut self, bodies: &Bodies, caller: &str, needed: usize) -> Result<(), NotTaken> {
        let held = self.of_all.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let Some(missing) = needed.checked_sub(held).and_then(|missing| u32::try_from(missing).ok()) else {
            return Ok(());
        };
        if missing == 0 {
            return Ok(());
        }
        let of_caller = bodies.shares.of(caller).try_acquire_many_owned(missing).map_err(|_| NotTaken::TooMuchOfOne)?;
        let of_all = bodies.budget.clone().try_acquire_many_owned(missing).map_err(|_| NotTaken::TooMuch)?;
        add(&mut self.of_caller, of_caller);
        add(&mut self.of_all, of_all);
        Ok(())
    }
}

fn add(held: &mut Option<OwnedSemaphorePermit>, more: OwnedSemaphorePermit) {
    match held {
        Some(held) => held.merge(more),
        None => *held = Some(more),
    }
}

/// What became of a body that broke off.
fn why(error: &axum::Error) -> NotTaken {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<NotWaitedFor>() {
            return NotTaken::NotWaitedFor;
        }
        cause = error.source();
    }
    NotTaken::Broken
}

impl NotTaken {
    fn told(self, most: usize) -> Box<Response> {
        let again = |status, code, message| Box::new(retry_later(refusal(status, code, message), COME_AGAIN));
        match self {
            Self::TooLarge => {
                let most = if most < MAX_MESSAGE { "64 KiB" } else { "2 MiB" };
                let message = format!(
                    "The body is longer than {most}, which is the most this server takes here. Nothing was done."
                );
                refused(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", &message)
            }
            Self::TooMuchOfOne => again(
                StatusCode::TOO_MANY_REQUESTS,
                "too_much_at_once",
                "This caller sends more at the same time than this server takes of one. Nothing was done; send large requests one after the other.",
            ),
            Self::TooMuch => again(
                StatusCode::SERVICE_UNAVAILABLE,
                "overloaded",
                "This server is taking as much as it can. Nothing was done; try again in a moment.",
            ),
            Self::NotWaitedFor => again(
                StatusCode::SERVICE_UNAVAILABLE,
                "overloaded",
                "The body came so slowly that another client needed the place. Nothing was done; send the request again in one go.",
            ),
            Self::Broken => refused(
                StatusCode::BAD_REQUEST,
                "bad_body",
                "The body ended early or is not in the form that its headers announce. Nothing was done.",
            ),
        }
    }
}

/// Reads on for a while beside the answer, so that the client gets to it.
pub(super) async fn discard(mut body: Body) {
    let mut left = MAX_DISCARDED;
    let read_on = async {
        while let Some(Ok(frame)) = body.frame().await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            match left.checked_sub(length) {
                Some(rest) => left = rest,
                None => break,
            }
        }
    };
    // What is left then is the client's loss.
    let _ = timeout(DISCARDING, read_on).await;
}

/// About how many values a JSON text has: what separates or opens them, outside of texts.
fn values(bytes: &[u8]) -> usize {
    let (mut count, mut is_text, mut is_escaped) = (0, false, false);
    for byte in bytes {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b',' | b'{' | b'[' if !is_text => count += 1,
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grow(room: &mut Room, bodies: &Bodies, caller: &str, needed: usize) -> Result<(), NotTaken> {
        room.grow(bodies, caller, needed)
    }

    #[test]
    fn one_caller_has_a_share_of_the_room_and_all_of_them_have_one_budget() {
        let bodies = Bodies::new(Duration::from_secs(1));
        let mut rooms = Vec::new();
        for caller in 0..BUDGET / SHARE {
            let mut room = Room::default();
            for needed in [1, SHARE / 2, SHARE / 2, SHARE] {
                assert_eq!(grow(&mut room, &bodies, &caller.to_string(), needed), Ok(()));
            }
            assert_eq!(grow(&mut room, &bodies, &caller.to_string(), SHARE + 1), Err(NotTaken::TooMuchOfOne));
            rooms.push(room);
        }
        let mut late = Room::default();
        assert_eq!(grow(&mut late, &bodies, "late", 1), Err(NotTaken::TooMuch));
        assert_eq!(grow(&mut late, &bodies, "late", 0), Ok(()), "small bodies are always taken");
        rooms.pop();
        assert_eq!(grow(&mut late, &bodies, "late", SHARE), Ok(()));
    }

    #[tokio::test]
    async fn a_body_in_many_parts_comes_whole_and_gives_its_room_back() {
        let bodies = Bodies::new(Duration::from_secs(1));
        let part = vec![b'x'; 50_000];
        let parts = futures::stream::iter(vec![Ok::<_, std::fmt::Error>(Bytes::from(part)); 30]);
        let message = bodies.message("ana", &HeaderMap::new(), Body::from_stream(parts)).await.unwrap();
        assert_eq!((message.bytes.len(), bodies.budget.available_permits()), (1_500_000, BUDGET - 1_500_000 + ALWAYS));
        drop(message);
        assert_eq!(bodies.budget.available_permits(), BUDGET);
    }

    #[test]
    fn values_are_counted_outside_of_texts() {
        assert_eq!(values(br#"{"a": [1, 2, {"b\",": "x,y,[{"}]}"#), 5);
        assert_eq!(values(br#""\\",,"#), 2);
    }
}
