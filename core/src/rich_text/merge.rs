//! A text of a board as it is stored, as it is read, and as it becomes: what nobody touched keeps the HTML it has.

use super::block::{Block, Content, Item, Line, Mark, Piece};
use super::common::common;
use super::part::{Part, parts};
use super::read_html::{blocks, is_address};
use super::tree::Tree;
use super::{read_markdown, storable, write_html, write_markdown};
use crate::sanitize::{clean, from_html};

/// A text as upstream keeps it.
#[derive(Debug, Default)]
pub struct Stored {
    html: String,
    parts: Vec<Part>,
    markdown: String,
    /// Whether it could be read in parts.
    is_read: bool,
}

impl Stored {
    /// A text from its HTML; HTML without any tag is plain lines.
    pub fn read(html: &str) -> Self {
        let parts = if html.contains(['<', '&']) {
            Tree::read(&crate::sanitize::with_its_end(html)).map(|tree| parts(&tree))
        } else {
            Some(
                read_markdown::literal(&clean(html))
                    .into_iter()
                    .map(|block| Part::of(write_html::write(&[block])))
                    .collect(),
            )
        };
        let Some(parts) = parts else {
            return Self { html: html.to_owned(), markdown: clean(&from_html(html)), ..Self::default() };
        };
        let read: Vec<Block> = parts.iter().flat_map(|part| part.read.iter().cloned()).collect();
        Self { html: html.to_owned(), markdown: write_markdown::write(&read), parts, is_read: true }
    }

    /// The text as Markdown, without anything that hides; empty where it shows nothing.
    pub fn markdown(&self) -> &str {
        &self.markdown
    }

    /// The HTML of the text once it reads like this; nothing where it does already.
    pub fn edited(&self, text: &str) -> Option<String> {
        if text.trim() == self.markdown.trim() {
            return None;
        }
        if is_html(text) {
            let html = written(text, self);
            return (html != self.html).then_some(html);
        }
        let given = read_markdown::read(text);
        let kept = self.kept(&given);
        let is_same = kept.len() == self.parts.iter().map(|part| part.seen.len()).sum::<usize>()
            && kept.len() == given.len()
            && self.is_read;
        (!is_same).then(|| self.assembled(given, &kept))
    }

    /// The HTML of the text with more behind it; nothing where it ends so already, since a call may come twice.
    pub fn with(&self, more: &str) -> Option<String> {
        let more = Part::of(written(more, self));
        let seen: Vec<&Block> = self.parts.iter().flat_map(|part| &part.seen).collect();
        let ends_so = more.seen.iter().rev().eq(seen.iter().rev().take(more.seen.len()).copied());
        if more.seen.is_empty() || ends_so {
            return None;
        }
        // What is stored may leave a tag open, or have none at all.
        let is_closed = self.html.contains(['<', '&'])
            && Tree::read(&format!("{}<hr>", self.html))
                .is_some_and(|tree| tree.top().last().is_some_and(|last| tree.name(*last) == Some("hr")));
        let stored = if self.is_read && !is_closed {
            self.parts.iter().flat_map(|part| [part.html.as_str(), part.after.as_str()]).collect()
        } else {
            self.html.clone()
        };
        Some(stored + &more.html)
    }

    /// Which blocks of the text are unchanged: their places before and now.
    fn kept(&self, given: &[Block]) -> Vec<(usize, usize)> {
        let seen: Vec<&Block> = self.parts.iter().flat_map(|part| &part.seen).collect();
        let given: Vec<&Block> = given.iter().collect();
        common(&seen, &given)
    }

    fn assembled(&self, given: Vec<Block>, kept: &[(usize, usize)]) -> String {
        // For each given block the part that begins there and is whole.
        let mut stands: Vec<Option<&Part>> = vec![None; given.len()];
        let mut at = 0;
        for part in self.parts.iter().filter(|part| !part.seen.is_empty()) {
            let range = at..at + part.seen.len();
            at = range.end;
            let places: Vec<usize> =
                kept.iter().filter(|(before, _)| range.contains(before)).map(|(_, now)| *now).collect();
            let first = places.first().copied().unwrap_or_default();
            let is_whole =
                places.len() == range.len() && places.iter().enumerate().all(|(more, now)| *now == first + more);
            if is_whole && let Some(place) = stands.get_mut(first) {
                *place = Some(part);
            }
        }
        let stay: Vec<&Part> = stands.iter().flatten().copied().collect();
        let is_gone = |part: &&Part| !stay.iter().any(|kept| std::ptr::eq(*kept, *part));
        let mut lists: Vec<&Part> = self.parts.iter().filter(|part| part.entries.is_some()).filter(is_gone).collect();
        let mut html = String::new();
        let mut rest = given.into_iter().zip(stands);
        while let Some((block, part)) = rest.next() {
            match part {
                Some(part) => {
                    if let Some(gone) = self.before(part).filter(is_gone) {
                        html.push_str(&gone.after);
                    }
                    html.push_str(&part.html);
                    html.push_str(&part.after);
                    (1..part.seen.len()).for_each(|_| {
                        rest.next();
                    });
                }
                None => {
                    let mut block = [block];
                    self.keep_pictures(&mut block);
                    let [block] = block;
                    html.push_str(&relisted(&mut lists, &block).unwrap_or_else(|| stored_form(&block)));
                }
            }
        }
        html
    }

    fn before(&self, part: &Part) -> Option<&Part> {
        let at = self.parts.iter().position(|other| std::ptr::eq(other, part))?;
        self.parts.get(at.checked_sub(1)?)
    }

    /// A picture that the text had may stay; another one would be loaded from wherever a model was told to.
    fn keep_pictures(&self, blocks: &mut [Block]) {
        let known = |address: &str| self.html.contains(address) || self.html.contains(&address.replace('&', "&amp;"));
        blocks.iter_mut().for_each(|block| each_line(block, &mut |line| without_pictures(line, &known)));
    }
}

fn stored_form(block: &Block) -> String {
    storable::written(&write_html::write(std::slice::from_ref(block)))
}

/// A list that was edited, with the entries that it still has as they were.
fn relisted(lists: &mut Vec<&Part>, block: &Block) -> Option<String> {
    let Block::List(list) = block else { return None };
    let now: Vec<&Item> = list.items.iter().collect();
    let at = lists.iter().position(|part| part.is_list(list.start) && !common(&part.list_items(), &now).is_empty())?;
    let part = lists.remove(at);
    let entries = part.entries.as_ref()?;
    let kept = common(&part.list_items(), &now);
    let mut html = entries.open.clone();
    for (place, item) in now.into_iter().enumerate() {
        let same = kept.iter().find(|(_, now)| *now == place).and_then(|(before, _)| entries.items.get(*before));
        html.push_str(&same.cloned().unwrap_or_else(|| storable::written(&write_html::item(item))));
    }
    Some(part.html.replacen(&entries.whole, &(html + &entries.close), 1))
}

fn each_line(block: &mut Block, change: &mut impl FnMut(&mut Line)) {
    match block {
        Block::Paragraph(line) | Block::Heading(_, line) => change(line),
        Block::Quote(blocks) => blocks.iter_mut().for_each(|block| each_line(block, change)),
        Block::List(list) => {
            let blocks = list.items.iter_mut().flat_map(|Item { blocks, .. }| blocks);
            blocks.for_each(|block| each_line(block, change));
        }
        Block::Table(table) => table.rows.iter_mut().flatten().for_each(change),
        Block::Code { .. } | Block::Rule => {}
    }
}

/// A picture that is not known becomes a link to it.
fn without_pictures(line: &mut [Piece], is_known: &impl Fn(&str) -> bool) {
    for Piece { content, marks } in line {
        if let Content::Image { address, alternative } = content
            && !is_known(address)
        {
            let text = if alternative.is_empty() { address.clone() } else { std::mem::take(alternative) };
            if is_address(address) && !marks.iter().any(|mark| matches!(mark, Mark::Link(_))) {
                marks.insert(Mark::Link(std::mem::take(address)));
            }
            *content = Content::Text(text);
        }
    }
}

/// A text of a caller, Markdown or HTML, as HTML.
fn written(text: &str, stored: &Stored) -> String {
    let html = if is_html(text) {
        let tree = Tree::read(text);
        let is_pictured = tree.as_ref().is_some_and(|tree| tree.all(0).iter().any(|id| tree.name(*id) == Some("img")));
        match tree.filter(|_| is_pictured) {
            Some(tree) => {
                let mut blocks = blocks(&tree, tree.top());
                stored.keep_pictures(&mut blocks);
                write_html::write(&blocks)
            }
            None => text.trim().to_owned(),
        }
    } else {
        let mut blocks = read_markdown::read(text);
        stored.keep_pictures(&mut blocks);
        write_html::write(&blocks)
    };
    storable::written(&html)
}

/// A new text of a caller, Markdown or HTML, as the HTML that may be stored.
pub fn to_html(text: &str) -> String {
    written(text, &Stored::default())
}

/// Tags that only shape a text.
const SHAPING: [&str; 34] = [
    "p",
    "br",
    "div",
    "span",
    "ul",
    "ol",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "b",
    "i",
    "u",
    "strong",
    "em",
    "a",
    "blockquote",
    "pre",
    "code",
    "table",
    "li",
    "tr",
    "td",
    "th",
    "thead",
    "tbody",
    "s",
    "del",
    "hr",
    "sub",
    "sup",
    "mark",
];

/// Only text that begins and ends with a tag is HTML: `3 < 4` and `<name>` in the middle of a sentence are not.
pub fn is_html(text: &str) -> bool {
    let text = text.trim();
    text.ends_with('>') && begins_with_tag(text) && has_more_than_marks(text)
}

/// Marks and line ends are elements in Markdown, too, so a text with no others is Markdown.
fn has_more_than_marks(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| {
        let is_escaped = text.get(..at).is_some_and(|before| before.ends_with('\\'));
        let name =
            text.get(at + 1..).and_then(|rest| rest.split_once('>')).map(|(tag, _)| name(tag)).unwrap_or_default();
        !is_escaped && name != "br" && Mark::of_element(&name).is_none() && SHAPING.contains(&name.as_str())
    })
}

/// Whether a text begins with a tag that only shapes.
pub(super) fn begins_with_tag(text: &str) -> bool {
    let first = text.trim().strip_prefix('<').and_then(|rest| rest.split_once('>'));
    first.is_some_and(|(tag, _)| SHAPING.contains(&name(tag).as_str()))
}

/// The name in a tag, without what follows it.
fn name(tag: &str) -> String {
    let name = tag.trim_start_matches('/').split(|sign: char| sign.is_whitespace() || sign == '/').next();
    name.unwrap_or_default().to_ascii_lowercase()
}
