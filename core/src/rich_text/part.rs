//! A stored text in parts that are kept or written anew as a whole.

use super::block::{Block, Item};
use super::read_html::{blocks, is_container};
use super::tree::{Id, Tree};
use super::{read_markdown, storable, write_markdown};

/// A part of it that is kept or written anew as a whole.
#[derive(Debug)]
pub(super) struct Part {
    pub html: String,
    /// What follows it and shows nothing, such as an empty paragraph.
    pub after: String,
    pub read: Vec<Block>,
    /// The same as whoever writes it back would write it.
    pub seen: Vec<Block>,
    pub entries: Option<Entries>,
}

/// A list in parts, so that one edited entry leaves the others as they are.
#[derive(Debug)]
pub(super) struct Entries {
    pub whole: String,
    pub open: String,
    pub items: Vec<String>,
    pub close: String,
}

impl Part {
    /// A part whose HTML this is.
    pub fn of(html: String) -> Self {
        let read = Tree::read(&html).map(|tree| blocks(&tree, tree.top())).unwrap_or_default();
        Self::with(html, read)
    }

    /// A part of which this is read.
    pub fn with(html: String, read: Vec<Block>) -> Self {
        Self {
            html,
            seen: read_markdown::read(&write_markdown::write(&read)),
            after: String::new(),
            read,
            entries: None,
        }
    }

    /// Whether it is a list whose entries are told apart, beginning with this number.
    pub fn is_list(&self, start: Option<u64>) -> bool {
        self.entries.is_some() && matches!(self.seen.as_slice(), [Block::List(list)] if list.start == start)
    }

    /// The entries of a list, as they are seen.
    pub fn list_items(&self) -> Vec<&Item> {
        match self.seen.as_slice() {
            [Block::List(list)] => list.items.iter().collect(),
            _ => Vec::new(),
        }
    }
}

/// The parts of a text: each element that stands on lines of its own, and what runs on between them. What shows nothing
/// belongs to the part before it.
pub(super) fn parts(tree: &Tree) -> Vec<Part> {
    let mut groups: Vec<Vec<Id>> = Vec::new();
    let mut runs_on = false;
    for id in tree.top() {
        let is_alone = tree.name(*id).is_some_and(stands_alone);
        match groups.last_mut().filter(|_| runs_on && !is_alone) {
            Some(group) => group.push(*id),
            None => groups.push(vec![*id]),
        }
        runs_on = !is_alone;
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut leading = String::new();
    for nodes in groups {
        let html: String = nodes.iter().map(|id| storable::kept(tree, *id)).collect();
        let read = blocks(tree, &nodes);
        match parts.last_mut() {
            Some(last) if read.is_empty() => last.after.push_str(&html),
            None if read.is_empty() => leading.push_str(&html),
            _ => {
                let mut part = Part::with(std::mem::take(&mut leading) + &html, read);
                part.entries = nodes.first().and_then(|id| entries(tree, *id, &part.seen));
                parts.push(part);
            }
        }
    }
    parts
}

fn entries(tree: &Tree, id: Id, seen: &[Block]) -> Option<Entries> {
    let [Block::List(list)] = seen else { return None };
    let (mut inner, mut items) = (String::new(), Vec::<String>::new());
    for child in tree.children(id) {
        let html = tree.html(*child);
        inner.push_str(&html);
        match tree.name(*child) {
            Some("li") => items.push(html),
            None if html.trim().is_empty() => {}
            _ => return None,
        }
    }
    let whole = tree.html(id);
    let close = format!("</{}>", tree.name(id)?);
    let open = whole.strip_suffix(&close)?.strip_suffix(&inner)?.to_owned();
    let is_simple = items.len() == list.items.len() && !storable::has_acting(tree, id);
    is_simple.then_some(Entries { whole, open, items, close })
}

/// Whether an element is a part of its own; what is not known runs on with the text around it.
fn stands_alone(name: &str) -> bool {
    const ALONE: [&str; 14] =
        ["blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "menu", "ol", "pre", "script", "table", "ul"];
    is_container(name) || ALONE.contains(&name)
}
