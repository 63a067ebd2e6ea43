//! Lines brought into one form, and the order in which the marks of their pieces open and close.

use std::cmp::Reverse;
use std::mem;

use super::block::{Content, Line, Mark, Marks, Piece};

/// The white space that HTML and Markdown show as one blank; a blank that does not break is a character like others.
fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{000C}')
}

/// The line in the one form it can have: blanks single, none at the ends or beside a break, and marked only where both
/// sides of them are; equal neighbours joined.
pub(super) fn tidied(line: Line) -> Line {
    let mut tidy: Line = Vec::new();
    // What stands between the last piece and the next one: nothing, a blank, or breaks.
    let mut gap = Gap::default();
    for piece in line {
        match &piece.content {
            Content::Break => gap.breaks += 1,
            Content::Image { .. } => put(&mut tidy, &mut gap, piece),
            Content::Text(text) => {
                let mut words = text.split(is_blank).peekable();
                while let Some(word) = words.next() {
                    if !word.is_empty() {
                        put(&mut tidy, &mut gap, Piece::text(word, piece.marks.clone()));
                    }
                    gap.blank |= words.peek().is_some();
                }
            }
        }
    }
    tidy
}

#[derive(Default)]
struct Gap {
    blank: bool,
    breaks: usize,
}

fn put(line: &mut Line, gap: &mut Gap, piece: Piece) {
    let Gap { blank, breaks } = mem::take(gap);
    if let Some(last) = line.last() {
        let shared: Marks = last.marks.intersection(&piece.marks).cloned().collect();
        if breaks > 0 {
            line.extend((0..breaks).map(|_| Piece::line_break(shared.clone())));
        } else if blank {
            join(line, Piece::text(" ", shared));
        }
    }
    join(line, piece);
}

fn join(line: &mut Line, piece: Piece) {
    match (line.last_mut(), &piece.content) {
        (Some(Piece { content: Content::Text(text), marks }), Content::Text(more)) if *marks == piece.marks => {
            text.push_str(more);
        }
        _ => line.push(piece),
    }
}

/// The line without breaks, for where there can be none.
pub(super) fn on_one_line(line: Line) -> Line {
    let no_break = |piece: Piece| match piece.content {
        Content::Break => Piece::text(" ", piece.marks),
        Content::Text(_) | Content::Image { .. } => piece,
    };
    tidied(line.into_iter().map(no_break).collect())
}

/// A line as elements that enclose each other.
pub(super) enum Step<'a> {
    Open(&'a Mark),
    Close(&'a Mark),
    Put(&'a Piece),
}

/// The steps that write a line. Code encloses nothing but text, so it is left to whoever puts the piece.
pub(super) fn steps(line: &[Piece]) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    let mut open: Vec<&Mark> = Vec::new();
    for (at, piece) in line.iter().enumerate() {
        let kept = open.iter().take_while(|mark| piece.marks.contains(**mark)).count();
        steps.extend(open.drain(kept..).rev().map(Step::Close));
        let mut missing: Vec<&Mark> =
            piece.marks.iter().filter(|mark| **mark != Mark::Code && !open.contains(mark)).collect();
        // What lasts longer encloses what ends earlier.
        missing.sort_by_key(|mark| (Reverse(extent(line, at, mark)), *mark));
        steps.extend(missing.iter().copied().map(Step::Open));
        open.extend(missing);
        steps.push(Step::Put(piece));
    }
    steps.extend(open.into_iter().rev().map(Step::Close));
    steps
}

fn extent(line: &[Piece], from: usize, mark: &Mark) -> usize {
    line.iter().skip(from).take_while(|piece| piece.marks.contains(mark)).count()
}
