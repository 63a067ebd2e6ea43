//! HTML read into blocks. What is not known by name is looked through, so that no text is lost.

use super::block::{Block, Content, Line, Mark, Marks, Piece};
use super::line::{on_one_line, tidied};
use super::tree::{Id, Tree};
use crate::sanitize::clean;

/// Elements whose text no page shows.
const HIDDEN: [&str; 14] = [
    "script", "style", "template", "noscript", "iframe", "noembed", "noframes", "title", "head", "svg", "math",
    "object", "select", "textarea",
];
/// The longest address that is shown, in bytes; beyond it there is no page but a hiding place.
const LONGEST_ADDRESS: usize = 2_000;

/// An address that a person could open, and that nobody could run.
pub(super) fn is_address(text: &str) -> bool {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    ["https://", "http://", "mailto:", "tel:"].iter().any(|scheme| lower.starts_with(scheme))
        && text.len() <= LONGEST_ADDRESS
        && !text.contains(|character: char| character.is_whitespace() || crate::sanitize::is_invisible(character))
}

/// The blocks of these nodes.
pub(super) fn blocks(tree: &Tree, nodes: &[Id]) -> Vec<Block> {
    let mut flow = Flow::default();
    let reader = Reader { tree };
    for node in nodes {
        reader.walk(&mut flow, *node, &Marks::new());
    }
    flow.finish()
}

/// What was read so far of a sequence of blocks.
#[derive(Default)]
pub(super) struct Flow {
    blocks: Vec<Block>,
    line: Line,
}

impl Flow {
    /// Ends the paragraph; one that shows nothing is none.
    fn end(&mut self) {
        let line = tidied(std::mem::take(&mut self.line));
        if has_content(&line) {
            self.blocks.push(Block::Paragraph(line));
        }
    }

    fn put(&mut self, block: Block) {
        self.end();
        self.blocks.push(block);
    }

    fn finish(mut self) -> Vec<Block> {
        self.end();
        self.blocks
    }
}

/// Whether a line shows anything.
pub(super) fn has_content(line: &[Piece]) -> bool {
    line.iter().any(|piece| match &piece.content {
        Content::Text(text) => text.contains(|character: char| !character.is_whitespace()),
        Content::Image { .. } => true,
        Content::Break => false,
    })
}

pub(super) struct Reader<'t> {
    pub tree: &'t Tree,
}

impl Reader<'_> {
    pub fn walk(&self, flow: &mut Flow, id: Id, marks: &Marks) {
        if let Some(text) = self.tree.text(id) {
            flow.line.push(Piece::text(clean(text), marks.clone()));
        }
        let Some(name) = self.tree.name(id) else { return };
        match name {
            hidden if HIDDEN.contains(&hidden) => {}
            "br" => flow.line.push(Piece::line_break(marks.clone())),
            "img" => flow.line.extend(self.image(id, marks)),
            "input" => flow.line.extend(self.loose_tick(id, marks)),
            "hr" => flow.put(Block::Rule),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let line = on_one_line(self.line(id));
                let level = name.as_bytes().get(1).map_or(1, |digit| digit - b'0');
                if has_content(&line) {
                    flow.put(Block::Heading(level, line));
                }
            }
            "ul" | "ol" | "menu" => self.list(id).into_iter().for_each(|list| flow.put(Block::List(list))),
            "blockquote" => {
                let blocks = self.inner(id);
                if !blocks.is_empty() {
                    flow.put(Block::Quote(blocks));
                }
            }
            "pre" => flow.put(self.code(id)),
            "table" => {
                flow.end();
                flow.blocks.extend(self.table(id));
            }
            name if is_container(name) => {
                flow.end();
                self.walk_all(flow, id, marks);
                flow.end();
            }
            name if !is_element(name) => {
                // Somebody's address in angle brackets, not a tag.
                flow.line.push(Piece::text(clean(&format!("<{name}>")), marks.clone()));
                self.walk_all(flow, id, marks);
            }
            name => self.walk_all(flow, id, &self.marked(id, name, marks)),
        }
    }

    fn walk_all(&self, flow: &mut Flow, id: Id, marks: &Marks) {
        self.tree.children(id).iter().for_each(|child| self.walk(flow, *child, marks));
    }

    /// The blocks in an element.
    pub fn inner(&self, id: Id) -> Vec<Block> {
        blocks(self.tree, self.tree.children(id))
    }

    /// Everything in an element on one line, with breaks where blocks end.
    pub fn line(&self, id: Id) -> Line {
        tidied(flat(self.inner(id)))
    }

    /// The marks within an element.
    fn marked(&self, id: Id, name: &str, marks: &Marks) -> Marks {
        let mut marks = marks.clone();
        marks.extend(Mark::of_element(name));
        let style = self.tree.attribute(id, "style").unwrap_or_default().to_ascii_lowercase().replace(' ', "");
        for (said, mark) in [
            ("font-weight:bold", Mark::Strong),
            ("font-weight:700", Mark::Strong),
            ("font-style:italic", Mark::Emphasis),
            ("text-decoration:line-through", Mark::Strike),
            ("text-decoration:underline", Mark::Underline),
        ] {
            if name == "span" && style.contains(said) {
                marks.insert(mark);
            }
        }
        let address = self.tree.attribute(id, "href").filter(|_| name == "a").map(str::trim);
        if let Some(address) = address.filter(|address| is_address(address)) {
            marks.retain(|mark| !matches!(mark, Mark::Link(_)));
            marks.insert(Mark::Link(address.to_owned()));
        }
        marks
    }

    fn image(&self, id: Id, marks: &Marks) -> Option<Piece> {
        let alternative = clean(self.tree.attribute(id, "alt").unwrap_or_default());
        let alternative = alternative.split_whitespace().collect::<Vec<_>>().join(" ");
        let address = self.tree.attribute(id, "src").map(str::trim).filter(|address| is_address(address));
        match address {
            Some(address) => {
                let mut marks = marks.clone();
                marks.remove(&Mark::Code);
                Some(Piece { content: Content::Image { address: address.to_owned(), alternative }, marks })
            }
            None => (!alternative.is_empty()).then(|| Piece::text(alternative, marks.clone())),
        }
    }

    /// A box outside of a list; in a list it makes its entry a task.
    fn loose_tick(&self, id: Id, marks: &Marks) -> Option<Piece> {
        let is_box = self.tree.attribute(id, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("checkbox"));
        let sign = if self.tree.attribute(id, "checked").is_some() { "☑ " } else { "☐ " };
        (is_box && !self.tree.is_within(id, &["li"])).then(|| Piece::text(sign, marks.clone()))
    }

    fn code(&self, id: Id) -> Block {
        let class = |id: &Id| {
            let class = self.tree.attribute(*id, "class")?;
            class.split_whitespace().find_map(|class| class.strip_prefix("language-")).map(str::to_owned)
        };
        let all = self.tree.all(id);
        let language = all.iter().find_map(class).filter(|language| is_language(language)).unwrap_or_default();
        let parts = all.iter().map(|id| match self.tree.name(*id) {
            Some("br") => "\n",
            _ => self.tree.text(*id).unwrap_or_default(),
        });
        let text = clean(&parts.collect::<String>());
        Block::Code { language, text: text.strip_suffix('\n').unwrap_or(&text).to_owned() }
    }
}

/// A language of code, as a word.
pub(super) fn is_language(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= 40
        && word.chars().all(|character| character.is_ascii_alphanumeric() || "+-#_.".contains(character))
}

/// Blocks as one line.
fn flat(blocks: Vec<Block>) -> Line {
    let mut line = Line::new();
    let mut add = |more: Line| {
        if !line.is_empty() {
            line.push(Piece::line_break(Marks::new()));
        }
        line.extend(more);
    };
    for block in blocks {
        match block {
            Block::Paragraph(more) | Block::Heading(_, more) => add(more),
            Block::Code { text, .. } => {
                text.lines().for_each(|text| add(vec![Piece::text(text, [Mark::Code].into())]));
            }
            Block::Quote(blocks) => add(flat(blocks)),
            Block::List(list) => {
                for item in list.items {
                    let sign = match item.done {
                        Some(true) => "☑ ",
                        Some(false) => "☐ ",
                        None => "- ",
                    };
                    let mut entry = vec![Piece::text(sign, Marks::new())];
                    entry.extend(flat(item.blocks));
                    add(entry);
                }
            }
            Block::Table(table) => {
                for row in table.rows {
                    let cells = row.into_iter().map(on_one_line);
                    let parted = cells.collect::<Vec<_>>().join(&Piece::text(" | ", Marks::new()));
                    add(parted);
                }
            }
            Block::Rule => {}
        }
    }
    line
}

/// What begins and ends a paragraph and means nothing else.
pub(super) fn is_container(name: &str) -> bool {
    const CONTAINERS: [&str; 24] = [
        "p",
        "div",
        "section",
        "article",
        "header",
        "footer",
        "main",
        "aside",
        "nav",
        "dl",
        "dt",
        "dd",
        "figure",
        "figcaption",
        "address",
        "center",
        "details",
        "summary",
        "fieldset",
        "legend",
        "form",
        "li",
        "caption",
        "hgroup",
    ];
    CONTAINERS.contains(&name)
}

fn is_element(name: &str) -> bool {
    name.chars().all(|character| character.is_ascii_alphanumeric() || character == '-' || character == ':')
}
