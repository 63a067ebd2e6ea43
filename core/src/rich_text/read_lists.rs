//! Lists and tables in HTML, in the forms that editors give them.

use super::block::{Block, Item, Line, List, Side, Table};
use super::line::on_one_line;
use super::read_html::{Reader, has_content};
use super::tree::Id;

/// The most columns of a table.
const WIDEST: usize = 100;

impl Reader<'_> {
    /// A list; nothing where it has no entries.
    pub fn list(&self, id: Id) -> Option<List> {
        let mut items: Vec<Item> = Vec::new();
        let mut is_bulleted = false;
        for child in self.tree.children(id) {
            match self.tree.name(*child) {
                Some("li") => {
                    is_bulleted |= self.tree.attribute(*child, "data-list").is_some_and(|kind| kind != "ordered");
                    let item = Item { done: self.done(id, *child), blocks: self.inner(*child) };
                    put(&mut items, self.indent(*child), item);
                }
                // Some editors put a list beside the entry that it belongs to.
                Some("ul" | "ol" | "menu") => {
                    let Some(list) = self.list(*child) else { continue };
                    if items.is_empty() {
                        items.push(Item::default());
                    }
                    if let Some(last) = items.last_mut() {
                        last.blocks.push(Block::List(list));
                    }
                }
                _ => {
                    let blocks = super::read_html::blocks(self.tree, &[*child]);
                    match items.last_mut() {
                        Some(last) => last.blocks.extend(blocks),
                        None if !blocks.is_empty() => items.push(Item { done: None, blocks }),
                        None => {}
                    }
                }
            }
        }
        let start = || self.tree.attribute(id, "start").and_then(|start| start.trim().parse().ok()).unwrap_or(1);
        let is_numbered = self.tree.name(id) == Some("ol") && !is_bulleted;
        (!items.is_empty()).then(|| List { start: is_numbered.then(start).map(|start: u64| start.min(MOST)), items })
    }

    /// How deep an editor that nests nothing says that an entry stands.
    fn indent(&self, id: Id) -> usize {
        let classes = self.tree.attribute(id, "class").unwrap_or_default().split_whitespace();
        classes.filter_map(|class| class.strip_prefix("ql-indent-")?.parse().ok()).next().unwrap_or(0).min(8)
    }

    /// Whether an entry is a task, and done.
    fn done(&self, list: Id, item: Id) -> Option<bool> {
        let said =
            |id: Id, name: &str| self.tree.attribute(id, name).map(|said| matches!(said, "true" | "checked" | ""));
        let kind = self.tree.attribute(item, "data-list").filter(|kind| matches!(*kind, "checked" | "unchecked"));
        let ticked = || {
            let tree = self.tree;
            let is_own = |id: &&Id| !self.is_in_inner_list(item, **id);
            let all = tree.all(item);
            let tick = all.iter().filter(|id| tree.name(**id) == Some("input")).find(is_own)?;
            let is_box = tree.attribute(*tick, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("checkbox"));
            is_box.then(|| tree.attribute(*tick, "checked").is_some())
        };
        kind.map(|kind| kind == "checked")
            .or_else(|| said(item, "data-checked"))
            .or_else(|| said(list, "data-checked"))
            .or_else(ticked)
    }

    fn is_in_inner_list(&self, item: Id, id: Id) -> bool {
        let between = self.tree.ancestors(id).take_while(|above| *above != item);
        between.filter_map(|above| self.tree.name(above)).any(|name| matches!(name, "ul" | "ol" | "menu"))
    }

    /// A table, behind its caption.
    pub fn table(&self, id: Id) -> Vec<Block> {
        let mut blocks = Vec::new();
        let (mut rows, mut sides): (Vec<Vec<Line>>, Vec<Side>) = (Vec::new(), Vec::new());
        let mut has_header = false;
        for row in self.rows(id, &mut blocks) {
            let cells: Vec<Id> = self.tree.children(row).iter().copied().filter(|cell| self.is_cell(*cell)).collect();
            has_header |= rows.is_empty() && !cells.is_empty() && cells.iter().all(|cell| self.is_header(*cell));
            let mut line = Vec::new();
            for cell in cells {
                if sides.len() <= line.len() {
                    sides.resize(line.len() + 1, Side::Any);
                }
                if let Some(side) = sides.get_mut(line.len()).filter(|side| **side == Side::Any) {
                    *side = self.side(cell);
                }
                line.push(self.line(cell));
                let width = self.tree.attribute(cell, "colspan").and_then(|width| width.trim().parse().ok());
                line.extend((1..width.unwrap_or(1_usize).min(WIDEST)).map(|_| Line::new()));
            }
            line.truncate(WIDEST);
            if !line.is_empty() {
                rows.push(line);
            }
        }
        let width = rows.iter().map(Vec::len).max().unwrap_or_default();
        if !rows.iter().flatten().any(|line| has_content(line)) {
            return blocks;
        }
        if !has_header {
            rows.insert(0, Vec::new());
        }
        rows.iter_mut().for_each(|row| row.resize(width, Line::new()));
        sides.resize(width, Side::Any);
        blocks.push(Block::Table(Table { sides, rows }));
        blocks
    }

    /// The rows of a table, without those of tables in it; its caption goes to `blocks`.
    fn rows(&self, table: Id, blocks: &mut Vec<Block>) -> Vec<Id> {
        let mut rows = Vec::new();
        for child in self.tree.children(table) {
            match self.tree.name(*child) {
                Some("tr") => rows.push(*child),
                Some("thead" | "tbody" | "tfoot") => {
                    let inner = self.tree.children(*child).iter();
                    rows.extend(inner.filter(|row| self.tree.name(**row) == Some("tr")));
                }
                Some("caption") => {
                    let line = on_one_line(self.line(*child));
                    if has_content(&line) {
                        blocks.push(Block::Paragraph(line));
                    }
                }
                _ => {}
            }
        }
        rows
    }

    fn is_cell(&self, id: Id) -> bool {
        matches!(self.tree.name(id), Some("td" | "th"))
    }

    fn is_header(&self, cell: Id) -> bool {
        self.tree.name(cell) == Some("th") || self.tree.is_within(cell, &["thead"])
    }

    fn side(&self, cell: Id) -> Side {
        let style = self.tree.attribute(cell, "style").unwrap_or_default().to_ascii_lowercase().replace(' ', "");
        let said = style.split(';').find_map(|rule| rule.strip_prefix("text-align:").map(str::to_owned));
        let said = said.or_else(|| self.tree.attribute(cell, "align").map(str::to_ascii_lowercase));
        match said.as_deref() {
            Some("left") => Side::Left,
            Some("center") => Side::Centre,
            Some("right") => Side::Right,
            _ => Side::Any,
        }
    }
}

/// The highest number that Markdown lets a list begin with.
pub(super) const MOST: u64 = 999_999_999;

/// Puts an entry at a depth, below the last ones of the lesser depths.
fn put(items: &mut Vec<Item>, depth: usize, item: Item) {
    match items.last_mut() {
        Some(last) if depth > 0 => {
            if !matches!(last.blocks.last(), Some(Block::List(_))) {
                last.blocks.push(Block::List(List { start: None, items: Vec::new() }));
            }
            if let Some(Block::List(list)) = last.blocks.last_mut() {
                put(&mut list.items, depth - 1, item);
            }
        }
        _ => items.push(item),
    }
}
