//! Blocks written as the HTML that StartInfinity keeps.

use super::block::{Block, Content, Item, Line, List, Mark, Piece, Side, Table};
use super::line::{Step, steps};

/// The blocks as HTML.
pub(super) fn write(blocks: &[Block]) -> String {
    blocks.iter().map(one).collect()
}

/// Text as it stands between tags.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn attribute(text: &str) -> String {
    escaped(text).replace('"', "&quot;")
}

fn one(block: &Block) -> String {
    match block {
        Block::Paragraph(text) => format!("<p>{}</p>", line(text)),
        Block::Heading(level, text) => format!("<h{level}>{}</h{level}>", line(text)),
        Block::Code { language, text } if language.is_empty() => format!("<pre><code>{}</code></pre>", escaped(text)),
        Block::Code { language, text } => {
            format!("<pre><code class=\"language-{}\">{}</code></pre>", attribute(language), escaped(text))
        }
        Block::Quote(blocks) => format!("<blockquote>{}</blockquote>", write(blocks)),
        Block::List(inner) => list(inner),
        Block::Table(inner) => table(inner),
        Block::Rule => "<hr>".to_owned(),
    }
}

/// A list of tasks has the marks by which editors know one, and boxes for those who know none.
fn list(list: &List) -> String {
    let is_tasks = list.start.is_none() && list.items.iter().all(|item| item.done.is_some());
    let (open, close) = match list.start {
        None if is_tasks => ("<ul data-type=\"taskList\">".to_owned(), "</ul>"),
        None => ("<ul>".to_owned(), "</ul>"),
        Some(1) => ("<ol>".to_owned(), "</ol>"),
        Some(start) => (format!("<ol start=\"{start}\">"), "</ol>"),
    };
    let items: String = list.items.iter().map(item).collect();
    format!("{open}{items}{close}")
}

/// An entry of a list.
pub(super) fn item(item: &Item) -> String {
    let tick = match item.done {
        Some(true) => (
            "<li data-type=\"taskItem\" data-checked=\"true\">",
            "<input type=\"checkbox\" checked=\"\" disabled=\"\">",
        ),
        Some(false) => {
            ("<li data-type=\"taskItem\" data-checked=\"false\">", "<input type=\"checkbox\" disabled=\"\">")
        }
        None => ("<li>", ""),
    };
    // Only paragraphs among others need their tags.
    let paragraphs = item.blocks.iter().filter(|block| matches!(block, Block::Paragraph(_))).count();
    let content = match item.blocks.split_first() {
        Some((Block::Paragraph(text), rest)) if paragraphs == 1 => format!("{}{}", line(text), write(rest)),
        _ => write(&item.blocks),
    };
    format!("{}{}{content}</li>", tick.0, tick.1)
}

fn table(table: &Table) -> String {
    let row = |row: &Vec<Line>, name: &str| {
        let cells = row.iter().zip(&table.sides).map(|(cell, side)| {
            let side = match side {
                Side::Any => "",
                Side::Left => " style=\"text-align: left\"",
                Side::Centre => " style=\"text-align: center\"",
                Side::Right => " style=\"text-align: right\"",
            };
            format!("<{name}{side}>{}</{name}>", line(cell))
        });
        format!("<tr>{}</tr>", cells.collect::<String>())
    };
    let Some((header, rows)) = table.rows.split_first() else { return String::new() };
    let header =
        if header.iter().all(Vec::is_empty) { String::new() } else { format!("<thead>{}</thead>", row(header, "th")) };
    let rows: String = rows.iter().map(|cells| row(cells, "td")).collect();
    let body = if rows.is_empty() { rows } else { format!("<tbody>{rows}</tbody>") };
    format!("<table>{header}{body}</table>")
}

fn line(text: &[Piece]) -> String {
    let mut html = String::new();
    for step in steps(text) {
        match step {
            Step::Open(Mark::Link(address)) => html.push_str(&format!("<a href=\"{}\">", attribute(address))),
            Step::Open(mark) => html.push_str(&format!("<{}>", mark.element())),
            Step::Close(mark) => html.push_str(&format!("</{}>", mark.element())),
            Step::Put(Piece { content: Content::Break, .. }) => html.push_str("<br>"),
            Step::Put(Piece { content: Content::Image { address, alternative }, .. }) => {
                html.push_str(&format!("<img src=\"{}\" alt=\"{}\">", attribute(address), attribute(alternative)));
            }
            Step::Put(Piece { content: Content::Text(text), marks }) if marks.contains(&Mark::Code) => {
                html.push_str(&format!("<code>{}</code>", escaped(text)));
            }
            Step::Put(Piece { content: Content::Text(text), .. }) => html.push_str(&escaped(text)),
        }
    }
    html
}
