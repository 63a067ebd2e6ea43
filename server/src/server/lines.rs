//! Lines of an input, each of bounded length: one that is longer is read to its end and only outlined.

use std::io;
use std::mem;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

use super::json_scan::Outline;

/// A line without its end.
pub enum Line {
    /// All of it.
    Whole(Vec<u8>),
    /// It was too long to keep: what its outermost keys say.
    TooLong(Box<Outline>),
}

/// Reads lines. Giving up waiting for one loses nothing of it.
pub struct Lines<R> {
    input: BufReader<R>,
    max: usize,
    line: Vec<u8>,
    outline: Option<Box<Outline>>,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    /// Keeps at most `max` bytes of a line.
    pub fn new(input: R, max: usize) -> Self {
        Self { input: BufReader::new(input), max, line: Vec::new(), outline: None }
    }

    /// The next line; the last one needs no end.
    ///
    /// # Errors
    /// Those of the input.
    pub async fn next(&mut self) -> io::Result<Option<Line>> {
        loop {
            let available = self.input.fill_buf().await?;
            if available.is_empty() {
                let is_nothing = self.line.is_empty() && self.outline.is_none();
                return Ok(if is_nothing { None } else { Some(self.ended()) });
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let (part, _) = available.split_at(end.unwrap_or(available.len()));
            if let Some(outline) = &mut self.outline {
                outline.feed(part);
            } else if self.line.len() + part.len() > self.max {
                let mut outline = Outline::of(&mem::take(&mut self.line));
                outline.feed(part);
                self.outline = Some(Box::new(outline));
            } else {
                self.line.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            self.input.consume(used);
            if end.is_some() {
                return Ok(Some(self.ended()));
            }
        }
    }

    fn ended(&mut self) -> Line {
        let line = mem::take(&mut self.line);
        self.outline.take().map_or(Line::Whole(line), Line::TooLong)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use tokio::io::{AsyncWriteExt, duplex};

    use super::*;

    fn shown(line: Option<Line>) -> String {
        match line {
            None => "the end".to_owned(),
            Some(Line::Whole(line)) => String::from_utf8(line).unwrap(),
            Some(Line::TooLong(outline)) => format!("too long: {:?}", outline.request_id()),
        }
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_read_to_its_end_and_the_last_one_counts() {
        let long = format!(r#"{{"params":"{}","id":7,"method":"x"}}"#, "a".repeat(100_000));
        let text = format!("one\n\n{long}\ntwo\r\n{long}\nlast");
        let mut lines = Lines::new(text.as_bytes(), 1_000);
        for line in ["one", "", "too long: Some(\"7\")", "two\r", "too long: Some(\"7\")", "last", "the end", "the end"]
        {
            assert_eq!(shown(lines.next().await.unwrap()), line);
            assert!(lines.line.capacity() <= 2_000);
        }
    }

    #[tokio::test]
    async fn waiting_can_be_given_up_in_the_middle_of_a_line() {
        let (mut client, server) = duplex(100);
        let mut lines = Lines::new(server, 1_000);
        for part in ["begin", "ning and", " end\n"] {
            assert!(lines.next().now_or_never().is_none());
            client.write_all(part.as_bytes()).await.unwrap();
        }
        assert_eq!(shown(lines.next().await.unwrap()), "beginning and end");
    }
}
