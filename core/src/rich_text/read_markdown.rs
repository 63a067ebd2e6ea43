//! Markdown read into blocks: CommonMark with tables, tasks and strikethrough.
//!
//! Two things differ, since people write lines rather than paragraphs: a single line end begins a new paragraph, and lines
//! that are indented are no code.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::mem;

use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use super::block::{Block, Content, Item, Line, List, Mark, Marks, Piece, Side, Table};
use super::line::{on_one_line, tidied};
use super::merge::begins_with_tag;
use super::read_html::{self, has_content, is_address, is_language};
use super::tree::Tree;

/// Blocks within each other; what is deeper is read as if it were not.
const DEEPEST: usize = 40;

/// The blocks of a text.
pub(super) fn read(markdown: &str) -> Vec<Block> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH;
    let markdown = with_definitions_as_text(markdown);
    let mut reader = Reader { events: Parser::new_ext(&markdown, options), marks: Vec::new(), done: None, depth: 0 };
    reader.blocks()
}

/// `[Ticket]: 4711` would define where a link leads and be shown nowhere; without such a link it is a line of text.
fn with_definitions_as_text(markdown: &str) -> Cow<'_, str> {
    let label = |line: &str| {
        let line = line.trim_start_matches([' ', '>']);
        let label = line.strip_prefix('[')?.split_once("]:")?.0;
        Some(format!("[{label}]")).filter(|_| !label.contains(['[', ']']))
    };
    if !markdown.contains("]:") {
        return markdown.into();
    }
    let mut is_code = false;
    let mut text = String::new();
    for line in markdown.split_inclusive('\n') {
        is_code ^= line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
        match label(line).filter(|label| !is_code && markdown.matches(label.as_str()).count() == 1) {
            Some(_) => text.push_str(&line.replacen('[', "\\[", 1)),
            None => text.push_str(line),
        }
    }
    text.into()
}

struct Reader<'m> {
    events: Parser<'m>,
    marks: Vec<Mark>,
    /// Whether the entry that is being read is a task.
    done: Option<bool>,
    depth: usize,
}

/// A part of a line before its elements are paired.
#[derive(Debug)]
enum Token {
    Piece(Piece),
    /// The end of a line that was written without a sign for it.
    LineEnd(Marks),
    /// Something in angle brackets.
    Element(String, Marks),
}

impl Reader<'_> {
    /// The blocks up to the end of the element that encloses them.
    fn blocks(&mut self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut tokens = Vec::new();
        // Blocks that are too deep to be any.
        let mut ignored = 0;
        while let Some(event) = self.events.next() {
            match event {
                Event::End(end) if ignored > 0 && is_nesting_end(end) => {
                    blocks.extend(in_one_paragraph(mem::take(&mut tokens)));
                    ignored -= 1;
                }
                Event::End(end) if !is_inline_end(end) => break,
                Event::Start(tag) if self.depth >= DEEPEST && is_nesting(&tag) => {
                    blocks.extend(in_one_paragraph(mem::take(&mut tokens)));
                    ignored += 1;
                }
                Event::Start(tag) if !is_inline(&tag) => {
                    blocks.extend(in_one_paragraph(mem::take(&mut tokens)));
                    self.block(tag, &mut blocks);
                }
                Event::Rule => {
                    blocks.extend(in_one_paragraph(mem::take(&mut tokens)));
                    blocks.push(Block::Rule);
                }
                Event::TaskListMarker(done) => self.done = Some(done),
                inline => tokens.extend(self.token(inline)),
            }
        }
        blocks.extend(in_one_paragraph(tokens));
        blocks
    }

    fn block(&mut self, tag: Tag<'_>, blocks: &mut Vec<Block>) {
        match tag {
            Tag::Heading { level, .. } => {
                let line = on_one_line(joined(self.tokens()));
                if has_content(&line) {
                    blocks.push(Block::Heading(number(level), line));
                }
            }
            Tag::BlockQuote(_) => {
                let inner = self.deeper();
                if !inner.is_empty() {
                    blocks.push(Block::Quote(inner));
                }
            }
            Tag::CodeBlock(kind) => {
                let text = self.text();
                match kind {
                    CodeBlockKind::Fenced(language) => {
                        let language = language.split_whitespace().next().filter(|word| is_language(word));
                        blocks.push(Block::Code {
                            language: language.unwrap_or_default().to_owned(),
                            text: text.strip_suffix('\n').unwrap_or(&text).to_owned(),
                        });
                    }
                    CodeBlockKind::Indented => blocks.extend(literal(&text)),
                }
            }
            Tag::HtmlBlock => {
                let html = self.text();
                match Tree::read(&html).filter(|_| begins_with_tag(&html)) {
                    Some(tree) => blocks.extend(read_html::blocks(&tree, tree.top())),
                    None => blocks.extend(literal(&html)),
                }
            }
            Tag::List(start) => {
                let items = self.items();
                blocks.push(Block::List(List { start, items }));
            }
            Tag::Table(sides) => blocks.push(self.table(&sides)),
            Tag::Paragraph => blocks.extend(paragraphs(self.tokens())),
            // What is not switched on.
            _ => blocks.extend(self.deeper()),
        }
    }

    fn deeper(&mut self) -> Vec<Block> {
        self.depth += 1;
        let blocks = self.blocks();
        self.depth -= 1;
        blocks
    }

    fn items(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        while let Some(Event::Start(_)) = self.events.next() {
            let above = self.done.take();
            let blocks = self.deeper();
            items.push(Item { done: mem::replace(&mut self.done, above), blocks });
        }
        items
    }

    fn table(&mut self, sides: &[Alignment]) -> Block {
        let mut rows = Vec::new();
        // The head, the rows, and in them the cells.
        while let Some(Event::Start(_)) = self.events.next() {
            let mut row = Vec::new();
            while let Some(Event::Start(_)) = self.events.next() {
                row.push(joined(self.tokens()));
            }
            rows.push(row);
        }
        let side = |side: &Alignment| match side {
            Alignment::None => Side::Any,
            Alignment::Left => Side::Left,
            Alignment::Center => Side::Centre,
            Alignment::Right => Side::Right,
        };
        rows.iter_mut().for_each(|row| row.resize(sides.len(), Line::new()));
        Block::Table(Table { sides: sides.iter().map(side).collect(), rows })
    }

    /// The text of a block that has nothing but text.
    fn text(&mut self) -> String {
        let mut text = String::new();
        for event in self.events.by_ref() {
            match event {
                Event::End(_) => break,
                Event::Text(more) | Event::Html(more) | Event::InlineHtml(more) => text.push_str(&more),
                _ => {}
            }
        }
        text
    }

    /// The tokens up to the end of the block.
    fn tokens(&mut self) -> Vec<Token> {
        let mut tokens = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::End(end) if !is_inline_end(end) => break,
                Event::TaskListMarker(done) => self.done = Some(done),
                inline => tokens.extend(self.token(inline)),
            }
        }
        tokens
    }

    fn token(&mut self, event: Event<'_>) -> Option<Token> {
        let marks = || self.marks.iter().cloned().collect::<Marks>();
        Some(match event {
            Event::Start(Tag::Image { dest_url, .. }) => self.image(&dest_url),
            Event::Start(tag) => {
                self.marks.push(mark(&tag));
                return None;
            }
            Event::End(_) => {
                self.marks.pop();
                return None;
            }
            Event::Code(text) => {
                let mut marks = marks();
                marks.insert(Mark::Code);
                Token::Piece(Piece::text(text.as_ref(), marks))
            }
            Event::HardBreak => Token::Piece(Piece::line_break(marks())),
            Event::SoftBreak => Token::LineEnd(marks()),
            Event::InlineHtml(element) | Event::Html(element) => Token::Element(element.to_string(), marks()),
            Event::Text(text) => Token::Piece(Piece::text(text.as_ref(), marks())),
            _ => return None,
        })
    }

    /// A picture up to its end; the text in it has no marks.
    fn image(&mut self, address: &str) -> Token {
        let marks: Marks = self.marks.iter().cloned().collect();
        let (mut alternative, mut open) = (String::new(), 0);
        for event in self.events.by_ref() {
            match event {
                Event::Start(_) => open += 1,
                Event::End(_) if open == 0 => break,
                Event::End(_) => open -= 1,
                Event::Text(text) | Event::Code(text) | Event::InlineHtml(text) => alternative.push_str(&text),
                Event::SoftBreak | Event::HardBreak => alternative.push(' '),
                _ => {}
            }
        }
        let alternative = alternative.split_whitespace().collect::<Vec<_>>().join(" ");
        Token::Piece(match is_address(address) {
            true => Piece { content: Content::Image { address: address.to_owned(), alternative }, marks },
            false => Piece::text(alternative, marks),
        })
    }
}

fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. })
}

fn is_inline_end(tag: TagEnd) -> bool {
    matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image)
}

/// What may hold itself.
fn is_nesting(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::BlockQuote(_) | Tag::List(_) | Tag::Item)
}

fn is_nesting_end(tag: TagEnd) -> bool {
    matches!(tag, TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item)
}

fn mark(tag: &Tag<'_>) -> Mark {
    match tag {
        Tag::Strong => Mark::Strong,
        Tag::Strikethrough => Mark::Strike,
        Tag::Link { link_type: LinkType::Email, dest_url, .. } => Mark::Link(format!("mailto:{dest_url}")),
        Tag::Link { dest_url, .. } => Mark::Link(dest_url.to_string()),
        _ => Mark::Emphasis,
    }
}

/// Lines of text that mean nothing but themselves.
pub(super) fn literal(text: &str) -> Vec<Block> {
    let line = |line: &str| tidied(vec![Piece::text(line, Marks::new())]);
    text.lines().map(line).filter(|line| has_content(line)).map(Block::Paragraph).collect()
}

/// A paragraph for each line that was written.
fn paragraphs(tokens: Vec<Token>) -> Vec<Block> {
    let mut lines = vec![Line::new()];
    for token in paired(tokens) {
        match token {
            // Within marks the line goes on, for they would have to end.
            Token::LineEnd(marks) if marks.is_empty() => lines.push(Line::new()),
            token => lines.last_mut().into_iter().for_each(|line| line.extend(piece(&token))),
        }
    }
    lines.into_iter().map(tidied).filter(|line| has_content(line)).map(Block::Paragraph).collect()
}

fn in_one_paragraph(tokens: Vec<Token>) -> Option<Block> {
    Some(joined(tokens)).filter(|line| has_content(line)).map(Block::Paragraph)
}

fn joined(tokens: Vec<Token>) -> Line {
    tidied(paired(tokens).iter().filter_map(piece).collect())
}

fn piece(token: &Token) -> Option<Piece> {
    Some(match token {
        Token::Piece(piece) => Piece { content: piece.content.clone(), marks: known(&piece.marks) },
        Token::LineEnd(marks) => Piece::line_break(known(marks)),
        Token::Element(text, marks) => Piece::text(text.as_str(), known(marks)),
    })
}

/// The marks without links that lead nowhere or could be run.
fn known(marks: &Marks) -> Marks {
    let is_known = |mark: &&Mark| !matches!(mark, Mark::Link(address) if !is_address(address));
    let mut marks: Marks = marks.iter().filter(is_known).cloned().collect();
    // Of a link within a link the outer one counts.
    let extra: Vec<Mark> = marks.iter().filter(|mark| matches!(mark, Mark::Link(_))).skip(1).cloned().collect();
    extra.iter().for_each(|mark| {
        marks.remove(mark);
    });
    marks
}

/// Elements without attributes that only mark a text become its marks, where both their tags are there. Others are text.
fn paired(tokens: Vec<Token>) -> Vec<Token> {
    // Open tags that wait for their end, and where the pairs begin and end.
    let mut waiting: Vec<(usize, Mark)> = Vec::new();
    let mut pairs: Vec<(usize, usize, Mark)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Token::Element(text, _) = token else { continue };
        let Some((mark, is_end)) = mark_of(text) else { continue };
        if !is_end {
            waiting.push((at, mark));
        } else if let Some(found) = waiting.iter().rposition(|(_, other)| *other == mark) {
            let (from, mark) = waiting.remove(found);
            waiting.truncate(found);
            pairs.push((from, at, mark));
        }
    }
    let mut changes: BTreeMap<usize, (bool, Mark)> = BTreeMap::new();
    for (from, to, mark) in pairs {
        changes.insert(from, (true, mark.clone()));
        changes.insert(to, (false, mark));
    }
    let mut open: Vec<Mark> = Vec::new();
    let mut result = Vec::new();
    for (at, token) in tokens.into_iter().enumerate() {
        if let Some((is_begin, mark)) = changes.remove(&at) {
            if is_begin {
                open.push(mark);
            } else if let Some(found) = open.iter().rposition(|other| *other == mark) {
                open.remove(found);
            }
            continue;
        }
        let with = |mut marks: Marks| {
            marks.extend(open.iter().cloned());
            marks
        };
        result.push(match token {
            Token::Piece(piece) => Token::Piece(Piece { marks: with(piece.marks), ..piece }),
            Token::LineEnd(marks) => Token::LineEnd(with(marks)),
            Token::Element(text, marks) if is_break(&text) => Token::Piece(Piece::line_break(with(marks))),
            Token::Element(text, marks) => Token::Element(text, with(marks)),
        });
    }
    result
}

fn mark_of(element: &str) -> Option<(Mark, bool)> {
    let inner = element.strip_prefix('<')?.strip_suffix('>')?;
    let name = inner.strip_prefix('/').unwrap_or(inner);
    Some((Mark::of_element(&name.trim_end().to_ascii_lowercase())?, inner.starts_with('/')))
}

fn is_break(element: &str) -> bool {
    matches!(element.to_ascii_lowercase().replace(' ', "").as_str(), "<br>" | "<br/>")
}
