//! Blocks written as Markdown that is read back as the same blocks.

use super::block::{Block, Content, Item, List, Mark, Piece, Side, Table};
use super::escape::{self, Care};
use super::line::{Step, steps};
use super::read_markdown;

/// The blocks as Markdown.
pub(super) fn write(blocks: &[Block]) -> String {
    written(blocks).join("\n\n")
}

/// Each block as Markdown. Of two lists one behind the other the second has other signs, or they would be one.
pub(super) fn written(blocks: &[Block]) -> Vec<String> {
    let mut pages = Vec::new();
    // How many lists of one kind stand one behind the other here.
    let mut row = 0;
    for (at, block) in blocks.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| blocks.get(before));
        let follows = match (before, block) {
            (Some(Block::List(before)), Block::List(list)) => before.start.is_some() == list.start.is_some(),
            _ => false,
        };
        row = if follows { row + 1 } else { 0 };
        pages.push(one(block, row % 2 == 1));
    }
    pages
}

fn one(block: &Block, is_second: bool) -> String {
    match block {
        Block::Paragraph(text) => line(text, Place::Paragraph),
        Block::Heading(level, text) => {
            format!("{} {}", "#".repeat(usize::from(*level)), line(text, Place::Heading))
        }
        Block::Code { language, text } => code(language, text),
        Block::Quote(blocks) => {
            let quoted = write(blocks);
            let lines = quoted.lines().map(|line| if line.is_empty() { ">".to_owned() } else { format!("> {line}") });
            lines.collect::<Vec<_>>().join("\n")
        }
        Block::List(inner) => list(inner, is_second),
        Block::Table(inner) => table(inner),
        Block::Rule => "***".to_owned(),
    }
}

/// The longest row of backticks in a text.
fn longest_ticks(text: &str) -> usize {
    text.split(|character| character != '`').map(str::len).max().unwrap_or_default()
}

fn code(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest_ticks(text).max(2) + 1);
    let end = if text.is_empty() { "" } else { "\n" };
    format!("{fence}{language}\n{text}{end}{fence}")
}

fn list(list: &List, is_second: bool) -> String {
    let mut page = String::new();
    for (at, item) in list.items.iter().enumerate() {
        let sign = match (list.start, is_second) {
            (Some(start), false) => format!("{}. ", (start + at as u64).min(super::read_lists::MOST)),
            (Some(start), true) => format!("{}) ", (start + at as u64).min(super::read_lists::MOST)),
            (None, false) => "- ".to_owned(),
            (None, true) => "+ ".to_owned(),
        };
        if at > 0 {
            page.push('\n');
        }
        let text = entry(item);
        let indent = " ".repeat(sign.len());
        for (number, line) in text.lines().enumerate() {
            match (number, line.is_empty()) {
                (0, _) => page.push_str(&format!("{sign}{line}")),
                (_, true) => page.push('\n'),
                (_, false) => page.push_str(&format!("\n{indent}{line}")),
            }
        }
        if text.is_empty() {
            page.push_str(sign.trim_end());
        }
    }
    page
}

fn entry(item: &Item) -> String {
    let tick = match item.done {
        Some(true) => "[x] ",
        Some(false) => "[ ] ",
        None => "",
    };
    let mut page = tick.to_owned();
    for (at, text) in written(&item.blocks).iter().enumerate() {
        if at > 0 {
            page.push_str(if at == 1 && follows_closely(&item.blocks) { "\n" } else { "\n\n" });
        }
        page.push_str(text);
    }
    page
}

/// Whether the list below an entry's text may begin on the next line.
fn follows_closely(blocks: &[Block]) -> bool {
    let (Some(Block::Paragraph(_)), Some(Block::List(list))) = (blocks.first(), blocks.get(1)) else { return false };
    let is_full = list.items.first().is_some_and(|item| !item.blocks.is_empty());
    is_full && list.start.is_none_or(|start| start == 1) && blocks.len() == 2
}

fn table(table: &Table) -> String {
    let mut page = String::new();
    for (at, row) in table.rows.iter().enumerate() {
        let cells: Vec<String> = row.iter().map(|cell| line(cell, Place::Cell)).collect();
        page.push_str(&format!("| {} |\n", cells.join(" | ")));
        if at == 0 {
            let sides = table.sides.iter().map(|side| match side {
                Side::Any => "---",
                Side::Left => ":---",
                Side::Centre => ":---:",
                Side::Right => "---:",
            });
            page.push_str(&format!("| {} |\n", sides.collect::<Vec<_>>().join(" | ")));
        }
    }
    page.trim_end().to_owned()
}

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Paragraph,
    Heading,
    Cell,
}

/// A line in the plainest form that is read back as it is.
fn line(text: &[Piece], place: Place) -> String {
    let is_right = |page: &String| is_read_back(page, text, place);
    let plain = written_line(text, place, Care::Light);
    if is_right(&plain) {
        return plain;
    }
    let careful = written_line(text, place, Care::Heavy);
    if is_right(&careful) { careful } else { written_line(text, place, Care::Elements) }
}

fn is_read_back(page: &str, text: &[Piece], place: Place) -> bool {
    let page = match place {
        Place::Paragraph => page.to_owned(),
        Place::Heading => format!("# {page}"),
        Place::Cell => format!("| {page} |\n| --- |"),
    };
    match (place, read_markdown::read(&page).as_slice()) {
        (Place::Paragraph, [Block::Paragraph(line)]) | (Place::Heading, [Block::Heading(1, line)]) => line == text,
        (Place::Cell, [Block::Table(table)]) => table.rows.iter().flatten().next().is_some_and(|line| line == text),
        _ => false,
    }
}

fn written_line(text: &[Piece], place: Place, care: Care) -> String {
    let mut page = String::new();
    let mut in_links = 0;
    let steps = steps(text);
    let mut at = 0;
    while let Some(step) = steps.get(at) {
        at += 1;
        match step {
            Step::Open(Mark::Link(address)) => {
                if let Some(plain) = plain_link(address, &steps, at).filter(|_| care == Care::Light) {
                    page.push_str(&format!("<{plain}>"));
                    at += 2;
                    continue;
                }
                in_links += 1;
                page.push('[');
            }
            Step::Open(mark) => page.push_str(&sign(mark, care, "<")),
            Step::Close(Mark::Link(address)) => {
                in_links -= 1;
                page.push_str(&format!("]({})", destination(address, place)));
            }
            Step::Close(mark) => page.push_str(&sign(mark, care, "</")),
            Step::Put(piece) => put(&mut page, piece, place, care, in_links > 0),
        }
    }
    page
}

/// The address of a link that encloses nothing but itself.
fn plain_link<'a>(address: &'a str, steps: &[Step<'_>], at: usize) -> Option<&'a str> {
    let (Some(Step::Put(piece)), Some(Step::Close(Mark::Link(_)))) = (steps.get(at), steps.get(at + 1)) else {
        return None;
    };
    let plain = address.strip_prefix("mailto:").unwrap_or(address);
    let is_plain = piece.content == Content::Text(plain.to_owned()) && !piece.marks.contains(&Mark::Code);
    (is_plain && !plain.contains(['<', '>', '\\', '|'])).then_some(plain)
}

fn sign(mark: &Mark, care: Care, bracket: &str) -> String {
    match (mark, care) {
        (Mark::Strong, Care::Light | Care::Heavy) => "**".to_owned(),
        (Mark::Emphasis, Care::Light | Care::Heavy) => "*".to_owned(),
        (Mark::Strike, Care::Light | Care::Heavy) => "~~".to_owned(),
        _ => format!("{bracket}{}>", mark.element()),
    }
}

fn put(page: &mut String, piece: &Piece, place: Place, care: Care, is_in_link: bool) {
    match &piece.content {
        Content::Break if place == Place::Cell => page.push_str("<br>"),
        Content::Break => page.push_str("\\\n"),
        Content::Image { address, alternative } => {
            page.push_str("![");
            escape::text(page, alternative, Care::Heavy, true);
            page.push_str(&format!("]({})", destination(address, place)));
        }
        Content::Text(text) if piece.marks.contains(&Mark::Code) => page.push_str(&code_span(text, place)),
        Content::Text(text) if place == Place::Cell => {
            let from = page.len();
            escape::text(page, text, care, is_in_link);
            // What is escaped already is not escaped twice.
            let cell = page.split_off(from).replace("\\|", "|").replace('|', "\\|");
            page.push_str(&cell);
        }
        Content::Text(text) => escape::text(page, text, care, is_in_link),
    }
}

fn code_span(text: &str, place: Place) -> String {
    let fence = "`".repeat(longest_ticks(text) + 1);
    let needs_room = text.starts_with('`') || text.ends_with('`') || (text.starts_with(' ') && text.ends_with(' '));
    let room = if needs_room { " " } else { "" };
    let text = if place == Place::Cell { text.replace('|', "\\|") } else { text.to_owned() };
    format!("{fence}{room}{text}{room}{fence}")
}

fn destination(address: &str, place: Place) -> String {
    let needs_brackets = address.is_empty() || address.contains(['(', ')', '<', '>', '\\']);
    let mut written = String::new();
    for (at, character) in address.char_indices() {
        let rest = address.get(at + 1..).unwrap_or_default();
        let is_special = match character {
            '<' | '>' | '\\' => true,
            '&' => rest.find(';').is_some_and(|end| end <= 32),
            '|' => place == Place::Cell,
            _ => false,
        };
        if is_special {
            written.push('\\');
        }
        written.push(character);
    }
    if needs_brackets { format!("<{written}>") } else { written }
}
