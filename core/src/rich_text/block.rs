//! What a long text consists of.

use std::collections::BTreeSet;

/// A part of a text that stands on lines of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    Paragraph(Line),
    /// One of six levels.
    Heading(u8, Line),
    Code {
        language: String,
        text: String,
    },
    Quote(Vec<Block>),
    List(List),
    Table(Table),
    Rule,
}

/// A list, with the number of its first entry where it is numbered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct List {
    pub start: Option<u64>,
    pub items: Vec<Item>,
}

/// An entry, which may be a task.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Item {
    pub done: Option<bool>,
    pub blocks: Vec<Block>,
}

/// A table whose first row is its header, empty where there is none. All rows are of one width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Table {
    pub sides: Vec<Side>,
    pub rows: Vec<Vec<Line>>,
}

/// The side on which the cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Any,
    Left,
    Centre,
    Right,
}

/// Text with its marks, in order.
pub(super) type Line = Vec<Piece>;

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub content: Content,
    pub marks: Marks,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    Text(String),
    /// A new line within the same paragraph.
    Break,
    Image {
        address: String,
        alternative: String,
    },
}

pub(super) type Marks = BTreeSet<Mark>;

/// What is special about a piece; in the order in which elements enclose each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    Link(String),
    Strong,
    Emphasis,
    Strike,
    Underline,
    Highlight,
    Sub,
    Sup,
    Code,
}

impl Mark {
    /// The mark that an element without attributes stands for.
    pub fn of_element(name: &str) -> Option<Self> {
        Some(match name {
            "b" | "strong" => Self::Strong,
            "i" | "em" | "cite" | "dfn" | "var" => Self::Emphasis,
            "s" | "del" | "strike" => Self::Strike,
            "u" | "ins" => Self::Underline,
            "mark" => Self::Highlight,
            "sub" => Self::Sub,
            "sup" => Self::Sup,
            "code" | "kbd" | "samp" | "tt" => Self::Code,
            _ => return None,
        })
    }

    /// The element that stands for it.
    pub fn element(&self) -> &'static str {
        match self {
            Self::Link(_) => "a",
            Self::Strong => "strong",
            Self::Emphasis => "em",
            Self::Strike => "s",
            Self::Underline => "u",
            Self::Highlight => "mark",
            Self::Sub => "sub",
            Self::Sup => "sup",
            Self::Code => "code",
        }
    }
}

impl Piece {
    pub fn text(text: impl Into<String>, marks: Marks) -> Self {
        Self { content: Content::Text(text.into()), marks }
    }

    pub fn line_break(marks: Marks) -> Self {
        Self { content: Content::Break, marks }
    }
}
