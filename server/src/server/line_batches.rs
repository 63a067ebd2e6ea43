//! Batches over standard input and output: their answers are gathered until the last one is there, and leave as one line.

use std::collections::{HashMap, VecDeque};

use rmcp::model::RequestId;

use super::batch::line;

/// The batches that wait for answers.
#[derive(Debug, Default)]
pub struct LineBatches {
    waiting: HashMap<u64, Batch>,
    /// Where the answer to a request, named by our own id, has its place.
    places: HashMap<RequestId, (u64, usize)>,
    count: u64,
}

/// The answers of one batch, in the order of its messages.
#[derive(Debug, Default)]
struct Batch {
    answers: Vec<Slot>,
}

#[derive(Debug)]
enum Slot {
    Missing,
    Answer(Vec<u8>),
    /// It gets none: what it asked for was cancelled.
    None,
}

/// A message of a batch on its way in.
#[derive(Debug)]
pub enum Part<M> {
    /// A request, which our own id names.
    Request(RequestId, M),
    /// A message that gets no answer.
    Other(M),
    /// What could not be read, with its answer.
    Refused(Vec<u8>),
}

impl LineBatches {
    /// Takes a batch in: the messages for the library, and its line where all answers are there already.
    pub fn take<M>(&mut self, parts: Vec<Part<M>>) -> (VecDeque<M>, Option<Vec<u8>>) {
        let number = self.count;
        self.count += 1;
        let (mut messages, mut batch) = (VecDeque::new(), Batch::default());
        for part in parts {
            match part {
                Part::Request(id, message) => {
                    self.places.insert(id, (number, batch.answers.len()));
                    batch.answers.push(Slot::Missing);
                    messages.push_back(message);
                }
                Part::Other(message) => messages.push_back(message),
                Part::Refused(answer) => batch.answers.push(Slot::Answer(answer)),
            }
        }
        self.waiting.insert(number, batch);
        (messages, self.finished(number))
    }

    /// Whether the answer to this request belongs to a batch.
    pub fn has(&self, id: &RequestId) -> bool {
        self.places.contains_key(id)
    }

    /// Puts an answer to its batch; gives the line of the batch if it was the last one.
    pub fn answer(&mut self, id: &RequestId, answer: Vec<u8>) -> Option<Vec<u8>> {
        self.fill(id, Slot::Answer(answer))
    }

    /// Notes that a request gets no answer; gives the line of its batch if nothing else is missing.
    pub fn cancelled(&mut self, id: &RequestId) -> Option<Vec<u8>> {
        self.fill(id, Slot::None)
    }

    fn fill(&mut self, id: &RequestId, with: Slot) -> Option<Vec<u8>> {
        let (number, index) = self.places.remove(id)?;
        let slot = self.waiting.get_mut(&number)?.answers.get_mut(index)?;
        *slot = with;
        self.finished(number)
    }

    fn finished(&mut self, number: u64) -> Option<Vec<u8>> {
        let is_missing = |slot: &Slot| matches!(slot, Slot::Missing);
        if self.waiting.get(&number)?.answers.iter().any(is_missing) {
            return None;
        }
        let answers = self.waiting.remove(&number)?.answers.into_iter();
        let answers: Vec<Vec<u8>> = answers
            .filter_map(|slot| match slot {
                Slot::Answer(answer) => Some(answer),
                Slot::Missing | Slot::None => None,
            })
            .collect();
        (!answers.is_empty()).then(|| line(&answers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> RequestId {
        RequestId::String(text.into())
    }

    #[test]
    fn answers_leave_together_in_the_order_of_their_requests() {
        let mut batches = LineBatches::default();
        let parts = vec![
            Part::Request(id("1"), "one"),
            Part::Other("note"),
            Part::Refused(b"wrong".to_vec()),
            Part::Request(id("2"), "two"),
        ];
        let (messages, line) = batches.take(parts);
        assert_eq!((messages, line), (VecDeque::from(["one", "note", "two"]), None));
        assert_eq!(batches.answer(&id("2"), b"b".to_vec()), None);
        assert_eq!(batches.answer(&id("1"), b"a".to_vec()), Some(b"[a,wrong,b]".to_vec()));
        assert!(!batches.has(&id("1")) && batches.waiting.is_empty());
    }

    #[test]
    fn what_is_cancelled_keeps_nobody_waiting_and_notifications_have_no_line() {
        let mut batches = LineBatches::default();
        batches.take(vec![Part::Request(id("1"), ()), Part::Request(id("2"), ())]);
        assert_eq!(batches.cancelled(&id("1")), None);
        assert_eq!(batches.answer(&id("2"), b"b".to_vec()), Some(b"[b]".to_vec()));
        let (_, line) = batches.take(vec![Part::Other(())]);
        assert_eq!(line, None);
        let (_, line) = batches.take::<()>(vec![Part::Refused(b"no".to_vec())]);
        assert_eq!(line, Some(b"[no]".to_vec()));
        batches.take(vec![Part::Request(id("3"), ())]);
        assert_eq!(batches.cancelled(&id("3")), None, "nothing is left to be said");
        assert!(batches.waiting.is_empty() && batches.places.is_empty());
    }
}
